import { emptyUsage } from "../../src/dialects/empty-usage.ts";
import type { Usage, Reply } from "../../src/dialects/reply.ts";

/** A usage of which nothing but the totals is told. */
export const plainUsage: Usage = emptyUsage;

/** A call of a function without arguments. */
export const plainCall = {
  kind: "tool_call",
  id: "c1",
  name: "f",
  arguments: "{}",
  isCustom: false,
  signature: null,
  cache: null,
} as const;

const tokens = ["It ", "is ", "raining", "."].map((token, index) => ({
  token,
  bytes: [...new TextEncoder().encode(token)],
  logprob: -0.25 * index,
  top: [{ token: "So ", bytes: null, logprob: -1.5 }],
}));

/** A reply with every kind of part and two candidates. */
export const richReply: Reply = {
  id: "reply_1",
  model: "some-model-2026",
  createdAt: 1_790_000_000,
  serviceTier: "default",
  fingerprint: "fp_1",
  usage: { ...plainUsage, inputTokens: 120, outputTokens: 60, cachedInputTokens: 100, reasoningTokens: 30 },
  candidates: [
    {
      index: 0,
      content: [
        {
          kind: "reasoning",
          id: "rs_1",
          text: "The user wants the weather.",
          isSummary: true,
          isRedacted: false,
          signature: { by: "anthropic", value: "c2VhbA==" },
        },
        {
          kind: "text",
          text: "It is raining.",
          citations: [
            { url: "https://weather.example/", title: "Weather", quote: "rain", start: 0, end: 13, native: null },
          ],
          cache: null,
        },
        {
          kind: "tool_call",
          id: "call_1",
          name: "get_weather",
          arguments: '{"city":"Paris","n":9007199254740993}',
          isCustom: false,
          signature: null,
          cache: null,
        },
        {
          kind: "tool_call",
          id: "call_2",
          name: "get_weather",
          arguments: '{"city":"Zürich"}',
          isCustom: false,
          signature: { by: "gemini", value: "Z2VtaW5p" },
          cache: null,
        },
      ],
      finish: { reason: "tool_calls", stopSequence: null, detail: null },
      logprobs: tokens,
    },
    {
      index: 1,
      content: [{ kind: "refusal", text: "I cannot." }],
      finish: { reason: "refusal", stopSequence: null, detail: "policy" },
      logprobs: null,
    },
  ],
};
