// The grammar of JSON as functions over bytes: each takes the offset of what it skips and gives the one behind it, or
// throws `invalid_json` with the offset at which the text goes wrong. RFC 8259; nothing is allocated.
import { ProxyError } from "../errors.ts";

const maxDepth = 512;
export const quote = 0x22;
export const backslash = 0x5c;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
export const comma = 0x2c;
const colon = 0x3a;

/** The error for a text that goes wrong at `offset`. */
export const malformed = (offset: number, wanted: string): ProxyError =>
  new ProxyError("invalid_json", `The request body is not valid JSON: wanted ${wanted} at byte ${offset}`);

/** Skips white space, which may be none. */
export const skipSpace = (bytes: Uint8Array, from: number): number => {
  const end = bytes.length;
  let at = from;
  // A read behind the end, which every body's last call would make, throws JIT code away: 16 us a request.
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at += 1;
  }
  return at;
};

const isHex = (byte: number | undefined): boolean =>
  byte !== undefined &&
  ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66));

/** The bytes of a word, to compare with. */
export const encode = (word: string): Uint8Array => new TextEncoder().encode(word);
const escapes = encode('"\\/bfnrt');

const skipEscape = (bytes: Uint8Array, at: number): number => {
  const letter = bytes[at + 1] ?? 0;
  if (letter === 0x75) {
    if (isHex(bytes[at + 2]) && isHex(bytes[at + 3]) && isHex(bytes[at + 4]) && isHex(bytes[at + 5])) return at + 6;
    throw malformed(at + 2, "four hex digits");
  }
  if (!escapes.includes(letter)) throw malformed(at + 1, "an escape character");
  return at + 2;
};

/** Gives the offset behind the string whose opening quote is at `start`. */
const skipString = (bytes: Uint8Array, start: number): number => {
  const end = bytes.length;
  let at = start + 1;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) return at + 1;
    if (byte === backslash) at = skipEscape(bytes, at);
    else if (byte < 0x20) throw malformed(at, "an escape instead of a control character");
    else at += 1;
  }
  throw malformed(end, "the end of a string");
};

const skipDigits = (bytes: Uint8Array, from: number): number => {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte === undefined || byte < 0x30 || byte > 0x39) break;
    at += 1;
  }
  if (at === from) throw malformed(at, "a digit");
  return at;
};

const skipNumber = (bytes: Uint8Array, start: number): number => {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  at = bytes[at] === 0x30 ? at + 1 : skipDigits(bytes, at);
  if (bytes[at] === 0x2e) at = skipDigits(bytes, at + 1);
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at += 1;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at += 1;
    at = skipDigits(bytes, at);
  }
  return at;
};

const [trueWord, falseWord, nullWord] = [encode("true"), encode("false"), encode("null")] as const;

/** A loop, because a closure for each byte costs fifteen times as much (`bench/micro/scan.ts`, literals). */
export const isWord = (bytes: Uint8Array, start: number, word: Uint8Array): boolean => {
  for (let index = 0; index < word.length; index += 1) if (bytes[start + index] !== word[index]) return false;
  return true;
};

const skipLiteral = (bytes: Uint8Array, start: number): number => {
  const first = bytes[start];
  const word = first === 0x74 ? trueWord : first === 0x66 ? falseWord : nullWord;
  if (isWord(bytes, start, word)) return start + word.length;
  throw malformed(start, "a value");
};

const skipScalar = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at];
  if (byte === quote) return skipString(bytes, at);
  if (byte === 0x2d || (byte !== undefined && byte >= 0x30 && byte <= 0x39)) return skipNumber(bytes, at);
  return skipLiteral(bytes, at);
};

/** Skips a key in its quotes. */
export const skipName = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== quote) throw malformed(at, "a key in quotes");
  return skipString(bytes, at);
};

/** Skips the colon behind a key and the space around it. */
export const skipColon = (bytes: Uint8Array, from: number): number => {
  const at = skipSpace(bytes, from);
  if (bytes[at] !== colon) throw malformed(at, "a colon");
  return skipSpace(bytes, at + 1);
};

const skipKey = (bytes: Uint8Array, from: number): number => skipColon(bytes, skipName(bytes, skipSpace(bytes, from)));

// One stack for all scans: a scan is synchronous, so two never overlap.
const open = new Uint8Array(maxDepth);

/** Gives the offset behind the value that starts at `start`, nested ones included, without recursion. */
export const skipValue = (bytes: Uint8Array, start: number): number => {
  let at = start;
  let depth = 0;
  for (;;) {
    const byte = bytes[at];
    if (byte === openBrace || byte === openBracket) {
      const close = byte === openBrace ? closeBrace : closeBracket;
      const inside = skipSpace(bytes, at + 1);
      if (bytes[inside] === close) at = inside + 1;
      else {
        if (depth === maxDepth) {
          throw new ProxyError("invalid_json", `The request body nests deeper than the limit of ${maxDepth} levels`);
        }
        open[depth] = close;
        depth += 1;
        at = byte === openBrace ? skipKey(bytes, inside) : inside;
        continue;
      }
    } else at = skipScalar(bytes, at);

    for (;;) {
      if (depth === 0) return at;
      at = skipSpace(bytes, at);
      const next = bytes[at];
      const close = open[depth - 1];
      if (next === comma) {
        at = close === closeBrace ? skipKey(bytes, at + 1) : skipSpace(bytes, at + 1);
        break;
      }
      if (next !== close) throw malformed(at, close === closeBrace ? "a comma or }" : "a comma or ]");
      at += 1;
      depth -= 1;
    }
  }
};
