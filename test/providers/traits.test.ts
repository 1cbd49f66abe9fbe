import { expect, test } from "bun:test";
import type { Traits } from "../../src/dialects/dialect.ts";
import { cases } from "./providers.ts";

const traits = (name: string, model: string) => cases.get(name)!.provider.traitsOf(model);
const field = (model: string) => traits("openai elsewhere", model).maxTokensField;
const short = (its: Traits) => [
  its.maxTokensField,
  its.hasDeveloperRole,
  its.hasStreamOptions,
  its.structuredOutput,
  its.reasoningField,
];

test.each([
  ["claude-opus-5-5", "effort", 128_000, "schema"],
  ["claude-sonnet-5-5", "effort", 128_000, "schema"],
  ["claude-haiku-5-5", "effort", 128_000, "schema"],
  ["claude-fable-5-2", "effort", 128_000, "schema"],
  ["claude-opus-4-8", "effort", 128_000, "schema"],
  ["claude-sonnet-4-6", "effort", 128_000, "schema"],
  ["claude-some-day-9", "effort", 128_000, "schema"],
  ["claude-sonnet-4-5", "budget", 64_000, "schema"],
  ["claude-haiku-4-5-20251001", "budget", 64_000, "schema"],
  ["claude-opus-4-5-20251101", "budget", 64_000, "schema"],
  ["claude-opus-4-1-20250805", "budget", 32_000, "schema"],
  ["claude-opus-4-20250514", "budget", 32_000, "none"],
  ["claude-sonnet-4-20250514", "budget", 64_000, "none"],
  ["claude-3-7-sonnet-20250219", "budget", 64_000, "none"],
  ["claude-3-haiku-20240307", "none", 4096, "none"],
  ["kimi-k3", "effort", 8192, "schema"],
] as const)("%s at anthropic is told to think by %s, writes up to %d tokens", (model, thinking, limit, output) => {
  expect(traits("anthropic", model)).toMatchObject({
    thinking,
    defaultMaxOutputTokens: limit,
    structuredOutput: output,
  });
});

test.each([
  ["gemini-2.5-pro", "budget"],
  ["gemini-2.5-flash-lite", "budget"],
  ["gemini-2.0-flash", "none"],
  ["models/gemini-2.5-flash", "budget"],
  ["gemini-3-pro-image-preview", "budget"],
  ["gemini-3-pro-preview", "effort"],
  ["gemini-3.8-flash", "effort"],
  ["gemini-4-argon", "effort"],
  ["gemini-flash-latest", "effort"],
] as const)("%s is told to think by %s", (model, thinking) => {
  expect(traits("google", model).thinking).toBe(thinking);
});

test("OpenAI's own service takes max_completion_tokens and developer; its oldest models know no schema", () => {
  const own = { maxTokensField: "max_completion_tokens", hasDeveloperRole: true, reasoningField: null } as const;
  for (const model of ["gpt-5.4", "gpt-4o", "o3"]) {
    expect(traits("openai", model)).toMatchObject({ ...own, structuredOutput: "schema" });
  }
  for (const model of ["gpt-4", "gpt-4-turbo", "gpt-3.5-turbo"]) {
    expect(traits("openai", model)).toMatchObject({ ...own, structuredOutput: "json" });
  }
  expect(traits("azure", "gpt-5.4")).toMatchObject(own);
});

test("behind another server OpenAI's reasoning models are known by their names, all others are plain", () => {
  for (const model of ["gpt-5.4", "openai/gpt-6-sol", "o3-mini"]) expect(field(model)).toBe("max_completion_tokens");
  for (const model of ["gpt-4o", "gpt-oss-120b", "openai/gpt-oss-20b", "llama4", "olmo3"]) {
    expect(field(model)).toBe("max_tokens");
  }
});

test("what servers want in the chat dialect stands in their data", () => {
  expect(short(traits("groq", "m"))).toEqual(["max_completion_tokens", true, true, "schema", "reasoning"]);
  expect(short(traits("mistral", "m"))).toEqual(["max_tokens", false, false, "schema", null]);
  expect(short(traits("deepseek", "m"))).toEqual(["max_tokens", false, true, "json", "reasoning_content"]);
  expect(short(traits("cerebras", "m"))).toEqual(["max_completion_tokens", false, true, "schema", "reasoning"]);
  expect(short(traits("perplexity", "m"))).toEqual(["max_tokens", false, false, "schema", null]);
  expect(short(traits("cohere", "m"))).toEqual(["max_tokens", true, true, "schema", null]);
  expect(short(traits("ollama", "m"))).toEqual(["max_tokens", false, true, "schema", "reasoning"]);
  expect(short(traits("llamacpp", "m"))).toEqual(["max_tokens", false, true, "schema", "reasoning_content"]);
});

