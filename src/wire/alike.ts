import { closingQuote } from "./lossless-json.ts";
import { endOfCounts, hasNoOther, placeOf, toText, type Holds, type Place } from "./places.ts";

/** Where two events that are alike may differ, each place by the key it stands behind, with its quotes. */
export interface Differing {
  /** The string that is looked for stands behind one of these. */
  readonly texts: readonly string[];
  /** Strings that nobody looks at. */
  readonly padding: readonly string[];
  /** Numbers, or objects with numbers, whose digits may differ. */
  readonly counts: readonly string[];
  /** What has one of these is like no other. */
  readonly unless: readonly string[];
}

/** Nothing is alike. */
export const noneAlike: Differing = { texts: [], padding: [], counts: [], unless: [] };

/** Knows an event again that is like one before it. */
export interface Alike {
  /** Remembers an event whose text is `text`; answers whether that is sure to be found in it, else nothing is remembered. */
  readonly learn: (event: string, text: string) => boolean;
  /** The text of an event that is like the one remembered, null for any other. */
  readonly textOf: (event: string) => string | null;
  /** Holds the event whose text was given last. */
  readonly putOff: () => void;
  /** Whether no more can be held. */
  readonly isFull: () => boolean;
  /** Gives one event in place of those held: their texts in a row, all else as in the last; null for none. Holds none then. */
  readonly together: () => string | null;
}

/** What stands before such a place, or before the end. */
interface Piece {
  readonly literal: string;
  readonly holds: Holds | "end";
  /** What stood in the place. */
  readonly value: string;
}

/** The events that are held have so many characters at most: each stays as long as its text does. */
const mostHeld = 65_536;

/** So many that were remembered for nothing, one after the other, and it is given up. */
const mostInVain = 16;

/**
 * Makes what knows events again that differ in few places, as the thousand deltas of a stream do: what one was read as, the next
 * need not be read for.
 *
 * An event is alike when all around those places is the same to the letter, and they hold what JSON takes there: another string
 * that is not empty, other padding, other digits.
 */
export const createAlike = ({ texts: textKeys, padding, counts, unless }: Differing): Alike => {
  let pieces: readonly Piece[] = [];
  let inVain = 0;
  // The event whose text was given last, and the place of that.
  let last = "";
  let start = 0;
  let end = 0;
  // Those held: their texts as they were spelled, and how long they are.
  let held = "";
  let heldChars = 0;

  const findText = (event: string, text: string): Place | null => {
    for (const key of textKeys) {
      const place = placeOf(event, key, "text");
      if (place !== null && toText(event.slice(place.start, place.end)) === text) return place;
    }
    return null;
  };

  return {
    learn: (event, text) => {
      pieces = [];
      if (inVain === mostInVain || unless.some((key) => event.includes(key))) return false;
      const place = findText(event, text);
      if (place === null || !textKeys.every((key) => hasNoOther(event, key, place))) return false;
      inVain += 1;
      const others = [
        ...padding.map((key) => placeOf(event, key, "padding")),
        ...counts.map((key) => placeOf(event, key, "counts")),
      ].filter((one) => one !== null);
      const found: Piece[] = [];
      let at = 0;
      for (const one of [place, ...others].sort((a, b) => a.start - b.start)) {
        // One lies in another: not what is written here for.
        if (one.start < at) return false;
        found.push({
          literal: event.slice(at, one.start),
          holds: one.holds,
          value: event.slice(one.start, one.end),
        });
        at = one.end;
      }
      found.push({ literal: event.slice(at), holds: "end", value: "" });
      // A key that is spelled with escapes is one nobody looked for.
      if (found.some(({ literal, holds, value }) => (holds === "counts" ? literal + value : literal).includes("\\"))) {
        return false;
      }
      pieces = found;
      return true;
    },
    textOf: (event) => {
      if (event.length > mostHeld) return null;
      let at = 0;
      let from = 0;
      let to = 0;
      for (const { literal, holds, value } of pieces) {
        if (!event.startsWith(literal, at)) return null;
        at += literal.length;
        if (holds === "end") break;
        if (holds === "text") from = at;
        const begin = at;
        at = holds === "counts" ? endOfCounts(event, at, value) : closingQuote(event, at - 1);
        if (at === -1) return null;
        if (holds === "text") to = at;
        if (holds === "padding" && toText(event.slice(begin, at)) === null) return null;
      }
      // A delta without a text may be read as none.
      if (at !== event.length || from === to) return null;
      const text = toText(event.slice(from, to));
      if (text === null) return null;
      inVain = 0;
      last = event;
      start = from;
      end = to;
      return text;
    },
    putOff: () => {
      held += last.slice(start, end);
      heldChars += last.length;
    },
    isFull: () => heldChars >= mostHeld,
    together: () => {
      if (held === "") return null;
      const event = last.slice(0, start) + held + last.slice(end);
      held = "";
      heldChars = 0;
      return event;
    },
  };
};
