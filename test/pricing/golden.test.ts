import { expect, test } from "bun:test";
import { readUsage as readAnthropic } from "../../src/dialects/anthropic/usage.ts";
import { readUsage as readGemini } from "../../src/dialects/gemini/usage.ts";
import { readUsage as readChat } from "../../src/dialects/openai-chat/usage.ts";
import { readUsage as readResponses } from "../../src/dialects/openai-responses/usage.ts";
import type { Usage } from "../../src/dialects/reply.ts";
import { builtInPrices } from "../../src/pricing/built-in.ts";
import { createPricing } from "../../src/pricing/pricing.ts";

const today = (): number => Date.UTC(2026, 10, 22);

/** A reply's usage as its provider writes it, and what it comes to by hand; sums in the comments are in millionths of a USD. */
interface Case {
  readonly name: string;
  /** A provider's type and the model that answered. */
  readonly of: readonly [providerType: string, model: string, serviceTier?: string];
  readonly usage: Usage | null;
  /** In nano-dollars, null for no known price. */
  readonly nanoUsd: number | null;
}

const chat = (input: number, output: number, cached = 0): Usage =>
  readChat({ prompt_tokens: input, completion_tokens: output, prompt_tokens_details: { cached_tokens: cached } });

const sol = readResponses({
  usage: {
    input_tokens: 10_000,
    input_tokens_details: {
      cached_tokens: 6000,
      cache_write_tokens: 2000,
      cache_write_tokens_details: { ttl_12h_tokens: 500, ttl_30m_tokens: 1500 },
    },
    output_tokens: 1000,
    output_tokens_details: { reasoning_tokens: 600 },
  },
});

const sonnet = {
  input_tokens: 50,
  cache_read_input_tokens: 100_000,
  cache_creation_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 600, ephemeral_1h_input_tokens: 400 },
  output_tokens: 500,
  output_tokens_details: { thinking_tokens: 200 },
};

