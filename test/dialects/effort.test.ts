import { expect, test } from "bun:test";
import { effortOf } from "../../src/dialects/effort.ts";

test.each([
  [null, null],
  [-1, null],
  [0, "none"],
  [1, "low"],
  [1024, "low"],
  [1025, "medium"],
  [8192, "medium"],
  [8193, "high"],
  [100_000, "high"],
] as const)("a budget of %p tokens is the effort %p", (budgetTokens, effort) => {
  expect(effortOf(budgetTokens)).toBe(effort);
});
