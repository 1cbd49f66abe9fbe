// What this dialect writes to a client: replies and chunks of `POST /chat/completions`, with the fields that compatible
// servers added to them. Held to the types of npm `openai` 7.57.0 by test/dialects/openai-chat/sdk-types.ts.
import type { Call, ImagePart, ReasoningDetail } from "./wire-request.ts";

export type WireLogprob = {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: number[] | null;
  readonly top_logprobs: { readonly token: string; readonly logprob: number; readonly bytes: number[] | null }[];
};
export type WireLogprobs = { readonly content: WireLogprob[] | null; readonly refusal: WireLogprob[] | null };

/** OpenRouter adds `content`, the words quoted. */
export type Annotation = {
  readonly type: "url_citation";
  readonly url_citation: {
    readonly url: string;
    readonly title: string;
    readonly start_index: number;
    readonly end_index: number;
    readonly content?: string;
  };
};

export type WireFinish = "stop" | "length" | "tool_calls" | "content_filter" | "function_call";

export type ReplyMessage = {
  role: "assistant";
  content: string | null;
  refusal: string | null;
  annotations?: Annotation[];
  reasoning_content?: string;
  reasoning_details?: ReasoningDetail[];
  images?: ImagePart[];
  audio?: { readonly id: string; readonly data: string; readonly expires_at: number; readonly transcript: string };
  tool_calls?: Call[];
  function_call?: { readonly name: string; readonly arguments: string };
};

export type WireUsage = {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details?: {
    cached_tokens?: number;
    cache_write_tokens?: number;
    audio_tokens?: number;
    image_tokens?: number;
  };
  completion_tokens_details?: {
    reasoning_tokens?: number;
    audio_tokens?: number;
    /** OpenRouter's. */
    image_tokens?: number;
    accepted_prediction_tokens?: number;
    rejected_prediction_tokens?: number;
  };
  /** OpenRouter's. */
  server_tool_use?: { readonly web_search_requests: number };
};

export type ChatReply = {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: {
    index: number;
    message: ReplyMessage;
    logprobs: WireLogprobs | null;
    finish_reason: WireFinish;
    /** vLLM's: the stop sequence that ended the answer. */
    stop_reason?: string;
  }[];
  usage?: WireUsage;
  service_tier?: string;
  system_fingerprint?: string;
};

export type CallDelta = {
  readonly index: number;
  readonly id?: string;
  readonly type?: "function" | "custom";
  readonly function?: { readonly name?: string; readonly arguments: string };
  readonly custom?: { readonly name?: string; readonly input: string };
};

export type Delta = {
  readonly role?: "assistant";
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: string;
  readonly reasoning_details?: ReasoningDetail[];
  readonly images?: ImagePart[];
  readonly annotations?: Annotation[];
  readonly audio?: {
    readonly id?: string;
    readonly data?: string;
    readonly transcript?: string;
    readonly expires_at?: number;
  };
  readonly tool_calls?: CallDelta[];
  readonly function_call?: { readonly name?: string; readonly arguments: string };
};

export type Chunk = {
  readonly id: string;
  readonly object: "chat.completion.chunk";
  readonly created: number;
  readonly model: string;
  readonly service_tier?: string;
  readonly system_fingerprint?: string;
  readonly choices: {
    readonly index: number;
    readonly delta: Delta;
    readonly logprobs: WireLogprobs | null;
    readonly finish_reason: WireFinish | null;
    readonly stop_reason?: string;
  }[];
  readonly usage?: WireUsage | null;
};

export type ErrorBody = {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
};
