import type { Fault, FaultEffect, FaultWhen, FaultWhere } from "../fault.ts";

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

const tellEffect = (effect: FaultEffect): string => {
  switch (effect.kind) {
    case "status":
      return `status ${effect.status}${effect.code === null ? "" : ` ${effect.code}`}`;
    case "close":
      return effect.how === "fin" ? "close by FIN" : "reset";
    case "stall":
      return effect.ms === Infinity ? "stall for ever" : `stall for ${effect.ms} ms`;
    case "slow":
      return `slow, ${effect.ttftMs} ms and then ${effect.gapMs} ms a piece`;
    case "truncate":
      return effect.unit === "fraction"
        ? `truncate to ${effect.count} of the bytes`
        : `truncate to ${plural(effect.count, effect.unit.slice(0, -1))}`;
    case "malformed":
      return `malformed ${effect.what}`;
    case "drop":
      return typeof effect.what === "number" ? `drop event ${effect.what}` : `drop the ${effect.what} event`;
    case "duplicate":
    case "reorder":
      return `${effect.kind} event ${effect.event}`;
    case "error_event":
      return `error event${effect.code === null ? "" : ` ${effect.code}`}`;
    case "split":
      return `split ${effect.how}`;
    case "wrong_content_type":
      return `content type ${effect.contentType}`;
    case "empty_body":
      return "empty body";
    case "html_502":
      return "an HTML page of status 502";
  }
};

const tellWhere = (where: FaultWhere, { kind }: FaultEffect): string => {
  if (where.kind === "after") {
    return where.unit === "ms" ? ` after ${where.count} ms` : ` after ${plural(where.count, where.unit.slice(0, -1))}`;
  }
  if (where.kind === "end") return " at the end";
  if (kind !== "close" && kind !== "stall") return "";
  return where.kind === "before" ? " before the head" : " behind the head";
};

const tellWhen = (when: FaultWhen): string => {
  switch (when.kind) {
    case "always":
      return "";
    case "first":
      return ` on the first ${when.count}`;
    case "nth":
      return ` on ${when.places.map((place) => `#${place}`).join(", ")}`;
    case "every":
      return ` on every #${when.count}`;
    case "probability":
      return ` with probability ${when.share}`;
  }
};

/** Tells people of a fault, such as `status 429 on the first 2` or `reset after 3 events`. */
export const describeFault = ({ when, where, effect }: Fault): string =>
  tellEffect(effect) + tellWhere(where, effect) + tellWhen(when);
