import { ProxyError } from "../../errors.ts";
import type { CacheHint, InputPart, JsonObject, OutputPart, Source } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  maybeObject,
  maybeOneOf,
  maybeText,
  needList,
  needObject,
  needText,
  toText,
  wrongType,
  wrongValue,
} from "../fields.ts";
import { readCitations } from "./marks.ts";

const invalid = (path: string, message: string): ProxyError =>
  new ProxyError("invalid_request", `Invalid '${path}'. ${message}`, { param: path });

/** Reads `data:<type>;base64,<data>`, null for anything else. */
const readDataUrl = (url: string): { readonly mediaType: string; readonly data: string } | null => {
  const comma = url.indexOf(",");
  if (!url.startsWith("data:") || comma === -1 || comma > 200) return null;
  const [mediaType = "", ...rest] = url.slice("data:".length, comma).split(";");
  return rest.at(-1) === "base64" ? { mediaType, data: url.slice(comma + 1) } : null;
};

const notBase64 = /[^A-Za-z0-9+/=\s]/;

const readUrl = (url: string, path: string): Source => {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol === "http:" || protocol === "https:") return { kind: "url", url, mediaType: null };
  throw invalid(path, "Expected a valid URL, but got a value with an invalid format.");
};

const readImageUrl = (url: string, path: string): Source => {
  if (!url.startsWith("data:")) return readUrl(url, path);
  const found = readDataUrl(url);
  if (found === null || !found.mediaType.startsWith("image/") || found.data === "" || notBase64.test(found.data)) {
    throw invalid(path, "Expected a base64-encoded data URL with an image MIME type.");
  }
  return { kind: "base64", ...found };
};

const fileId = (id: string): Source => ({ kind: "file_id", id, dialect: "openai-responses" });

/** Data without the prefix of a data URL is taken for what its first bytes are. */
const readFileData = (data: string, path: string): Source => {
  const found = readDataUrl(data) ?? {
    mediaType: data.startsWith("JVBERi0") ? "application/pdf" : "application/octet-stream",
    data,
  };
  if (found.data === "" || notBase64.test(found.data)) throw invalid(path, "Expected base64-encoded data.");
  return { kind: "base64", ...found };
};

const breakpointKeys = new Set(["mode", "ttl"]);
const secondsOf: Readonly<Record<string, number>> = { "30m": 1800, "12h": 43_200 };

const readCache = (part: JsonObject, path: string, drops: Drops): CacheHint | null => {
  const mark = maybeObject(part["prompt_cache_breakpoint"], `${path}.prompt_cache_breakpoint`);
  if (mark === null) return null;
  dropUnknown(mark, breakpointKeys, "input.content.prompt_cache_breakpoint.", drops);
  const ttl = maybeOneOf(mark["ttl"], ["30m", "12h"], `${path}.prompt_cache_breakpoint.ttl`);
  return { ttlSeconds: ttl === null ? null : (secondsOf[ttl] ?? null) };
};

const textKeys = new Set(["type", "text", "prompt_cache_breakpoint"]);
const imageKeys = new Set(["type", "image_url", "file_id", "detail", "prompt_cache_breakpoint"]);
const fileKeys = new Set(["type", "file_data", "file_id", "file_url", "filename", "prompt_cache_breakpoint"]);
const audioKeys = new Set(["type", "input_audio"]);
const soundKeys = new Set(["data", "format"]);
const outputKeys = new Set(["type", "text", "annotations", "logprobs", "refusal"]);

/** Names the other ways to say where a file is: the first of them counts. */
const dropOthers = (part: JsonObject, kept: string, keys: readonly string[], drops: Drops): void => {
  for (const key of keys) if (key !== kept && toText(part[key]) !== null) drops.name(`input.content.${key}`);
};

const readImage = (part: JsonObject, path: string, drops: Drops): InputPart => {
  dropUnknown(part, imageKeys, "input.content.", drops);
  const url = maybeText(part["image_url"], `${path}.image_url`);
  const id = maybeText(part["file_id"], `${path}.file_id`);
  if (url === null && id === null) throw wrongType(`${path}.image_url`, "a string", undefined);
  if (url !== null) dropOthers(part, "image_url", ["file_id"], drops);
  return {
    kind: "image",
    source: url === null ? fileId(id ?? "") : readImageUrl(url, `${path}.image_url`),
    detail: maybeOneOf(part["detail"], ["low", "high", "auto", "original"], `${path}.detail`),
    cache: readCache(part, path, drops),
  };
};

