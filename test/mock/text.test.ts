import { expect, test } from "bun:test";
import { assert, integer, property, string } from "fast-check";
import { countWords, createLorem, estimateTokens, partOf } from "../../src/mock/auto/text.ts";

test("lorem is one word a token, however many are asked for", () => {
  const { whole, tokens: all, first } = createLorem(500, 0);
  expect([first(0), first(-1), all]).toEqual(["", "", 500]);
  for (const tokens of [1, 2, 69, 70, 500]) {
    expect(first(tokens).split(" ")).toHaveLength(tokens);
    expect(countWords(first(tokens))).toBe(tokens);
  }
  expect(first(501)).toBe(whole);
});

test("lorem has as many words more as it takes to have the characters asked for", () => {
  const { whole, tokens } = createLorem(10, 200);
  expect(whole.length).toBeGreaterThanOrEqual(200);
  expect(createLorem(tokens - 1, 0).whole.length).toBeLessThan(200);
  expect(createLorem(10, 63).tokens).toBe(10);
});

test("the parts of a text make up the text, and none of them breaks a character", () => {
  assert(
    property(string({ unit: "grapheme" }), integer({ min: 1, max: 40 }), (text, parts) => {
      const pieces = Array.from({ length: parts }, (_, part) => partOf(text, part, parts));
      expect(pieces.join("")).toBe(text);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});

test("tokens are estimated as UTF-8 bytes divided by 4, rounded up", () => {
  expect(["", "1234", "12345", "é".repeat(4)].map(estimateTokens)).toEqual([0, 1, 2, 2]);
});
