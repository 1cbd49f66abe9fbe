// Where in a body something happens that is not a change of one event.
import type { MockClock } from "../clocks/clock.ts";
import type { FaultWhere } from "../fault.ts";
import type { Struck } from "./change-events.ts";
import { toPiece, type Item, type Items, type Piece } from "./items.ts";

/** What happens there. */
export type Marker = Extract<Item, { kind: "stall" | "close" }>;

const behindEvents = async function* (items: Items, count: number, marker: Marker, struck: Struck): Items {
  let left = count;
  for await (const item of items) {
    yield item;
    if (item.kind !== "bytes" || left <= 0) continue;
    left -= item.events;
    if (left > 0) continue;
    struck();
    yield marker;
  }
};

const cutAt = (piece: Piece, at: number): readonly [before: Piece, behind: Piece] => [
  { ...piece, bytes: piece.bytes.subarray(0, at), events: 0 },
  { ...toPiece(piece.bytes.subarray(at), piece.events) },
];

const behindBytes = async function* (items: Items, count: number, marker: Marker, struck: Struck): Items {
  let left = count;
  for await (const item of items) {
    if (item.kind !== "bytes" || left <= 0) {
      yield item;
      continue;
    }
    const { length } = item.bytes;
    if (length < left) {
      left -= length;
      yield item;
      continue;
    }
    const [before, behind] = length === left ? [item, null] : cutAt(item, left);
    left = 0;
    yield before;
    struck();
    yield marker;
    if (behind !== null) yield behind;
  }
};

/** The time a body has, and who may end it. */
export interface Timing {
  readonly clock: MockClock;
  /** When the request came, by that clock. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
}

/** Waits for the next item as long as there is time; null when there is none left. */
const nextWithin = async (
  next: Promise<IteratorResult<Item, void>>,
  ms: number,
  { clock, signal }: Timing,
): Promise<IteratorResult<Item, void> | null> => {
  const over = new AbortController();
  const time = clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(
    () => null,
    (reason: unknown) => {
      if (signal.aborted) throw reason;
      return null;
    },
  );
  try {
    return await Promise.race([next, time]);
  } finally {
    over.abort();
  }
};

const behindMs = async function* (items: Items, ms: number, marker: Marker, struck: Struck, timing: Timing): Items {
  const due = timing.startedAt + ms;
  const ask = (): Promise<IteratorResult<Item, void>> => {
    const asked = items.next();
    // Nobody may be left to hear that the source broke.
    asked.catch(() => {});
    return asked;
  };
  let next = ask();
  for (;;) {
    const leftMs = due - timing.clock.now();
    const taken = leftMs <= 0 ? null : await nextWithin(next, leftMs, timing);
    if (taken?.done === true) return;
    const item = taken?.value;
    if (item !== undefined && (item.kind !== "bytes" || item.afterMs <= due - timing.clock.now())) {
      yield item;
      next = ask();
      continue;
    }
    // The time is up before the next piece comes, or before its wait is over.
    const waitMs = Math.max(0, due - timing.clock.now());
    if (waitMs > 0) yield { kind: "stall", ms: waitMs };
    struck();
    yield marker;
    if (item?.kind === "bytes") yield { ...item, afterMs: item.afterMs - waitMs };
    else {
      const late = await next;
      if (late.done === true) return;
      yield late.value;
    }
    yield* items;
    return;
  }
};

const first = async function* (items: Items, marker: Marker, struck: Struck): Items {
  struck();
  yield marker;
  yield* items;
};

const last = async function* (items: Items, marker: Marker, struck: Struck): Items {
  yield* items;
  struck();
  yield marker;
};

/** Puts a stall or a close at its place: behind exactly so many whole events, or bytes, or when so much time has gone by. */
export const place = (items: Items, where: FaultWhere, marker: Marker, struck: Struck, timing: Timing): Items => {
  if (where.kind === "end") return last(items, marker, struck);
  if (where.kind !== "after") return first(items, marker, struck);
  const { unit, count } = where;
  if (unit === "ms") return behindMs(items, count, marker, struck, timing);
  if (count === 0) return first(items, marker, struck);
  return unit === "events" ? behindEvents(items, count, marker, struck) : behindBytes(items, count, marker, struck);
};

/** Ends the body well behind so many bytes. */
export const keepBytes = async function* (items: Items, count: number, struck: Struck): Items {
  let left = count;
  for await (const item of items) {
    if (item.kind !== "bytes") {
      yield item;
      continue;
    }
    if (item.bytes.length <= left) {
      left -= item.bytes.length;
      yield item;
      continue;
    }
    struck();
    if (left > 0) yield cutAt(item, left)[0];
    return;
  }
};

/** The greatest body that is held to know what a share of it is. */
const maxHeldBytes = 67_108_864;

/** Ends the body well behind a share of its bytes; it is read to its end first, 64 MiB of it at most. */
export const keepShare = async function* (items: Items, share: number, struck: Struck): Items {
  const held: Item[] = [];
  let bytes = 0;
  for await (const item of items) {
    held.push(item);
    if (item.kind === "bytes") bytes += item.bytes.length;
    if (bytes > maxHeldBytes) break;
  }
  const all = async function* (): Items {
    yield* held;
  };
  yield* keepBytes(all(), Math.floor(bytes * share), struck);
};