const readFile = (part: JsonObject, path: string, drops: Drops): InputPart => {
  dropUnknown(part, fileKeys, "input.content.", drops);
  const data = maybeText(part["file_data"], `${path}.file_data`);
  const url = maybeText(part["file_url"], `${path}.file_url`);
  const id = maybeText(part["file_id"], `${path}.file_id`);
  const source =
    (data === null ? null : readFileData(data, `${path}.file_data`)) ??
    (url === null ? null : readUrl(url, `${path}.file_url`)) ??
    (id === null ? null : fileId(id));
  if (source === null) throw wrongType(`${path}.file_data`, "a string", undefined);
  const kept = data === null ? (url === null ? "file_id" : "file_url") : "file_data";
  dropOthers(part, kept, ["file_url", "file_id"], drops);
  const name = maybeText(part["filename"], `${path}.filename`);
  return { kind: "file", source, name, context: null, cite: false, cache: readCache(part, path, drops) };
};

const readAudio = (part: JsonObject, path: string, drops: Drops): InputPart => {
  dropUnknown(part, audioKeys, "input.content.", drops);
  const audio = needObject(part["input_audio"], `${path}.input_audio`);
  dropUnknown(audio, soundKeys, "input.content.input_audio.", drops);
  const format = maybeOneOf(audio["format"], ["mp3", "wav"], `${path}.input_audio.format`) ?? "wav";
  const data = needText(audio["data"], `${path}.input_audio.data`);
  return { kind: "audio", source: { kind: "base64", data, mediaType: `audio/${format}` }, cache: null };
};

const readInputPart = (value: unknown, path: string, drops: Drops): InputPart => {
  const part = needObject(value, path);
  const type = needText(part["type"], `${path}.type`);
  switch (type) {
    case "input_text": {
      dropUnknown(part, textKeys, "input.content.", drops);
      const text = needText(part["text"], `${path}.text`);
      return { kind: "text", text, citations: [], cache: readCache(part, path, drops) };
    }
    case "input_image":
      return readImage(part, path, drops);
    case "input_file":
      return readFile(part, path, drops);
    case "input_audio":
      return readAudio(part, path, drops);
    default:
      throw wrongValue(`${path}.type`, type, ["input_text", "input_image", "input_file"]);
  }
};

/** Reads the content of a message of the client, or of what a tool gave back: a text, or a list of parts. */
export const readInputContent = (value: unknown, path: string, drops: Drops): readonly InputPart[] => {
  const text = toText(value);
  if (text !== null) return [{ kind: "text", text, citations: [], cache: null }];
  return needList(value, path).map((part, index) => readInputPart(part, `${path}[${index}]`, drops));
};

/**
 * Reads the content of a message of the assistant; an empty text says nothing and is left out.
 *
 * Its `logprobs` go unnamed: every client sends them back as they came, and no provider reads those of an earlier answer.
 */
export const readOutputContent = (value: unknown, path: string, drops: Drops): readonly OutputPart[] => {
  const whole = toText(value);
  if (whole !== null) return whole === "" ? [] : [{ kind: "text", text: whole, citations: [], cache: null }];
  return needList(value, path).flatMap((one, index): readonly OutputPart[] => {
    const at = `${path}[${index}]`;
    const part = needObject(one, at);
    const type = needText(part["type"], `${at}.type`);
    dropUnknown(part, outputKeys, "input.content.", drops);
    if (type === "refusal") return [{ kind: "refusal", text: needText(part["refusal"], `${at}.refusal`) }];
    if (type !== "output_text") throw wrongValue(`${at}.type`, type, ["output_text", "refusal"]);
    const text = needText(part["text"], `${at}.text`);
    return text === "" ? [] : [{ kind: "text", text, citations: readCitations(part["annotations"]), cache: null }];
  });
};
