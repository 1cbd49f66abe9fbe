/** The keys of a fault that say what happens. */
export const effectNames = [
  "status",
  "close",
  "stall",
  "slow",
  "truncate",
  "malformed",
  "drop",
  "duplicate",
  "reorder",
  "error_event",
  "split",
  "wrong_content_type",
  "empty_body",
  "html_502",
] as const;

export type EffectName = (typeof effectNames)[number];

type Place = "before" | "head" | "end" | "events" | "bytes" | "ms";

/** Where an effect may strike, and why it cannot anywhere else. */
interface Room {
  readonly places: readonly Place[];
  readonly why: string;
}

const nowhere = (why: string): Room => ({ places: [], why });
const anEvent: readonly Place[] = ["head", "events"];

const rooms: Readonly<Record<EffectName, Room>> = {
  status: nowhere("a status stands in place of the whole answer"),
  html_502: nowhere("the page stands in place of the whole answer"),
  close: { places: ["before", "head", "end", "events", "bytes", "ms"], why: "" },
  stall: { places: ["before", "head", "end", "events", "bytes", "ms"], why: "" },
  slow: nowhere("slow holds for the whole answer"),
  truncate: nowhere("truncate itself says how much is left"),
  malformed: { places: anEvent, why: "malformed spoils one event: the first, or the one after so many events" },
  drop: nowhere("drop itself names the event"),
  duplicate: nowhere("duplicate itself names the event"),
  reorder: nowhere("reorder itself names the event"),
  error_event: { places: anEvent, why: "an error event stands in the stream: first, or after so many events" },
  split: nowhere("split holds for the whole body"),
  wrong_content_type: nowhere("the content type stands in the head"),
  empty_body: nowhere("the body is empty from its beginning"),
};

/** Keys that belong to one effect alone. */
const belongings: Readonly<Record<string, readonly EffectName[]>> = {
  code: ["status"],
  message: ["status"],
  retry_after: ["status"],
  retry_after_ms: ["status"],
  should_retry: ["status"],
};

/** The keys that this looks at, as they are written. */
interface Written extends Readonly<Partial<Record<EffectName, unknown>>> {
  readonly at?: "before" | "head" | "end" | undefined;
  readonly after?:
    | { readonly events?: number | undefined; readonly bytes?: number | undefined; readonly ms?: number | undefined }
    | undefined;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly retry_after?: unknown;
  readonly retry_after_ms?: unknown;
  readonly should_retry?: unknown;
}

export interface Misplaced {
  readonly key: "at" | "after" | "code" | "message" | "retry_after" | "retry_after_ms" | "should_retry";
  readonly message: string;
}

const answerKeys = ["code", "message", "retry_after", "retry_after_ms", "should_retry"] as const;

const placeOf = ({ at, after }: Written): Place | null => {
  if (at !== undefined) return at;
  if (after === undefined) return null;
  if (after.events !== undefined) return "events";
  return after.bytes === undefined ? "ms" : "bytes";
};

/** The keys of a fault that make no sense beside its one effect, each with what to do. */
export const misplaced = (written: Written): readonly Misplaced[] => {
  const effect = effectNames.find((name) => written[name] !== undefined);
  if (effect === undefined) return [];
  const found: Misplaced[] = [];
  const place = placeOf(written);
  if (written.at !== undefined && written.after !== undefined) {
    found.push({ key: "at", message: "stands beside after; keep one of them" });
  } else if (place !== null && !rooms[effect].places.includes(place)) {
    const key = written.at === undefined ? "after" : "at";
    const { why, places } = rooms[effect];
    found.push({ key, message: `does not go with ${effect}: ${why}${places.length === 0 ? "; remove it" : ""}` });
  }
  for (const key of answerKeys) {
    if (written[key] === undefined || belongings[key]?.includes(effect) === true) continue;
    const hint = effect === "error_event" ? `; write error_event: { ${key}: ... }` : "; remove it";
    found.push({ key, message: `goes with status alone, not with ${effect}${hint}` });
  }
  return found;
};
