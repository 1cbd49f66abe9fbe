import { closeBrace, comma, encode, isWord, openBrace, skipColon, skipName, skipSpace, skipValue } from "./json.ts";
import { parseJson } from "./lossless-json.ts";

interface Span {
  /** Of the value. */
  readonly start: number;
  readonly end: number;
}

const streamOptions = encode('"stream_options"');
const asked = encode('"stream_options":{"include_usage":true}');

/** Finds a field of the object that a body is known to be, and the offset of the brace that closes it. */
const find = (body: Uint8Array, name: Uint8Array): { readonly span: Span | null; readonly close: number } => {
  let span: Span | null = null;
  let at = skipSpace(body, skipSpace(body, 0) + 1);
  while (body[at] !== closeBrace) {
    const start = skipSpace(body, at);
    const nameEnd = skipName(body, start);
    const valueStart = skipColon(body, nameEnd);
    at = skipValue(body, valueStart);
    if (nameEnd - start === name.length && isWord(body, start, name)) span = { start: valueStart, end: at };
    at = skipSpace(body, at);
    if (body[at] === comma) at = skipSpace(body, at + 1);
  }
  return { span, close: at };
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
  const { span, close } = find(body, streamOptions);
  if (span === null) {
    const isEmpty = body[skipSpace(body, skipSpace(body, 0) + 1)] === closeBrace;
    return replace(body, { start: close, end: close }, isEmpty ? asked : new Uint8Array([comma, ...asked]));
  }
  const text = new TextDecoder().decode(body.subarray(span.start, span.end));
  const options = text === "null" ? {} : parseJson(text);
  if (typeof options !== "object" || options === null || (body[span.start] !== openBrace && text !== "null"))
    return null;
  if ("include_usage" in options && options.include_usage === true) return null;
  return replace(body, span, encode(JSON.stringify({ ...options, include_usage: true })));
};
