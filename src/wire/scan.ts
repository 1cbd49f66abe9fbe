import { isUtf8 } from "node:buffer";
import { ProxyError } from "../errors.ts";

/** What qlite needs to know of a request body; the body itself stays as it is. */
export interface Call {
  readonly model: string;
  /** Byte span of the model's JSON string in the body, quotes included. */
  readonly modelStart: number;
  readonly modelEnd: number;
  readonly stream: boolean;
}

const maxDepth = 512;
const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

const malformed = (offset: number, wanted: string): ProxyError =>
  new ProxyError("invalid_json", `The request body is not valid JSON: wanted ${wanted} at byte ${offset}`);

const skipSpace = (bytes: Uint8Array, from: number): number => {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
};

const isHex = (byte: number | undefined): boolean =>
  byte !== undefined &&
  ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66));

const escapes = new TextEncoder().encode('"\\/bfnrt');

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

const literals: readonly Uint8Array[] = ["true", "false", "null"].map((word) => new TextEncoder().encode(word));

const skipLiteral = (bytes: Uint8Array, start: number): number => {
  for (const word of literals) {
    if (word.every((byte, index) => bytes[start + index] === byte)) return start + word.length;
  }
  throw malformed(start, "a value");
};

const skipScalar = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at];
  if (byte === quote) return skipString(bytes, at);
  if (byte === 0x2d || (byte !== undefined && byte >= 0x30 && byte <= 0x39)) return skipNumber(bytes, at);
  return skipLiteral(bytes, at);
};

const skipName = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== quote) throw malformed(at, "a key in quotes");
  return skipString(bytes, at);
};

const skipColon = (bytes: Uint8Array, from: number): number => {
  const at = skipSpace(bytes, from);
  if (bytes[at] !== colon) throw malformed(at, "a colon");
  return skipSpace(bytes, at + 1);
};

const skipKey = (bytes: Uint8Array, from: number): number => skipColon(bytes, skipName(bytes, skipSpace(bytes, from)));

// One stack for all scans: a scan is synchronous, so two never overlap.
const open = new Uint8Array(maxDepth);

/** Gives the offset behind the value that starts at `start`, nested ones included, without recursion. */
const skipValue = (bytes: Uint8Array, start: number): number => {
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

const decoder = new TextDecoder();

const readString = (bytes: Uint8Array, start: number, end: number): string => {
  const text = decoder.decode(bytes.subarray(start + 1, end - 1));
  if (!text.includes("\\")) return text;
  const value: unknown = JSON.parse(`"${text}"`);
  return typeof value === "string" ? value : text;
};

const keyModel = 0x6d;
const keyStream = 0x73;

/** Names the field at `start` if it is one we read; an escaped spelling counts as the same key. */
const readKey = (bytes: Uint8Array, start: number, end: number): string => {
  const first = bytes[start + 1];
  const mayMatch = first === backslash || first === keyModel || first === keyStream;
  return mayMatch && end - start < 64 ? readString(bytes, start, end) : "";
};

/**
 * Reads the model and the stream flag of a JSON request body and checks that the whole body is valid JSON.
 *
 * Looks at every byte once and allocates nothing that grows with the body; the grammar is RFC 8259, in UTF-8,
 * without a byte order mark, nested at most 512 deep. A `model` or `stream` that stands twice is refused, because
 * two parsers may pick different ones. No claim on speed without `bench/micro/scan.ts`.
 *
 * @throws {ProxyError} `invalid_json` - not JSON, not UTF-8, or too deep; names the byte offset
 * @throws {ProxyError} `invalid_request` - JSON, but not an object, or a field of the wrong type
 * @throws {ProxyError} `duplicate_field` - `model` or `stream` twice
 * @throws {ProxyError} `missing_required_parameter` - no `model`, or an empty one
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export const scanCall = (bytes: Uint8Array): Call => {
  if (!isUtf8(bytes)) throw new ProxyError("invalid_json", "The request body is not valid UTF-8");
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== openBrace) {
    skipValue(bytes, at);
    throw new ProxyError("invalid_request", "The request body must be a JSON object");
  }
  let modelStart = -1;
  let modelEnd = -1;
  let stream = -1;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === closeBrace) at += 1;
  else {
    for (;;) {
      at = skipSpace(bytes, at);
      const keyEnd = skipName(bytes, at);
      const key = readKey(bytes, at, keyEnd);
      const valueStart = skipColon(bytes, keyEnd);
      at = skipValue(bytes, valueStart);
      if (key === "model") {
        if (modelStart !== -1) throw duplicate("model");
        modelStart = valueStart;
        modelEnd = at;
      } else if (key === "stream") {
        if (stream !== -1) throw duplicate("stream");
        stream = valueStart;
      }
      at = skipSpace(bytes, at);
      if (bytes[at] === closeBrace) break;
      if (bytes[at] !== comma) throw malformed(at, "a comma or }");
      at += 1;
    }
    at += 1;
  }
  at = skipSpace(bytes, at);
  if (at !== bytes.length) throw malformed(at, "the end of the body");
  if (modelStart === -1) throw missingModel("The request names no model");
  if (bytes[modelStart] !== quote) {
    throw new ProxyError("invalid_request", "The model must be a string", { param: "model" });
  }
  const model = readString(bytes, modelStart, modelEnd);
  if (model === "") throw missingModel("The model is an empty string");
  return { model, modelStart, modelEnd, stream: readFlag(bytes, stream) };
};

const duplicate = (field: string): ProxyError =>
  new ProxyError("duplicate_field", `The field "${field}" stands twice in the request body`, { param: field });

const missingModel = (message: string): ProxyError =>
  new ProxyError("missing_required_parameter", message, { param: "model" });

const readFlag = (bytes: Uint8Array, start: number): boolean => {
  const first = start === -1 ? 0x66 : bytes[start];
  if (first === 0x74) return true;
  if (first === 0x66 || first === 0x6e) return false;
  throw new ProxyError("invalid_request", 'The field "stream" must be true or false', { param: "stream" });
};
