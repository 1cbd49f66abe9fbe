// The words of JSON as functions over bytes: each takes the offset of what it skips and gives the one behind it, or throws
// `invalid_json` with the offset at which the text goes wrong. RFC 8259; nothing is allocated. `json-text.ts` is the grammar.
import { ProxyError } from "../errors.ts";

export const quote = 0x22;
export const backslash = 0x5c;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const comma = 0x2c;
export const colon = 0x3a;
export const minus = 0x2d;
export const plus = 0x2b;
export const point = 0x2e;
export const zero = 0x30;

/** The error for a text that goes wrong at `offset`. */
export const malformed = (offset: number, wanted: string): ProxyError =>
  new ProxyError("invalid_json", `The request body is not valid JSON: wanted ${wanted} at byte ${offset}`);

/** Skips white space, which may be none, but nothing from `until` on. */
export const skipSpace = (bytes: Uint8Array, from: number, until = bytes.length): number => {
  let at = from;
  // A read behind the end, which every body's last call would make, throws JIT code away: 16 us a request.
  while (at < until) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at += 1;
  }
  return at;
};

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= 0x39;

/** Skips digits, which may be none, but nothing from `until` on. */
export const skipDigits = (bytes: Uint8Array, from: number, until: number): number => {
  let at = from;
  while (at < until && isDigit(bytes[at])) at += 1;
  return at;
};

/** Checks that a digit stands there, and does not skip it. */
export const needDigit = (bytes: Uint8Array, at: number): number => {
  if (isDigit(bytes[at])) return at;
  throw malformed(at, "a digit");
};

const isHex = (byte: number | undefined): boolean =>
  byte !== undefined &&
  ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66));

/** The bytes of a word, to compare with. */
export const encode = (word: string): Uint8Array => new TextEncoder().encode(word);

/** 1 at the place of each letter that may stand behind a backslash: to search them takes nine times as long. */
const isEscape = new Uint8Array(256);
for (const letter of encode('"\\/bfnrt')) isEscape[letter] = 1;

const skipEscape = (bytes: Uint8Array, at: number): number => {
  const letter = bytes[at + 1] ?? 0;
  if (isEscape[letter] === 1) return at + 2;
  if (letter !== 0x75) throw malformed(at + 1, "an escape character");
  if (isHex(bytes[at + 2]) && isHex(bytes[at + 3]) && isHex(bytes[at + 4]) && isHex(bytes[at + 5])) return at + 6;
  throw malformed(at + 2, "four hex digits");
};

/** Skips the inside of a string as far as its closing quote, or `until`; an escape is not cut, so up to five bytes more. */
export const skipText = (bytes: Uint8Array, from: number, until: number): number => {
  let at = from;
  while (at < until) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) break;
    if (byte === backslash) at = skipEscape(bytes, at);
    else if (byte < 0x20) throw malformed(at, "an escape instead of a control character");
    else at += 1;
  }
  return at;
};

const [trueWord, falseWord, nullWord] = [encode("true"), encode("false"), encode("null")] as const;

/** A loop, because a closure for each byte costs fifteen times as much (`bench/micro/scan.ts`, literals). */
export const isWord = (bytes: Uint8Array, start: number, word: Uint8Array): boolean => {
  for (let index = 0; index < word.length; index += 1) if (bytes[start + index] !== word[index]) return false;
  return true;
};

/** Skips `true`, `false` or `null`. */
export const skipLiteral = (bytes: Uint8Array, start: number): number => {
  const first = bytes[start];
  const word = first === 0x74 ? trueWord : first === 0x66 ? falseWord : nullWord;
  if (isWord(bytes, start, word)) return start + word.length;
  throw malformed(start, "a value");
};

/** Skips a colon and the space around it. */
export const skipColon = (bytes: Uint8Array, from: number): number => {
  const at = skipSpace(bytes, from);
  if (bytes[at] !== colon) throw malformed(at, "a colon");
  return skipSpace(bytes, at + 1);
};