test.each([
  ["claude-opus-4-6", true, false, true, true],
  ["claude-sonnet-4-5", true, false, true, true],
  ["claude-opus-4-7", false, false, true, true],
  ["claude-opus-4-8", false, true, true, true],
  ["claude-opus-5", false, true, true, true],
  ["claude-haiku-5-5", false, true, true, true],
  ["claude-fable-5", false, true, false, true],
  ["claude-mythos-5-1", false, true, false, true],
  ["claude-fable-5-1", false, true, false, false],
  ["claude-opus-5-5", false, true, false, false],
  ["claude-sonnet-5-5", false, true, false, false],
] as const)(
  "%s takes sampling: %p, a late system message: %p, can stop thinking: %p, be forced: %p",
  (model, sampling, late, stop, force) => {
    const { hasSampling, hasLateSystem, efforts, canForceTool } = traits("anthropic", model);
    expect([hasSampling, hasLateSystem, efforts.includes("none"), canForceTool]).toEqual([sampling, late, stop, force]);
    const cloud = [traits("vertex", model), traits("bedrock", `eu.anthropic.${model}-v1:0`)];
    for (const elsewhere of cloud) {
      expect(elsewhere).toMatchObject({ hasSampling: sampling, hasLateSystem: false, canForceTool: force });
    }
  },
);

test("the clouds name Claude in their own ways", () => {
  expect(traits("vertex", "claude-opus-4@20250514")).toMatchObject({ thinking: "budget", structuredOutput: "none" });
  expect(traits("vertex", "claude-sonnet-4-5@20250929").defaultMaxOutputTokens).toBe(64_000);
  expect(traits("bedrock", "us.anthropic.claude-opus-4-1-20250805-v1:0").structuredOutput).toBe("none");
  expect(traits("bedrock", "amazon.nova-pro-v1:0").structuredOutput).toBe("none");
  expect(traits("bedrock", "openai.gpt-oss-120b-1:0").structuredOutput).toBe("schema");
});

test.each([
  ["gemini-2.5-flash", "none minimal low medium high xhigh max"],
  ["gemini-2.5-pro", "minimal low medium high xhigh max"],
  ["gemini-3-pro-preview", "low high"],
  ["gemini-3.1-pro-preview", "low medium high"],
  ["gemini-3-flash-preview", "minimal low medium high"],
  ["gemini-3.6-flash", "minimal low medium high"],
  ["gemini-3.8-flash", "low medium high"],
  ["gemini-3.8-flash-lite", "minimal low medium high"],
  ["gemini-flash-latest", "low medium high"],
  ["gemini-pro-latest", "low medium high"],
  ["gemini-4-argon", "minimal low medium high"],
  ["gemini-4-hydrogen", "low medium high xhigh"],
] as const)("%s can be told to think %s; on Vertex it knows no store", (model, efforts) => {
  expect(traits("google", model)).toMatchObject({ efforts: efforts.split(" "), refusedFields: [] });
  expect(traits("vertex", model)).toMatchObject({ efforts: efforts.split(" "), refusedFields: ["store"] });
});

