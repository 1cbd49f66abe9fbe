import type { Citation, JsonObject, Native, OutputPart } from "../conversation.ts";
import { toList, toObject, toText } from "../fields.ts";

const name = "bedrock-converse";

/** The objects of a list; anything else in it is passed over. */
export const objectsOf = (value: unknown): readonly JsonObject[] =>
  toList(value)
    .map(toObject)
    .filter((object) => object !== null);

const textsOf = (value: unknown): readonly string[] =>
  objectsOf(value)
    .map((content) => toText(content["text"]))
    .filter((text) => text !== null);

/** A block only this dialect has words for, named by its one key. */
export const toNative = (block: JsonObject): Native => ({
  kind: "native",
  dialect: name,
  name: Object.keys(block)[0] ?? "unknown",
  value: block,
});

export const toTextPart = (text: string, citations: readonly Citation[] = []): OutputPart => ({
  kind: "text",
  text,
  citations,
  cache: null,
});

export const toReasoningPart = (text: string, isRedacted: boolean, seal: string | null): OutputPart => ({
  kind: "reasoning",
  id: null,
  text,
  isSummary: false,
  isRedacted,
  signature: seal === null ? null : { by: name, value: seal },
});

export const toCallPart = (use: JsonObject, text: string): OutputPart => ({
  kind: "tool_call",
  id: toText(use["toolUseId"]) ?? "",
  name: toText(use["name"]) ?? "",
  arguments: text,
  isCustom: false,
  signature: null,
  cache: null,
});

export const toImagePart = (format: string | null, bytes: string): OutputPart => ({
  kind: "image",
  source: { kind: "base64", data: bytes, mediaType: `image/${format ?? "png"}` },
  detail: null,
  cache: null,
});

/** A call the service answers itself is none of the client's. */
export const isServerTool = (use: JsonObject): boolean => use["type"] === "server_tool_use";

const isUrl = (text: string | null): boolean => text !== null && /^https?:\/\//.test(text);

/** Reads a citation, or the delta that brings one. Where in the answer it stands is told by the block alone. */
export const readCitation = (citation: JsonObject): Citation => {
  const web = toText(toObject(toObject(citation["location"])?.["web"])?.["url"]);
  const source = toText(citation["source"]);
  const quotes = textsOf(citation["sourceContent"]);
  return {
    url: web ?? (isUrl(source) ? source : null),
    title: toText(citation["title"]),
    quote: quotes.length === 0 ? null : quotes.join(""),
    start: null,
    end: null,
    native: { kind: "native", dialect: name, name: "citation", value: citation },
  };
};

const readReasoning = (content: JsonObject): OutputPart => {
  const redacted = toText(content["redactedContent"]);
  if (redacted !== null) return toReasoningPart("", true, redacted);
  const reasoning = toObject(content["reasoningText"]);
  return toReasoningPart(toText(reasoning?.["text"]) ?? "", false, toText(reasoning?.["signature"]));
};

/** Reads one block of an answer; null for one that says nothing. */
export const readBlock = (block: JsonObject): OutputPart | null => {
  const text = toText(block["text"]);
  if (text !== null) return toTextPart(text);
  const reasoning = toObject(block["reasoningContent"]);
  if (reasoning !== null) return readReasoning(reasoning);
  const use = toObject(block["toolUse"]);
  if (use !== null && !isServerTool(use)) return toCallPart(use, JSON.stringify(use["input"] ?? {}));
  const cited = toObject(block["citationsContent"]);
  if (cited !== null) {
    return toTextPart(textsOf(cited["content"]).join(""), objectsOf(cited["citations"]).map(readCitation));
  }
  const image = toObject(block["image"]);
  const bytes = toText(toObject(image?.["source"])?.["bytes"]);
  if (image !== null && bytes !== null) return toImagePart(toText(image["format"]), bytes);
  return Object.keys(block).length === 0 ? null : toNative(block);
};
