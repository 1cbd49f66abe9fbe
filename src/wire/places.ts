import { closingQuote } from "./lossless-json.ts";

/** What a place holds: the text that is looked for, a string nobody looks at, numbers whose digits may differ. */
export type Holds = "text" | "padding" | "counts";

/** A place in an event where another like it may differ; a string is without its quotes. */
export interface Place {
  readonly holds: Holds;
  readonly start: number;
  readonly end: number;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

// Of a string: what has to be parsed, or may not stand there.
// oxlint-disable-next-line no-control-regex -- control characters are what JSON forbids
const isEscaped = /["\\\u0000-\u001f]/;

/** Reads what stands between the quotes of a string; null where that is no JSON. */
export const toText = (raw: string): string | null => {
  if (!isEscaped.test(raw)) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return null;
  }
};

/** Where a number, an object or an array ends that begins at `from`; -1 where it does not. */
const endOfValue = (event: string, from: number): number => {
  let depth = 0;
  for (let at = from; at < event.length; at += 1) {
    const letter = event[at];
    if (letter === '"') {
      at = closingQuote(event, at);
      if (at === -1) return -1;
    } else if (letter === "{" || letter === "[") depth += 1;
    else if (letter === "}" || letter === "]" || letter === ",") {
      if (depth === 0) return at;
      if (letter !== ",") depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
};

/** Where counts end that begin at `from` and are `value` but for the digits of their numbers; -1 for others. */
export const endOfCounts = (event: string, from: number, value: string): number => {
  let at = from;
  let of = 0;
  while (of < value.length) {
    const wanted = value.charCodeAt(of++);
    const code = event.charCodeAt(at++);
    if (!isDigit(wanted)) {
      if (code !== wanted) return -1;
      continue;
    }
    // JSON has no zero before other digits.
    if (!isDigit(code) || (code === 0x30 && isDigit(event.charCodeAt(at)))) return -1;
    while (isDigit(value.charCodeAt(of))) of += 1;
    while (isDigit(event.charCodeAt(at))) at += 1;
  }
  return at;
};

/** Where the value of a key starts that stands there once; -1 where it does not. */
const valueOf = (event: string, key: string): number => {
  const found = event.indexOf(key);
  if (found === -1 || event.lastIndexOf(key) !== found) return -1;
  const colon = /\s*:\s*/y;
  colon.lastIndex = found + key.length;
  return colon.test(event) ? colon.lastIndex : -1;
};

/** Finds the value of a key; null where there is none of the kind, or more than one. */
export const placeOf = (event: string, key: string, holds: Holds): Place | null => {
  const start = valueOf(event, key);
  if (start === -1) return null;
  if (holds === "counts") {
    const end = endOfValue(event, start);
    return end === -1 || !/\d/.test(event.slice(start, end)) ? null : { holds, start, end };
  }
  if (event[start] !== '"') return null;
  const end = closingQuote(event, start);
  return end === -1 ? null : { holds, start: start + 1, end };
};

/** Whether no text but the one at `place` stands behind a key. */
export const hasNoOther = (event: string, key: string, place: Place): boolean => {
  if (event.indexOf(key) !== event.lastIndexOf(key)) return false;
  const start = valueOf(event, key);
  return start === -1 || start + 1 === place.start || event.startsWith('""', start) || event.startsWith("null", start);
};
