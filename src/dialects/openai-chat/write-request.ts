import { ProxyError } from "../../errors.ts";
import type { Conversation, ConversationField, JsonObject, ReasoningOptions } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import { dropUnknown, nativeFields, type Drops } from "../drops.ts";
import { askedOf, effortOf, sayEffort } from "../effort.ts";
import { compact, toObject } from "../fields.ts";
import { withoutThoughts } from "../left-out.ts";
import { fieldNames } from "./read-request.ts";
import type { ChatRequest } from "./wire-request.ts";
import { writeMessages } from "./write-messages.ts";
import { writeOutput, writeToolChoice, writeTools } from "./write-tools.ts";

/** What Responses knows under the same name. */
const sharedFields = new Set([
  "prompt_cache_key",
  "prompt_cache_retention",
  "prompt_cache_options",
  "safety_identifier",
  "moderation",
]);

const cacheOptionKeys = new Set(["mode", "ttl"]);

/** The cache's options of Responses as far as chat has words for them. */
const writeCacheOptions = (fields: JsonObject, drops: Drops): JsonObject => {
  const { prompt_cache_options: value, ...rest } = fields;
  const options = toObject(value);
  if (options === null) return fields;
  const name = "prompt_cache_options.";
  dropUnknown(options, cacheOptionKeys, name, drops);
  const { mode, ttl } = options;
  if (ttl === undefined || ttl === null || ttl === "30m")
    return { ...rest, prompt_cache_options: compact({ mode, ttl }) };
  drops.name(`${name}ttl`);
  return { ...rest, prompt_cache_options: compact({ mode }) };
};

const maxStops = 4;
const maxTemperature = 2;

const put = <T extends object, K extends keyof T>(target: T, key: K, value: T[K] | null): void => {
  if (value !== null) target[key] = value;
};

const writeReasoning = (request: ChatRequest, options: ReasoningOptions, traits: Traits, drops: Drops): void => {
  const { effort, budgetTokens, summary } = options;
  if (traits.thinking === "budget" && budgetTokens !== null && budgetTokens > 0) {
    request.reasoning = { max_tokens: budgetTokens };
  } else {
    const said = sayEffort(effort ?? effortOf(budgetTokens), traits.efforts, drops);
    if (said === "none" && traits.hasThinkingSwitch) request.thinking = { type: "disabled" };
    else put(request, "reasoning_effort", said);
  }
  // A server that says its reasoning at all says it always; one that does not has no word to ask for it.
  const isShown = traits.reasoningField !== null || traits.reasoningIn === "content";
  if (summary !== null && (summary === "none") === isShown) drops.name("reasoning.summary");
};

const writeSampling = (request: ChatRequest, conversation: Conversation, traits: Traits, drops: Drops): void => {
  const { temperature, topP, topK } = conversation;
  if (!traits.hasSampling) {
    for (const field of ["temperature", "topP", "topK"] as const) if (conversation[field] !== null) drops.field(field);
    return;
  }
  if (temperature !== null && temperature > maxTemperature) drops.field("temperature");
  put(request, "temperature", temperature === null ? null : Math.min(temperature, maxTemperature));
  put(request, "top_p", topP);
  if (traits.hasTopK) put(request, "top_k", topK);
  else if (topK !== null) drops.field("topK");
};

const writeLimits = (request: ChatRequest, conversation: Conversation, traits: Traits, drops: Drops): void => {
  const { stop, topLogprobs } = conversation;
  put(request, traits.maxTokensField, conversation.maxOutputTokens);
  put(request, "seed", conversation.seed);
  put(request, "n", conversation.candidates);
  if (stop.length > maxStops) drops.field("stop");
  if (stop.length > 0) request.stop = stop.slice(0, maxStops);
  put(request, "presence_penalty", conversation.presencePenalty);
  put(request, "frequency_penalty", conversation.frequencyPenalty);
  if (topLogprobs !== null) request.logprobs = true;
  if (topLogprobs !== null && topLogprobs > 0) request.top_logprobs = topLogprobs;
  put(request, "logit_bias", conversation.logitBias);
};

const fieldCalled = <F extends ConversationField>(names: Readonly<Record<F, string>>, name: string): F | null => {
  for (const field in names) if (names[field] === name) return field;
  return null;
};

/** What is written under another name than `fieldNames` has. */
const aliases: Readonly<Record<string, ConversationField>> = {
  max_tokens: "maxOutputTokens",
  logprobs: "topLogprobs",
  reasoning: "reasoning",
};

const withoutRefused = (request: JsonObject, refused: readonly string[], drops: Drops): JsonObject => {
  if (refused.length === 0) return request;
  const kept: Record<string, unknown> = {};
  for (const key in request) {
    const field = aliases[key] ?? fieldCalled(fieldNames, key);
    if (!refused.includes(key)) kept[key] = request[key];
    // That nothing shall be kept is what a server without the field does anyway.
    else if (key === "store" && request[key] === false) continue;
    else if (field === null) drops.name(key);
    else drops.field(field);
  }
  return kept;
};

/**
 * Writes the body of `POST /chat/completions`.
 *
 * A stream asks for its usage wherever the server can be asked. A budget for reasoning is said as an effort where the
 * server knows no other; `previous_response_id` is refused, as what it stands for is not here.
 *
 * @throws {ProxyError} `unsupported_feature` - a tool of another dialect, `previous_response_id`
 * @see npm `openai` 7.57.0, resources/chat/completions/completions.d.ts, `ChatCompletionCreateParamsBase` (read 2026-11-22)
 */
export const writeRequest = (conversation: Conversation, traits: Traits, drops: Drops): JsonObject => {
  if (conversation.previousResponseId !== null) {
    throw new ProxyError(
      "unsupported_feature",
      "The upstream keeps no responses that 'previous_response_id' could name",
      {
        param: "previous_response_id",
      },
    );
  }
  const by = conversation.native.dialect;
  const hasBreakpoints = traits.hasOpenAiExtras && (by === "openai-chat" || by === "openai-responses");
  const request: ChatRequest = {
    model: conversation.model,
    messages: writeMessages(
      withoutThoughts(conversation, traits, drops).messages,
      { ...traits, hasBreakpoints },
      drops,
    ),
  };
  if (conversation.stream) request.stream = true;
  if (conversation.stream && traits.hasStreamOptions) request.stream_options = { include_usage: true };
  const tools = writeTools(conversation, traits, drops);
  if (tools.length > 0) {
    request.tools = tools;
    put(request, "tool_choice", writeToolChoice(conversation, traits, drops));
    put(request, "parallel_tool_calls", conversation.parallelToolCalls);
  }
  put(request, "response_format", writeOutput(conversation.output, traits, drops));
  const reasoning = askedOf(conversation, traits, drops);
  if (reasoning !== null) writeReasoning(request, reasoning, traits, drops);
  writeSampling(request, conversation, traits, drops);
  writeLimits(request, conversation, traits, drops);
  put(request, "verbosity", conversation.verbosity);
  put(request, "service_tier", conversation.serviceTier);
  put(request, "user", conversation.user);
  put(request, "metadata", conversation.metadata);
  put(request, "store", conversation.store);
  // The end of the prompt is where OpenAI caches without being asked.
  if (conversation.cache !== null && conversation.cache.ttlSeconds !== null) drops.field("cache");
  const fields = nativeFields(conversation, "openai-chat", drops, sharedFields);
  const native = by === "openai-responses" ? writeCacheOptions(fields, drops) : fields;
  return withoutRefused({ ...request, ...native }, traits.refusedFields, drops);
};
