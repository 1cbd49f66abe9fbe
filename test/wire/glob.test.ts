import { expect, test } from "bun:test";
import { toMatcher } from "../../src/wire/glob.ts";

test.each([
  ["gpt-*", "gpt-5", true],
  ["gpt-*", "gpt-", true],
  ["gpt-*", "my-gpt-5", false],
  ["*", "", true],
  ["gpt-4", "gpt-4", true],
  ["gpt-4", "gpt-4o", false],
  ["*/o1*", "openai/o1-pro", true],
  ["*claude-*-5*", "eu.claude-opus-5-5", true],
  ["a*b*a", "aba", true],
  ["a*a", "a", false],
])("%s on %p: %p", (pattern, name, expected) => {
  expect(toMatcher(pattern)(name)).toBe(expected);
});
