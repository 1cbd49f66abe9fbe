// Faults that change single events of a stream.
import { Buffer } from "node:buffer";
import { joinChunks } from "../../wire/body.ts";
import type { FaultEffect } from "../fault.ts";
import type { Framing } from "../said.ts";
import { toPiece, type Items, type Piece } from "./items.ts";
import { spoil } from "./spoil.ts";

/** Called when a fault has struck. */
export type Struck = () => void;

const textOf = ({ bytes }: Piece): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();

const isDone = (text: string): boolean =>
  /^data: ?\[DONE\]/m.test(text) ||
  /^data: ?\{"type":\s*"(?:message_stop|response\.(?:completed|incomplete|failed))"/m.test(text);

const isFinish = (text: string): boolean =>
  /"(?:finish_reason|stop_reason|finishReason)":\s*"/.test(text) ||
  /"type":\s*"response\.(?:completed|incomplete|failed)"/.test(text);

/** Leaves one event out, by its place from 1 or by what it is. */
export const drop = async function* (items: Items, what: "done" | "finish" | number, struck: Struck): Items {
  let place = 0;
  for await (const item of items) {
    if (item.kind === "bytes" && item.events > 0) {
      place += 1;
      const isIt =
        typeof what === "number" ? place === what : what === "done" ? isDone(textOf(item)) : isFinish(textOf(item));
      if (isIt) {
        struck();
        continue;
      }
    }
    yield item;
  }
};

/** Sends one event twice. */
export const duplicate = async function* (items: Items, event: number, struck: Struck): Items {
  let place = 0;
  for await (const item of items) {
    yield item;
    if (item.kind !== "bytes" || item.events === 0) continue;
    place += 1;
    if (place !== event) continue;
    struck();
    yield { ...item, afterMs: 0 };
  }
};

/** Sends one event behind the one after it. */
export const reorder = async function* (items: Items, event: number, struck: Struck): Items {
  let place = 0;
  let held: Piece | null = null;
  for await (const item of items) {
    if (item.kind !== "bytes" || item.events === 0) {
      yield item;
      continue;
    }
    place += 1;
    if (place === event) {
      held = item;
      continue;
    }
    yield item;
    if (held === null) continue;
    struck();
    yield held;
    held = null;
  }
  if (held !== null) yield held;
};

/** Spoils the first event behind so many in which there is something to spoil. */
export const malform = async function* (
  items: Items,
  what: Extract<FaultEffect, { kind: "malformed" }>["what"],
  after: number,
  struck: Struck,
): Items {
  let place = 0;
  let isOver = false;
  for await (const item of items) {
    if (item.kind !== "bytes" || item.events === 0) {
      yield item;
      continue;
    }
    place += 1;
    const spoiled = isOver || place <= after ? null : spoil(item.bytes, what);
    if (spoiled === null) {
      yield item;
      continue;
    }
    isOver = true;
    struck();
    yield { ...item, bytes: spoiled };
  }
};

/** Ends the stream behind so many events. */
export const keepEvents = async function* (items: Items, count: number, struck: Struck): Items {
  let left = count;
  if (left === 0) {
    struck();
    return;
  }
  for await (const item of items) {
    yield item;
    if (item.kind === "bytes") left -= item.events;
    if (left > 0) continue;
    struck();
    return;
  }
};

/** Puts pieces behind so many events, and ends the stream with them. `make` is given the event before it. */
export const endWith = async function* (
  items: Items,
  after: number,
  make: (before: Piece | null) => readonly Piece[],
  struck: Struck,
): Items {
  let left = after;
  let before: Piece | null = null;
  if (left > 0) {
    for await (const item of items) {
      yield item;
      if (item.kind !== "bytes" || item.events === 0) continue;
      before = item;
      left -= item.events;
      if (left <= 0) break;
    }
    if (left > 0) return;
  }
  struck();
  yield* make(before);
};

/** Gives each piece a wait of its own: the first, and each further one. */
export const slowDown = async function* (items: Items, ttftMs: number, gapMs: number): Items {
  let isFirst = true;
  for await (const item of items) {
    if (item.kind === "bytes") yield { ...item, afterMs: isFirst ? ttftMs : gapMs };
    else yield item;
    isFirst = false;
  }
};

const open = Buffer.from("[");
const comma = Buffer.from(",\r\n");

/** Puts each piece behind its lead; in an array the first is opened and all others are set apart, whichever are left. */
export const joinLeads = async function* (items: Items, framing: Framing): Items {
  let isFirst = true;
  let first: Uint8Array | null = null;
  for await (const item of items) {
    if (item.kind !== "bytes" || framing !== "json-array") {
      yield item;
      continue;
    }
    first ??= item.lead.includes(0x5b) ? item.lead : open;
    const own = item.lead.includes(0x2c) ? item.lead : comma;
    const lead: Uint8Array = isFirst ? first : item.events > 0 ? own : item.lead;
    isFirst = false;
    const bytes = lead.length === 0 ? item.bytes : joinChunks([lead, item.bytes], lead.length + item.bytes.length);
    yield { ...toPiece(bytes, item.events, item.afterMs), isApart: item.isApart };
  }
};
