import { expect, test } from "bun:test";
import type { Effort } from "../../src/dialects/conversation.ts";
import { allEfforts, effortOf, nearestEffort } from "../../src/dialects/effort.ts";

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

test.each<[Effort, readonly Effort[], Effort | null]>([
  ["medium", allEfforts, "medium"],
  ["medium", ["low", "high"], "high"],
  ["xhigh", ["low", "high", "max"], "max"],
  ["max", ["none", "low", "medium", "high"], "high"],
  ["minimal", ["none", "low"], "low"],
  ["low", ["none"], null],
  ["none", ["minimal", "low"], "minimal"],
  ["none", ["high"], "high"],
  ["none", allEfforts, "none"],
  ["high", [], null],
])("of what can be told, nearest to %s of %p is %p", (asked, taken, said) => {
  expect(nearestEffort(asked, taken)).toBe(said);
});
