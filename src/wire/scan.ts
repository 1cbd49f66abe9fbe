import { Buffer, isUtf8 } from "node:buffer";
import { ProxyError } from "../errors.ts";
import { beginJson, createClosers, readJson, type JsonText } from "./json-text.ts";
import { backslash, closeBrace, encode, isWord, quote } from "./json.ts";

/** What qlite needs to know of a request body; the body itself stays as it is. */
export interface Call {
  readonly model: string;
  /** Byte span of the model's JSON string in the body, quotes included. */
  readonly modelStart: number;
  readonly modelEnd: number;
  readonly stream: boolean;
}

const [modelWord, streamWord] = [encode("model"), encode("stream")] as const;

// Called on what is no `Buffer`; a view of a part, to be decoded, would cost more than the text of it.
const { toString } = Buffer.prototype;

const readString = (bytes: Uint8Array, start: number, end: number): string => {
  const text = toString.call(bytes, "utf8", start + 1, end - 1);
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

/** A body that is being scanned; what is not found yet is -1. */
interface Scan {
  readonly text: JsonText;
  modelStart: number;
  modelEnd: number;
  streamStart: number;
}

const begin = (bytes: Uint8Array, closers?: Uint8Array): JsonText => {
  if (!isUtf8(bytes)) throw new ProxyError("invalid_json", "The request body is not valid UTF-8");
  return beginJson(bytes, 0, closers);
};

const beginScan = (text: JsonText): Scan => ({
  text,
  modelStart: -1,
  modelEnd: -1,
  streamStart: -1,
});

const noteMember = (scan: Scan): void => {
  const { bytes, nameStart, nameEnd, valueStart, at } = scan.text;
  const key = readKey(bytes, nameStart, nameEnd);
  if (key === "model") {
    if (scan.modelStart !== -1) throw duplicate("model");
    scan.modelStart = valueStart;
    scan.modelEnd = at;
  } else if (key === "stream") {
    if (scan.streamStart !== -1) throw duplicate("stream");
    scan.streamStart = valueStart;
  }
};

/** Scans on as far as `until`; tells whether that is all. */
const scanOn = (scan: Scan, until: number): boolean => {
  const { text } = scan;
  for (;;) {
    const found = readJson(text, until);
    if (found !== "value") return found === "end";
    if (text.depth === 1) noteMember(scan);
    else if (text.bytes[text.at - 1] !== closeBrace) {
      throw new ProxyError("invalid_request", "The request body must be a JSON object");
    }
  }
};

const checkOn = (text: JsonText, until: number): boolean => {
  let found = readJson(text, until);
  while (found === "value") found = readJson(text, until);
  return found === "end";
};

const toCall = ({ text: { bytes }, modelStart, modelEnd, streamStart }: Scan, mayLackModel: boolean): Call => {
  // A value of JSON that begins with n is null.
  if (mayLackModel && (modelStart === -1 || bytes[modelStart] === 0x6e)) {
    return { model: "", modelStart: -1, modelEnd: -1, stream: readFlag(bytes, streamStart) };
  }
  if (modelStart === -1) throw missingModel("The request names no model");
  if (bytes[modelStart] !== quote) {
    throw new ProxyError("invalid_request", "The model must be a string", { param: "model" });
  }
  const model = readString(bytes, modelStart, modelEnd);
  if (model === "") throw missingModel("The model is an empty string");
  return { model, modelStart, modelEnd, stream: readFlag(bytes, streamStart) };
};

/**
 * Reads the model and the stream flag of a JSON request body and checks that the whole body is valid JSON.
 *
 * Looks at every byte once and allocates nothing that grows with the body; the grammar is RFC 8259, in UTF-8,
 * without a byte order mark, nested at most 512 deep. A `model` or `stream` that stands twice is refused, because
 * two parsers may pick different ones. With `mayLackModel` the model may be missing or null, and then is the empty
 * string. No claim on speed without `bench/micro/scan.ts`.
 *
 * @throws {ProxyError} `invalid_json` - not JSON, not UTF-8, or too deep; names the byte offset
 * @throws {ProxyError} `invalid_request` - JSON, but not an object, or a field of the wrong type
 * @throws {ProxyError} `duplicate_field` - `model` or `stream` twice
 * @throws {ProxyError} `missing_required_parameter` - no `model`, or an empty one
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export const scanCall = (bytes: Uint8Array, mayLackModel = false): Call => {
  const scan = beginScan(begin(bytes));
  scanOn(scan, bytes.length);
  return toCall(scan, mayLackModel);
};

/**
 * Checks that a body is JSON in UTF-8 and not nested deeper than readers go, where no model has to be found in it.
 *
 * @throws {ProxyError} `invalid_json` - names the byte offset
 */
export const checkJson = (bytes: Uint8Array): void => {
  checkOn(begin(bytes), bytes.length);
};

/** As many bytes as are scanned in one go: 0.15 ms of a chat, 2 ms of the worst (`bench/micro/scan.ts`). */
export const sliceBytes = 131_072;

/** Waits for its turn before every slice. */
const inSlices = async (scanTo: (until: number) => boolean, turn: () => Promise<void>, size: number): Promise<void> => {
  let until = 0;
  do {
    await turn();
    until += size;
  } while (!scanTo(until));
};

/** The same as `scanCall`, slice by slice. */
export const scanCallInSlices = async (
  bytes: Uint8Array,
  turn: () => Promise<void>,
  size = sliceBytes,
  mayLackModel = false,
): Promise<Call> => {
  const scan = beginScan(begin(bytes, createClosers()));
  await inSlices((until) => scanOn(scan, until), turn, size);
  return toCall(scan, mayLackModel);
};

/** The same as `checkJson`, slice by slice. */
export const checkJsonInSlices = async (
  bytes: Uint8Array,
  turn: () => Promise<void>,
  size = sliceBytes,
): Promise<void> => {
  const text = begin(bytes, createClosers());
  await inSlices((until) => checkOn(text, until), turn, size);
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
