// What is written to Converse. Bytes are base64 in JSON; numbers and documents may be as they were spelled.
//
// See npm `@aws-sdk/client-bedrock-runtime` 3.1164.0, `models_0.d.ts` (read 2026-11-22).
import type { JsonObject } from "../conversation.ts";

export interface CachePoint {
  readonly cachePoint: { readonly type: "default"; readonly ttl?: "5m" | "1h" };
}

export type ByteSource =
  | { readonly bytes: string }
  /** An object in a bucket, by its `s3://` address. */
  | { readonly s3Location: { readonly uri: string } };

export interface ImageBlock {
  readonly image: { readonly format: ImageFormat; readonly source: ByteSource };
}

export interface AudioBlock {
  readonly audio: { readonly format: AudioFormat; readonly source: ByteSource };
}

export interface VideoBlock {
  readonly video: { readonly format: VideoFormat; readonly source: ByteSource };
}

export interface DocumentBlock {
  readonly document: {
    readonly format: DocumentFormat;
    readonly name: string;
    readonly source: ByteSource | { readonly text: string };
    readonly context?: string;
    readonly citations?: { readonly enabled: boolean };
  };
}

export interface TextBlock {
  readonly text: string;
}

export interface ReasoningBlock {
  readonly reasoningContent:
    | { readonly reasoningText: { readonly text: string; readonly signature: string } }
    | { readonly redactedContent: string };
}

export interface ToolUseBlock {
  readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: unknown };
}

export type ResultPart = TextBlock | ImageBlock | DocumentBlock | VideoBlock;

export interface ToolResultBlock {
  readonly toolResult: {
    readonly toolUseId: string;
    readonly content: readonly (ResultPart | JsonObject)[];
    readonly status?: "error";
  };
}

export type Block =
  | TextBlock
  | ImageBlock
  | AudioBlock
  | VideoBlock
  | DocumentBlock
  | ReasoningBlock
  | ToolUseBlock
  | ToolResultBlock
  | CachePoint
  /** A block of this dialect's own, as it came. */
  | JsonObject;

export interface WireMessage {
  readonly role: "user" | "assistant";
  readonly content: readonly Block[];
}

export interface ToolSpec {
  readonly toolSpec: {
    readonly name: string;
    readonly description?: string;
    readonly inputSchema: { readonly json: JsonObject };
    readonly strict?: true;
  };
}

export type WireToolChoice =
  | { readonly auto: Readonly<Record<string, never>> }
  | { readonly any: Readonly<Record<string, never>> }
  | { readonly tool: { readonly name: string } };

export interface ToolConfig {
  readonly tools: readonly (ToolSpec | CachePoint | JsonObject)[];
  readonly toolChoice?: WireToolChoice;
}

export interface InferenceConfig {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: readonly string[];
}

export type WireEffort = "low" | "medium" | "high" | "xhigh" | "max";

export interface OutputConfig {
  readonly textFormat?: {
    readonly type: "json_schema";
    readonly structure: {
      readonly jsonSchema: { readonly schema: string; readonly name: string; readonly description?: string };
    };
  };
  readonly effort?: WireEffort;
}

/** The body; the model and whether to stream stand in the URL. */
export interface ConverseBody {
  readonly messages: readonly WireMessage[];
  readonly system?: readonly (TextBlock | CachePoint)[];
  readonly inferenceConfig?: InferenceConfig;
  readonly toolConfig?: ToolConfig;
  readonly outputConfig?: OutputConfig;
  readonly serviceTier?: { readonly type: ServiceTier };
  readonly requestMetadata?: Readonly<Record<string, string>>;
  readonly additionalModelRequestFields?: JsonObject;
  readonly additionalModelResponseFieldPaths?: readonly string[];
}

export const serviceTiers = ["default", "flex", "priority", "reserved"] as const;
export type ServiceTier = (typeof serviceTiers)[number];

export const imageFormats = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
} as const;
export type ImageFormat = (typeof imageFormats)[keyof typeof imageFormats];

export const audioFormats = {
  "audio/mpeg": "mp3",
  "audio/mp3": "mp3",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/wave": "wav",
  "audio/aac": "aac",
  "audio/flac": "flac",
  "audio/x-flac": "flac",
  "audio/m4a": "m4a",
  "audio/x-m4a": "m4a",
  "audio/mp4": "mp4",
  "audio/ogg": "ogg",
  "audio/opus": "opus",
  "audio/pcm": "pcm",
  "audio/pcm16": "pcm",
  "audio/webm": "webm",
} as const;
export type AudioFormat = (typeof audioFormats)[keyof typeof audioFormats];

export const videoFormats = {
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/mov": "mov",
  "video/x-matroska": "mkv",
  "video/webm": "webm",
  "video/x-flv": "flv",
  "video/mpeg": "mpeg",
  "video/mpg": "mpg",
  "video/x-ms-wmv": "wmv",
  "video/wmv": "wmv",
  "video/3gpp": "three_gp",
} as const;
export type VideoFormat = (typeof videoFormats)[keyof typeof videoFormats];

export const documentFormats = {
  "application/pdf": "pdf",
  "text/csv": "csv",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/html": "html",
  "text/plain": "txt",
  "text/markdown": "md",
} as const;
export type DocumentFormat = (typeof documentFormats)[keyof typeof documentFormats];
