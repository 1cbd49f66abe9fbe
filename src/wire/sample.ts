/** The first bytes of a stream, kept to be looked at later. */
export interface Sample {
  readonly push: (bytes: Uint8Array) => void;
  /** Those kept so far; not a copy. */
  readonly kept: () => Uint8Array;
  /** How many bytes have passed in all. */
  readonly total: () => number;
}

const firstBytes = 1024;

/** Keeps at most `limit` bytes; memory grows with what has come. */
export const createSample = (limit: number): Sample => {
  let kept = new Uint8Array(0);
  let length = 0;
  let total = 0;
  const grow = (needed: number): void => {
    const larger = new Uint8Array(Math.min(limit, Math.max(firstBytes, needed * 2)));
    larger.set(kept.subarray(0, length));
    kept = larger;
  };
  return {
    push: (bytes) => {
      total += bytes.length;
      if (length === limit) return;
      const taken = bytes.length > limit - length ? bytes.subarray(0, limit - length) : bytes;
      if (length + taken.length > kept.length) grow(length + taken.length);
      kept.set(taken, length);
      length += taken.length;
    },
    kept: () => kept.subarray(0, length),
    total: () => total,
  };
};

/** The last bytes of a stream. */
export interface Tail {
  readonly push: (bytes: Uint8Array) => void;
  readonly bytes: () => Uint8Array;
}

/** Keeps the chunks that the last `limit` bytes lie in. */
export const createTail = (limit: number): Tail => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return {
    push: (bytes) => {
      const chunk = bytes.slice(-limit);
      chunks.push(chunk);
      length += chunk.length;
      while (length - (chunks[0]?.length ?? 0) >= limit) length -= chunks.shift()?.length ?? 0;
    },
    bytes: () => Buffer.concat(chunks),
  };
};
