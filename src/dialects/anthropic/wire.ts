// What this dialect writes; what it reads is `unknown` until a reader has looked at it.
// npm `@anthropic-ai/sdk` 1.12.0, resources/messages/messages.d.ts (read 2026-11-22)
import type { JsonObject } from "../conversation.ts";

export interface CacheControl {
  readonly type: "ephemeral";
  readonly ttl?: "5m" | "1h";
}

interface Cacheable {
  readonly cache_control?: CacheControl;
}

/** A block or a citation the service gave itself, sent back to it as it came. */
export type OwnBlock = JsonObject & { readonly type: string };

export interface TextParam extends Cacheable {
  readonly type: "text";
  readonly text: string;
  readonly citations?: readonly OwnBlock[];
}

export interface ImageParam extends Cacheable {
  readonly type: "image";
  readonly source:
    | { readonly type: "base64"; readonly data: string; readonly media_type: string }
    | { readonly type: "url"; readonly url: string }
    | { readonly type: "file"; readonly file_id: string };
}

export interface DocumentParam extends Cacheable {
  readonly type: "document";
  readonly source:
    | { readonly type: "base64"; readonly data: string; readonly media_type: "application/pdf" }
    | { readonly type: "text"; readonly data: string; readonly media_type: "text/plain" }
    | { readonly type: "url"; readonly url: string }
    | { readonly type: "file"; readonly file_id: string };
  readonly title?: string;
  readonly context?: string;
  readonly citations?: { readonly enabled: boolean };
}

export interface ThinkingBlock {
  readonly type: "thinking";
  readonly thinking: string;
  readonly signature: string;
}

export interface RedactedThinkingBlock {
  readonly type: "redacted_thinking";
  readonly data: string;
}

export interface ToolUseParam extends Cacheable {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export interface ToolResultParam extends Cacheable {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content?: string | readonly (TextParam | ImageParam | DocumentParam | OwnBlock)[];
  readonly is_error?: true;
}

export type BlockParam =
  | TextParam
  | ImageParam
  | DocumentParam
  | ThinkingBlock
  | RedactedThinkingBlock
  | ToolUseParam
  | ToolResultParam
  | OwnBlock;

export interface MessageParam {
  readonly role: "user" | "assistant" | "system";
  readonly content: string | readonly BlockParam[];
}

export interface ToolParam extends Cacheable {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: { readonly type: "object" } & JsonObject;
  readonly strict?: boolean;
}

export type ToolChoiceParam =
  | { readonly type: "auto" | "any"; readonly disable_parallel_tool_use?: true }
  | { readonly type: "tool"; readonly name: string; readonly disable_parallel_tool_use?: true }
  | { readonly type: "none" };

export type WireEffort = "low" | "medium" | "high" | "xhigh" | "max";

export type ThinkingParam =
  | { readonly type: "enabled"; readonly budget_tokens: number; readonly display?: "summarized" | "omitted" }
  | { readonly type: "adaptive"; readonly display?: "summarized" | "omitted" }
  | { readonly type: "disabled" };

export interface OutputConfig {
  readonly effort?: WireEffort;
  readonly format?: { readonly type: "json_schema"; readonly schema: JsonObject };
}

export type StopReason =
  | "end_turn"
  | "max_tokens"
  | "stop_sequence"
  | "tool_use"
  | "pause_turn"
  | "refusal"
  | "model_context_window_exceeded";

export const refusalCategories = ["cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"] as const;

export interface StopDetails {
  readonly type: "refusal";
  readonly category: (typeof refusalCategories)[number] | null;
  readonly explanation: string | null;
}

/** The end of a message, in a whole reply and in `message_delta` alike. */
export interface Stop {
  readonly stop_reason: StopReason;
  readonly stop_sequence: string | null;
  readonly stop_details: StopDetails | null;
}

/** The counts that `message_delta` has too. */
export interface DeltaUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number | null;
  readonly cache_read_input_tokens: number | null;
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly thinking_tokens: number } | null;
  readonly server_tool_use: { readonly web_fetch_requests: number; readonly web_search_requests: number } | null;
}

export interface MessageUsage extends DeltaUsage {
  readonly cache_creation: {
    readonly ephemeral_5m_input_tokens: number;
    readonly ephemeral_1h_input_tokens: number;
  } | null;
  readonly service_tier: "standard" | "priority" | "batch" | null;
  readonly inference_geo: null;
  readonly speed: null;
}

export interface WebCitation {
  readonly type: "web_search_result_location";
  readonly url: string;
  readonly title: string | null;
  readonly cited_text: string;
  readonly encrypted_index: string;
}

export interface TextBlock {
  readonly type: "text";
  readonly text: string;
  /** Left out when there are none, as the service does though its SDK's type has a null there; some clients refuse one. */
  readonly citations?: readonly (WebCitation | OwnBlock)[];
}

export interface ToolUseBlock {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly caller: { readonly type: "direct" };
}

export type Block = TextBlock | ThinkingBlock | RedactedThinkingBlock | ToolUseBlock | OwnBlock;

export interface MessageHead {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  readonly model: string;
  readonly container: null;
  readonly diagnostics: null;
}

export interface WholeMessage extends MessageHead, Stop {
  readonly content: readonly Block[];
  readonly usage: MessageUsage;
}

export interface StartedMessage extends MessageHead {
  readonly content: readonly [];
  readonly stop_reason: null;
  readonly stop_sequence: null;
  readonly stop_details: null;
  readonly usage: MessageUsage;
}

export interface StartEvent {
  readonly type: "message_start";
  readonly message: StartedMessage;
}

export interface BlockStartEvent {
  readonly type: "content_block_start";
  readonly index: number;
  readonly content_block: Block;
}

export interface CitationEvent {
  readonly type: "content_block_delta";
  readonly index: number;
  readonly delta: { readonly type: "citations_delta"; readonly citation: WebCitation | OwnBlock };
}

export interface DeltaEvent {
  readonly type: "message_delta";
  readonly delta: Stop & { readonly container: null };
  readonly usage: DeltaUsage;
}

export type ErrorType =
  | "invalid_request_error"
  | "authentication_error"
  | "billing_error"
  | "permission_error"
  | "not_found_error"
  | "request_too_large"
  | "rate_limit_error"
  | "api_error"
  | "timeout_error"
  | "overloaded_error";

export type ThreadErrorCode = "thread_not_found" | "thread_unsupported_request";

export interface ErrorBody {
  readonly type: "error";
  readonly error: {
    readonly type: ErrorType;
    readonly message: string;
    readonly details?: { readonly error_code: ThreadErrorCode };
  };
  readonly request_id: null;
}
