import type { ProviderConfig } from "../config/schema.ts";
import type { ProviderType } from "../config/provider-types.ts";
import type { DialectName } from "../dialects/conversation.ts";
import { plainTraits, type Traits } from "../dialects/dialect.ts";
import type { KeyScheme } from "../wire/client-key.ts";
import { claudeQuirks } from "./claude-models.ts";
import { geminiQuirks } from "./gemini-models.ts";
import { gatewayQuirks, openAiQuirks, openAiTraits } from "./openai-models.ts";
import type { Quirk } from "./quirk.ts";
import {
  bedrockQuirks,
  grokQuirks,
  groqQuirks,
  mistralQuirks,
  noneToHigh,
  openWeightQuirks,
  unknownToMistral,
  vertexQuirks,
} from "./quirks.ts";

/** A path below the base URL; `{model}` and `{method}` stand for the model and for what Gemini calls the method. */
export type Paths = Readonly<Partial<Record<DialectName, string>>>;

/** A provider type in full: how a request to it is made. Its base URL and keys stand in `config/provider-types.ts`. */
export interface Preset {
  readonly auth: KeyScheme;
  /** How the key is sent to paths that belong to no dialect here, such as `/embeddings`. */
  readonly endpointAuth: KeyScheme;
  /** Each dialect it speaks and the path of its calls, the one a translation prefers first. */
  readonly paths: Paths;
  /** Those beside the first that say as much in their own way, so that a translation may take them, too. */
  readonly alsoTargets: readonly DialectName[];
  /** What stands between the base URL and any other path of the OpenAI dialect, such as `/embeddings`. */
  readonly prefix: "" | "/openai" | "/openai/v1";
  /** Other paths that name the model; they lie below this, which holds `{model}`. */
  readonly modelPaths: { readonly below: string; readonly names: readonly string[] };
  /** Headers sent unless the client sent its own. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of an SDK that stay here, since the provider has another way to say it. */
  readonly refusedHeaders: readonly string[];
  readonly traits: Traits;
  /** The first that matches the model adds to the traits. */
  readonly quirks: readonly Quirk[];
}

/** Where the dialects lie on their own services, below a base URL that ends in the version. */
export const standardPaths = {
  "openai-chat": "/chat/completions",
  "openai-responses": "/responses",
  anthropic: "/messages",
  gemini: "/models/{model}:{method}",
} as const satisfies Paths;

/** The version every call in Anthropic's dialect names (`@anthropic-ai/sdk` 1.12.0). */
export const anthropicHeaders = { "anthropic-version": "2023-06-01" } as const;

const { "openai-chat": chatPath, "openai-responses": responsesPath, anthropic: messagesPath } = standardPaths;
const chat = { "openai-chat": chatPath } as const;
const chatAndResponses = { ...chat, "openai-responses": responsesPath } as const;
const responsesAndChat = { "openai-responses": responsesPath, ...chat } as const;
const allButGemini = { ...chatAndResponses, anthropic: messagesPath } as const;

const base: Omit<Preset, "paths"> = {
  auth: "bearer",
  endpointAuth: "bearer",
  alsoTargets: [],
  prefix: "",
  modelPaths: { below: "", names: [] },
  headers: {},
  refusedHeaders: [],
  traits: plainTraits,
  quirks: openWeightQuirks,
};

const speaking = (paths: Paths, traits: Partial<Traits> = {}): Preset => ({
  ...base,
  paths,
  traits: { ...plainTraits, ...traits },
});

const google: Preset = {
  ...speaking({ gemini: standardPaths.gemini }),
  auth: "x-goog-api-key",
  prefix: "/openai",
  quirks: geminiQuirks,
};

const azure: Preset = {
  ...speaking(
    { "openai-responses": "/openai/v1/responses", "openai-chat": "/openai/v1/chat/completions" },
    openAiTraits,
  ),
  alsoTargets: ["openai-chat"],
  auth: "api-key",
  endpointAuth: "api-key",
  prefix: "/openai/v1",
  quirks: openAiQuirks,
};

