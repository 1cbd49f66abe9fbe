import type { InputPart, JsonObject, ToolResult } from "../conversation.ts";
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

/** The key under which the whole response stands, null when it is the response itself. */
const soleKey = (response: JsonObject): string | null => {
  const [key, ...others] = Object.keys(response);
  return others.length === 0 && key !== undefined && (outputKeys.has(key) || key === "error") ? key : null;
};

/**
 * Reads a function's response.
 *
 * `{output}`, or `{result}` of older examples, is what the function gave, `{error}` how it failed, and any other
 * object is
 * itself what it gave; what is not text becomes its JSON. Media follow behind.
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
  const key = soleKey(response);
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

const toResponse = (text: string, isError: boolean): JsonObject => {
  if (isError) return { error: text };
  if (!text.trimStart().startsWith("{")) return { output: text };
  try {
    const value = parseJson(text);
    if (isObject(value) && soleKey(value) === null) return value;
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
    if (part.kind === "text") texts.push(part.text);
    else if (part.kind === "native") drops.name(`messages.content.${part.name}`);
    else if (!hasMedia) besides.push(part);
    else {
      const medium = writeSource(part.source, null);
      if (medium === null) drops.name("messages.content.file_id");
      else parts.push(medium);
    }
  }
  return {
    response: {
      id: callId,
      name,
      response: toResponse(texts.join(""), isError),
      ...(parts.length === 0 ? {} : { parts }),
    },
    besides,
  };
};
