// A background response is told to be under way before its end is told, though the mock has it at once.
import type { Write, Writes } from "./said.ts";

/**
 * Where a background response stands. No clock moves it, so that a test sees the same at any speed: it is queued until it
 * is looked at, in progress that one time, and over from then on, or once a stream of it was read to its end.
 */
export interface BackgroundRun {
  state: "queued" | "in_progress" | "over" | "cancelled";
}

/** Looks at a run, which brings it on; gives what is seen. */
export const lookAt = (run: BackgroundRun): BackgroundRun["state"] => {
  if (run.state === "queued") run.state = "in_progress";
  else if (run.state === "in_progress") run.state = "over";
  return run.state;
};

/** Cancels a run that is not over. */
export const cancelRun = (run: BackgroundRun): void => {
  if (run.state !== "over") run.state = "cancelled";
};

/** The writes of a stream that ends its run, and that ends when the run is cancelled. */
export const followRun = ({ next }: { readonly next: () => Write | null }, run: BackgroundRun): Writes => {
  let ahead: Write | null | undefined;
  return {
    next: () => {
      if (run.state === "cancelled") return null;
      const write = ahead === undefined ? next() : ahead;
      ahead = write === null ? null : next();
      // With its last write, and not after it: who has read that may ask at once.
      if (ahead === null) run.state = "over";
      return write;
    },
  };
};
