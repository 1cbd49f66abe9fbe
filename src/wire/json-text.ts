// The grammar of JSON as a machine over bytes, which can be stopped inside of anything and go on from there: a large text
// need not be read in one go. RFC 8259.
import { ProxyError } from "../errors.ts";
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  isDigit,
  malformed,
  minus,
  needDigit,
  openBrace,
  openBracket,
  plus,
  point,
  quote,
  skipDigits,
  skipLiteral,
  skipSpace,
  skipText,
  zero,
} from "./json.ts";

const maxDepth = 512;

// What a text has come to. Between its tokens stands white space; in strings and numbers there is none.
const inWhole = 0;
const inFraction = 1;
const inExponent = 2;
const inName = 3;
const inText = 4;
const atValue = 5;
const atFirstItem = 6;
const atName = 7;
const atFirstName = 8;
const atColon = 9;
/** Right behind a value. */
const atEnd = 10;
/** At a comma, or at what closes the value around. */
const atNext = 11;

/** Room for what closes each level of a text. */
export const createClosers = (): Uint8Array => new Uint8Array(maxDepth);

/** A value that is being read. */
export interface JsonText {
  readonly bytes: Uint8Array;
  /** How far it is read. */
  at: number;
  /** The last name in the outermost object, its quotes included. */
  nameStart: number;
  nameEnd: number;
  /** Where the last value in the outermost object or array starts. */
  valueStart: number;
  state: number;
  depth: number;
  /** What closes each level. */
  readonly closers: Uint8Array;
}

// One for all that are read in one go, because two of those never overlap.
const shared = createClosers();

/** Begins to read a value; `at` is its offset, or that of white space before it. What is read in slices has closers of its own. */
export const beginJson = (bytes: Uint8Array, at: number, closers = shared): JsonText => ({
  bytes,
  at,
  nameStart: 0,
  nameEnd: 0,
  valueStart: 0,
  state: atValue,
  depth: 0,
  closers,
});

const tooDeep = (): ProxyError =>
  new ProxyError("invalid_json", `The request body nests deeper than the limit of ${maxDepth} levels`);

/** What comes behind a number's digits, whose part is `state`. */
const behindDigits = (byte: number | undefined, state: number): number => {
  if (byte === point && state === inWhole) return inFraction;
  return (byte === 0x65 || byte === 0x45) && state !== inExponent ? inExponent : atEnd;
};

/** Skips the point or the letter, and the sign, that a part of a number begins with. */
const skipMark = (bytes: Uint8Array, at: number, state: number): number => {
  const sign = state === inExponent ? bytes[at + 1] : undefined;
  return needDigit(bytes, sign === plus || sign === minus ? at + 2 : at + 1);
};

/** What must stand where a text has come to. */
const wantedAt = (state: number, closer: number | undefined): string => {
  if (state === inName || state === inText) return "the end of a string";
  if (state === atColon) return "a colon";
  if (state === atName || state === atFirstName) return "a key in quotes";
  if (state !== atNext) return "a value";
  if (closer === undefined) return "the end of the body";
  return closer === closeBrace ? "a comma or }" : "a comma or ]";
};

const wrong = ({ closers }: JsonText, at: number, state: number, depth: number): ProxyError =>
  malformed(at, wantedAt(state, closers[depth - 1]));

/**
 * Reads on to the end of a value, to that of the bytes, or to `limit`, and there not more than five bytes behind it; `at` says
 * where. A value is the outermost one when `depth` is 0, and when it is 1 a member of that, be it a name and a value or an item.
 *
 * @throws {ProxyError} `invalid_json` - with the offset at which the text goes wrong, or too deep
 */
export const readJson = (text: JsonText, limit: number): "value" | "end" | "cut" => {
  const { bytes, closers } = text;
  const isLast = limit >= bytes.length;
  const until = isLast ? bytes.length : limit;
  let { at, state, depth } = text;
  let isValue = false;
  // Each step leads to one below it, or from the last to the first. A slice that ends in a step goes on with it.
  for (;;) {
    if (state === atNext) {
      at = skipSpace(bytes, at, until);
      if (at >= until) break;
      const byte = bytes[at];
      const closer = closers[depth - 1];
      if (depth > 0 && byte === comma) state = closer === closeBrace ? atName : atValue;
      else if (depth > 0 && byte === closer) {
        depth -= 1;
        state = atEnd;
      } else throw wrong(text, at, state, depth);
      at += 1;
    }
    if (state === atName || state === atFirstName) {
      at = skipSpace(bytes, at, until);
      if (at >= until) break;
      const byte = bytes[at];
      if (byte === quote) {
        if (depth === 1) text.nameStart = at;
        state = inName;
      } else if (byte === closeBrace && state === atFirstName) {
        depth -= 1;
        state = atEnd;
      } else throw wrong(text, at, state, depth);
      at += 1;
    }
    if (state === inName) {
      at = skipText(bytes, at, until);
      if (at >= until) break;
      at += 1;
      if (depth === 1) text.nameEnd = at;
      state = atColon;
    }
    if (state === atColon) {
      at = skipSpace(bytes, at, until);
      if (at >= until) break;
      if (bytes[at] !== colon) throw wrong(text, at, state, depth);
      at += 1;
      state = atValue;
    }
    if (state === atValue || state === atFirstItem) {
      at = skipSpace(bytes, at, until);
      if (at >= until) break;
      const byte = bytes[at];
      if (depth === 1) text.valueStart = at;
      if (byte === quote) {
        at += 1;
        state = inText;
      } else if (byte === openBrace || byte === openBracket) {
        if (depth === maxDepth) throw tooDeep();
        closers[depth] = byte === openBrace ? closeBrace : closeBracket;
        depth += 1;
        at += 1;
        state = byte === openBrace ? atFirstName : atFirstItem;
        continue;
      } else if (byte === closeBracket && state === atFirstItem) {
        depth -= 1;
        at += 1;
        state = atEnd;
      } else if (byte === minus || isDigit(byte)) {
        at = needDigit(bytes, byte === minus ? at + 1 : at);
        // No digit goes on behind a zero in front.
        if (bytes[at] !== zero) state = inWhole;
        else {
          at += 1;
          state = isDigit(bytes[at]) ? atEnd : inWhole;
        }
      } else {
        at = skipLiteral(bytes, at);
        state = atEnd;
      }
    }
    if (state === inText) {
      at = skipText(bytes, at, until);
      if (at >= until) break;
      at += 1;
      state = atEnd;
    }
    while (state <= inExponent) {
      at = skipDigits(bytes, at, until);
      if (at >= until && !isLast) break;
      state = behindDigits(bytes[at], state);
      if (state !== atEnd) at = skipMark(bytes, at, state);
    }
    if (state <= inExponent) break;
    if (state === atEnd) {
      state = atNext;
      isValue = depth <= 1;
      if (isValue) break;
    }
  }
  text.at = at;
  text.state = state;
  text.depth = depth;
  if (isValue) return "value";
  if (!isLast) return "cut";
  if (depth === 0 && state === atNext) return "end";
  throw wrong(text, at, state, depth);
};

/** Gives the offset behind the value at `start`. */
export const skipValue = (bytes: Uint8Array, start: number): number => {
  const text = beginJson(bytes, start);
  do readJson(text, bytes.length);
  while (text.depth > 0);
  return text.at;
};
