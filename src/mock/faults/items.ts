import { joinChunks } from "../../wire/body.ts";
import type { Framing, Writes } from "../said.ts";
import { createScanner } from "./scan.ts";

/** A piece of a body; in a stream of events one whole event, or what stands beside them. */
export interface Piece {
  readonly kind: "bytes";
  /** What stands between the event before and this one: `[` or a comma in a JSON array, nothing in SSE. */
  readonly lead: Uint8Array;
  readonly bytes: Uint8Array;
  /** Whole events that are over with it. */
  readonly events: number;
  readonly afterMs: number;
  /** Whether it must not leave together with what was written before it. */
  readonly isApart: boolean;
}

/** What a body does next. */
export type Item =
  | Piece
  | { readonly kind: "stall"; readonly ms: number }
  | { readonly kind: "close"; readonly how: "fin" | "reset" };

export type Items = AsyncGenerator<Item, void, void>;

/** The longest event that is held until it is whole; a longer one goes on in pieces that are no event. */
const maxHeldBytes = 33_554_432;

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

export const toBytes = (bytes: string | Uint8Array): Uint8Array =>
  typeof bytes === "string" ? encoder.encode(bytes) : bytes;

export const toPiece = (bytes: Uint8Array, events: number, afterMs = 0): Piece => ({
  kind: "bytes",
  lead: nothing,
  bytes,
  events,
  afterMs,
  isApart: false,
});

interface Splitter {
  readonly push: (bytes: Uint8Array) => readonly Piece[];
  /** What is left when the source has ended. */
  readonly end: () => Piece | null;
}

const createSplitter = (framing: Framing): Splitter => {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let pieces: Piece[] = [];
  let now: Uint8Array = nothing;
  let from = 0;

  const hold = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    held.push(bytes);
    heldBytes += bytes.length;
  };
  const take = (): Uint8Array => {
    const [only] = held;
    const all = held.length === 1 && only !== undefined ? only : joinChunks(held, heldBytes);
    held = [];
    heldBytes = 0;
    return all;
  };
  const scanner = createScanner(framing, (at, isEvent, leadBytes) => {
    hold(now.subarray(from, at));
    from = at;
    const all = take();
    const lead = Math.min(leadBytes, all.length);
    pieces.push({ ...toPiece(all.subarray(lead), isEvent ? 1 : 0), lead: all.subarray(0, lead) });
  });
  return {
    push: (bytes) => {
      if (scanner === null) return bytes.length === 0 ? [] : [toPiece(bytes, 0)];
      pieces = [];
      now = bytes;
      from = 0;
      scanner.scan(bytes);
      hold(bytes.slice(from));
      if (heldBytes > maxHeldBytes) pieces.push(toPiece(take(), 0));
      return pieces;
    },
    end: () => (heldBytes === 0 ? null : toPiece(take(), 0)),
  };
};

/**
 * The pieces of a body's writes, each whole event one: cut as it comes, all bytes in their order.
 *
 * The wait of a write is that of the first piece it completes.
 */
export const toItems = async function* (writes: Writes, framing: Framing): Items {
  const splitter = createSplitter(framing);
  let owedMs = 0;
  for (;;) {
    const write = await writes.next();
    if (write === null) break;
    owedMs += write.afterMs;
    for (const piece of splitter.push(toBytes(write.bytes))) {
      yield { ...piece, afterMs: owedMs };
      owedMs = 0;
    }
  }
  const rest = splitter.end();
  if (rest !== null || owedMs > 0) yield { ...(rest ?? toPiece(nothing, 0)), afterMs: owedMs };
};

const comment = encoder.encode(":\n\n");
const lineBreak = encoder.encode("\n");

/** What may stand in front of a body and says nothing; null where there is no such thing. */
export const fillerOf = (framing: Framing, contentType: string): Uint8Array | null => {
  if (framing === "sse" || contentType.startsWith("text/event-stream")) return comment;
  return framing === "json-array" || contentType.startsWith("application/json") ? lineBreak : null;
};
