import type { JsonObject } from "../dialects/conversation.ts";
import { isObject } from "../dialects/fields.ts";
import { parseJson } from "../wire/lossless-json.ts";
import { insertMember, replaceModelMember, spliceModel } from "../wire/splice.ts";
import type { Rewrite } from "./rewrite.ts";

// What Vertex AI wants said differently from Anthropic and from the Gemini API.

/** The version of Anthropic's API that Vertex wants named in the body. */
export const vertexAnthropicVersion = "vertex-2023-10-16";

const version = { anthropic_version: vertexAnthropicVersion } as const;
const versionMember = JSON.stringify(version).slice(1, -1);

/**
 * Makes a Messages request into one for Vertex: the model stands in the URL, the version in the body.
 *
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude (read 2026-11-22)
 */
export const toVertexAnthropic = (body: JsonObject): JsonObject => {
  const { model: _, ...rest } = body;
  return { ...version, ...rest };
};

/** What counts for Vertex of a request; anything else it refuses (`@google/genai` 3.1.0, `countTokensParametersToVertex`). */
const countFields = ["contents", "systemInstruction", "tools", "generationConfig"] as const;

/** Makes a count of the Gemini API into one for Vertex, which has the request's fields beside `contents`. */
export const toVertexGeminiCount = (body: JsonObject): JsonObject => {
  const whole = body["generateContentRequest"] ?? body["generate_content_request"];
  if (!isObject(whole)) return body;
  return Object.fromEntries(countFields.filter((name) => name in whole).map((name) => [name, whole[name]]));
};

const encoder = new TextEncoder();

/** Sends the body through a function of its parsed form; numbers keep their spelling. */
const reencode = (body: Uint8Array, change: (parsed: JsonObject) => JsonObject): Uint8Array<ArrayBuffer> | null => {
  const parsed = parseJson(new TextDecoder().decode(body));
  return isObject(parsed) ? encoder.encode(JSON.stringify(change(parsed))) : null;
};

const has = (body: Uint8Array, word: string): boolean =>
  Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes(word);

/**
 * Makes bodies fit for Vertex.
 *
 * In a client's Messages request the one member `"model": "..."` is replaced by the version, byte for byte in its place;
 * a count keeps its model and gets the version in front. Where the word `anthropic_version` stands anywhere in the body,
 * so that it might be there twice, the body is written anew in the same order, and an own version wins.
 */
export const vertexRewrite: Rewrite = {
  bytes: (use, dialect, body, call, model) => {
    if (dialect === "gemini") {
      const isWrapped =
        use === "count" && (has(body, "generateContentRequest") || has(body, "generate_content_request"));
      return (isWrapped ? reencode(body, toVertexGeminiCount) : null) ?? body;
    }
    if (dialect !== "anthropic" || call === null) return body;
    const isVersioned = has(body, "anthropic_version");
    if (use === "call") {
      return (isVersioned ? reencode(body, toVertexAnthropic) : null) ?? replaceModelMember(body, call, versionMember);
    }
    const named = model === call.model ? body : spliceModel(body, call, model);
    return (
      (isVersioned ? reencode(named, (parsed) => ({ ...version, ...parsed })) : null) ??
      insertMember(named, versionMember)
    );
  },
  object: (use, dialect, body) => {
    if (dialect === "gemini") return use === "count" ? toVertexGeminiCount(body) : body;
    if (dialect !== "anthropic") return body;
    return use === "call" ? toVertexAnthropic(body) : { ...version, ...body };
  },
};
