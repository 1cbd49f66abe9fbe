import type { InputPart, JsonObject, Native, ToolResult } from "../conversation.ts";
import { type Drops, dropUnknown } from "../drops.ts";
import { isObject, maybeObject, maybeText, needObject, needText } from "../fields.ts";
import { parseJson } from "../../wire/lossless-json.ts";
import { readMedia, writeSource } from "./media.ts";
import { camel, maybeItems } from "./proto.ts";
import { toText } from "./read-parts.ts";
import type { FunctionResponse, MediaPart } from "./wire.ts";

const known: ReadonlySet<string> = new Set(["id", "name", "response", "parts"]);
const prefix = "contents.parts.functionResponse.";
const mediaKeys: ReadonlySet<string> = new Set(["inlineData", "fileData", "mediaResolution"]);
const outputKeys: ReadonlySet<string> = new Set(["output", "result"]);

const toJsonText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What the AI SDK wraps around a response: the function's name once more, and one of these. */
const wrappedKeys: ReadonlySet<string> = new Set(["content", "error"]);

/**
 * The key under which the AI SDK says it, null when it does not wrap it.
 *
 * @see npm `@ai-sdk/google` 4.0.121, src/convert-to-google-messages.ts, `functionResponse`
 */
const wrappedKey = ({ name: named, ...rest }: JsonObject, name: string): string | null => {
  const [key, ...others] = Object.keys(rest);
  return named === name && others.length === 0 && key !== undefined && wrappedKeys.has(key) ? key : null;
};

/** The key under which the whole response stands, null when it is the response itself. */
const soleKey = (response: JsonObject): string | null => {
  const [key, ...others] = Object.keys(response);
  return others.length === 0 && key !== undefined && (outputKeys.has(key) || key === "error") ? key : null;
};

/**
 * Reads a function's response.
 *
 * `{output}`, or `{result}` of older examples, is what the function gave, `{error}` how it failed, also where the
 * function's name stands beside it (`{name, content}`, `{name, error}`), and any other object is itself what it gave;
 * what is not text becomes its JSON. Media follow behind.
 *
 * @throws {ProxyError} `invalid_request`
 * @see npm `@google/genai` 3.1.0, dist/genai.d.ts (FunctionResponse)
 */
export const readFunctionResponse = (
  value: unknown,
  at: string,
  takeCall: (id: string | null, name: string, at: string) => { readonly id: string },
  drops: Drops,
): ToolResult => {
  const answer = camel(needObject(value, at));
  dropUnknown(answer, known, prefix, drops);
  const name = needText(answer["name"], `${at}.name`);
  const { id: callId } = takeCall(maybeText(answer["id"], `${at}.id`), name, at);
  const response = maybeObject(answer["response"], `${at}.response`) ?? {};
  const key = soleKey(response) ?? wrappedKey(response, name);
  const media = maybeItems(answer["parts"], `${at}.parts`).map((part, index): InputPart => {
    const path = `${at}.parts[${index}]`;
    const medium = camel(needObject(part, path));
    dropUnknown(medium, mediaKeys, `${prefix}parts.`, drops);
    return readMedia(medium, path, `${prefix}parts.`, drops);
  });
  const text = toJsonText(key === null ? response : response[key]);
  const isEmpty = media.length > 0 && key === null && Object.keys(response).length === 0;
  return {
    callId,
    name,
    content: isEmpty ? media : [toText(text), ...media],
    isError: key === "error",
    isCustom: false,
    cache: null,
  };
};

const toResponse = (text: string, name: string, isError: boolean): JsonObject => {
  if (isError) return { error: text };
  if (!text.trimStart().startsWith("{")) return { output: text };
  try {
    const value = parseJson(text);
    if (isObject(value) && soleKey(value) === null && wrappedKey(value, name) === null) return value;
  } catch {
    // Not JSON, so it is a text that begins with a brace.
  }
  return { output: text };
};

/** A response, and the media that the model does not take inside of one. */
export interface WrittenResponse {
  readonly response: FunctionResponse;
  readonly besides: readonly InputPart[];
}

/** Names what a part of a response has no place for beside its text or its bytes. */
const dropMarks = (part: Exclude<InputPart, Native>, drops: Drops): void => {
  if (part.cache !== null) drops.name("messages.content.cache_control");
  if (part.kind === "text" && part.citations.length > 0) drops.name("messages.content.citations");
  if (part.kind === "image" && part.detail !== null && part.detail !== "auto") drops.name("messages.content.detail");
  if (part.kind !== "file") return;
  if (part.name !== null) drops.name("messages.content.filename");
  if (part.context !== null) drops.name("messages.content.context");
  if (part.cite) drops.name("messages.content.citations");
};

/**
 * Writes a function's response: a JSON object as it is, any other text as `{output}`, a failure as `{error}`.
 *
 * Media stand in its `parts`, which models before Gemini 3 do not take (`hasMedia` false): they come back in `besides`.
 * A file in the store of another provider is left out and named.
 */
export const writeFunctionResponse = (
  { callId, content, isError, cache }: ToolResult,
  name: string,
  hasMedia: boolean,
  drops: Drops,
): WrittenResponse => {
  if (cache !== null) drops.name("messages.content.cache_control");
  const texts: string[] = [];
  const parts: MediaPart[] = [];
  const besides: InputPart[] = [];
  for (const part of content) {
    if (part.kind === "text") {
      dropMarks(part, drops);
      texts.push(part.text);
    } else if (part.kind === "native") drops.name(`messages.content.${part.name}`);
    else if (!hasMedia) besides.push(part);
    else {
      const medium = writeSource(part.source, null);
      if (medium === null) drops.name("messages.content.file_id");
      else {
        parts.push(medium);
        dropMarks(part, drops);
      }
    }
  }
  return {
    response: {
      id: callId,
      name,
      response: toResponse(texts.join(""), name, isError),
      ...(parts.length === 0 ? {} : { parts }),
    },
    besides,
  };
};
