import { expect, test } from "bun:test";
import { assert, integer, property, string } from "fast-check";
import { createLorem, estimateTokens, partOf } from "../../src/mock/text.ts";

test("lorem is one word a token, however many are asked for", () => {
  const lorem = createLorem(500);
  expect(lorem(0)).toBe("");
  for (const tokens of [1, 2, 69, 70, 500]) expect(lorem(tokens).split(" ")).toHaveLength(tokens);
  expect(lorem(501)).toBe(lorem(500));
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

test("tokens are estimated as UTF-8 bytes divided by 4, over texts and the parts of messages", () => {
  expect(estimateTokens("12345")).toBe(2);
  expect(estimateTokens("é".repeat(4))).toBe(2);
  expect(estimateTokens(undefined, null, 7, "")).toBe(0);
  const parts = [
    { type: "text", text: "1234" },
    { type: "image_url", image_url: { url: "https://x" } },
  ];
  expect(estimateTokens([{ role: "user", content: parts }])).toBe(1);
  expect(estimateTokens(JSON.parse(`${'{"content":['.repeat(5000)}"1234"${"]}".repeat(5000)}`))).toBe(0);
});
