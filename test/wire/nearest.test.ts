import { expect, test } from "bun:test";
import { nearest } from "../../src/wire/nearest.ts";

const models = ["gpt-5.4", "gpt-5.4-mini", "claude-haiku-4-5", "gemini-3.8-flash"];

test.each([
  ["gpt-5.4", models, "gpt-5.4"],
  ["GPT-5.4", models, "gpt-5.4"],
  ["gpt-54-mini", models, "gpt-5.4-mini"],
  ["claude-haiku", models, "claude-haiku-4-5"],
  ["hots", ["port", "host"], "host"],
  ["serve", ["server", "routes"], "server"],
  ["", models, undefined],
  ["x", ["y"], undefined],
  ["llama-4", models, undefined],
  ["gpt-5.4", [], undefined],
  ["aab", ["aac", "aad"], "aac"],
  ["abc", [""], undefined],
])("%j among %j is meant to be %j", (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test("a huge word costs next to nothing", () => {
  const startedAt = performance.now();
  expect(nearest("g".repeat(1_000_000), models)).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(200);
});
