import type { Audio, CacheHint, File, Image, InputPart, Source } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { fileNameOf } from "../file-name.ts";
import { dropMediaType } from "../left-out.ts";
import type { InputAudio, InputContent, InputFile } from "./wire.ts";

/** What a request may hold beside its words; decided once for a request. */
export interface Means {
  /** Cache breakpoints are known to GPT-5.6 and later alone, so only a client that speaks an OpenAI dialect is taken at its word. */
  readonly hasBreakpoints: boolean;
  readonly hasCustomTools: boolean;
  readonly hasDeveloperRole: boolean;
}

/** The mark behind a part; a time longer than there is becomes the longest. */
export const writeCache = (cache: CacheHint | null, { hasBreakpoints }: Means, drops: Drops) => {
  if (cache === null) return {};
  if (!hasBreakpoints) {
    drops.name("messages.content.cache_control");
    return {};
  }
  const { ttlSeconds } = cache;
  const ttl = ttlSeconds === null ? {} : ({ ttl: ttlSeconds <= 1800 ? "30m" : "12h" } as const);
  return { prompt_cache_breakpoint: { mode: "explicit", ...ttl } } as const;
};

const isOpenAi = (source: Source & { kind: "file_id" }): boolean =>
  source.dialect === "openai-responses" || source.dialect === "openai-chat";

const toDataUrl = (mediaType: string, data: string): string => `data:${mediaType};base64,${data}`;

const writeImage = ({ source, detail, cache }: Image, means: Means, drops: Drops): InputContent | null => {
  const level = detail === "low" || detail === "high" || detail === "original" ? detail : "auto";
  if (detail !== null && detail !== level) drops.name("messages.content.detail");
  const rest = { detail: level, ...writeCache(cache, means, drops) } as const;
  switch (source.kind) {
    case "base64":
      return { type: "input_image", image_url: toDataUrl(source.mediaType, source.data), ...rest };
    case "url":
      return { type: "input_image", image_url: source.url, ...rest };
    case "file_id":
      if (isOpenAi(source)) return { type: "input_image", file_id: source.id, ...rest };
      drops.name("messages.content.file_id");
      return null;
    case "text":
      drops.name("messages.content.image");
      return null;
  }
};

/** The service requires a name beside data. */
const writeFileSource = (source: Source, name: string | null, drops: Drops): Omit<InputFile, "type"> | null => {
  const filename = name === null ? {} : { filename: name };
  switch (source.kind) {
    case "base64":
      return { filename: fileNameOf(name, source.mediaType), file_data: toDataUrl(source.mediaType, source.data) };
    case "text": {
      const data = new TextEncoder().encode(source.text).toBase64();
      return { filename: fileNameOf(name, "text/plain"), file_data: toDataUrl("text/plain", data) };
    }
    case "url":
      dropMediaType(source, drops);
      return { ...filename, file_url: source.url };
    case "file_id":
      if (isOpenAi(source)) return { ...filename, file_id: source.id };
      drops.name("messages.content.file_id");
      return null;
  }
};

const writeFile = ({ source, name, context, cite, cache }: File, means: Means, drops: Drops): InputContent | null => {
  if (context !== null) drops.name("messages.content.context");
  if (cite) drops.name("messages.content.citations");
  const file = writeFileSource(source, name, drops);
  return file === null ? null : { type: "input_file", ...file, ...writeCache(cache, means, drops) };
};

const audioFormats: Readonly<Record<string, "mp3" | "wav">> = {
  "audio/mp3": "mp3",
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
  "audio/wave": "wav",
  "audio/x-wav": "wav",
};

const writeAudio = ({ source, cache }: Audio, drops: Drops): InputAudio | null => {
  if (cache !== null) drops.name("messages.content.cache_control");
  const format = source.kind === "base64" ? audioFormats[source.mediaType] : undefined;
  if (source.kind === "base64" && format !== undefined) {
    return { type: "input_audio", input_audio: { data: source.data, format } };
  }
  drops.name("messages.content.audio");
  return null;
};

/** Writes a part of a client's message or of a tool's result; null for what has no words here, which is named. */
export const writePart = (part: InputPart, means: Means, drops: Drops): InputContent | InputAudio | null => {
  switch (part.kind) {
    case "text":
      if (part.citations.length > 0) drops.name("messages.content.citations");
      return { type: "input_text", text: part.text, ...writeCache(part.cache, means, drops) };
    case "image":
      return writeImage(part, means, drops);
    case "file":
      return writeFile(part, means, drops);
    case "audio":
      return writeAudio(part, drops);
    case "video":
      drops.name("messages.content.video");
      return null;
    case "native":
      drops.name(`messages.content.${part.name}`);
      return null;
  }
};
