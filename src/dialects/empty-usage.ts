import type { Usage } from "./reply.ts";

/** A usage of which nothing is told but that it is none. */
export const emptyUsage: Usage = {
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
};
