import type { JsonObject } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { toNumber, toObject } from "../fields.ts";
import type { Usage } from "../reply.ts";
import type { DeltaUsage, MessageUsage } from "./wire.ts";

/**
 * Reads a `usage`; null when there is none.
 *
 * The service leaves what it read from and wrote to its cache out of `input_tokens`; here all of it is input.
 *
 * @see npm `@anthropic-ai/sdk` 1.12.0, `Usage`: "Total input tokens in a request is the summation of ..." (read 2026-11-22)
 */
export const readUsage = (value: unknown): Usage | null => {
  const usage = toObject(value);
  if (usage === null) return null;
  const cacheRead = toNumber(usage["cache_read_input_tokens"]);
  const cacheWrite = toNumber(usage["cache_creation_input_tokens"]);
  return {
    inputTokens: (toNumber(usage["input_tokens"]) ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: toNumber(usage["output_tokens"]) ?? 0,
    cachedInputTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWriteLongTokens: toNumber(toObject(usage["cache_creation"])?.["ephemeral_1h_input_tokens"]),
    audioInputTokens: null,
    imageInputTokens: null,
    toolInputTokens: null,
    reasoningTokens: toNumber(toObject(usage["output_tokens_details"])?.["thinking_tokens"]),
    audioOutputTokens: null,
    imageOutputTokens: null,
    acceptedPredictionTokens: null,
    rejectedPredictionTokens: null,
    webSearches: toNumber(toObject(usage["server_tool_use"])?.["web_search_requests"]),
  };
};

/** Gives the usage so far with the later count laid over it: counts are totals, and one that does not apply is left out. */
export const laterUsage = (earlier: JsonObject, later: unknown): JsonObject => {
  const merged: Record<string, unknown> = { ...earlier };
  const counts = toObject(later) ?? {};
  for (const key in counts) if (counts[key] !== null) merged[key] = counts[key];
  return merged;
};

/** Says a usage in `message_delta`; zeros for one that is not known. */
export const writeDeltaUsage = (usage: Usage | null): DeltaUsage => {
  const cached = (usage?.cachedInputTokens ?? 0) + (usage?.cacheWriteTokens ?? 0);
  const reasoning = usage?.reasoningTokens ?? null;
  const searches = usage?.webSearches ?? null;
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - cached),
    cache_creation_input_tokens: usage?.cacheWriteTokens ?? null,
    cache_read_input_tokens: usage?.cachedInputTokens ?? null,
    output_tokens: usage?.outputTokens ?? 0,
    output_tokens_details: reasoning === null ? null : { thinking_tokens: reasoning },
    server_tool_use: searches === null ? null : { web_fetch_requests: 0, web_search_requests: searches },
  };
};

const tiers = { default: "standard", standard: "standard", priority: "priority", batch: "batch" } as const;
const isTier = (tier: string): tier is keyof typeof tiers => Object.hasOwn(tiers, tier);

/** Gives the service tier in the words of the conversation. */
export const readTier = (tier: string | null): string | null => (tier === "standard" ? "default" : tier);

/** Says a usage in a message, with the tier that stands in it; how long the cache lives only where that is known. */
export const writeUsage = (usage: Usage | null, tier: string | null): MessageUsage => {
  const written = usage?.cacheWriteTokens ?? null;
  const long = usage?.cacheWriteLongTokens ?? null;
  return {
    ...writeDeltaUsage(usage),
    cache_creation:
      written === null || long === null
        ? null
        : { ephemeral_5m_input_tokens: Math.max(0, written - long), ephemeral_1h_input_tokens: long },
    service_tier: tier !== null && isTier(tier) ? tiers[tier] : null,
    inference_geo: null,
    speed: null,
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

/** Names the parts of a total that the dialect does not tell apart. */
export const dropUsageDetails = (usage: Usage | null, drops: Drops): void => {
  for (const [field, name] of unsaid) if ((usage?.[field] ?? 0) > 0) drops.name(name);
};
