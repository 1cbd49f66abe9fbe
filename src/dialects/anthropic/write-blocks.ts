import type {
  Audio,
  File,
  Image,
  InputPart,
  Native,
  OutputPart,
  Reasoning,
  Text,
  ToolResult,
  Video,
} from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { dropMediaType } from "../left-out.ts";
import { packSignature } from "../signature.ts";
import { writeCacheControl } from "./cache-control.ts";
import { isOwnBlock, writeCitationParams } from "./citations.ts";
import { toInput } from "./tool-input.ts";
import type {
  BlockParam,
  DocumentParam,
  ImageParam,
  OwnBlock,
  RedactedThinkingBlock,
  TextParam,
  ThinkingBlock,
  ToolResultParam,
} from "./wire.ts";

/** Says a text; null for one without a visible character, which the service refuses. */
export const writeText = ({ text, citations, cache }: Omit<Text, "kind">, drops: Drops): TextParam | null => {
  if (text.trim() === "") {
    if (cache !== null) drops.name("messages.content.cache_control");
    return null;
  }
  const own = writeCitationParams(citations, drops);
  return { type: "text", text, ...(own.length === 0 ? {} : { citations: own }), ...writeCacheControl(cache) };
};

const writeImage = ({ source, detail, cache }: Image, drops: Drops): ImageParam | null => {
  if (detail !== null && detail !== "auto") drops.name("messages.content.detail");
  const hint = writeCacheControl(cache);
  switch (source.kind) {
    case "base64":
      return { type: "image", source: { type: "base64", data: source.data, media_type: source.mediaType }, ...hint };
    case "url":
      return { type: "image", source: { type: "url", url: source.url }, ...hint };
    case "file_id":
      if (source.dialect === "anthropic")
        return { type: "image", source: { type: "file", file_id: source.id }, ...hint };
      drops.name("messages.content.file_id");
      return null;
    case "text":
      drops.name("messages.content.image");
      return null;
  }
};

const isTextType = (mediaType: string): boolean =>
  /^(?:text\/|application\/(?:json|xml|yaml|x-yaml|javascript|typescript|toml|sql)\b)/i.test(mediaType);

const decode = (base64: string): string | null => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(base64));
  } catch {
    return null;
  }
};

/** A PDF goes as it is, bytes of a text type as the text they are; the service takes no other document. */
const writeSource = ({ source }: File, drops: Drops): DocumentParam["source"] | null => {
  switch (source.kind) {
    case "base64": {
      const { data, mediaType } = source;
      if (mediaType === "application/pdf") return { type: "base64", data, media_type: mediaType };
      const text = isTextType(mediaType) ? decode(data) : null;
      if (text !== null) return { type: "text", data: text, media_type: "text/plain" };
      drops.name("messages.content.file");
      return null;
    }
    case "text":
      return { type: "text", data: source.text, media_type: "text/plain" };
    case "url":
      dropMediaType(source, drops);
      return { type: "url", url: source.url };
    case "file_id":
      if (source.dialect === "anthropic") return { type: "file", file_id: source.id };
      drops.name("messages.content.file_id");
      return null;
  }
};

const writeDocument = (file: File, drops: Drops): DocumentParam | null => {
  const source = writeSource(file, drops);
  if (source === null) return null;
  return {
    type: "document",
    source,
    ...(file.name === null ? {} : { title: file.name }),
    ...(file.context === null ? {} : { context: file.context }),
    ...(file.cite ? { citations: { enabled: true } } : {}),
    ...writeCacheControl(file.cache),
  };
};

/** A part only one dialect knows: this one's goes as it came. */
const writeNative = ({ dialect, name, value }: Native, drops: Drops): OwnBlock | null => {
  if (dialect === "anthropic" && isOwnBlock(value)) return value;
  drops.name(`messages.content.${name}`);
  return null;
};

const dropMedium = ({ kind }: Audio | Video, drops: Drops): null => {
  drops.name(`messages.content.${kind}`);
  return null;
};

/** Says a part of a user's turn or of a tool's result, null when it cannot be said. */
export const writeInputPart = (
  part: InputPart,
  drops: Drops,
): TextParam | ImageParam | DocumentParam | OwnBlock | null => {
  switch (part.kind) {
    case "text":
      return writeText(part, drops);
    case "image":
      return writeImage(part, drops);
    case "file":
      return writeDocument(part, drops);
    case "audio":
    case "video":
      return dropMedium(part, drops);
    case "native":
      return writeNative(part, drops);
  }
};

/** Says the result of a call; a single plain text stands as a string. */
export const writeToolResult = (result: ToolResult, id: string, drops: Drops): ToolResultParam => {
  const blocks = result.content.map((part) => writeInputPart(part, drops)).filter((block) => block !== null);
  const [only] = result.content;
  const isPlain = blocks.length === 1 && result.content.length === 1 && only?.kind === "text" && only.cache === null;
  return {
    type: "tool_result",
    tool_use_id: id,
    ...(blocks.length === 0 ? {} : { content: isPlain ? only.text : blocks }),
    ...(result.isError ? { is_error: true } : {}),
    ...writeCacheControl(result.cache),
  };
};

/** Gives thinking back to the service that sealed it; that of another, or unsealed, it would refuse. */
const writeReasoning = (part: Reasoning, drops: Drops): ThinkingBlock | RedactedThinkingBlock | null => {
  if (part.signature?.by !== "anthropic") {
    drops.name("messages.content.reasoning");
    return null;
  }
  const seal = packSignature(part.signature, "anthropic");
  if (part.isRedacted) return { type: "redacted_thinking", data: seal };
  return { type: "thinking", thinking: part.text, signature: seal };
};

/** Says a part of an assistant's turn, null when it cannot be said; a refusal and the words of speech as text. */
export const writeOutputPart = (part: OutputPart, toolId: (id: string) => string, drops: Drops): BlockParam | null => {
  switch (part.kind) {
    case "text":
      return writeText(part, drops);
    case "refusal":
      return writeText({ text: part.text, citations: [], cache: null }, drops);
    case "speech":
      drops.name("messages.audio");
      return writeText({ text: part.transcript, citations: [], cache: null }, drops);
    case "reasoning":
      return writeReasoning(part, drops);
    case "tool_call":
      if (part.signature !== null) drops.name("messages.tool_calls.signature");
      return {
        type: "tool_use",
        id: toolId(part.id),
        name: part.name,
        input: toInput(part, drops),
        ...writeCacheControl(part.cache),
      };
    case "image":
      drops.name("messages.content.image");
      return null;
    case "native":
      return writeNative(part, drops);
  }
};
