import type { Usage } from "../../src/dialects/reply.ts";

/** A usage in which nothing is told but what is given. */
export const toUsage = (given: Partial<Usage>): Usage => ({
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: null,
  cacheWriteTokens: null,
  cacheWriteLongTokens: null,
  audioInputTokens: null,
  imageInputTokens: null,
  toolInputTokens: null,
  reasoningTokens: null,
  audioOutputTokens: null,
  imageOutputTokens: null,
  acceptedPredictionTokens: null,
  rejectedPredictionTokens: null,
  webSearches: null,
  ...given,
});