const cases: readonly Case[] = [
  {
    // 2000 x 2 + 6000 x 0.1 + 1500 x 2.5 + 500 x 5 + 1000 x 10 = 4000 + 600 + 3750 + 2500 + 10,000
    name: "openai: cached input, two kinds of cache writes, reasoning inside the output",
    of: ["openai", "gpt-6.2-sol"],
    usage: sol,
    nanoUsd: 20_850_000,
  },
  { name: "openai: batch is half of it", of: ["openai", "gpt-6.2-sol", "batch"], usage: sol, nanoUsd: 10_425_000 },
  { name: "openai: priority is twice", of: ["openai", "gpt-6.2-sol", "priority"], usage: sol, nanoUsd: 41_700_000 },
  {
    name: "openai: ultrafast is three times",
    of: ["openai", "gpt-6.2-sol", "ultrafast"],
    usage: sol,
    nanoUsd: 62_550_000,
  },
  { name: "openai: a tier without a price", of: ["openai", "gpt-6.2-sol", "scale"], usage: sol, nanoUsd: null },
  {
    // 272,000 x 2 + 100 x 10
    name: "openai: 272,000 tokens are a short request",
    of: ["openai", "gpt-6.1-sol"],
    usage: chat(272_000, 100),
    nanoUsd: 545_000_000,
  },
  {
    // 272,001 x 4 + 100 x 15 = 1,088,004 + 1500
    name: "openai: one token more and the whole request costs the higher price",
    of: ["openai", "gpt-6.1-sol"],
    usage: chat(272_001, 100),
    nanoUsd: 1_089_504_000,
  },
  {
    // 300,000 x 0.4 + 1000 x 1.5, as OpenAI's table of Fast mode has it for long requests
    name: "openai: a long request in a tier",
    of: ["openai", "gpt-6-luna", "priority"],
    usage: chat(300_000, 1000),
    nanoUsd: 121_500_000,
  },
  {
    // 1000 x 12.5 + 100 x 75
    name: "openai: a tier with prices of its own",
    of: ["openai", "gpt-5.5-2026-04-23", "priority"],
    usage: chat(1000, 100),
    nanoUsd: 20_000_000,
  },
  {
    name: "openai: a long request in a tier that has no price for it",
    of: ["openai", "gpt-5.5", "priority"],
    usage: chat(300_000, 100),
    nanoUsd: null,
  },
  {
    // 600 x 2.5 + 400 x 32 + 200 x 10 + 300 x 64 = 1500 + 12,800 + 2000 + 19,200
    name: "openai: audio in and out",
    of: ["openai", "gpt-audio-2025-08-28"],
    usage: readChat({
      prompt_tokens: 1000,
      completion_tokens: 500,
      prompt_tokens_details: { audio_tokens: 400 },
      completion_tokens_details: { audio_tokens: 300 },
    }),
    nanoUsd: 35_500_000,
  },
  {
    name: "openai: embeddings have input alone",
    of: ["openai", "text-embedding-3-small"],
    usage: readChat({ prompt_tokens: 1000, total_tokens: 1000 }),
    nanoUsd: 20_000,
  },
  {
    // 982 x 2.5 + 1024 x 1.25 + 300 x 10 = 2455 + 1280 + 3000
    name: "openai: cached tokens are inside its input and cost less",
    of: ["openai", "gpt-4o-2024-08-06"],
    usage: chat(2006, 300, 1024),
    nanoUsd: 6_735_000,
  },
  {
    name: "openai: a snapshot that is dearer than its model",
    of: ["openai", "gpt-4o-2024-05-13"],
    usage: chat(1000, 1000),
    nanoUsd: 20_000_000,
  },
  {
    // 50 x 2 + 100,000 x 0.1 + 600 x 2.5 + 400 x 4 + 500 x 10 = 100 + 10,000 + 1500 + 1600 + 5000
    name: "anthropic: reads and writes of the cache stand beside its input",
    of: ["anthropic", "claude-sonnet-5-5"],
    usage: readAnthropic(sonnet),
    nanoUsd: 18_200_000,
  },
  {
    // 18,200 and two searches of 10,000
    name: "anthropic: web searches",
    of: ["anthropic", "claude-sonnet-5-5"],
    usage: readAnthropic({ ...sonnet, server_tool_use: { web_search_requests: 2 } }),
    nanoUsd: 38_200_000,
  },
  {
    // 9100 and the same two searches: the discount is for tokens
    name: "anthropic: a batch with web searches",
    of: ["anthropic", "claude-sonnet-5-5", "batch"],
    usage: readAnthropic({ ...sonnet, server_tool_use: { web_search_requests: 2 } }),
    nanoUsd: 29_100_000,
  },
  {
    // 60,000 x 0.1 + 40,000 x 0.01 + 10 x 0.5 = 6000 + 400 + 5
    name: "anthropic: Haiku 5.5 with a prompt of 100,000 tokens, cache reads included",
    of: ["anthropic", "claude-haiku-5-5"],
    usage: readAnthropic({ input_tokens: 60_000, cache_read_input_tokens: 40_000, output_tokens: 10 }),
    nanoUsd: 6_405_000,
  },
  {
    // 60,001 x 0.5 + 40,000 x 0.05 + 10 x 2.5 = 30,000.5 + 2000 + 25
    name: "anthropic: Haiku 5.5 with one token more",
    of: ["anthropic", "claude-haiku-5-5"],
    usage: readAnthropic({ input_tokens: 60_001, cache_read_input_tokens: 40_000, output_tokens: 10 }),
    nanoUsd: 32_025_500,
  },
  {
    // 53 x 2 + (6 + 832) x 10: a worked example of docs.laozhang.ai at Google's price ("billed for 838 output tokens, about $0.0085")
    name: "google: thoughts stand beside the candidates and are output",
    of: ["google", "gemini-4-argon"],
    usage: readGemini({ promptTokenCount: 53, candidatesTokenCount: 6, thoughtsTokenCount: 832 }, null),
    nanoUsd: 8_486_000,
  },
  {
    // 200,000 x 2.5 + 50,000 x 0.25 + 1500 x 15 = 500,000 + 12,500 + 22,500
    name: "google: a long prompt with cached tokens",
    of: ["google", "gemini-2.5-pro"],
    usage: readGemini(
      {
        promptTokenCount: 250_000,
        cachedContentTokenCount: 50_000,
        candidatesTokenCount: 1000,
        thoughtsTokenCount: 500,
      },
      null,
    ),
    nanoUsd: 535_000_000,
  },
  {
    // 400 x 0.3 + 600 x 1 + 100 x 2.5 = 120 + 600 + 250
    name: "google: audio in",
    of: ["gemini", "gemini-2.5-flash-preview-09-2025"],
    usage: readGemini(
      {
        promptTokenCount: 1000,
        promptTokensDetails: [
          { modality: "TEXT", tokenCount: 400 },
          { modality: "AUDIO", tokenCount: 600 },
        ],
        candidatesTokenCount: 100,
      },
      null,
    ),
    nanoUsd: 970_000,
  },
  {
    name: "google: searches, whose price depends on the month",
    of: ["google", "gemini-3.5-flash"],
    usage: readGemini({ promptTokenCount: 10, candidatesTokenCount: 10 }, 1),
    nanoUsd: null,
  },
  {
    // 199,999 x 2 + 10 x 6
    name: "xai: 199,999 tokens are a short prompt",
    of: ["xai", "grok-4.7"],
    usage: chat(199_999, 10),
    nanoUsd: 400_058_000,
  },
  {
    // 200,000 x 4 + (10 + 90) x 12: reasoning stands beside the completion
    name: "xai: a prompt that reaches 200,000 tokens, with reasoning",
    of: ["xai", "grok-4.7"],
    usage: readChat({
      prompt_tokens: 200_000,
      completion_tokens: 10,
      total_tokens: 200_100,
      completion_tokens_details: { reasoning_tokens: 90 },
    }),
    nanoUsd: 801_200_000,
  },
  {
    // 488 x 0.15 + 512 x 0.075 + 10 x 0.6 = 73.2 + 38.4 + 6
    name: "groq: cached input, in its tier on_demand",
    of: ["groq", "openai/gpt-oss-120b", "on_demand"],
    usage: chat(1000, 10, 512),
    nanoUsd: 117_600,
  },
  {
    // (1000 x 1.5 + 100 x 7.5) / 2
    name: "mistral: a batch",
    of: ["mistral", "mistral-medium-latest", "batch"],
    usage: chat(1000, 100),
    nanoUsd: 1_125_000,
  },
  {
    // 1000 x 1.04 + 100 x 1.04
    name: "together: one price for both",
    of: ["together", "meta-llama/Llama-3.3-70B-Instruct-Turbo"],
    usage: chat(1000, 100),
    nanoUsd: 1_144_000,
  },
  {
    // 900 x 1.74 + 100 x 0.145 + 10 x 3.48 = 1566 + 14.5 + 34.8
    name: "fireworks: cached input",
    of: ["fireworks", "accounts/fireworks/models/deepseek-v4-pro"],
    usage: chat(1000, 10, 100),
    nanoUsd: 1_615_300,
  },
  {
    // 1000 x 0.35 + 100 x 0.75
    name: "cerebras",
    of: ["cerebras", "gpt-oss-120b"],
    usage: chat(1000, 100),
    nanoUsd: 425_000,
  },
  {
    // 3 x 37.5 nano-dollars
    name: "cohere: half a nano-dollar is rounded up",
    of: ["cohere", "command-r7b-12-2024"],
    usage: chat(3, 0),
    nanoUsd: 113,
  },
  { name: "deepseek: a price by the hour", of: ["deepseek", "deepseek-v4-pro"], usage: chat(1, 1), nanoUsd: null },
  { name: "perplexity: a fee for each request", of: ["perplexity", "sonar"], usage: chat(1, 1), nanoUsd: null },
  { name: "azure: the model of another seller", of: ["azure", "gpt-5.4"], usage: chat(1, 1), nanoUsd: null },
  { name: "bedrock", of: ["bedrock", "eu.anthropic.claude-opus-5"], usage: chat(1, 1), nanoUsd: null },
  { name: "vertex", of: ["vertex", "claude-opus-5@20260724"], usage: chat(1, 1), nanoUsd: null },
  { name: "openrouter", of: ["openrouter", "openai/gpt-5.4"], usage: chat(1, 1), nanoUsd: null },
  { name: "mock", of: ["mock", "gpt-5.4"], usage: chat(1, 1), nanoUsd: null },
];

const pricing = createPricing(builtInPrices, [], today);

test.each(cases.map((golden) => [golden.name, golden] as const))("%s", (_, { of, usage, nanoUsd }) => {
  const [providerType, model, serviceTier = null] = of;
  const asked = { provider: "mine", providerType, model: "what-was-asked-for", replyModel: model, serviceTier };
  expect(pricing.costOf(asked, usage!)?.nanoUsd ?? null).toBe(nanoUsd);
});
