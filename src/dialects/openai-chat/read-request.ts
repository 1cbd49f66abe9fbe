import { ProxyError } from "../../errors.ts";
import type { Conversation, ConversationField, JsonObject, ReasoningOptions } from "../conversation.ts";
import type { CallFacts } from "../dialect.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  isObject,
  maybeFlag,
  maybeNumber,
  maybeObject,
  maybeOneOf,
  maybeText,
  needText,
  wrongType,
} from "../fields.ts";
import { rememberFunctions } from "./legacy.ts";
import { readMessages } from "./read-messages.ts";
import { readCacheControl } from "./read-parts.ts";
import { readOutput, readToolChoice, readTools } from "./read-tools.ts";

/** What this dialect calls the fields of a conversation. */
export const fieldNames = {
  tools: "tools",
  toolChoice: "tool_choice",
  parallelToolCalls: "parallel_tool_calls",
  output: "response_format",
  reasoning: "reasoning_effort",
  maxOutputTokens: "max_completion_tokens",
  temperature: "temperature",
  topP: "top_p",
  topK: "top_k",
  seed: "seed",
  candidates: "n",
  stop: "stop",
  presencePenalty: "presence_penalty",
  frequencyPenalty: "frequency_penalty",
  topLogprobs: "top_logprobs",
  logitBias: "logit_bias",
  verbosity: "verbosity",
  serviceTier: "service_tier",
  user: "user",
  metadata: "metadata",
  store: "store",
  previousResponseId: "previous_response_id",
  cache: "cache_control",
  wantsUsage: "stream_options.include_usage",
} as const satisfies Readonly<Partial<Record<ConversationField, string>>>;

const otherNames = "model messages stream stream_options functions function_call max_tokens logprobs".split(" ");
const known = new Set([...Object.values(fieldNames), ...otherNames]);
const refuse = (message: string, param: string): ProxyError => new ProxyError("invalid_request", message, { param });

const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
const reasoningKeys = new Set(["effort", "max_tokens", "exclude", "enabled", "summary"]);

/**
 * Reads `reasoning_effort` and the `reasoning` object of OpenRouter: `effort`, `max_tokens`, `exclude`, `enabled`.
 *
 * A client that asks for reasoning can send `reasoning_details` back, so it is taken to want the seals.
 */
const readReasoning = (body: JsonObject, drops: Drops): ReasoningOptions | null => {
  if (body["reasoning_effort"] === undefined && body["reasoning"] === undefined) return null;
  const effort = maybeOneOf(body["reasoning_effort"], efforts, "reasoning_effort");
  const object = isObject(body["reasoning"]) ? body["reasoning"] : {};
  dropUnknown(object, reasoningKeys, "reasoning.", drops);
  const isEnabled = maybeFlag(object["enabled"], "reasoning.enabled");
  const budgetTokens = maybeNumber(object["max_tokens"], "reasoning.max_tokens");
  const isExcluded = maybeFlag(object["exclude"], "reasoning.exclude") === true;
  const summary = maybeOneOf(object["summary"], ["auto", "concise", "detailed"], "reasoning.summary");
  let named = effort ?? maybeOneOf(object["effort"], efforts, "reasoning.effort");
  if (named === null && isEnabled === false) named = "none";
  if (named === null && isEnabled === true && budgetTokens === null) named = "medium";
  if (named === null && budgetTokens === null && summary === null && !isExcluded) return null;
  return { effort: named, budgetTokens, summary: isExcluded ? "none" : summary, wantsSignatures: true };
};

const readMaxTokens = (body: JsonObject): number | null => {
  const newer = maybeNumber(body["max_completion_tokens"], "max_completion_tokens");
  const older = maybeNumber(body["max_tokens"], "max_tokens");
  if (newer !== null && older !== null) {
    throw refuse("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported", "max_tokens");
  }
  return newer ?? older;
};

const readLogprobs = (body: JsonObject): number | null => {
  const isAsked = maybeFlag(body["logprobs"], "logprobs") === true;
  const top = maybeNumber(body["top_logprobs"], "top_logprobs");
  if (top !== null && !isAsked) {
    throw refuse("Invalid value for 'top_logprobs': it is only allowed when 'logprobs' is true", "top_logprobs");
  }
  return isAsked ? (top ?? 0) : null;
};

