import { Buffer } from "node:buffer";
import type { Fault } from "../fault.ts";
import type { Said, Write } from "../said.ts";
import { drop, duplicate, endWith, joinLeads, keepEvents, malform, reorder, slowDown } from "./change-events.ts";
import { sayErrorEvent } from "./failures.ts";
import type { FaultyStream } from "./faulty-body.ts";
import { fillerOf, toItems, toPiece, type Items, type Piece } from "./items.ts";
import { keepBytes, keepShare, place } from "./place.ts";
import { split } from "./split.ts";
import type { Strike } from "./strike-whole.ts";

type Stream = Extract<Said["body"], { kind: "stream" }>;

const textOf = (piece: Piece | null): string => (piece === null ? "" : Buffer.from(piece.bytes).toString());

const countOf = ({ where }: Fault): number => (where.kind === "after" ? where.count : 0);

/** Whether a fault needs events that are told apart by nothing in this stream. */
const isLost = ({ effect, where }: Fault, framing: Stream["framing"]): boolean => {
  if (effect.kind === "malformed" && effect.what === "sse") return framing !== "sse";
  if (effect.kind === "split") return effect.how === "crlf" && framing !== "sse";
  if (framing !== "none") return false;
  if (effect.kind === "truncate") return effect.unit === "events";
  if (["drop", "duplicate", "reorder", "malformed", "error_event"].includes(effect.kind)) return true;
  return where.kind === "after" && where.unit === "events" && where.count > 0;
};

/** The stream after its faults: first what changes events, in their order, then what cuts it, then how it is split. */
export const strikeStream = (
  { writes, framing }: Stream,
  contentType: string,
  faults: readonly Fault[],
  strike: Strike & { readonly signal: AbortSignal },
): FaultyStream => {
  let isCut = false;
  const pending = new Set<Fault>();
  const fitting = faults.filter((fault) => {
    if (!isLost(fault, framing)) return fault.where.kind !== "before";
    strike.missed(fault, "nothing of the kind tells the events of this reply apart");
    return false;
  });

  const changed = (items: Items, fault: Fault): Items => {
    const { effect } = fault;
    const struck = (): void => void pending.delete(fault);
    const cut = (): void => {
      struck();
      isCut = true;
    };
    switch (effect.kind) {
      case "drop":
        return drop(items, effect.what, struck);
      case "duplicate":
        return duplicate(items, effect.event, struck);
      case "reorder":
        return reorder(items, effect.event, struck);
      case "malformed":
        return malform(items, effect.what, countOf(fault), struck);
      case "truncate":
        return effect.unit === "events" ? keepEvents(items, effect.count, cut) : items;
      case "error_event": {
        const make = (before: Piece | null): readonly Piece[] => {
          const text = sayErrorEvent(effect, framing, textOf(before), strike.speaker);
          const piece = toPiece(Buffer.from(text), 1);
          return framing === "json-array" ? [piece, toPiece(Buffer.from("\n]"), 0)] : [piece];
        };
        return endWith(items, countOf(fault), make, cut);
      }
      case "slow":
        return slowDown(items, effect.ttftMs, effect.gapMs);
      case "close":
      case "stall":
      case "split":
      case "status":
      case "html_502":
      case "empty_body":
      case "wrong_content_type":
        return items;
    }
  };

  const placed = (items: Items, fault: Fault): Items => {
    const { effect, where } = fault;
    const struck = (): void => void pending.delete(fault);
    const cut = (): void => {
      struck();
      isCut = true;
    };
    if (effect.kind === "truncate" && effect.unit === "bytes") return keepBytes(items, effect.count, cut);
    if (effect.kind === "truncate" && effect.unit === "fraction") return keepShare(items, effect.count, cut);
    if (effect.kind !== "close" && effect.kind !== "stall") return items;
    return place(items, where, effect, struck, strike);
  };

  const told = async function* (items: Items): Items {
    yield* items;
    for (const fault of pending) strike.missed(fault, "the stream was over before it could strike");
  };

  let isRead = false;
  const source = async (): Promise<Write | null> => {
    const write = await writes.next();
    isRead ||= write === null;
    return write;
  };
  let items = toItems({ next: source }, framing);
  const misses = new Set(["drop", "duplicate", "reorder", "malformed", "truncate", "error_event", "close", "stall"]);
  for (const fault of fitting) if (misses.has(fault.effect.kind)) pending.add(fault);
  for (const fault of fitting) items = changed(items, fault);
  items = joinLeads(items, framing);
  for (const fault of fitting) items = placed(items, fault);
  for (const { effect } of fitting) if (effect.kind === "split") items = split(items, effect.how);
  return {
    items: told(items),
    isCut: () => isCut,
    cancel: () => (isRead ? undefined : writes.cancel?.()),
    filler: fillerOf(framing, contentType),
  };
};
