import type { JsonObject } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { toNumber, toObject } from "../fields.ts";
import type { Usage } from "../reply.ts";
import type { WireUsage } from "./wire.ts";

/** Reads the usage of a response; both totals hold their details here too. */
export const readUsage = (response: JsonObject): Usage | null => {
  const usage = toObject(response["usage"]);
  if (usage === null) return null;
  const input = toObject(usage["input_tokens_details"]);
  const output = toObject(usage["output_tokens_details"]);
  const written = toObject(input?.["cache_write_tokens_details"]);
  const search = toObject(toObject(response["tool_usage"])?.["web_search"]);
  return {
    inputTokens: toNumber(usage["input_tokens"]) ?? 0,
    outputTokens: toNumber(usage["output_tokens"]) ?? 0,
    cachedInputTokens: toNumber(input?.["cached_tokens"]),
    cacheWriteTokens: toNumber(input?.["cache_write_tokens"]),
    cacheWriteLongTokens: toNumber(written?.["ttl_12h_tokens"]),
    audioInputTokens: null,
    imageInputTokens: null,
    toolInputTokens: null,
    reasoningTokens: toNumber(output?.["reasoning_tokens"]),
    audioOutputTokens: null,
    imageOutputTokens: null,
    acceptedPredictionTokens: null,
    rejectedPredictionTokens: null,
    webSearches: toNumber(search?.["num_requests"]),
  };
};

/** The dialect has no word for a detail that was not told, so it is 0. */
export const writeUsage = (usage: Usage): WireUsage => {
  const { cacheWriteTokens, cacheWriteLongTokens } = usage;
  const long = cacheWriteLongTokens ?? 0;
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens ?? 0,
      cache_write_tokens: cacheWriteTokens ?? 0,
      ...(cacheWriteLongTokens !== null && {
        cache_write_tokens_details: {
          ttl_12h_tokens: long,
          ttl_30m_tokens: Math.max(0, (cacheWriteTokens ?? 0) - long),
        },
      }),
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
};

const unsaid: readonly (readonly [keyof Usage, string])[] = [
  ["audioInputTokens", "usage.audio_input_tokens"],
  ["imageInputTokens", "usage.image_input_tokens"],
  ["toolInputTokens", "usage.tool_input_tokens"],
  ["audioOutputTokens", "usage.audio_output_tokens"],
  ["imageOutputTokens", "usage.image_output_tokens"],
  ["acceptedPredictionTokens", "usage.accepted_prediction_tokens"],
  ["rejectedPredictionTokens", "usage.rejected_prediction_tokens"],
];

/** Names what was spent on something the dialect has no word for. */
export const dropUsage = (usage: Usage, drops: Drops): void => {
  for (const [field, name] of unsaid) if ((usage[field] ?? 0) > 0) drops.name(name);
};

const noImages = {
  input_tokens: 0,
  input_tokens_details: { image_tokens: 0, text_tokens: 0 },
  output_tokens: 0,
  total_tokens: 0,
};

/** What tools on the provider's side used; families without use are at 0. */
export const writeToolUsage = (webSearches: number) => ({
  image_gen: noImages,
  web_search: { num_requests: webSearches },
});
