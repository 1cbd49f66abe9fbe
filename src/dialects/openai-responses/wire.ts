// What is written in this dialect: requests, replies and events. `test/dialects/openai-responses/sdk-types.ts` holds it to
// npm `openai` 7.57.0, resources/responses/responses.d.ts (read 2026-11-22). Readers work on `unknown`.
import type { JsonObject } from "../conversation.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

export interface CacheBreakpoint {
  readonly mode: "explicit";
  readonly ttl?: "30m" | "12h";
}

interface MayBreak {
  readonly prompt_cache_breakpoint?: CacheBreakpoint;
}

export interface InputText extends MayBreak {
  readonly type: "input_text";
  readonly text: string;
}

export interface InputImage extends MayBreak {
  readonly type: "input_image";
  readonly detail: "low" | "high" | "auto" | "original";
  readonly image_url?: string;
  readonly file_id?: string;
}

export interface InputFile extends MayBreak {
  readonly type: "input_file";
  readonly filename?: string;
  readonly file_data?: string;
  readonly file_url?: string;
  readonly file_id?: string;
}

/** In the SDK as a type of its own, though not among the parts of a message. */
export interface InputAudio {
  readonly type: "input_audio";
  readonly input_audio: { readonly data: string; readonly format: "mp3" | "wav" };
}

export type InputContent = InputText | InputImage | InputFile;

export interface UrlCitation {
  readonly type: "url_citation";
  readonly url: string;
  readonly title: string;
  readonly start_index: number;
  readonly end_index: number;
}

interface Logprob {
  readonly token: string;
  readonly bytes: readonly number[];
  readonly logprob: number;
}

export interface WireLogprob extends Logprob {
  readonly top_logprobs: readonly Logprob[];
}

export interface OutputText {
  readonly type: "output_text";
  /** A citation of this dialect's own is repeated as it came. */
  readonly annotations: readonly (UrlCitation | JsonObject)[];
  readonly logprobs: readonly WireLogprob[];
  readonly text: string;
}

export interface OutputRefusal {
  readonly type: "refusal";
  readonly refusal: string;
}

export interface MessageItem {
  readonly id: string;
  readonly type: "message";
  readonly status: ItemStatus;
  readonly content: readonly (OutputText | OutputRefusal)[];
  readonly role: "assistant";
}

export interface ReasoningItem {
  readonly id: string;
  readonly type: "reasoning";
  readonly summary: readonly { readonly type: "summary_text"; readonly text: string }[];
  readonly content?: readonly { readonly type: "reasoning_text"; readonly text: string }[];
  readonly encrypted_content?: string;
}

export interface FunctionCallItem {
  readonly id: string;
  readonly type: "function_call";
  readonly status: ItemStatus;
  readonly arguments: string;
  readonly call_id: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface CustomCallItem {
  readonly id: string;
  readonly type: "custom_tool_call";
  readonly status: ItemStatus;
  readonly call_id: string;
  readonly input: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface ImageItem {
  readonly id: string;
  readonly type: "image_generation_call";
  readonly status: "completed";
  readonly output_format?: "png" | "webp" | "jpeg" | "gif" | "svg";
  readonly result: string;
}

export type OwnItem = MessageItem | ReasoningItem | FunctionCallItem | CustomCallItem | ImageItem;
export type OutputItem = OwnItem | JsonObject;

export interface InputMessage {
  readonly type: "message";
  readonly role: "user" | "system" | "developer" | "assistant";
  readonly content: string | readonly (InputContent | InputAudio)[];
}

/** An assistant's message of a history; only what the service gave itself has an id there. */
export interface PastMessage {
  readonly type: "message";
  readonly role: "assistant";
  readonly content: MessageItem["content"];
}

export type PastReasoning = Omit<ReasoningItem, "id"> & { readonly id?: string };
export type PastCall = Omit<FunctionCallItem, "id" | "status"> | Omit<CustomCallItem, "id" | "status">;

export interface CallOutput {
  readonly type: "function_call_output" | "custom_tool_call_output";
  readonly call_id: string;
  readonly output: string | readonly InputContent[];
}

export type InputItem = InputMessage | PastMessage | PastReasoning | PastCall | CallOutput | JsonObject;

export interface FunctionTool {
  readonly type: "function";
  readonly name: string;
  readonly description?: string;
  readonly parameters: JsonObject | null;
  readonly strict: boolean | null;
}

export interface CustomTool {
  readonly type: "custom";
  readonly name: string;
  readonly description?: string;
  readonly format?: JsonObject;
}

export type WireTool = FunctionTool | CustomTool | JsonObject;

interface NamedTool {
  readonly type: "function" | "custom";
  readonly name: string;
}

export type WireToolChoice =
  | "auto"
  | "none"
  | "required"
  | NamedTool
  | { readonly type: "allowed_tools"; readonly mode: "auto" | "required"; readonly tools: readonly NamedTool[] };

export type WireFormat =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | {
      readonly type: "json_schema";
      readonly name: string;
      readonly description?: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
    };

export interface WireText {
  readonly format?: WireFormat;
  readonly verbosity?: string;
}

export interface WireReasoning {
  readonly effort?: string | null;
  readonly summary?: "auto" | "concise" | "detailed" | null;
}

export interface WireUsage {
  readonly input_tokens: number;
  readonly input_tokens_details: {
    readonly cached_tokens: number;
    readonly cache_write_tokens: number;
    readonly cache_write_tokens_details?: { readonly ttl_12h_tokens: number; readonly ttl_30m_tokens: number };
  };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}
