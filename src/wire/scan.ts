import { isUtf8 } from "node:buffer";
import { ProxyError } from "../errors.ts";
import {
  backslash,
  closeBrace,
  comma,
  encode,
  isWord,
  malformed,
  openBrace,
  quote,
  skipColon,
  skipName,
  skipSpace,
  skipValue,
} from "./json.ts";

/** What qlite needs to know of a request body; the body itself stays as it is. */
export interface Call {
  readonly model: string;
  /** Byte span of the model's JSON string in the body, quotes included. */
  readonly modelStart: number;
  readonly modelEnd: number;
  readonly stream: boolean;
}

const [modelWord, streamWord] = [encode("model"), encode("stream")] as const;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const readString = (bytes: Uint8Array, start: number, end: number): string => {
  const text = decoder.decode(bytes.subarray(start + 1, end - 1));
  if (!text.includes("\\")) return text;
  const value: unknown = JSON.parse(`"${text}"`);
  return typeof value === "string" ? value : text;
};

/** Names the field at `start` if it is one we read; an escaped spelling counts as the same key. */
const readKey = (bytes: Uint8Array, start: number, end: number): string => {
  const length = end - start - 2;
  if (length === 5 && isWord(bytes, start + 1, modelWord)) return "model";
  if (length === 6 && isWord(bytes, start + 1, streamWord)) return "stream";
  // The longest spelling has six bytes a letter.
  if (length < 10 || length > 36) return "";
  for (let at = start + 1; at < end; at += 1) if (bytes[at] === backslash) return readString(bytes, start, end);
  return "";
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

/**
 * Checks that a body is JSON in UTF-8 and not nested deeper than readers go, where no model has to be found in it.
 *
 * @throws {ProxyError} `invalid_json` - names the byte offset
 */
export const checkJson = (bytes: Uint8Array): void => {
  if (!isUtf8(bytes)) throw new ProxyError("invalid_json", "The request body is not valid UTF-8");
  const end = skipSpace(bytes, skipValue(bytes, skipSpace(bytes, 0)));
  if (end !== bytes.length) throw malformed(end, "the end of the body");
};

const duplicate = (field: string): ProxyError =>
  new ProxyError("duplicate_field", `The field "${field}" stands twice in the request body`, {
    param: field,
  });

const missingModel = (message: string): ProxyError =>
  new ProxyError("missing_required_parameter", message, { param: "model" });

const readFlag = (bytes: Uint8Array, start: number): boolean => {
  const first = start === -1 ? 0x66 : bytes[start];
  if (first === 0x74) return true;
  if (first === 0x66 || first === 0x6e) return false;
  throw new ProxyError("invalid_request", 'The field "stream" must be true or false', {
    param: "stream",
  });
};
