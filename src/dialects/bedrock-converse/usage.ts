import { emptyUsage } from "../empty-usage.ts";
import { toList, toNumber, toObject } from "../fields.ts";
import type { Usage } from "../reply.ts";

/**
 * Reads a `usage`; null when there is none.
 *
 * The service leaves what it read from and wrote to its cache out of `inputTokens`; here all of it is input. What was
 * written for an hour is told apart in `cacheDetails`.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html; npm `@aws-sdk/client-bedrock-runtime`
 * 3.1164.0, `TokenUsage` (read 2026-11-22)
 */
export const readUsage = (value: unknown): Usage | null => {
  const usage = toObject(value);
  if (usage === null) return null;
  const cacheRead = toNumber(usage["cacheReadInputTokens"]);
  const cacheWrite = toNumber(usage["cacheWriteInputTokens"]);
  let long: number | null = null;
  for (const item of toList(usage["cacheDetails"])) {
    const detail = toObject(item);
    long = (long ?? 0) + (detail?.["ttl"] === "1h" ? (toNumber(detail["inputTokens"]) ?? 0) : 0);
  }
  return {
    ...emptyUsage,
    inputTokens: (toNumber(usage["inputTokens"]) ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: toNumber(usage["outputTokens"]) ?? 0,
    cachedInputTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWriteLongTokens: long,
  };
};
