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

const keepSpelling = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  const source = context?.source;
  return typeof value === "number" && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value;
};

/**
 * Parses JSON so that writing it again gives every number as it was spelled: `9007199254740993`, `1.0`, `1e400`.
 *
 * Such a number comes as a `RawJson`, any other as a number. A text without one is parsed at full speed; the look for
 * them costs about a tenth of the parsing, keeping them twice as much again.
 *
 * @throws {SyntaxError}
 * @see https://github.com/tc39/proposal-json-parse-with-source
 */
export const parseJson = (text: string): unknown =>
  precarious.test(text) ? JSON.parse(text, keepSpelling) : JSON.parse(text);
