/** What one holder has of an allowance. */
export interface Share {
  /** Takes so much more; false, and takes nothing, where it does not fit any more. */
  readonly take: (size: number) => boolean;
  /** Gives so much back, at most what was taken. */
  readonly give: (size: number) => void;
  /** Gives all of it back, and takes no more; may be called again. */
  readonly close: () => void;
}

/** A bound on what many holders hold together. */
export interface Allowance {
  /** Begins one holder's share, with nothing in it; whoever has it closes it. */
  readonly open: () => Share;
}

/** Allows for so much together, in whatever unit the holders count. */
export const createAllowance = (limit: number): Allowance => {
  let total = 0;
  return {
    open: () => {
      let taken = 0;
      let isOpen = true;
      const give = (size: number): void => {
        const given = Math.min(size, taken);
        taken -= given;
        total -= given;
      };
      return {
        take: (size) => {
          if (!isOpen || total + size > limit) return false;
          taken += size;
          total += size;
          return true;
        },
        give,
        close: () => {
          isOpen = false;
          give(taken);
        },
      };
    },
  };
};
