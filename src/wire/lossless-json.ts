declare global {
  interface JSON {
    rawJSON: (text: string) => RawJson;
    isRawJSON: (value: unknown) => value is RawJson;
  }
}

/** A number as it was spelled; `JSON.stringify` writes it back so. */
export interface RawJson {
  readonly rawJSON: string;
}

// A spelling that a double may not give back: more than 15 digits on either side of the point, a trailing zero behind it or six
// leading ones, an exponent, minus zero. All other numbers come back as they are.
const precarious = /\d(?:[\d.]{15}|\.0{6}|\.\d*0(?!\d)|[eE][+-]?\d)|-0(?![.\d])/;

// The same where a number may begin, which leaves out ids of hex digits such as `0c7a68e5`: at the start, behind white space
// or one of `[`, `:` and the comma.
const precariousNumber = /(?:^|[\s:,[])(?:-0(?![.\d])|-?(?:[\d.]{16}|\d+\.(?:0{6}|\d*0(?!\d))|\d+(?:\.\d+)?[eE]))/;

/** Where the string ends whose opening quote is at `open`; -1 where it does not. */
export const closingQuote = (text: string, open: number): number => {
  let close = open;
  let before: number;
  do {
    close = text.indexOf('"', close + 1);
    if (close === -1) return -1;
    before = close - 1;
    while (text.charCodeAt(before) === 0x5c) before -= 1;
    // An odd number of backslashes escapes the quote.
  } while ((close - before) % 2 === 0);
  return close;
};

/** What stands between the strings of a JSON text, where its numbers are. */
const outsideStrings = (text: string): string => {
  let outside = "";
  let at = 0;
  for (let open = text.indexOf('"'); open !== -1; open = text.indexOf('"', at)) {
    outside += text.slice(at, open);
    const close = closingQuote(text, open);
    if (close === -1) return outside;
    at = close + 1;
  }
  return outside + text.slice(at);
};

/** As deep as a request may nest (`json.ts`). `JSON.parse` goes on, and `JSON.stringify` then runs out of stack. */
export const maxDepth = 512;

/** Whether a JSON text nests deeper than that. */
export const isTooDeep = (text: string): boolean => {
  // A level takes two characters, so that next to no event of a stream is looked through.
  if (text.length <= 2 * maxDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = closingQuote(text, at);
      if (at === -1) return false;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
};

const tooDeep = (): SyntaxError => new SyntaxError(`The text nests deeper than the limit of ${maxDepth} levels`);

/**
 * Parses JSON whose numbers need not keep their spelling.
 *
 * @throws {SyntaxError} also for a text nested deeper than 512 levels
 */
export const parsePlainJson = (text: string): unknown => {
  if (isTooDeep(text)) throw tooDeep();
  return JSON.parse(text);
};

const keepSpelling = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const source = context?.source;
  return typeof value === "number" && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value;
};

/**
 * Parses JSON so that writing it again gives every number as it was spelled: `9007199254740993`, `1.0`, `1e400`.
 *
 * Such a number comes as a `RawJson`, any other as a number. Looking for one costs about as much as parsing where a text holds
 * what looks like one, keeping one twice as much again; an event of Responses, whose ids have digits around an `e`, takes 0.4 us in
 * place of the 0.2 of `JSON.parse` (`bench/micro/dialects.ts`).
 *
 * @throws {SyntaxError} as `parsePlainJson`
 * @see https://github.com/tc39/proposal-json-parse-with-source
 */
export const parseJson = (text: string): unknown => {
  if (!precarious.test(text) || !precariousNumber.test(text) || !precariousNumber.test(outsideStrings(text))) {
    return parsePlainJson(text);
  }
  if (isTooDeep(text)) throw tooDeep();
  return JSON.parse(text, keepSpelling);
};
