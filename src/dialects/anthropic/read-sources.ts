import { ProxyError } from "../../errors.ts";
import type { File, Image, JsonObject, Native, Source } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import { isObject, maybeFlag, maybeObject, maybeText, needObject, needText, wrongType, wrongValue } from "../fields.ts";
import { readCacheControl } from "./cache-control.ts";

const imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const imageSources = ["base64", "url", "file"];
const documentSources = ["base64", "text", "url", "file", "content"];
const sourceKeys = new Set(["type", "media_type", "data", "url", "file_id", "content"]);
const citationKeys = new Set(["enabled"]);
const imageKeys = new Set(["type", "source", "cache_control"]);
const documentKeys = new Set(["type", "source", "cache_control", "citations", "context", "title"]);

const invalid = (path: string, why: string): ProxyError =>
  new ProxyError("invalid_request", `Invalid value for '${path}': ${why}`, { param: path });

/** Looks at both ends alone, so that megabytes cost nothing; what is taken for base64 most often is a data URL. */
const isBase64 = (data: string): boolean =>
  /^[A-Za-z0-9+/_-]{2,}[=\s]*$/.test(data.slice(0, 256)) && /^[A-Za-z0-9+/_-]*[=\s]*$/.test(data.slice(-64));

const readBase64 = (source: JsonObject, path: string, mediaTypes: readonly string[]): Source => {
  const mediaType = needText(source["media_type"], `${path}.media_type`);
  if (!mediaTypes.includes(mediaType)) throw wrongValue(`${path}.media_type`, mediaType, mediaTypes);
  const data = needText(source["data"], `${path}.data`);
  if (!isBase64(data)) throw invalid(`${path}.data`, "it is not base64");
  return { kind: "base64", data, mediaType };
};

const readUrl = (source: JsonObject, path: string, mediaType: string | null): Source => {
  const url = needText(source["url"], `${path}.url`);
  if (!/^https?:\/\/[^\s/]/i.test(url)) throw invalid(`${path}.url`, "it is not an http or https URL");
  return { kind: "url", url, mediaType };
};

const readFileId = (source: JsonObject, path: string): Source => ({
  kind: "file_id",
  id: needText(source["file_id"], `${path}.file_id`),
  dialect: "anthropic",
});

/** Reads an image block. */
export const readImage = (block: JsonObject, path: string, drops: Drops): Image => {
  dropUnknown(block, imageKeys, "messages.content.", drops);
  const at = `${path}.source`;
  const source = needObject(block["source"], at);
  const type = needText(source["type"], `${at}.type`);
  dropUnknown(source, sourceKeys, "messages.content.source.", drops);
  const rest = { detail: null, cache: readCacheControl(block, path, drops) };
  switch (type) {
    case "base64":
      return { kind: "image", source: readBase64(source, at, imageTypes), ...rest };
    case "url":
      return { kind: "image", source: readUrl(source, at, null), ...rest };
    case "file":
      return { kind: "image", source: readFileId(source, at), ...rest };
    default:
      throw wrongValue(`${at}.type`, type, imageSources);
  }
};

/** The text of a document made of blocks, null when one of them is an image. */
const joinTexts = (content: unknown, path: string): string | null => {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) throw wrongType(path, "a string or an array", content);
  const texts: string[] = [];
  for (const [index, item] of content.entries()) {
    const block = needObject(item, `${path}[${index}]`);
    if (block["type"] !== "text") return null;
    texts.push(needText(block["text"], `${path}[${index}].text`));
  }
  return texts.join("\n\n");
};

/**
 * Reads a document block.
 *
 * One whose source is a list of texts becomes a plain text (its borders are named as dropped); with an image among them
 * only this dialect can say it.
 */
export const readDocument = (block: JsonObject, path: string, drops: Drops): File | Native => {
  const at = `${path}.source`;
  const source = needObject(block["source"], at);
  const type = needText(source["type"], `${at}.type`);
  const citations = maybeObject(block["citations"], `${path}.citations`);
  const toFile = (of: Source): File => {
    dropUnknown(block, documentKeys, "messages.content.", drops);
    dropUnknown(source, sourceKeys, "messages.content.source.", drops);
    if (citations !== null) dropUnknown(citations, citationKeys, "messages.content.citations.", drops);
    return {
      kind: "file",
      source: of,
      name: maybeText(block["title"], `${path}.title`),
      context: maybeText(block["context"], `${path}.context`),
      cite: isObject(citations) && maybeFlag(citations["enabled"], `${path}.citations.enabled`) === true,
      cache: readCacheControl(block, path, drops),
    };
  };
  switch (type) {
    case "base64":
      return toFile(readBase64(source, at, ["application/pdf"]));
    case "text":
      return toFile({ kind: "text", text: needText(source["data"], `${at}.data`) });
    case "url":
      return toFile(readUrl(source, at, "application/pdf"));
    case "file":
      return toFile(readFileId(source, at));
    case "content": {
      const text = joinTexts(source["content"], `${at}.content`);
      if (text === null) return { kind: "native", dialect: "anthropic", name: "document", value: block };
      if (Array.isArray(source["content"])) drops.name("messages.content.source.content");
      return toFile({ kind: "text", text });
    }
    default:
      throw wrongValue(`${at}.type`, type, documentSources);
  }
};
