import type { MockClock } from "../clock.ts";
import type { Said, Write, Writes } from "../said.ts";

/** What a delivery needs beside the reply. */
export interface Delivery {
  readonly clock: MockClock;
  /** The request's: its abort errors the body with its reason. */
  readonly signal: AbortSignal;
  /** Before a whole reply, in milliseconds. */
  readonly waitMs: number;
}

const encoder = new TextEncoder();

const toBytes = (bytes: string | Uint8Array): Uint8Array => (typeof bytes === "string" ? encoder.encode(bytes) : bytes);

/**
 * A body that makes one write a read: no work, no timer and no buffer ahead of its reader.
 *
 * A cancel ends the wait under way; an abort errors the body, so that a cut answer never looks whole.
 */
const createBody = (writes: Writes, { clock, signal }: Delivery): ReadableStream<Uint8Array> => {
  const gone = new AbortController();
  const stop = (): void => gone.abort(signal.reason);
  const end = (): void => signal.removeEventListener("abort", stop);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (gone.signal.aborted) throw gone.signal.reason;
        const put = (write: Write | null): void => {
          if (write !== null) {
            controller.enqueue(toBytes(write.bytes));
            return;
          }
          end();
          controller.close();
        };
        const pace = (write: Write | null): void | Promise<void> =>
          write === null || write.afterMs === 0
            ? put(write)
            : clock.sleep(write.afterMs, gone.signal).then(() => put(write));
        const write = writes.next();
        return write instanceof Promise ? write.then(pace) : pace(write);
      },
      cancel: () => {
        end();
        gone.abort();
        writes.cancel?.();
      },
    },
    { highWaterMark: 0 },
  );
};

/** Turns what is said into a reply, at its own pace. */
export const deliver = (
  said: Said,
  headers: Readonly<Record<string, string>>,
  delivery: Delivery,
): Response | Promise<Response> => {
  const { status, body } = said;
  const init = { status, headers: { ...said.headers, ...headers } };
  if (body.kind === "stream") return new Response(createBody(body.writes, delivery), init);
  const toWhole = (): Response => new Response(body.bytes, init);
  return delivery.waitMs === 0 ? toWhole() : delivery.clock.sleep(delivery.waitMs, delivery.signal).then(toWhole);
};
