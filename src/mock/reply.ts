/** What an endpoint answers, before any latency: a whole JSON body, or a stream. */
export type MockReply =
  | { readonly kind: "whole"; readonly body: object; readonly isInstant?: boolean }
  | {
      readonly kind: "stream";
      readonly contentType: string;
      /** Each text is written at once, after one latency. Nothing is asked for before the reader wants it. */
      readonly writes: Iterable<string>;
    };

/**
 * Waits; rejects with the signal's reason, and holds no timer any more, once the signal aborts.
 *
 * Milliseconds.
 */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

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
  /** Before every write, in milliseconds; 0 waits for nothing. */
  readonly latencyMs: number;
  readonly sleep: Sleep;
  /** The request's signal: its abort errors the stream with its reason. */
  readonly signal: AbortSignal;
}

/**
 * A body that makes one write a read: no work, no timer and no buffer ahead of its reader.
 *
 * A cancel ends the wait under way; an abort errors the body, so that a cut answer never looks whole.
 */
export const createPacedStream = (writes: Iterable<string>, pace: Pace): ReadableStream<Uint8Array> => {
  const iterator = writes[Symbol.iterator]();
  const gone = new AbortController();
  const stop = (): void => gone.abort(pace.signal.reason);
  const end = (): void => pace.signal.removeEventListener("abort", stop);
  if (pace.signal.aborted) stop();
  else pace.signal.addEventListener("abort", stop, { once: true });

  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (gone.signal.aborted) throw gone.signal.reason;
        const next = iterator.next();
        if (next.done === true) {
          end();
          controller.close();
          return undefined;
        }
        const write = (): void => controller.enqueue(encoder.encode(next.value));
        return pace.latencyMs === 0 ? write() : pace.sleep(pace.latencyMs, gone.signal).then(write);
      },
      cancel: () => {
        end();
        iterator.return?.();
        gone.abort();
      },
    },
    { highWaterMark: 0 },
  );
};
