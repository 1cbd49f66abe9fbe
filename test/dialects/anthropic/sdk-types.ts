// Holds what this dialect writes to the types of the official SDK; `tsc` is what runs it.
import type { ErrorResponse, ErrorType as SdkErrorType } from "@anthropic-ai/sdk/resources/shared";
import type {
  ContentBlockParam,
  Message,
  MessageTokensCount,
  OutputConfig as SdkOutputConfig,
  RawContentBlockDeltaEvent,
  RawContentBlockStartEvent,
  RawMessageDeltaEvent,
  RawMessageStartEvent,
  TextBlockParam,
  ThinkingConfigParam,
  Tool,
  ToolChoice,
  ToolResultBlockParam,
} from "@anthropic-ai/sdk/resources/messages/messages";
import type { writeCountReply } from "../../../src/dialects/anthropic/count-tokens.ts";
import type { toErrorBody } from "../../../src/dialects/anthropic/failure.ts";
import type {
  BlockStartEvent,
  CacheControl,
  CitationEvent,
  DocumentParam,
  ErrorType,
  ImageParam,
  OutputConfig,
  OwnBlock,
  RedactedThinkingBlock,
  TextBlock,
  TextParam,
  ThinkingBlock,
  ThinkingParam,
  ToolChoiceParam,
  ToolParam,
  ToolResultParam,
  ToolUseBlock,
  ToolUseParam,
  WebCitation,
} from "../../../src/dialects/anthropic/wire.ts";
import type { toDelta, toStart } from "../../../src/dialects/anthropic/write-events.ts";
import type { toMessage } from "../../../src/dialects/anthropic/write-reply.ts";

/** The SDK's lists are not readonly. */
type Loose<T> = T extends readonly (infer Item)[]
  ? Loose<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Loose<T[Key]> }
    : T;
/** Without what the service said itself, which goes back to it as it came. */
type Made<T, Field extends keyof T, As> = Loose<Omit<T, Field> & { [Key in Field]: As }>;

/** The SDK's type has a null where the service leaves the citations out. */
type OwnText = Made<TextBlock, "citations", WebCitation[] | null>;
type OwnBlocks = OwnText | Loose<ThinkingBlock | RedactedThinkingBlock | ToolUseBlock>;
type Whole = ReturnType<typeof toMessage>;
/** The SDK's type of an image holds the four types the service takes; a wrong one is for the service to refuse. */
type OwnImage = Loose<Omit<ImageParam, "source">> & {
  source:
    | { type: "base64"; data: string; media_type: "image/png" }
    | Loose<Exclude<ImageParam["source"], { type: "base64" }>>;
};
type OwnTextParam = Loose<Omit<TextParam, "citations">>;

export const checks = [
  (body: Made<Whole, "content", OwnBlocks[]>): Message => body,
  (body: Loose<ReturnType<typeof toStart>>): RawMessageStartEvent => body,
  (body: Made<BlockStartEvent, "content_block", OwnBlocks>): RawContentBlockStartEvent => body,
  (body: Made<CitationEvent, "delta", { type: "citations_delta"; citation: WebCitation }>): RawContentBlockDeltaEvent =>
    body,
  (body: Loose<ReturnType<typeof toDelta>>): RawMessageDeltaEvent => body,
  (body: Loose<ReturnType<typeof writeCountReply>>): MessageTokensCount => body,
  // The service's own list of errors has this type too (https://platform.claude.com/docs/en/api/errors, read 2026-11-22).
  (type: Exclude<ErrorType, "request_too_large">): SdkErrorType => type,
  (body: Omit<ReturnType<typeof toErrorBody>, "error">): Omit<ErrorResponse, "error"> => body,
  (body: OwnTextParam | OwnImage | Loose<DocumentParam>): ContentBlockParam => body,
  (body: Loose<ThinkingBlock | RedactedThinkingBlock | ToolUseParam>): ContentBlockParam => body,
  (
    body: Made<ToolResultParam, "content", string | (OwnTextParam | OwnImage | Loose<DocumentParam>)[]>,
  ): ToolResultBlockParam => body,
  (body: Loose<Omit<ToolParam, "input_schema">> & { input_schema: { type: "object"; [key: string]: unknown } }): Tool =>
    body,
  (body: ToolChoiceParam): ToolChoice => body,
  (body: ThinkingParam): ThinkingConfigParam => body,
  (body: Loose<Omit<OutputConfig, "format">>): SdkOutputConfig => body,
  (body: CacheControl): NonNullable<TextBlockParam["cache_control"]> => body,
  (body: OwnBlock): { type: string } => body,
];
