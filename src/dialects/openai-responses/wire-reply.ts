// The response object and the events of a stream, as written; see `wire.ts`.
import type { JsonObject } from "../conversation.ts";
import type { WireFinish } from "./finish.ts";
import type {
  OutputItem,
  OutputRefusal,
  OutputText,
  ReasoningItem,
  UrlCitation,
  WireLogprob,
  WireReasoning,
  WireText,
  WireTool,
  WireToolChoice,
  WireUsage,
} from "./wire.ts";

export interface WireToolUsage {
  readonly image_gen: {
    readonly input_tokens: number;
    readonly input_tokens_details: { readonly image_tokens: number; readonly text_tokens: number };
    readonly output_tokens: number;
    readonly total_tokens: number;
  };
  readonly web_search: { readonly num_requests: number };
}

export interface WireResponse {
  readonly id: string;
  readonly object: "response";
  readonly created_at: number;
  readonly status: "queued" | "in_progress" | WireFinish["status"];
  readonly access_programs: null;
  readonly background: boolean;
  readonly completed_at: number | null;
  readonly error: WireFinish["error"];
  readonly incomplete_details: WireFinish["incomplete_details"];
  readonly instructions: string | null;
  readonly max_output_tokens: number | null;
  readonly max_tool_calls: unknown;
  readonly model: string;
  readonly output: readonly OutputItem[];
  readonly parallel_tool_calls: boolean;
  readonly previous_response_id: string | null;
  readonly prompt_cache_key: unknown;
  readonly reasoning: WireReasoning;
  readonly safety_identifier: unknown;
  readonly service_tier: string;
  readonly store: boolean;
  readonly temperature: number;
  readonly text: WireText;
  readonly tool_choice: WireToolChoice | JsonObject;
  readonly tools: readonly WireTool[];
  readonly top_logprobs: number;
  readonly top_p: number;
  readonly truncation: unknown;
  readonly usage: WireUsage | null;
  readonly user: string | null;
  readonly metadata: JsonObject;
  readonly tool_usage?: WireToolUsage;
}

interface InItem {
  readonly item_id: string;
  readonly output_index: number;
}

interface InContent extends InItem {
  readonly content_index: number;
}

interface InSummary extends InItem {
  readonly summary_index: number;
}

export type ContentPart = OutputText | OutputRefusal | { readonly type: "reasoning_text"; readonly text: string };
export type SummaryPart = ReasoningItem["summary"][number];

/** What an event says beside its type and number, by its type. */
export interface EventFields {
  readonly "response.created": { readonly response: WireResponse };
  readonly "response.queued": { readonly response: WireResponse };
  readonly "response.in_progress": { readonly response: WireResponse };
  readonly "response.completed": { readonly response: WireResponse };
  readonly "response.incomplete": { readonly response: WireResponse };
  readonly "response.failed": { readonly response: WireResponse };
  readonly "response.output_item.added": { readonly output_index: number; readonly item: OutputItem };
  readonly "response.output_item.done": { readonly output_index: number; readonly item: OutputItem };
  readonly "response.content_part.added": InContent & { readonly part: ContentPart };
  readonly "response.content_part.done": InContent & { readonly part: ContentPart };
  readonly "response.output_text.delta": InContent & {
    readonly delta: string;
    readonly logprobs: readonly WireLogprob[];
  };
  readonly "response.output_text.done": InContent & {
    readonly text: string;
    readonly logprobs: readonly WireLogprob[];
  };
  readonly "response.output_text.annotation.added": InContent & {
    readonly annotation_index: number;
    readonly annotation: UrlCitation | JsonObject;
  };
  readonly "response.refusal.delta": InContent & { readonly delta: string };
  readonly "response.refusal.done": InContent & { readonly refusal: string };
  readonly "response.function_call_arguments.delta": InItem & { readonly delta: string };
  readonly "response.function_call_arguments.done": InItem & { readonly arguments: string };
  readonly "response.custom_tool_call_input.delta": InItem & { readonly delta: string };
  readonly "response.custom_tool_call_input.done": InItem & { readonly input: string };
  readonly "response.reasoning_summary_part.added": InSummary & { readonly part: SummaryPart };
  readonly "response.reasoning_summary_part.done": InSummary & { readonly part: SummaryPart };
  readonly "response.reasoning_summary_text.delta": InSummary & { readonly delta: string };
  readonly "response.reasoning_summary_text.done": InSummary & { readonly text: string };
  readonly "response.reasoning_text.delta": InContent & { readonly delta: string };
  readonly "response.reasoning_text.done": InContent & { readonly text: string };
  readonly error: { readonly code: string | null; readonly message: string; readonly param: string | null };
}

export type EventType = keyof EventFields;

/** Says events; their numbers and framing are the sayer's. */
export interface Say {
  readonly event: <T extends EventType>(type: T, fields: EventFields[T]) => void;
  /** The same with its fields as JSON, from behind the opening brace on. */
  readonly json: (type: EventType, fields: string) => void;
}
