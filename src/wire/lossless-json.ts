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

// A spelling that a double may not give back: many digits, a trailing zero behind the point, an exponent, minus zero.
const precarious = /\d{16}|\.\d*0(?!\d)|\d[eE][+-]?\d|-0(?![.\d])/;

/** What stands between the strings of a JSON text, where its numbers are. */
const outsideStrings = (text: string): string => {
  let outside = "";
  let at = 0;
  for (let open = text.indexOf('"'); open !== -1; open = text.indexOf('"', at)) {
    outside += text.slice(at, open);
    let close = open;
    let before: number;
    do {
      close = text.indexOf('"', close + 1);
      if (close === -1) return outside;
      before = close - 1;
      while (text.charCodeAt(before) === 0x5c) before -= 1;
      // An odd number of backslashes escapes the quote.
    } while ((close - before) % 2 === 0);
    at = close + 1;
  }
  return outside + text.slice(at);
};

const keepSpelling = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const source = context?.source;
  return typeof value === "number" && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value;
};

/**
 * Parses JSON so that writing it again gives every number as it was spelled: `9007199254740993`, `1.0`, `1e400`.
 *
 * Such a number comes as a `RawJson`, any other as a number. Looking for one costs about as much as parsing where a text holds
 * what looks like one, keeping one twice as much again (`bench/micro/sse.ts`).
 *
 * @throws {SyntaxError}
 * @see https://github.com/tc39/proposal-json-parse-with-source
 */
export const parseJson = (text: string): unknown =>
  precarious.test(text) && precarious.test(outsideStrings(text)) ? JSON.parse(text, keepSpelling) : JSON.parse(text);