const noStops: readonly string[] = [];

const readStop = (value: unknown): readonly string[] => {
  if (value === undefined || value === null) return noStops;
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) throw wrongType("stop", "a string or an array of strings", value);
  return value.map((item, index) => needText(item, `stop[${index}]`));
};

const readStreamOptions = (body: JsonObject, stream: boolean, drops: Drops): boolean => {
  const options = maybeObject(body["stream_options"], "stream_options");
  if (options === null) return false;
  if (!stream) {
    throw refuse("Invalid value for 'stream_options': it is only allowed when 'stream' is true", "stream_options");
  }
  // Obfuscation pads chunks on OpenAI's side; nobody misses it, and `false` is what everybody else does anyway.
  dropUnknown(options, new Set(["include_usage", "include_obfuscation"]), "stream_options.", drops);
  return maybeFlag(options["include_usage"], "stream_options.include_usage") === true;
};

/** That text alone is wanted goes without saying. */
const isPlain = (key: string, value: unknown): boolean =>
  key === "modalities" && Array.isArray(value) && value.length === 1 && value[0] === "text";

const readNative = (body: JsonObject): JsonObject => {
  const fields: Record<string, unknown> = {};
  for (const key in body) {
    if (known.has(key) && key !== fieldNames.previousResponseId) continue;
    const value = body[key];
    if (!(key === "reasoning" && isObject(value)) && !isPlain(key, value)) fields[key] = value;
  }
  return fields;
};

const readNumber = (body: JsonObject, key: string): number | null => maybeNumber(body[key], key);

/**
 * Reads the body of `POST /chat/completions`.
 *
 * Taken beside what OpenAI documents: `top_k`, `reasoning`, and in messages `cache_control`, `video_url`, and the fields
 * of reasoning. What is known to nobody stays in `native`.
 *
 * @see npm `openai` 7.57.0, resources/chat/completions/completions.d.ts, `ChatCompletionCreateParamsBase` (read 2026-11-22)
 */
export const readRequest = (body: JsonObject, { model, stream }: CallFacts, drops: Drops): Conversation => {
  const tools = readTools(body, drops);
  const native = readNative(body);
  const messages = readMessages(body["messages"], drops);
  if (Array.isArray(body["functions"]) && !Array.isArray(body["tools"])) rememberFunctions(native);
  const parallelToolCalls = maybeFlag(body["parallel_tool_calls"], "parallel_tool_calls");
  if (parallelToolCalls !== null && tools.length === 0) {
    throw refuse(
      "Invalid value for 'parallel_tool_calls': it is only allowed when 'tools' are given",
      "parallel_tool_calls",
    );
  }
  const reasoning = readReasoning(body, drops);
  return {
    model,
    stream,
    messages,
    tools,
    toolChoice: readToolChoice(body, tools, drops),
    parallelToolCalls,
    output: readOutput(body["response_format"], drops),
    reasoning,
    maxOutputTokens: readMaxTokens(body),
    temperature: readNumber(body, "temperature"),
    topP: readNumber(body, "top_p"),
    topK: readNumber(body, "top_k"),
    seed: readNumber(body, "seed"),
    candidates: readNumber(body, "n"),
    stop: readStop(body["stop"]),
    presencePenalty: readNumber(body, "presence_penalty"),
    frequencyPenalty: readNumber(body, "frequency_penalty"),
    topLogprobs: readLogprobs(body),
    logitBias: maybeObject(body["logit_bias"], "logit_bias"),
    verbosity: maybeText(body["verbosity"], "verbosity"),
    serviceTier: maybeText(body["service_tier"], "service_tier"),
    user: maybeText(body["user"], "user"),
    metadata: maybeObject(body["metadata"], "metadata"),
    store: maybeFlag(body["store"], "store"),
    previousResponseId: null,
    cache: readCacheControl(body["cache_control"], "cache_control", "cache_control.", drops),
    wantsUsage: readStreamOptions(body, stream, drops),
    native: { dialect: "openai-chat", fields: native },
  };
};
