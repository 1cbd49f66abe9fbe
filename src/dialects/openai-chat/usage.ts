import type { JsonObject } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { toNumber, toObject } from "../fields.ts";
import type { Usage } from "../reply.ts";
import type { WireUsage } from "./wire-reply.ts";

const none: JsonObject = {};

const firstNumber = (...values: readonly unknown[]): number | null => {
  for (const value of values) {
    const number = toNumber(value);
    if (number !== null) return number;
  }
  return null;
};

const atMost = (count: number | null, most: number): number | null => (count === null ? null : Math.min(count, most));

/**
 * Reads the `usage` of a reply or chunk.
 *
 * Totals that leave a detail out are put right: reasoning beside the completion (xAI; `total_tokens` tells), cache reads
 * beside the prompt (a detail larger than its total tells). Sounds and images that came from the cache are cached tokens
 * alone. Cached tokens under their other names: DeepSeek's
 * `prompt_cache_hit_tokens`, Moonshot's `cached_tokens`.
 *
 * @see npm `openai` 7.57.0, resources/completions.d.ts, `CompletionUsage` (read 2026-11-22)
 */
export const readUsage = (usage: JsonObject): Usage => {
  const input = toObject(usage["prompt_tokens_details"]) ?? none;
  const output = toObject(usage["completion_tokens_details"]) ?? none;
  const prompt = toNumber(usage["prompt_tokens"]) ?? 0;
  const completion = toNumber(usage["completion_tokens"]) ?? 0;
  const cached = firstNumber(input["cached_tokens"], usage["prompt_cache_hit_tokens"], usage["cached_tokens"]);
  const written = toNumber(input["cache_write_tokens"]);
  const reasoning = firstNumber(output["reasoning_tokens"], usage["reasoning_tokens"]);
  const fromCache = (cached ?? 0) + (written ?? 0);
  const inputTokens = fromCache > prompt ? prompt + fromCache : prompt;
  const audio = atMost(toNumber(input["audio_tokens"]), inputTokens - fromCache);
  const image = atMost(toNumber(input["image_tokens"]), inputTokens - fromCache - (audio ?? 0));
  const isReasoningBeside =
    reasoning !== null &&
    (reasoning > completion || toNumber(usage["total_tokens"]) === prompt + completion + reasoning);
  return {
    inputTokens,
    outputTokens: isReasoningBeside ? completion + reasoning : completion,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    cacheWriteLongTokens: null,
    audioInputTokens: audio,
    imageInputTokens: image,
    toolInputTokens: null,
    reasoningTokens: reasoning,
    audioOutputTokens: toNumber(output["audio_tokens"]),
    imageOutputTokens: toNumber(output["image_tokens"]),
    acceptedPredictionTokens: toNumber(output["accepted_prediction_tokens"]),
    rejectedPredictionTokens: toNumber(output["rejected_prediction_tokens"]),
    webSearches: firstNumber(
      (toObject(usage["server_tool_use"]) ?? none)["web_search_requests"],
      usage["num_search_queries"],
    ),
  };
};

const details = <T extends string>(given: Readonly<Record<T, number | null>>): { [Key in T]?: number } | null => {
  const kept: { [Key in T]?: number } = {};
  let isEmpty = true;
  for (const key in given) {
    const value = given[key];
    if (value === null) continue;
    kept[key] = value;
    isEmpty = false;
  }
  return isEmpty ? null : kept;
};

/** Writes the usage, with those details that are known. */
export const writeUsage = (usage: Usage): WireUsage => {
  const input = details({
    cached_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    audio_tokens: usage.audioInputTokens,
    image_tokens: usage.imageInputTokens,
  });
  const output = details({
    reasoning_tokens: usage.reasoningTokens,
    audio_tokens: usage.audioOutputTokens,
    image_tokens: usage.imageOutputTokens,
    accepted_prediction_tokens: usage.acceptedPredictionTokens,
    rejected_prediction_tokens: usage.rejectedPredictionTokens,
  });
  const written: WireUsage = {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
  if (input !== null) written.prompt_tokens_details = input;
  if (output !== null) written.completion_tokens_details = output;
  if (usage.webSearches !== null) written.server_tool_use = { web_search_requests: usage.webSearches };
  return written;
};

/** Names what was spent on something the dialect has no word for. */
export const dropUsage = ({ toolInputTokens, cacheWriteLongTokens }: Usage, drops: Drops): void => {
  if ((toolInputTokens ?? 0) > 0) drops.name("usage.tool_input_tokens");
  if ((cacheWriteLongTokens ?? 0) > 0) drops.name("usage.cache_write_long_tokens");
};
