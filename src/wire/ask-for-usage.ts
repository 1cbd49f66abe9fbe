import { Buffer } from "node:buffer";
import { beginJson, readJson } from "./json-text.ts";
import { closeBrace, encode, isWord, openBrace, skipSpace } from "./json.ts";
import { parseJson } from "./lossless-json.ts";

interface Span {
  /** Of the value. */
  readonly start: number;
  readonly end: number;
}

const streamOptions = Buffer.from('"stream_options"');
const asked = encode('"stream_options":{"include_usage":true}');
const alsoAsked = encode(',"stream_options":{"include_usage":true}');

const { indexOf } = Buffer.prototype;

/** Finds the options in the object that a body is known to be. */
const findOptions = (body: Uint8Array): Span | null => {
  // Most name them nowhere, and a search is told so a hundred times as fast as a reader.
  if (indexOf.call(body, streamOptions) === -1) return null;
  let span: Span | null = null;
  const text = beginJson(body, 0);
  while (readJson(text, body.length) === "value") {
    const { nameStart, nameEnd, valueStart, at, depth } = text;
    const isNamed = nameEnd - nameStart === streamOptions.length && isWord(body, nameStart, streamOptions);
    if (depth === 1 && isNamed) span = { start: valueStart, end: at };
  }
  return span;
};

const replace = (body: Uint8Array, { start, end }: Span, by: Uint8Array): Uint8Array<ArrayBuffer> => {
  const made = new Uint8Array(body.length - (end - start) + by.length);
  made.set(body.subarray(0, start));
  made.set(by, start);
  made.set(body.subarray(end), start + by.length);
  return made;
};

/**
 * Gives the body of a streamed chat call with `stream_options.include_usage` set, so that the stream ends with its
 * usage; null when the client asks for it itself, or has put something else there than an object. Every other byte stays as it was.
 *
 * @see `ChatCompletionStreamOptions` in `openai` 7.57.0
 */
export const askForUsage = (body: Uint8Array): Uint8Array<ArrayBuffer> | null => {
  const span = findOptions(body);
  if (span === null) {
    const close = body.lastIndexOf(closeBrace);
    const isEmpty = body[skipSpace(body, skipSpace(body, 0) + 1)] === closeBrace;
    return replace(body, { start: close, end: close }, isEmpty ? asked : alsoAsked);
  }
  const text = new TextDecoder().decode(body.subarray(span.start, span.end));
  const options = text === "null" ? {} : parseJson(text);
  if (typeof options !== "object" || options === null || (body[span.start] !== openBrace && text !== "null"))
    return null;
  if ("include_usage" in options && options.include_usage === true) return null;
  return replace(body, span, encode(JSON.stringify({ ...options, include_usage: true })));
};