/** Azure with a dated `api-version`: the model is in the path, but not of the Responses API, which came late. */
const azureDeployments: Preset = {
  ...azure,
  paths: {
    "openai-chat": "/openai/deployments/{model}/chat/completions",
    "openai-responses": "/openai/responses",
  },
  alsoTargets: ["openai-responses"],
  prefix: "/openai",
  modelPaths: {
    below: "/openai/deployments/{model}",
    names: [
      "/completions",
      "/embeddings",
      "/images/generations",
      "/images/edits",
      "/audio/speech",
      "/audio/transcriptions",
      "/audio/translations",
    ],
  },
};

/**
 * Any other server of the OpenAI dialect. Each of them has chat completions; whether it has `/responses`, too, only its
 * operator knows, so that a client's own call passes and a translation goes elsewhere.
 */
const compatible: Preset = { ...speaking(chatAndResponses), quirks: gatewayQuirks };

/**
 * Every provider type, keyed by its name in a config. What a provider speaks beside chat completions, and since when:
 *
 * - openai, azure: https://platform.openai.com/docs/api-reference/responses; the two paths of Azure in `azure.js` of
 *   `openai` 7.57.0 and in https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 * - anthropic: `@anthropic-ai/sdk` 1.12.0; google: `@google/genai` 3.1.0, its OpenAI dialect below `/openai` (with a
 *   bearer key) in https://ai.google.dev/gemini-api/docs/openai
 * - groq: https://console.groq.com/docs/responses-api (beta); fields in `groq-python` of 18 August 2026, refused
 *   ones in https://console.groq.com/docs/openai (`n` may be 1 alone)
 * - mistral: refuses fields it does not know: `stream_options`, `max_completion_tokens`, `reasoning_content` (issues
 *   dnakov/anon-kode 53, editor-code-assistant/eca 231, charmbracelet/crush 1590); its streams tell their usage unasked,
 *   reasoning stands in `content` (`@ai-sdk/mistral` 4.0.87)
 * - deepseek: https://api-docs.deepseek.com/guides/anthropic_api; it fits any effort but `none` to its own, which is a switch
 *   (https://api-docs.deepseek.com/guides/thinking_mode); no `json_schema` (`@ai-sdk/deepseek` 3.0.56)
 * - xai: https://docs.x.ai/developers/model-capabilities/text/comparison (chat is deprecated, `/messages`
 *   too); fields in `@ai-sdk/xai` 3.0.138
 * - together: has `/responses` and `/messages`, but for some models only, others "may return malformed output"
 *   (https://docs.together.ai/docs/inference/responses-api and `messages-api`), so they are not taken; `reasoning` in
 *   https://docs.together.ai/docs/inference/chat/reasoning
 * - fireworks: https://docs.fireworks.ai/api-reference/post-responses, /tools-sdks/anthropic-compatibility, /guides/reasoning;
 *   efforts in `fireworks-provider.ts` of `@ai-sdk/fireworks` 3.0.62
 * - bedrock, vertex: their addresses stand in `bedrock-url.ts` and `vertex-url.ts`; Vertex has Claude's version in the body
 * - cerebras: https://inference-docs.cerebras.ai/api-reference/chat-completions, `@ai-sdk/cerebras` 3.0.59 (efforts)
 * - perplexity: its `/v1/responses` takes other models than its chat (https://docs.perplexity.ai/docs/agent-api/openai-compatibility),
 *   so it is not taken; streams tell their usage unasked (`@ai-sdk/perplexity` 4.0.49, also for the efforts)
 * - cohere: https://docs.cohere.com/docs/compatibility-api (`developer` is its role for instructions)
 * - nvidia: https://docs.nvidia.com/nim/large-language-models/latest/structured-generation.html and `reasoning-model.html`
 * - huggingface: https://huggingface.co/docs/inference-providers/guides/responses-api (beta)
 * - openrouter: https://openrouter.ai/docs/api/api-reference/anthropic-messages/create-messages, `responses` beside it;
 *   `reasoning` in `@openrouter/ai-sdk-provider` 2.10.0
 * - ollama: https://docs.ollama.com/api/openai-compatibility (responses from 0.13.3) and `anthropic-compatibility`;
 *   `reasoning` in `openai/openai.go` of ollama
 * - vllm: https://docs.vllm.ai/en/v0.32.0/serving/online_serving/; `reasoning` in /features/reasoning_outputs/
 * - lmstudio: https://lmstudio.ai/docs/developer/openai-compat (0.3.29) and `anthropic-compat` (0.4.1)
 * - llamacpp: `tools/server/README.md` of llama.cpp, https://huggingface.co/blog/ggml-org/anthropic-messages-api-in-llamacpp
 * - litellm: https://docs.litellm.ai/docs/anthropic_unified, https://docs.litellm.ai/docs/response_api_native_passthrough
 *
 * Read in November 2026.
 */
