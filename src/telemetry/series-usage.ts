import type { Usage } from "../dialects/reply.ts";

/** Kinds of tokens, called as a row of prices calls them. No token is in two of them, so their sum is all there are. */
export const tokenKinds = [
  "input",
  "cached_input",
  "cache_write",
  "cache_write_long",
  "audio_input",
  "image_input",
  "output",
  "reasoning",
  "audio_output",
  "image_output",
] as const;

const add = (into: number[], at: number, tokens: number | null): number => {
  if (tokens === null || !(tokens > 0)) return 0;
  into[at] = (into[at] ?? 0) + tokens;
  return tokens;
};

/** Adds a usage to the counts by kind; `input` and `output` get what no other kind has. */
export const addUsage = (into: number[], usage: Usage): void => {
  const namedInput =
    add(into, 1, usage.cachedInputTokens) +
    add(into, 2, usage.cacheWriteTokens) +
    add(into, 3, usage.cacheWriteLongTokens) +
    add(into, 4, usage.audioInputTokens) +
    add(into, 5, usage.imageInputTokens);
  add(into, 0, usage.inputTokens - namedInput);
  const namedOutput =
    add(into, 7, usage.reasoningTokens) + add(into, 8, usage.audioOutputTokens) + add(into, 9, usage.imageOutputTokens);
  add(into, 6, usage.outputTokens - namedOutput);
};
