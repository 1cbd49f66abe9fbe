import { flushed } from "../../wire/flushed.ts";
import { sleepReal } from "../clocks/real-clock.ts";
import type { Connection } from "./connection.ts";

/** What a broken connection looks like to `fetch`, with the code that Bun gives it. */
export const createReset = (): TypeError =>
  Object.assign(new TypeError("The socket connection was closed unexpectedly (a fault of the mock)"), {
    code: "ECONNRESET",
  });

/**
 * How long a client is given to hand on what its system has read, and one that cannot be watched to read; real milliseconds.
 *
 * A stream of the WHATWG kind that breaks forgets the chunks that nobody has taken from it yet.
 */
const graceMs = 10;
const unwatchedMs = 40;
const firstPauseMs = 4;
const longestPauseMs = 64;

/**
 * Resolves when the client has read all that was written, or has been given time to; rejects once the signal aborts.
 *
 * A reset throws away what still stands in a queue of the system, on both sides. A client that does not read is waited for.
 */
export const untilRead = async (connection: Connection | null, signal: AbortSignal): Promise<void> => {
  await flushed();
  if (connection === null) return;
  let isRead = await connection.isRead();
  for (let pauseMs = firstPauseMs; isRead === false; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    await sleepReal(pauseMs, signal);
    isRead = await connection.isRead();
  }
  await sleepReal(isRead === null ? unwatchedMs : graceMs, signal);
  await flushed();
};

/** Rejects with the signal's reason once it aborts. */
export const untilGone = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

/** The value, or a rejection with the signal's reason, whichever comes first. */
export const unlessGone = <T>(value: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    const settle = (): void => signal.removeEventListener("abort", stop);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    value.then(
      (given) => {
        settle();
        resolve(given);
      },
      (reason: unknown) => {
        settle();
        reject(reason);
      },
    );
  });
