export const eventStream = "text/event-stream; charset=utf-8";

type Writes = Iterator<string, string>;

/** What an endpoint answers, before any latency: a whole JSON body, or a stream. */
export type MockReply =
  | { readonly kind: "whole"; readonly body: object; readonly isInstant?: boolean }
  | {
      readonly kind: "stream";
      readonly contentType: string;
      /**
       * Each text is written at once, after one latency; what is returned is the last. Nothing is asked for before the
       * reader wants it.
       */
      readonly writes: Writes;
    };

/**
 * Waits; rejects with the signal's reason, and holds no timer any more, once the signal aborts.
 *
 * Milliseconds.
 */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** Waits by the clock of this machine. */
export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });

const encoder = new TextEncoder();

interface Pace {
  /** Before every write, in milliseconds; 0 for none. */
  readonly latencyMs: number;
  readonly sleep: Sleep;
  /** The request's signal: its abort errors the stream with its reason. */
  readonly signal: AbortSignal;
}

/** A body whose reader never waits, so that it needs to listen to no signal. */
const createInstantStream = (writes: Writes, signal: AbortSignal): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (signal.aborted) throw signal.reason;
        const { done, value } = writes.next();
        controller.enqueue(encoder.encode(value));
        if (done === true) controller.close();
      },
    },
    { highWaterMark: 0 },
  );

/**
 * A body that makes one write a read: no work, no timer and no buffer ahead of its reader.
 *
 * A cancel ends the wait under way; an abort errors the body, so that a cut answer never looks whole.
 */
export const createPacedStream = (writes: Writes, pace: Pace): ReadableStream<Uint8Array> => {
  if (pace.latencyMs === 0) return createInstantStream(writes, pace.signal);
  const gone = new AbortController();
  const stop = (): void => gone.abort(pace.signal.reason);
  const end = (): void => pace.signal.removeEventListener("abort", stop);
  if (pace.signal.aborted) stop();
  else pace.signal.addEventListener("abort", stop, { once: true });

  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (gone.signal.aborted) throw gone.signal.reason;
        const { done, value } = writes.next();
        return pace.sleep(pace.latencyMs, gone.signal).then(() => {
          controller.enqueue(encoder.encode(value));
          if (done !== true) return;
          end();
          controller.close();
        });
      },
      cancel: () => {
        end();
        gone.abort();
      },
    },
    { highWaterMark: 0 },
  );
};
