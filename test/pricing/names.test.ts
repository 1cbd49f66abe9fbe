import { describe, expect, test } from "bun:test";
import { createNames } from "../../src/pricing/names.ts";

const namesOf = (...patterns: string[]) => createNames(patterns.map((pattern) => ({ pattern, value: pattern })));

describe("a model is found", () => {
  test.each([
    ["by its name", ["gpt-5.4", "gpt-5.4-mini"], "gpt-5.4", "gpt-5.4"],
    ["by its name before a glob", ["gpt-5.4*", "gpt-5.4"], "gpt-5.4", "gpt-5.4"],
    ["without the date of OpenAI's snapshots", ["gpt-5.4"], "gpt-5.4-2026-03-05", "gpt-5.4"],
    [
      "without the date of Anthropic's snapshots",
      ["claude-sonnet-4-5"],
      "claude-sonnet-4-5-20250929",
      "claude-sonnet-4-5",
    ],
    [
      "without the date of Vertex AI's snapshots",
      ["claude-sonnet-4-5"],
      "claude-sonnet-4-5@20250929",
      "claude-sonnet-4-5",
    ],
    ["without the number of Google's snapshots", ["gemini-2.0-flash"], "gemini-2.0-flash-001", "gemini-2.0-flash"],
    [
      "without Google's preview and month",
      ["gemini-2.5-flash"],
      "gemini-2.5-flash-preview-09-2025",
      "gemini-2.5-flash",
    ],
    ["without Google's preview and day", ["gemini-2.5-pro"], "gemini-2.5-pro-preview-05-06", "gemini-2.5-pro"],
    [
      "by the dated name that is listed itself",
      ["gpt-4o", "gpt-4o-2024-05-13"],
      "gpt-4o-2024-05-13",
      "gpt-4o-2024-05-13",
    ],
    ["by a glob", ["gpt-5*"], "gpt-5.4", "gpt-5*"],
    ["by the glob that says most", ["*", "gpt-*", "gpt-5.4-*", "gpt-5*"], "gpt-5.4-mini", "gpt-5.4-*"],
    [
      "by the name of its snapshot, which says more than a short glob",
      ["gpt-*", "gpt-5.4"],
      "gpt-5.4-2026-03-05",
      "gpt-5.4",
    ],
    [
      "by a glob that says more than its name without the date",
      ["gpt-5.4", "gpt-5.4-2026*"],
      "gpt-5.4-2026-03-05",
      "gpt-5.4-2026*",
    ],
  ])("%s", (_, patterns, name, found) => {
    expect(namesOf(...patterns).find(name)).toBe(found);
  });
});

describe("a model is not found", () => {
  test.each([
    ["because its name goes on", ["gpt-5.4"], "gpt-5.4-mini"],
    ["because what ends it is no date", ["gpt-4"], "gpt-4-0613"],
    ["because the date stands in the middle", ["gpt-5.4"], "gpt-5.4-2026-03-05-mini"],
    ["because letters differ in case", ["gpt-5.4"], "GPT-5.4"],
    ["because it is a name of JavaScript's own", ["gpt-5.4"], "__proto__"],
    ["because it has none", ["gpt-5.4"], ""],
  ])("%s", (_, patterns, name) => {
    expect(namesOf(...patterns).find(name)).toBeNull();
  });
});

test("of equal patterns the first counts", () => {
  const names = createNames([
    { pattern: "a", value: 1 },
    { pattern: "a", value: 2 },
    { pattern: "b*", value: 3 },
    { pattern: "b*", value: 4 },
  ]);
  expect([names.find("a"), names.find("bc")]).toEqual([1, 3]);
});

const heapOf = (): number => {
  Bun.gc(true);
  return process.memoryUsage().heapUsed;
};

test("a hundred thousand invented names leave no more than a thousand behind, and change no answer", () => {
  const names = namesOf("gpt-5.4", "known-*");
  let found = 0;
  const invent = (from: number): void => {
    for (let index = from; index < from + 50_000; index++) {
      if (names.find(`invented-${index}-${"x".repeat(150)}`) !== null) found++;
    }
  };
  invent(0);
  const before = heapOf();
  invent(50_000);
  // Fifty thousand more names of 160 letters would be 8 MB.
  expect(heapOf() - before).toBeLessThan(4_000_000);
  expect(found).toBe(0);
  expect([names.find("gpt-5.4"), names.find("known-1")]).toEqual(["gpt-5.4", "known-*"]);
});

test("a name longer than 200 letters is no model's", () => {
  expect(namesOf("x*").find("x".repeat(200))).toBe("x*");
  expect(namesOf("x*").find("x".repeat(201))).toBeNull();
});
