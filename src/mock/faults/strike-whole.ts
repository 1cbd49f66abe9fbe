import { joinChunks } from "../../wire/body.ts";
import type { MockClock } from "../clocks/clock.ts";
import type { Fault } from "../fault.ts";
import type { Speaker } from "./failures.ts";
import { toBytes, toPiece, type Items } from "./items.ts";
import { place, type Marker } from "./place.ts";
import { split } from "./split.ts";
import { spoil } from "./spoil.ts";

/** What a strike needs to know. */
export interface Strike {
  readonly speaker: Speaker;
  readonly clock: MockClock;
  /** When the request came, by that clock. */
  readonly startedAt: number;
  /** Told of a fault that found nothing to strike. */
  readonly missed: (fault: Fault, why: string) => void;
}

/** A whole body after its faults. */
export interface StruckWhole {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether a fault left some of it out. */
  readonly isCut: boolean;
  /** The body as it goes out step by step, null when it goes out at once. */
  readonly items: Items | null;
  /** Before the head, in milliseconds. */
  readonly waitMs: number;
  /** How the connection ends when that wait is over, in place of an answer; null when it does not. */
  readonly before: "fin" | "reset" | null;
}

const noStream = "the reply is no stream of events";

const toShort = (bytes: Uint8Array, { effect }: Fault): Uint8Array | null => {
  if (effect.kind !== "truncate" || effect.unit === "events") return null;
  const left = effect.unit === "bytes" ? effect.count : Math.floor(bytes.length * effect.count);
  return left < bytes.length ? bytes.subarray(0, left) : null;
};

const toSpoiled = (bytes: Uint8Array, { effect, where }: Fault): Uint8Array | null =>
  effect.kind !== "malformed" || effect.what === "sse" || where.kind !== "head" ? null : spoil(bytes, effect.what);

const isOfEvents = ({ effect, where }: Fault): boolean => {
  const { kind } = effect;
  if (kind === "drop" || kind === "duplicate" || kind === "reorder" || kind === "error_event") return true;
  if (kind === "split") return effect.how === "crlf" || effect.how === "concat";
  return where.kind === "after" && where.unit === "events" && where.count > 0;
};

const once = async function* (bytes: Uint8Array): Items {
  yield toPiece(bytes, 0);
};

interface Marked {
  readonly fault: Fault;
  readonly marker: Marker;
}

/** Strikes a whole body; `waitMs` is what comes before it. */
export const strikeWhole = (
  body: string | Uint8Array<ArrayBuffer>,
  faults: readonly Fault[],
  { clock, startedAt, missed }: Strike,
  waitMs: number,
): StruckWhole => {
  let bytes = toBytes(body);
  let isCut = false;
  let wait = waitMs;
  const marked: Marked[] = [];
  const splits: Fault[] = [];
  for (const fault of faults) {
    const { effect, where } = fault;
    if (where.kind === "before") continue;
    if (isOfEvents(fault)) missed(fault, noStream);
    else if (effect.kind === "truncate" || effect.kind === "malformed") {
      const changed = toShort(bytes, fault) ?? toSpoiled(bytes, fault);
      if (changed === null) missed(fault, "the body has nothing of the kind");
      else bytes = changed;
      isCut ||= effect.kind === "truncate" && changed !== null;
    } else if (effect.kind === "split") splits.push(fault);
    else if (effect.kind === "close" || effect.kind === "stall") {
      const isBefore = where.kind === "after" && where.unit === "ms" && clock.now() - startedAt + wait >= where.count;
      if (!isBefore) {
        // Nothing of a whole body is left when its time is over.
        if (where.kind === "after" && where.unit === "ms") missed(fault, "the reply was over by then");
        else marked.push({ fault, marker: effect });
      } else if (effect.kind === "stall") wait += effect.ms;
      else {
        const atMs = where.count - (clock.now() - startedAt);
        return { bytes: joinChunks([], 0), isCut: true, items: null, waitMs: Math.max(0, atMs), before: effect.how };
      }
    }
  }
  const own = joinChunks([bytes], bytes.length);
  const done = { bytes: own, isCut, waitMs: wait, before: null };
  if (marked.length === 0 && splits.length === 0) return { ...done, items: null };
  let items = once(own);
  const timing = { clock, startedAt, signal: new AbortController().signal };
  for (const { fault, marker } of marked) items = place(items, fault.where, marker, () => {}, timing);
  for (const { effect } of splits) if (effect.kind === "split") items = split(items, effect.how);
  return { ...done, items };
};
