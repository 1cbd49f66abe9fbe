import { ProxyError } from "../../errors.ts";
import type { CacheHint, Citation, InputPart, JsonObject, Reasoning, Refusal, Source, Text } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  maybeObject,
  maybeOneOf,
  maybeText,
  needList,
  needObject,
  needText,
  wrongType,
  wrongValue,
} from "../fields.ts";
import { isWebUrl, readDataUrl, readImageUrl } from "./sources.ts";

const breakpointSeconds = { "30m": 1800, "12h": 43_200 } as const;
const controlSeconds = { "5m": 300, "1h": 3600 } as const;
const breakpointKeys = new Set(["mode", "ttl"]);
const controlKeys = new Set(["type", "ttl"]);
/** What parts are named under. */
const ofContent = "messages.content.";

/**
 * Reads OpenAI's `prompt_cache_breakpoint`, or the `cache_control` that OpenRouter and LiteLLM take for Anthropic's models.
 * `name` is what drops in them are named under, such as `messages.content.`.
 */
export const readCache = (part: JsonObject, path: string, name: string, drops: Drops): CacheHint | null => {
  const breakpoint = maybeObject(part["prompt_cache_breakpoint"], `${path}.prompt_cache_breakpoint`);
  if (breakpoint !== null) {
    dropUnknown(breakpoint, breakpointKeys, `${name}prompt_cache_breakpoint.`, drops);
    const at = `${path}.prompt_cache_breakpoint.ttl`;
    const ttl = maybeOneOf(breakpoint["ttl"], ["30m", "12h"], at);
    return { ttlSeconds: ttl === null ? null : breakpointSeconds[ttl] };
  }
  return readCacheControl(part["cache_control"], `${path}.cache_control`, `${name}cache_control.`, drops);
};

/** Reads `cache_control`, which OpenRouter takes at the top of a request too. */
export const readCacheControl = (value: unknown, path: string, name: string, drops: Drops): CacheHint | null => {
  const control = maybeObject(value, path);
  if (control === null) return null;
  dropUnknown(control, controlKeys, name, drops);
  const ttl = maybeOneOf(control["ttl"], ["5m", "1h"], `${path}.ttl`);
  return { ttlSeconds: ttl === null ? null : controlSeconds[ttl] };
};

const cacheKeys = ["type", "prompt_cache_breakpoint", "cache_control"];
const known = {
  text: new Set([...cacheKeys, "text", "annotations"]),
  refusal: new Set([...cacheKeys, "refusal"]),
  thinking: new Set(["type", "thinking", "closed"]),
  image_url: new Set([...cacheKeys, "image_url"]),
  input_audio: new Set([...cacheKeys, "input_audio"]),
  file: new Set([...cacheKeys, "file"]),
  video_url: new Set([...cacheKeys, "video_url"]),
} as const;
const inner = {
  image_url: new Set(["url", "detail"]),
  input_audio: new Set(["data", "format"]),
  file: new Set(["file_data", "file_id", "filename"]),
  video_url: new Set(["url"]),
} as const;

const unreadable = (path: string, wanted: string): ProxyError =>
  new ProxyError("invalid_request", `Invalid '${path}': wanted ${wanted}`, { param: path });

const readImage = (image: JsonObject, path: string): Source => {
  const url = needText(image["url"], `${path}.url`);
  const source = readImageUrl(url);
  if (source === null) throw unreadable(`${path}.url`, "an http(s) URL or a base64 data URL of an image");
  return source;
};

const readVideo = (video: JsonObject, path: string): Source => {
  const url = needText(video["url"], `${path}.url`);
  const data = readDataUrl(url);
  if (data !== null) return { kind: "base64", ...data };
  if (!isWebUrl(url)) throw unreadable(`${path}.url`, "an http(s) URL or a base64 data URL");
  return { kind: "url", url, mediaType: null };
};

const audioTypes = { wav: "audio/wav", mp3: "audio/mpeg" } as const;

const readAudio = (audio: JsonObject, path: string): Source => {
  const data = needText(audio["data"], `${path}.data`);
  if (data === "") throw unreadable(`${path}.data`, "base64");
  const format = maybeOneOf(audio["format"], ["wav", "mp3"], `${path}.format`);
  if (format === null) throw wrongType(`${path}.format`, "a string", undefined);
  return { kind: "base64", data, mediaType: audioTypes[format] };
};

const fileTypes: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};

/** `file_data` is a data URL, or bare base64, whose kind the name tells; OpenRouter takes an address there too. */
const readFile = (file: JsonObject, name: string | null, path: string, drops: Drops): Source => {
  const data = maybeText(file["file_data"], `${path}.file_data`);
  const id = maybeText(file["file_id"], `${path}.file_id`);
  if (data === null) {
    if (id === null) throw wrongType(`${path}.file_id`, "a string", undefined);
    return { kind: "file_id", id, dialect: "openai-chat" };
  }
  if (id !== null) drops.name(`${ofContent}file.file_id`);
  const bytes = readDataUrl(data);
  if (bytes !== null) return { kind: "base64", ...bytes };
  if (isWebUrl(data)) return { kind: "url", url: data, mediaType: null };
  if (data === "" || data.startsWith("data:")) throw unreadable(`${path}.file_data`, "base64 data");
  const ending = name?.split(".").at(-1)?.toLowerCase() ?? "";
  return { kind: "base64", data, mediaType: fileTypes[ending] ?? "application/pdf" };
};

