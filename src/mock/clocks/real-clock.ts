import type { MockClock } from "./clock.ts";

/** The longest delay a timer keeps; a longer one would fire at once. */
const longestMs = 2 ** 31 - 1;

/** Waits in the time of this machine; never ends when told to wait for ever, until the signal aborts. */
export const sleepReal: MockClock["sleep"] = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = (): void => {
      if (timer !== null) clearTimeout(timer);
      reject(signal.reason);
    };
    const wait = (leftMs: number): void => {
      timer = setTimeout(
        () => {
          if (leftMs > longestMs) {
            wait(leftMs - longestMs);
            return;
          }
          signal.removeEventListener("abort", stop);
          resolve();
        },
        Math.min(leftMs, longestMs),
      );
    };
    // A timer that never fires would keep the process alive for nothing.
    if (ms !== Infinity) wait(ms);
    signal.addEventListener("abort", stop, { once: true });
  });

/** Waits by the clock of this machine. */
export const createRealClock = (now: () => number): MockClock => ({ now, sleep: sleepReal });

/** Waits by a clock that runs so many times as fast as that of this machine. */
export const createScaledClock = (now: () => number, by: number): MockClock => ({
  now: () => now() * by,
  sleep: (ms, signal) => sleepReal(ms / by, signal),
});
