import { Buffer } from "node:buffer";
import type { Framing, Said, Write, Writes } from "../said.ts";
import { deliverFaulty } from "./deliver-faulty.ts";
import type { Delivery } from "./delivery.ts";
import { unlessGone } from "./ends.ts";
import { toBytes } from "./items.ts";
import { createEventCounter } from "./scan.ts";

type Count = (bytes: string | Uint8Array) => number;

const sizeOf = (bytes: string | Uint8Array): number =>
  typeof bytes === "string" ? Buffer.byteLength(bytes) : bytes.length;

/** Whether nothing is left of what is made here: a reader that knows its dialect's end does not ask for more. */
const isRead = ({ next, cancel }: Writes): boolean => {
  if (cancel !== undefined) return false;
  try {
    return next() === null;
  } catch {
    return false;
  }
};

/**
 * A body that makes one write a read: no work, no timer and no buffer ahead of its reader.
 *
 * A cancel ends the wait under way; an abort errors the body, so that a cut answer never looks whole.
 */
const createBody = (writes: Writes, framing: Framing, delivery: Delivery): ReadableStream<Uint8Array> => {
  const { clock, signal, progress = null } = delivery;
  const count: Count | null = progress === null ? null : createEventCounter(framing);
  const gone = new AbortController();
  let isOver = false;
  const end = (how: "whole" | "aborted" | "broken"): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", stop);
    if (how === "aborted") writes.cancel?.();
    progress?.ended(how);
  };
  const stop = (): void => {
    gone.abort(signal.reason);
    end("aborted");
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });

  const advance = (controller: ReadableStreamDefaultController<Uint8Array>): void | Promise<void> => {
    if (gone.signal.aborted) throw gone.signal.reason;
    const put = (write: Write | null): void => {
      if (write === null) {
        end("whole");
        controller.close();
        return;
      }
      const bytes = toBytes(write.bytes);
      controller.enqueue(bytes);
      if (progress !== null && count !== null) progress.handed(count(write.bytes), bytes.length);
    };
    const pace = (write: Write | null): void | Promise<void> =>
      write === null || write.afterMs === 0
        ? put(write)
        : clock.sleep(write.afterMs, gone.signal).then(() => put(write));
    const write = writes.next();
    return write instanceof Promise ? unlessGone(write, gone.signal).then(pace) : pace(write);
  };
  const broke = (thrown: unknown): never => {
    end(gone.signal.aborted ? "aborted" : "broken");
    throw thrown;
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        try {
          return advance(controller)?.catch(broke);
        } catch (thrown) {
          return broke(thrown);
        }
      },
      cancel: () => {
        gone.abort();
        end(isRead(writes) ? "whole" : "aborted");
      },
    },
    { highWaterMark: 0 },
  );
};

/**
 * Turns what is said into a reply, at its own pace and with the faults that strike it.
 *
 * Without faults a whole body is one `Response` and a stream makes one write a pull. Counts of faults are exact on the wire:
 * a client that reads receives all that comes before a cut, then the cut. What a fault needs and the reply has not, such
 * as the third event of a whole body, is told to `progress.missed` and strikes nothing.
 *
 * Rejects with the signal's reason once it aborts, and, for a connection that is cut before the head where there is none to
 * cut, as `fetch` does: with a `TypeError` of code `ECONNRESET`.
 */
export const deliver = (
  said: Said,
  headers: Readonly<Record<string, string>>,
  delivery: Delivery,
): Response | Promise<Response> => {
  if (delivery.faults !== undefined && delivery.faults.length > 0) {
    return deliverFaulty(said, headers, delivery, delivery.faults);
  }
  const { status, body } = said;
  const { clock, signal, waitMs, progress = null } = delivery;
  const init = { status, headers: { ...said.headers, ...headers } };
  if (body.kind === "stream") return new Response(createBody(body.writes, body.framing, delivery), init);
  const toWhole = (): Response => {
    if (progress !== null) {
      progress.handed(0, sizeOf(body.bytes));
      progress.ended("whole");
    }
    return new Response(body.bytes, init);
  };
  if (waitMs === 0) return toWhole();
  const waited = clock.sleep(waitMs, signal).then(toWhole);
  if (progress === null) return waited;
  return waited.catch((thrown: unknown) => {
    progress.ended("aborted");
    throw thrown;
  });
};
