// The fields that the endpoints of Anthropic and Gemini know: data, held to the SDKs' types by test/mock/sdk-types.ts.
// npm `@anthropic-ai/sdk` 1.12.0 and its beta, `@google/genai` 3.1.0 (read 2026-11-22).

/** `POST /v1/messages`, those of beta features among them; `betas` is a header. */
export const messagesFields = [
  "max_tokens",
  "messages",
  "model",
  "cache_control",
  "container",
  "diagnostics",
  "inference_geo",
  "metadata",
  "output_config",
  "service_tier",
  "speed",
  "stop_sequences",
  "stream",
  "system",
  "thinking",
  "tool_choice",
  "tools",
  "user_profile_id",
  "workspace_id",
  "billing_policy",
  "compaction",
  "context_management",
  "fallback_credit_token",
  "fallbacks",
  "mcp_servers",
  "output_format",
  "thread",
] as const;

/** The service takes them still, of older models, though the SDK's types have them no more. */
export const samplingFields = ["temperature", "top_p", "top_k"] as const;

/** `POST /v1/messages/count_tokens` */
export const countTokensFields = [
  "messages",
  "model",
  "cache_control",
  "output_config",
  "speed",
  "system",
  "thinking",
  "tool_choice",
  "tools",
  "user_profile_id",
  "workspace_id",
  "billing_policy",
  "compaction",
  "context_management",
  "mcp_servers",
  "output_format",
] as const;

/** `generationConfig` of Gemini's `:generateContent` */
export const generationConfigFields = [
  "modelSelectionConfig",
  "responseJsonSchema",
  "audioTranscriptionConfig",
  "audioTimestamp",
  "candidateCount",
  "enableAffectiveDialog",
  "frequencyPenalty",
  "logprobs",
  "maxOutputTokens",
  "mediaResolution",
  "presencePenalty",
  "responseFormat",
  "responseLogprobs",
  "responseMimeType",
  "responseModalities",
  "responseSchema",
  "routingConfig",
  "seed",
  "speechConfig",
  "stopSequences",
  "temperature",
  "thinkingConfig",
  "topK",
  "topP",
  "enableEnhancedCivicAnswers",
  "translationConfig",
] as const;

/** What the SDK sends below `generationConfig` and has in the type of its own config alone. */
export const sdkConfigFields = ["imageConfig"] as const;

/** `:generateContent`, in the spelling of the service's JSON */
export const geminiFields = [
  "model",
  "contents",
  "systemInstruction",
  "tools",
  "toolConfig",
  "safetySettings",
  "generationConfig",
  "cachedContent",
  "labels",
  "serviceTier",
  "store",
  "modelArmorConfig",
] as const;
