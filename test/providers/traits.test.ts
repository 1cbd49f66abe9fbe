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
  ["claude-3-haiku-20240307", "budget", 4096, "none"],
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
  ["gemini-2.0-flash", "budget"],
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
