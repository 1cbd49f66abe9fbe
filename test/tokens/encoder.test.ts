import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { countByOurs, countByTiktoken, encoderOf, names } from "./oracle.ts";
import { bombs, kinds, pick, scripts } from "./texts.ts";

const ordinary = Object.entries({ ...scripts, ...kinds });
const hard = Object.entries(bombs);

const o200k = encoderOf("o200k_base");

const special = "<|endoftext|> <|fim_prefix|><|endofprompt|>\n<|im_start|>";

/** Pieces that meet each other in ways words do not. */
const scraps = [
  "a",
  "A",
  "aA",
  "Aa",
  "é",
  "中",
  "한",
  "😀",
  "\u{1f3fd}",
  "\u0301",
  "\ud800",
  "\udc00",
  "\u200d",
  "ǅ",
  "ʰ",
  " ",
  "  ",
  "\n",
  "\r\n",
  "\t",
  "\u00a0",
  "\u3000",
  "\u2028",
  "'",
  "'s",
  "'LL",
  "’s",
  "1",
  "12345",
  "٣",
  "½",
  "_",
  "__",
  "/",
  "//\n",
  "==",
  "<|endoftext|>",
  "\0",
  "\u007f",
  "ÿ",
  "Ġ",
  "hello",
  " world",
  "the",
  "ß",
  "İ",
];

describe.each(names)("%s", (name) => {
  const encoder = encoderOf(name);
  const cutting = [97, 256, 1000].map((maxPieceChars) => encoderOf(name, { maxPieceChars }));
  const ours = (text: string): number => countByOurs(encoder, text).tokens;

  test.each(ordinary)("counts %s as js-tiktoken does", (_kind, text) => {
    expect(ours(text)).toBe(countByTiktoken(name, text));
  });

  test.each(hard)("counts 300 characters of %s as js-tiktoken does", (_kind, make) => {
    const text = make(300);
    expect(ours(text)).toBe(countByTiktoken(name, text));
  });

  test.each([
    "llloolooll",
    "stsssss",
    "aaababbbbab",
    "-=-----===--",
    "oolollllllolo",
    "zyzzzx",
    "aahaahahaaa",
    "aeeeeeoaooea",
    "sttstttsssst",
    "eaaaaaeeoo",
  ])("of equal pairs in %s merges the leftmost first, as js-tiktoken does", (text) => {
    expect(ours(text)).toBe(countByTiktoken(name, text));
  });

  test("counts a text that holds the names of special tokens as ordinary text", () => {
    expect(ours(special)).toBe(countByTiktoken(name, special));
    expect(ours("<|endoftext|>")).toBeGreaterThan(1);
  });

  test("counts any text as js-tiktoken does, in turns of any size", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.array(fc.constantFrom(...scraps), { maxLength: 40 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 50 }), (text, budget) => {
        expect(countByOurs(encoder, text, budget)).toEqual({ tokens: countByTiktoken(name, text), cuts: 0 });
      }),
      { numRuns: 1000 },
    );
  });

  test.each(hard)("is off by at most 3 tokens for each cut through %s", (_kind, make) => {
    const text = make(6000);
    const whole = countByOurs(encoder, text);
    expect(whole.cuts).toBe(0);
    for (const other of cutting) {
      const { tokens, cuts } = countByOurs(other, text);
      expect(Math.abs(tokens - whole.tokens)).toBeLessThanOrEqual(3 * cuts);
    }
  });
});

test.each(hard)("a million characters of %s are counted to the end, with few cuts", (_kind, make) => {
  const { tokens, cuts } = countByOurs(o200k, make(1_000_000));
  expect(tokens).toBeGreaterThan(1000);
  expect(cuts).toBeLessThanOrEqual(62);
});

test("a cut never goes through the two halves of a character", () => {
  const encoder = encoderOf("o200k_base", { maxPieceChars: 3 });
  expect(countByOurs(encoder, "😀".repeat(10)).tokens).toBe(10);
});

test("an empty text has no tokens", () => {
  expect(countByOurs(o200k, "")).toEqual({ tokens: 0, cuts: 0 });
});

test("a piece already known counts the same again, also when more pieces came than are kept", () => {
  const encoder = encoderOf("cl100k_base");
  const many = Array.from({ length: 90_000 }, (_, index) => `x${index.toString(36)}`).join(" ");
  const words = pick(5000, "abc xyz");
  const before = countByOurs(encoder, words);
  countByOurs(encoder, many);
  expect(countByOurs(encoder, words)).toEqual(before);
});
