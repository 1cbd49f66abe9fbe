// What this dialect writes to an upstream: requests of `POST /chat/completions`, with the fields that compatible
// servers added to them. Held to the types of npm `openai` 7.57.0 by test/dialects/openai-chat/sdk-types.ts.
import type { Effort, JsonObject } from "../conversation.ts";

/** An entry of `reasoning_details`; see `reasoning-details.ts`. */
export type ReasoningDetail = JsonObject;

export type CacheBreakpoint = { readonly mode: "explicit"; readonly ttl?: "30m" | "12h" };
type Cached = { readonly prompt_cache_breakpoint?: CacheBreakpoint };

export type TextPart = { readonly type: "text"; readonly text: string } & Cached;
export type ImagePart = {
  readonly type: "image_url";
  readonly image_url: { readonly url: string; readonly detail?: string };
} & Cached;
export type AudioPart = {
  readonly type: "input_audio";
  readonly input_audio: { readonly data: string; readonly format: string };
} & Cached;
export type FilePart = {
  readonly type: "file";
  readonly file: { readonly file_data?: string; readonly file_id?: string; readonly filename?: string };
} & Cached;
/** Not OpenAI's: what vLLM, OpenRouter and Qwen take. */
export type VideoPart = { readonly type: "video_url"; readonly video_url: { readonly url: string } } & Cached;
/** Not OpenAI's: reasoning among the content, which Mistral says and takes so. */
export type ThinkingPart = {
  readonly type: "thinking";
  readonly thinking: readonly { readonly type: "text"; readonly text: string }[];
};
export type UserPart = TextPart | ImagePart | AudioPart | FilePart | VideoPart;

export type FunctionCall = {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
  /** Google's seal on a call, in its own OpenAI-compatible service. */
  readonly extra_content?: JsonObject;
};
export type CustomCall = {
  readonly id: string;
  readonly type: "custom";
  readonly custom: { readonly name: string; readonly input: string };
};
export type Call = FunctionCall | CustomCall;

export type AssistantMessage = {
  role: "assistant";
  content?: string | (TextPart | ThinkingPart)[] | null;
  name?: string;
  refusal?: string;
  audio?: { readonly id: string };
  tool_calls?: Call[];
  reasoning_content?: string;
  reasoning?: string;
  reasoning_details?: ReasoningDetail[];
};

export type RequestMessage =
  | { readonly role: "system" | "developer"; readonly content: string | TextPart[]; readonly name?: string }
  | { readonly role: "user"; readonly content: string | UserPart[]; readonly name?: string }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string | TextPart[] }
  | AssistantMessage;

export type RequestTool =
  | {
      readonly type: "function";
      readonly function: {
        readonly name: string;
        readonly description?: string;
        readonly parameters?: { [key: string]: unknown };
        readonly strict?: boolean;
      };
    }
  | {
      readonly type: "custom";
      readonly custom: { readonly name: string; readonly description?: string; readonly format?: CustomFormat };
    };

export type CustomFormat =
  | { readonly type: "text" }
  | {
      readonly type: "grammar";
      readonly grammar: { readonly definition: string; readonly syntax: "lark" | "regex" };
    };

type Named =
  | { readonly type: "function"; readonly function: { readonly name: string } }
  | { readonly type: "custom"; readonly custom: { readonly name: string } };
export type RequestToolChoice =
  | "auto"
  | "none"
  | "required"
  | Named
  | {
      readonly type: "allowed_tools";
      readonly allowed_tools: { readonly mode: "auto" | "required"; readonly tools: Named[] };
    };

export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | {
      readonly type: "json_schema";
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema: { [key: string]: unknown };
        readonly strict?: boolean;
      };
    };

export type ChatRequest = {
  model: string;
  messages: RequestMessage[];
  stream?: true;
  stream_options?: { readonly include_usage: true };
  tools?: RequestTool[];
  tool_choice?: RequestToolChoice;
  parallel_tool_calls?: boolean;
  response_format?: ResponseFormat;
  reasoning_effort?: Effort;
  /** OpenRouter's way to limit reasoning by tokens. */
  reasoning?: { readonly max_tokens: number };
  /** DeepSeek's word for no reasoning. */
  thinking?: { readonly type: "disabled" };
  max_completion_tokens?: number;
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  /** Not OpenAI's. */
  top_k?: number;
  seed?: number;
  n?: number;
  stop?: string[];
  presence_penalty?: number;
  frequency_penalty?: number;
  logprobs?: true;
  top_logprobs?: number;
  logit_bias?: JsonObject;
  verbosity?: string;
  service_tier?: string;
  user?: string;
  metadata?: JsonObject;
  store?: boolean;
};
