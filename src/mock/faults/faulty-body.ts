import type { Connection } from "./connection.ts";
import type { Delivery } from "./delivery.ts";
import { flushed } from "../../wire/flushed.ts";
import { createReset, unlessGone, untilGone, untilRead } from "./ends.ts";
import type { Item, Items } from "./items.ts";
import type { Progress } from "./progress.ts";

/** A body whose faults are among its items. */
export interface FaultyStream {
  readonly items: Items;
  /** Whether a fault has left something out. */
  readonly isCut: () => boolean;
  /** Called once, when nobody wants the rest of its source. */
  readonly cancel: () => void;
  /** What may stand in front of it and says nothing: a comment, or a line break in JSON; null where there is no such thing. */
  readonly filler: Uint8Array | null;
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** Ends the connection; never resolves where the client has to leave first. */
const close = async (
  how: "fin" | "reset",
  connection: Connection | null,
  signal: AbortSignal,
  teller: Progress,
): Promise<void> => {
  await untilRead(connection, signal);
  if (how === "fin" && connection !== null) {
    if (connection.halfClose()) {
      teller.ended("cut");
      await untilGone(signal);
    }
    teller.missed("the FIN could not be sent; the connection was reset");
  }
  teller.ended("cut");
  throw createReset();
};

/**
 * A body that does one thing a pull: writes a piece, stalls, or ends the connection.
 *
 * Before it ends anything, all that was written has left; see `untilRead`. Where nothing was, a filler is: Bun 1.4.5 sends no head before the first byte of a body.
 */
export const createFaultyBody = (
  { items, isCut, cancel, filler }: FaultyStream,
  { clock, signal, connection = null }: Delivery,
  teller: Progress,
): ReadableStream<Uint8Array> => {
  const gone = new AbortController();
  let isOver = false;
  /** What comes when the filler has left. */
  let owed: Item | null = null;
  let hasWritten = connection === null;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", stop);
    cancel();
  };
  const stop = (): void => {
    gone.abort(signal.reason);
    teller.ended("aborted");
    end();
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });

  const advance = async (controller: Controller): Promise<void> => {
    for (;;) {
      const { done = false, value: item } =
        owed === null ? await unlessGone(items.next(), gone.signal) : { value: owed };
      owed = null;
      if (done || item === undefined) {
        teller.ended(isCut() ? "cut" : "whole");
        end();
        controller.close();
        return;
      }
      if (item.kind !== "bytes" && !hasWritten) {
        hasWritten = true;
        if (filler !== null) {
          owed = item;
          controller.enqueue(filler);
          return;
        }
        teller.missed("Bun sends no head before the first byte of a body, so the client got none");
      }
      switch (item.kind) {
        case "stall":
          await clock.sleep(item.ms, gone.signal);
          break;
        case "close":
          await close(item.how, connection, gone.signal, teller);
          return;
        case "bytes":
          if (item.isApart) await flushed();
          if (item.afterMs > 0) await clock.sleep(item.afterMs, gone.signal);
          if (item.bytes.length === 0) break;
          hasWritten = true;
          controller.enqueue(item.bytes);
          teller.handed(item.events, item.bytes.length);
          return;
      }
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          await advance(controller);
        } catch (thrown) {
          teller.ended(gone.signal.aborted ? "aborted" : "broken");
          end();
          throw thrown;
        }
      },
      cancel: () => {
        gone.abort();
        teller.ended("aborted");
        end();
      },
    },
    { highWaterMark: 0 },
  );
};
