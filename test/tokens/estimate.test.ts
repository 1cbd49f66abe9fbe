import { expect, test } from "bun:test";
import { estimateTokens, estimateTokensOfBytes } from "../../src/tokens/estimate.ts";
import { countByOurs, encoderOf } from "./oracle.ts";
import { base64Signs, bombs, kinds, pick, scripts } from "./texts.ts";

const encoder = encoderOf("o200k_base");
const count = (text: string): number => countByOurs(encoder, text).tokens;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Sources of the project that the weights were not tuned on. */
const files = ["src/server.ts", "src/errors.ts", "src/wire/json.ts", "config/config.yaml", "CHANGELOG.md"];
const sources = await Promise.all(
  files.map(async (file) => [file, await Bun.file(new URL(`../../${file}`, import.meta.url)).text()] as const),
);
const base64 = pick(5000, base64Signs);
const ordinary = [...Object.entries({ ...scripts, ...kinds, base64 }), ...sources];

test.each(ordinary)("%s: the estimate is within 15 %", (_kind, text) => {
  expect(Math.abs(estimateTokens(text) / count(text) - 1)).toBeLessThan(0.15);
});

test.each(ordinary)("%s: the estimate of its bytes is that of the text", (_kind, text) => {
  expect(estimateTokensOfBytes(encode(text))).toBe(estimateTokens(text));
});

test.each(ordinary)("%s: a megabyte is judged by samples as well as a page", (_kind, text) => {
  const long = `${text}\n`.repeat(Math.ceil(1_000_000 / text.length));
  const tokens = count(long);
  expect(Math.abs(estimateTokens(long) / tokens - 1)).toBeLessThan(0.2);
  expect(Math.abs(estimateTokensOfBytes(encode(long)) / tokens - 1)).toBeLessThan(0.2);
});

test.each(Object.entries(bombs))(
  "%s: there is an estimate, positive and no more than a token a byte",
  (_kind, make) => {
    const text = make(100_000);
    const estimate = estimateTokens(text);
    expect(estimate).toBeGreaterThan(0);
    expect(estimate).toBeLessThanOrEqual(Buffer.byteLength(text));
  },
);

test("nothing is no token", () => {
  expect([estimateTokens(""), estimateTokensOfBytes(new Uint8Array(0))]).toEqual([0, 0]);
});
