import type { CacheHint, File, Image, InputPart, Source, Text } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { fileNameOf } from "../file-name.ts";
import { dropMediaType } from "../left-out.ts";
import { writeDataUrl } from "./sources.ts";
import type { CacheBreakpoint, FilePart, ImagePart, TextPart, UserPart } from "./wire-request.ts";

/** What a request may hold; decided once for it. */
export interface Means extends Traits {
  /** Cache breakpoints are known to GPT-5.6 and later alone, so only a client that speaks an OpenAI dialect is taken at its word. */
  readonly hasBreakpoints: boolean;
}

const longSeconds = 1800;

/** A minimum of time, so the next longer one there is. */
const writeCache = (
  cache: CacheHint | null,
  means: Means,
  drops: Drops,
): { prompt_cache_breakpoint?: CacheBreakpoint } => {
  if (cache === null) return {};
  if (!means.hasBreakpoints) {
    drops.name("messages.content.cache_control");
    return {};
  }
  const { ttlSeconds } = cache;
  const ttl = ttlSeconds === null ? {} : { ttl: ttlSeconds > longSeconds ? ("12h" as const) : ("30m" as const) };
  return { prompt_cache_breakpoint: { mode: "explicit", ...ttl } };
};

export const writeText = ({ text, cache, citations }: Text, means: Means, drops: Drops): TextPart => {
  if (citations.length > 0) drops.name("messages.content.citations");
  return { type: "text", text, ...writeCache(cache, means, drops) };
};

/** One text without more to say is a string, which every server takes; anything else a list of parts. */
export const writeContent = <T extends UserPart>(parts: T[]): string | T[] => {
  const [first, ...others] = parts;
  if (first === undefined) return "";
  const isPlain = others.length === 0 && first.type === "text" && first.prompt_cache_breakpoint === undefined;
  return isPlain ? first.text : parts;
};

const urlOf = (source: Source): string | null => {
  if (source.kind === "url") return source.url;
  return source.kind === "base64" ? writeDataUrl(source.mediaType, source.data) : null;
};

/** Null for an image in the store of a provider: chat has no word for it. */
export const writeImage = ({ source, detail }: Image): ImagePart | null => {
  const url = urlOf(source);
  return url === null ? null : { type: "image_url", image_url: { url, ...(detail === null ? {} : { detail }) } };
};

/**
 * A document in words is written as a text, which every server takes; bytes as a file with a name, which OpenAI requires.
 * An address goes where the bytes would be: OpenRouter fetches it, and OpenAI refuses it in words of its own.
 */
const writeFile = ({ source, name, context, cite }: File, drops: Drops): FilePart | TextPart | null => {
  if (cite) drops.name("messages.content.citations");
  const filename = name === null ? {} : { filename: name };
  switch (source.kind) {
    case "text":
      return { type: "text", text: [name, context, source.text].filter((line) => line !== null).join("\n\n") };
    case "base64": {
      if (context !== null) drops.name("messages.content.context");
      const file_data = writeDataUrl(source.mediaType, source.data);
      return { type: "file", file: { file_data, filename: fileNameOf(name, source.mediaType) } };
    }
    case "url":
      dropMediaType(source, drops);
      if (context !== null) drops.name("messages.content.context");
      return { type: "file", file: { file_data: source.url, ...filename } };
    case "file_id":
      if (source.dialect === "openai-chat" || source.dialect === "openai-responses") {
        return { type: "file", file: { file_id: source.id } };
      }
      drops.name("messages.content.file_id");
      return null;
  }
};

const formats: Readonly<Record<string, string>> = {
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/wave": "wav",
  "audio/mpeg": "mp3",
  "audio/mp3": "mp3",
};

const writePart = (part: InputPart, means: Means, drops: Drops): UserPart | null => {
  switch (part.kind) {
    case "text":
      return writeText({ ...part, cache: null }, means, drops);
    case "image": {
      const image = writeImage(part);
      if (image === null) drops.name(`messages.content.${part.source.kind === "file_id" ? "file_id" : "image"}`);
      return image;
    }
    case "audio": {
      const { source } = part;
      if (source.kind !== "base64") {
        drops.name("messages.content.audio");
        return null;
      }
      const type = source.mediaType.split(";")[0] ?? "";
      const format = formats[type] ?? type.slice(type.indexOf("/") + 1);
      return { type: "input_audio", input_audio: { data: source.data, format } };
    }
    case "video": {
      const url = urlOf(part.source);
      if (url === null) drops.name("messages.content.video");
      return url === null ? null : { type: "video_url", video_url: { url } };
    }
    case "file":
      return writeFile(part, drops);
    case "native":
      drops.name(`messages.content.${part.name}`);
      return null;
  }
};

/** Writes the parts of a user's message; what cannot be said is named and left out. */
export const writeParts = (parts: readonly InputPart[], means: Means, drops: Drops): UserPart[] =>
  parts.flatMap((part) => {
    const written = writePart(part, means, drops);
    const cache = part.kind === "native" ? null : part.cache;
    return written === null ? [] : [{ ...written, ...writeCache(cache, means, drops) }];
  });
