// Replies as they may come: texts, thoughts, calls or a refusal, ended as what they hold says, and counts that add up.
import * as fc from "fast-check";
import type { DialectName, JsonObject, OutputPart } from "../../../src/dialects/conversation.ts";
import type { Candidate, FinishReason, Reply, Usage } from "../../../src/dialects/reply.ts";
import { args, call, count, maybe, name, text, textPart } from "../arbitrary.ts";

const sum = (some: readonly (number | null)[]): number => some.reduce<number>((all, one) => all + (one ?? 0), 0);

/** A total cut into parts, each told or not. */
const parts = (most: number): fc.Arbitrary<readonly (number | null)[]> =>
  fc.tuple(...Array.from({ length: most }, () => maybe(count(200))));

/** Counts in which no token is twice. */
export const arbitraryUsage: fc.Arbitrary<Usage> = fc
  .record({
    input: parts(5),
    output: parts(5),
    moreInput: count(),
    moreOutput: count(),
    long: fc.double({ min: 0, max: 1, noNaN: true }),
    webSearches: maybe(count(9)),
  })
  .map(({ input, output, moreInput, moreOutput, long, webSearches }) => {
    const [cached = null, written = null, audio = null, pictures = null, tools = null] = input;
    const [reasoning = null, spoken = null, drawn = null, accepted = null, rejected = null] = output;
    return {
      inputTokens: sum(input) + moreInput,
      outputTokens: sum(output) + moreOutput,
      cachedInputTokens: cached,
      cacheWriteTokens: written,
      cacheWriteLongTokens: written === null ? null : Math.floor(written * long),
      audioInputTokens: audio,
      imageInputTokens: pictures,
      toolInputTokens: tools,
      reasoningTokens: reasoning,
      audioOutputTokens: spoken,
      imageOutputTokens: drawn,
      acceptedPredictionTokens: accepted,
      rejectedPredictionTokens: rejected,
      webSearches,
    };
  });

const reasoning = text.map((one): OutputPart => ({
  kind: "reasoning",
  id: null,
  text: one,
  isSummary: true,
  isRedacted: false,
  signature: null,
}));
const quietEnds: readonly FinishReason[] = ["stop", "length", "stop_sequence", "content_filter", "pause", "error"];

const toCandidate = (content: readonly OutputPart[], reason: FinishReason): Candidate => ({
  index: 0,
  content,
  finish: { reason, stopSequence: reason === "stop_sequence" ? "END" : null, detail: null },
  logprobs: null,
});

const spoken = fc
  .tuple(fc.array(fc.oneof(textPart, reasoning), { minLength: 1, maxLength: 4 }), fc.constantFrom(...quietEnds))
  .map(([content, reason]) => toCandidate(content, reason));
const calling = fc
  .tuple(
    fc.array(fc.oneof(textPart, reasoning), { maxLength: 2 }),
    fc.array(fc.tuple(name, args), { minLength: 1, maxLength: 3 }),
  )
  .map(([said, calls]) =>
    toCandidate([...said, ...calls.map(([one, json], at) => call(`call_${at}`, one, json))], "tool_calls"),
  );
const refusing = text.map((one) => toCandidate([{ kind: "refusal", text: one }], "refusal"));

/** An answer that ends as what it holds says. */
export const arbitraryReply: fc.Arbitrary<Reply> = fc
  .record({
    candidate: fc.oneof(spoken, calling, refusing),
    usage: arbitraryUsage,
    createdAt: maybe(fc.integer({ min: 1, max: 2_000_000_000 })),
  })
  .map(({ candidate, usage, createdAt }) => ({
    id: "reply_1",
    model: "some-model",
    createdAt,
    serviceTier: null,
    fingerprint: null,
    candidates: [candidate],
    usage,
  }));

const upTo = (total: number) => fc.integer({ min: 0, max: total });
const totals = fc.record({ input: count(), output: count() });

/**
 * The usage of each provider's reply: every detail within its total. Two may be about the same tokens where a service tells
 * of them by different measures (where they came from, what kind they are).
 */
export const upstreamUsages: Readonly<Record<DialectName, fc.Arbitrary<JsonObject>>> = {
  "openai-chat": totals.chain(({ input, output }) =>
    fc.record({
      prompt_tokens: fc.constant(input),
      completion_tokens: fc.constant(output),
      total_tokens: fc.constant(input + output),
      prompt_tokens_details: fc.record({ cached_tokens: upTo(input), audio_tokens: upTo(input) }),
      completion_tokens_details: upTo(output).map((audio) => ({
        reasoning_tokens: output - audio,
        audio_tokens: audio,
      })),
    }),
  ),
  "openai-responses": totals.chain(({ input, output }) =>
    fc.record({
      input_tokens: fc.constant(input),
      output_tokens: fc.constant(output),
      input_tokens_details: upTo(input).map((read) => ({ cached_tokens: read, cache_write_tokens: input - read })),
      output_tokens_details: fc.record({ reasoning_tokens: upTo(output) }),
    }),
  ),
  anthropic: totals.chain(({ input, output }) =>
    fc.record({
      input_tokens: fc.constant(input),
      output_tokens: fc.constant(output),
      // Beside the input, not part of it.
      cache_read_input_tokens: count(),
      cache_creation_input_tokens: count(),
      output_tokens_details: fc.record({ thinking_tokens: upTo(output) }),
    }),
  ),
  gemini: totals.chain(({ input, output }) =>
    fc.record({
      promptTokenCount: fc.constant(input),
      candidatesTokenCount: fc.constant(output),
      // Beside the candidates.
      thoughtsTokenCount: count(),
      cachedContentTokenCount: upTo(input),
      promptTokensDetails: upTo(input).map((audio) => [
        { modality: "AUDIO", tokenCount: audio },
        { modality: "IMAGE", tokenCount: input - audio },
      ]),
      candidatesTokensDetails: upTo(output).map((audio) => [{ modality: "AUDIO", tokenCount: audio }]),
    }),
  ),
  "bedrock-converse": totals.chain(({ input, output }) =>
    fc.record({
      inputTokens: fc.constant(input),
      outputTokens: fc.constant(output),
      cacheReadInputTokens: count(),
      cacheWriteInputTokens: count(),
    }),
  ),
};
