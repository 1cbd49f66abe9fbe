import * as z from "zod/mini";
import { block, describe } from "../../config/fields.ts";
import type { Usage } from "../../dialects/reply.ts";

const most = 1_000_000_000;

const tokens = (text: string) => describe(z.optional(z.int().check(z.gte(0), z.lte(most))), text);

/** Each word, OpenAI's, Anthropic's and ours, and the field it stands for; a total that is a sum is taken and not used. */
const flat = {
  input_tokens: "inputTokens",
  prompt_tokens: "inputTokens",
  output_tokens: "outputTokens",
  completion_tokens: "outputTokens",
  total_tokens: null,
  cached_input_tokens: "cachedInputTokens",
  cache_read_input_tokens: "cachedInputTokens",
  cache_write_tokens: "cacheWriteTokens",
  cache_creation_input_tokens: "cacheWriteTokens",
  cache_write_long_tokens: "cacheWriteLongTokens",
  audio_input_tokens: "audioInputTokens",
  image_input_tokens: "imageInputTokens",
  tool_input_tokens: "toolInputTokens",
  reasoning_tokens: "reasoningTokens",
  audio_output_tokens: "audioOutputTokens",
  image_output_tokens: "imageOutputTokens",
  accepted_prediction_tokens: "acceptedPredictionTokens",
  rejected_prediction_tokens: "rejectedPredictionTokens",
  web_searches: "webSearches",
} as const satisfies Readonly<Record<string, keyof Usage | null>>;

const ofInput = {
  cached_tokens: "cachedInputTokens",
  cache_write_tokens: "cacheWriteTokens",
  audio_tokens: "audioInputTokens",
  image_tokens: "imageInputTokens",
} as const;

const ofOutput = {
  reasoning_tokens: "reasoningTokens",
  audio_tokens: "audioOutputTokens",
  image_tokens: "imageOutputTokens",
  accepted_prediction_tokens: "acceptedPredictionTokens",
  rejected_prediction_tokens: "rejectedPredictionTokens",
} as const;

const inputDetails = z.optional(
  block({
    cached_tokens: tokens("Of the input: read from the cache"),
    cache_write_tokens: tokens("Of the input: written to the cache"),
    audio_tokens: tokens("Of the input: sound"),
    image_tokens: tokens("Of the input: images"),
  }),
);

const outputDetails = z.optional(
  block({
    reasoning_tokens: tokens("Of the output: thinking"),
    audio_tokens: tokens("Of the output: sound"),
    image_tokens: tokens("Of the output: images"),
    accepted_prediction_tokens: tokens("Of the output: predicted and taken"),
    rejected_prediction_tokens: tokens("Of the output: predicted and not taken"),
  }),
);

/** `usage` of a response, in the words of any dialect. What is not written is estimated, or 0. */
export const usageSchema = block({
  input_tokens: tokens("All tokens of the input"),
  prompt_tokens: tokens("The same as input_tokens, in the words of chat completions"),
  output_tokens: tokens("All tokens of the output"),
  completion_tokens: tokens("The same as output_tokens, in the words of chat completions"),
  total_tokens: tokens("Input and output; always answered as their sum"),
  cached_input_tokens: tokens("Of the input: read from the provider's cache"),
  cache_read_input_tokens: tokens("The same as cached_input_tokens, in Anthropic's words"),
  cache_write_tokens: tokens("Of the input: written to the provider's cache"),
  cache_creation_input_tokens: tokens("The same as cache_write_tokens, in Anthropic's words"),
  cache_write_long_tokens: tokens("Of the written ones: those kept for an hour"),
  audio_input_tokens: tokens("Of the input: sound"),
  image_input_tokens: tokens("Of the input: images"),
  tool_input_tokens: tokens("Of the input: what the provider's own tools brought in"),
  reasoning_tokens: tokens("Of the output: thinking"),
  audio_output_tokens: tokens("Of the output: sound"),
  image_output_tokens: tokens("Of the output: images"),
  accepted_prediction_tokens: tokens("Of the output: predicted and taken"),
  rejected_prediction_tokens: tokens("Of the output: predicted and not taken"),
  web_searches: tokens("Calls of the provider's own web search"),
  prompt_tokens_details: describe(inputDetails, "Parts of the input, in the words of chat completions"),
  input_tokens_details: describe(inputDetails, "Parts of the input, in the words of Responses"),
  completion_tokens_details: describe(outputDetails, "Parts of the output, in the words of chat completions"),
  output_tokens_details: describe(outputDetails, "Parts of the output, in the words of Responses"),
});

export type UsageSpec = z.output<typeof usageSchema>;

/** A `Usage` of which some is written. */
export type WrittenUsage = { -readonly [Field in keyof Usage]?: NonNullable<Usage[Field]> };

const read = (
  from: Readonly<Record<string, unknown>> | undefined,
  words: Readonly<Record<string, keyof Usage | null>>,
  into: WrittenUsage,
): void => {
  for (const [word, field] of Object.entries(words)) {
    const value = from?.[word];
    if (field !== null && typeof value === "number") into[field] = value;
  }
};

/** Gives what is written of a usage; OpenAI's own words win over the neutral ones. */
export const toWrittenUsage = (spec: UsageSpec): WrittenUsage => {
  const written: WrittenUsage = {};
  read(spec, flat, written);
  for (const details of [spec.prompt_tokens_details, spec.input_tokens_details]) read(details, ofInput, written);
  for (const details of [spec.completion_tokens_details, spec.output_tokens_details]) read(details, ofOutput, written);
  return written;
};
