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

/** Adds what there is of a kind, at most what its total has left; answers how much that was. */
const add = (into: number[], at: number, tokens: number | null, left: number): number => {
  if (tokens === null || !(tokens > 0)) return 0;
  const added = Math.min(tokens, left);
  into[at] = (into[at] ?? 0) + added;
  return added;
};

/** Adds a usage to the counts by kind as a bill tells them apart; `input` and `output` get what no other kind has. */
export const addUsage = (into: number[], usage: Usage): void => {
  let input = usage.inputTokens;
  input -= add(into, 1, usage.cachedInputTokens, input);
  // What is written for long is told among what is written.
  const written = Math.min(usage.cacheWriteTokens ?? 0, input);
  const writtenLong = add(into, 3, usage.cacheWriteLongTokens, written);
  input -= writtenLong + add(into, 2, written - writtenLong, written);
  input -= add(into, 4, usage.audioInputTokens, input);
  input -= add(into, 5, usage.imageInputTokens, input);
  add(into, 0, input, input);
  let output = usage.outputTokens;
  output -= add(into, 8, usage.audioOutputTokens, output);
  output -= add(into, 9, usage.imageOutputTokens, output);
  output -= add(into, 7, usage.reasoningTokens, output);
  add(into, 6, output, output);
};