export const presets: Readonly<Record<ProviderType, Preset>> = {
  openai: { ...speaking(responsesAndChat, openAiTraits), alsoTargets: ["openai-chat"], quirks: openAiQuirks },
  anthropic: {
    ...speaking({ anthropic: messagesPath }),
    auth: "x-api-key",
    endpointAuth: "x-api-key",
    headers: anthropicHeaders,
    quirks: claudeQuirks,
  },
  google,
  gemini: google,
  azure,
  bedrock: { ...speaking({}), quirks: bedrockQuirks },
  vertex: { ...speaking({}), refusedHeaders: ["anthropic-version"], quirks: vertexQuirks },
  groq: {
    ...speaking(chatAndResponses, {
      maxTokensField: "max_completion_tokens",
      hasDeveloperRole: true,
      reasoningField: "reasoning",
      efforts: noneToHigh,
      refusedFields: ["logprobs", "top_logprobs", "logit_bias", "n"],
    }),
    quirks: groqQuirks,
  },
  mistral: {
    ...speaking(chat, {
      hasStreamOptions: false,
      reasoningField: null,
      reasoningIn: "content",
      efforts: ["none", "high"],
      refusedFields: unknownToMistral,
    }),
    quirks: mistralQuirks,
  },
  deepseek: speaking(
    { ...chat, anthropic: "/anthropic/v1/messages" },
    { structuredOutput: "json", hasThinkingSwitch: true },
  ),
  xai: { ...speaking(responsesAndChat, { maxTokensField: "max_completion_tokens" }), quirks: grokQuirks },
  together: speaking(chat, { reasoningField: "reasoning", hasTopK: true }),
  fireworks: speaking(allButGemini, { hasTopK: true, efforts: noneToHigh }),
  cerebras: speaking(chat, {
    maxTokensField: "max_completion_tokens",
    reasoningField: "reasoning",
    efforts: noneToHigh,
    refusedFields: ["frequency_penalty", "presence_penalty", "logit_bias"],
  }),
  perplexity: speaking(chat, {
    hasStreamOptions: false,
    reasoningField: null,
    efforts: ["minimal", "low", "medium", "high"],
  }),
  cohere: speaking(chat, { hasDeveloperRole: true, reasoningField: null }),
  nvidia: speaking(chat),
  huggingface: speaking(chatAndResponses),
  openrouter: {
    ...speaking(allButGemini, { reasoningField: "reasoning", hasTopK: true, hasReasoningDetails: true }),
    // It fits the effort to the model by itself.
    quirks: [],
  },
  ollama: speaking(allButGemini, { reasoningField: "reasoning" }),
  vllm: speaking(allButGemini, { reasoningField: "reasoning", hasTopK: true }),
  lmstudio: speaking(allButGemini),
  llamacpp: speaking(allButGemini),
  litellm: speaking(allButGemini),
  mock: { ...speaking(standardPaths, openAiTraits), alsoTargets: ["openai-responses", "anthropic", "gemini"] },
};

const openAiHost = /^https:\/\/(?:[a-z0-9-]+\.)?api\.openai\.com(?:[:/]|$)/i;

/** The preset of a provider of the config: that of its type, but for an `openai` that lies elsewhere and a dated Azure. */
export const presetOf = ({ type, baseUrl, azure: options }: ProviderConfig): Preset => {
  if (type === "openai" && !openAiHost.test(baseUrl)) return compatible;
  if (type === "azure" && /^\d/.test(options?.apiVersion ?? "")) return azureDeployments;
  return presets[type];
};