test.each([
  ["openai", "gpt-5", "minimal low medium high"],
  ["openai", "gpt-5-mini-2025-08-07", "minimal low medium high"],
  ["openai", "gpt-5-pro", "high"],
  ["openai", "gpt-5-codex", "low medium high"],
  ["openai", "gpt-5.1", "none low medium high"],
  ["openai", "gpt-5.1-chat-latest", "medium"],
  ["openai", "gpt-5.1-codex-max", "low medium high xhigh"],
  ["openai", "gpt-5.3-codex", "low medium high xhigh"],
  ["openai", "gpt-5.4", "none low medium high xhigh"],
  ["openai", "gpt-5.5-pro-2026-04-23", "medium high xhigh"],
  ["openai", "gpt-5.6-terra", "none low medium high xhigh max"],
  ["openai", "gpt-6-sol", "none low medium high xhigh max"],
  ["openai", "gpt-6-astra", "low medium high xhigh max"],
  ["openai", "o4-mini", "low medium high"],
  ["openai", "o1-mini", ""],
  ["azure", "gpt-5", "minimal low medium high"],
  ["openai elsewhere", "openai/gpt-5.1", "none low medium high"],
  ["openai elsewhere", "gpt-oss-120b", "low medium high"],
  ["anthropic", "claude-sonnet-4-6", "none low medium high max"],
  ["anthropic", "claude-opus-4-7", "none low medium high xhigh max"],
  ["anthropic", "claude-haiku-5-5", "none low medium high xhigh max"],
  ["anthropic", "claude-opus-5-5", "low medium high xhigh max"],
  ["anthropic", "claude-mythos-preview", "low medium high max"],
  ["groq", "openai/gpt-oss-20b", "low medium high"],
  ["groq", "qwen/qwen3.6-27b", "none"],
  ["mistral", "mistral-small-latest", "none high"],
  ["mistral", "mistral-large-4", "low medium high"],
  ["mistral", "zai-glm-5-3", "low high max"],
  ["xai", "grok-4.6", "none low medium high xhigh"],
  ["xai", "grok-4.3", "none low medium high"],
  ["xai", "grok-4.20-reasoning", ""],
  ["xai", "grok-4-0709", ""],
  ["fireworks", "accounts/fireworks/models/x", "none low medium high"],
  ["cerebras", "zai-glm-4.6", "none low medium high"],
  ["openrouter", "openai/gpt-oss-20b", "none minimal low medium high xhigh max"],
] as const)("%s: %s can be told to think %p", (name, model, efforts) => {
  const its = traits(name, model);
  expect([its.thinking, its.efforts.join(" ")]).toEqual(["effort", efforts]);
});

test.each([
  ["openai", "gpt-4o"],
  ["openai", "gpt-4.1-mini"],
  ["openai", "gpt-5-chat-latest"],
  ["openai", "gpt-3.5-turbo"],
  ["anthropic", "claude-3-5-haiku-20241022"],
  ["anthropic", "claude-3-haiku-20240307"],
  ["google", "gemini-2.0-flash"],
  ["google", "gemini-2.5-flash-image"],
  ["google", "gemma-3-27b-it"],
  ["vertex", "gemini-2.0-flash"],
  ["groq", "llama-3.3-70b-versatile"],
  ["mistral", "codestral-latest"],
  ["mistral", "mistral-large-latest"],
  ["xai", "grok-4-1-fast-non-reasoning"],
  ["bedrock", "eu.amazon.nova-pro-v1:0"],
] as const)("%s: %s cannot think", (name, model) => {
  expect(traits(name, model).thinking).toBe("none");
});

test("DeepSeek switches thinking off by a word of its own, Mistral says it among the content", () => {
  expect(traits("deepseek", "deepseek-flash").hasThinkingSwitch).toBe(true);
  expect(traits("openai elsewhere", "deepseek-flash").hasThinkingSwitch).toBe(false);
  expect(traits("mistral", "magistral-medium-latest").reasoningIn).toBe("content");
});

test("OpenAI's models that reason take no sampling, wherever they are named; extras are its own services'", () => {
  for (const model of ["gpt-5.4", "gpt-6-sol", "o3", "o4-mini"]) {
    expect([model, traits("openai", model).hasSampling]).toEqual([model, false]);
    expect(traits("openai elsewhere", `openai/${model}`)).toMatchObject({ hasSampling: false, hasOpenAiExtras: false });
  }
  for (const model of ["gpt-4o", "gpt-4.1", "gpt-5-chat-latest"])
    expect(traits("openai", model).hasSampling).toBe(true);
  for (const name of ["openai", "azure", "mock"]) expect(traits(name, "gpt-5.4").hasOpenAiExtras).toBe(true);
});

test("what servers know beyond the chat dialect, and what they refuse of it", () => {
  for (const name of ["vllm", "openrouter", "together", "fireworks"]) expect(traits(name, "m").hasTopK).toBe(true);
  expect(traits("openai", "m").hasTopK).toBe(false);
  expect(traits("openrouter", "m").hasReasoningDetails).toBe(true);
  expect(traits("vllm", "m").hasReasoningDetails).toBe(false);
  expect(traits("groq", "m").refusedFields).toContain("logit_bias");
  expect(traits("cerebras", "m").refusedFields).toContain("presence_penalty");
  expect(traits("mistral", "m").refusedFields).toContain("seed");
  expect(traits("xai", "grok-4.3").refusedFields).toContain("stop");
  expect(traits("xai", "grok-4.20-non-reasoning").refusedFields).toEqual(["presence_penalty", "frequency_penalty"]);
});