const partTypes = ["text", "image_url", "input_audio", "file", "video_url"] as const;

/** The `type` of a part; a missing one is refused too. */
export const readType = <T extends string>(part: JsonObject, wanted: readonly T[], path: string): T => {
  const type = needText(part["type"], `${path}.type`);
  const found = wanted.find((one) => one === type);
  if (found === undefined) throw wrongValue(`${path}.type`, type, wanted);
  return found;
};

/** Reads a part that has to be text. @throws {ProxyError} `invalid_request` */
export const readTextPart = (part: JsonObject, path: string, drops: Drops): Text => {
  dropUnknown(part, known.text, ofContent, drops);
  const cache = readCache(part, path, ofContent, drops);
  return { kind: "text", text: needText(part["text"], `${path}.text`), citations: [], cache };
};

const readPart = (part: JsonObject, path: string, drops: Drops): InputPart => {
  const type = readType(part, partTypes, path);
  if (type === "text") return readTextPart(part, path, drops);
  dropUnknown(part, known[type], ofContent, drops);
  const at = `${path}.${type}`;
  const body = needObject(part[type], at);
  dropUnknown(body, inner[type], `${ofContent}${type}.`, drops);
  const cache = readCache(part, path, ofContent, drops);
  switch (type) {
    case "image_url": {
      const detail = maybeText(body["detail"], `${at}.detail`);
      return { kind: "image", source: readImage(body, at), detail, cache };
    }
    case "input_audio":
      return { kind: "audio", source: readAudio(body, at), cache };
    case "video_url":
      return { kind: "video", source: readVideo(body, at), cache };
    case "file": {
      const name = maybeText(body["filename"], `${at}.filename`);
      return { kind: "file", source: readFile(body, name, at, drops), name, context: null, cite: false, cache };
    }
  }
};

const emptyList = (path: string): ProxyError =>
  new ProxyError("invalid_request", `Invalid '${path}': an empty array, wanted at least 1 item`, { param: path });

const noCitations: readonly Citation[] = [];

type ReadPart<T> = (part: JsonObject, path: string, drops: Drops) => T;

const readList = <T>(content: unknown, path: string, drops: Drops, read: ReadPart<T>): readonly T[] => {
  if (!Array.isArray(content)) throw wrongType(path, "a string or an array of content parts", content);
  if (content.length === 0) throw emptyList(path);
  return content.map((part, index) => read(needObject(part, `${path}[${index}]`), `${path}[${index}]`, drops));
};

/** Reads content that is a text or a list of parts, each by `read`. */
const readContent = <T>(content: unknown, path: string, drops: Drops, read: ReadPart<T>): readonly (T | Text)[] =>
  typeof content === "string"
    ? [{ kind: "text", text: content, citations: noCitations, cache: null }]
    : readList(content, path, drops, read);

/** Reads the content of a user's message. */
export const readUserContent = (content: unknown, path: string, drops: Drops): readonly InputPart[] =>
  readContent(content, path, drops, readPart);

const readOnlyText = (part: JsonObject, path: string, drops: Drops): Text => {
  readType(part, ["text"], path);
  return readTextPart(part, path, drops);
};

/** Reads content that is text alone: of a system's, developer's or tool's message. */
export const readTexts = (content: unknown, path: string, drops: Drops): readonly Text[] =>
  readContent(content, path, drops, readOnlyText);

/** Reads a thought as Mistral has it; it has no seal, and none is needed to send it back. */
const readThinking = (part: JsonObject, path: string, drops: Drops): Reasoning => {
  dropUnknown(part, known.thinking, ofContent, drops);
  const pieces = needList(part["thinking"], `${path}.thinking`).map((piece, index) => {
    const at = `${path}.thinking[${index}]`;
    return needText(needObject(piece, at)["text"], `${at}.text`);
  });
  const signature = { by: "openai-chat", value: "" } as const;
  return { kind: "reasoning", id: null, text: pieces.join(""), isSummary: false, isRedacted: false, signature };
};

const readAssistantPart = (part: JsonObject, path: string, drops: Drops): Text | Refusal | Reasoning => {
  const type = readType(part, ["text", "refusal", "thinking"], path);
  if (type === "text") return readTextPart(part, path, drops);
  if (type === "thinking") return readThinking(part, path, drops);
  dropUnknown(part, known.refusal, ofContent, drops);
  return { kind: "refusal", text: needText(part["refusal"], `${path}.refusal`) };
};

/** Reads the content of an assistant's message. */
export const readAssistantContent = (
  content: unknown,
  path: string,
  drops: Drops,
): readonly (Text | Refusal | Reasoning)[] => readContent(content, path, drops, readAssistantPart);
