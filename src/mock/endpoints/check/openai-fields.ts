// The fields that OpenAI's endpoints know: data, held to the SDK's types by test/mock/sdk-types.ts.
// npm `openai` 7.57.0 (read 2026-11-22).

/** `POST /chat/completions` */
export const chatFields = [
  "messages",
  "model",
  "audio",
  "frequency_penalty",
  "function_call",
  "functions",
  "logit_bias",
  "logprobs",
  "max_completion_tokens",
  "max_tokens",
  "metadata",
  "modalities",
  "moderation",
  "n",
  "parallel_tool_calls",
  "prediction",
  "presence_penalty",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning_effort",
  "response_format",
  "safety_identifier",
  "seed",
  "service_tier",
  "stop",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "user",
  "verbosity",
  "web_search_options",
] as const;

/** `POST /responses` */
export const responsesFields = [
  "access_programs",
  "background",
  "context_management",
  "conversation",
  "image",
  "include",
  "input",
  "instructions",
  "max_output_tokens",
  "max_tool_calls",
  "metadata",
  "model",
  "moderation",
  "parallel_tool_calls",
  "previous_response_id",
  "prompt",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "reasoning",
  "safety_identifier",
  "service_tier",
  "store",
  "stream",
  "stream_options",
  "temperature",
  "text",
  "tool_choice",
  "tools",
  "top_logprobs",
  "top_p",
  "truncation",
  "user",
] as const;

/** The service takes it of Codex, though the SDK's types do not have it. @see https://github.com/openai/codex, codex-rs/codex-api */
export const codexFields = ["client_metadata"] as const;

/** `POST /responses/input_tokens` */
export const inputTokensFields = [
  "conversation",
  "input",
  "instructions",
  "model",
  "parallel_tool_calls",
  "personality",
  "previous_response_id",
  "reasoning",
  "text",
  "tool_choice",
  "tools",
  "truncation",
] as const;

/** `POST /completions` */
export const completionsFields = [
  "model",
  "prompt",
  "best_of",
  "echo",
  "frequency_penalty",
  "logit_bias",
  "logprobs",
  "max_tokens",
  "n",
  "presence_penalty",
  "seed",
  "stop",
  "stream",
  "stream_options",
  "suffix",
  "temperature",
  "top_p",
  "user",
] as const;

/** `POST /embeddings` */
export const embeddingsFields = ["input", "model", "dimensions", "encoding_format", "user"] as const;

/** `POST /images/generations` */
export const imageFields = [
  "prompt",
  "background",
  "complexity",
  "frame_count",
  "frame_duration_ms",
  "model",
  "moderation",
  "n",
  "output_compression",
  "output_format",
  "partial_images",
  "quality",
  "response_format",
  "safety_identifier",
  "size",
  "stream",
  "style",
  "svg",
  "user",
] as const;

/** `POST /images/edits` */
export const imageEditFields = [
  "image",
  "prompt",
  "background",
  "complexity",
  "frame_count",
  "frame_duration_ms",
  "input_fidelity",
  "markup",
  "mask",
  "model",
  "n",
  "output_compression",
  "output_format",
  "partial_images",
  "quality",
  "response_format",
  "safety_identifier",
  "size",
  "stream",
  "svg",
  "user",
] as const;

/** `POST /images/variations` */
export const imageVariationFields = ["image", "model", "n", "response_format", "size", "user"] as const;

/** `POST /audio/speech` */
export const speechFields = [
  "input",
  "model",
  "voice",
  "instructions",
  "response_format",
  "speed",
  "stream_format",
] as const;

/** `POST /audio/transcriptions` */
export const transcriptionFields = [
  "file",
  "model",
  "chunking_strategy",
  "include",
  "keywords",
  "known_speaker_names",
  "known_speaker_references",
  "language",
  "languages",
  "prompt",
  "response_format",
  "stream",
  "temperature",
  "timestamp_granularities",
] as const;

/** `POST /audio/translations` */
export const translationFields = ["file", "model", "prompt", "response_format", "temperature"] as const;

/** `POST /moderations` */
export const moderationFields = ["input", "model"] as const;
