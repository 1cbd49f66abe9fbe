import { expect, test } from "bun:test";
import { estimateEmbedding } from "../../src/tokens/estimate-embedding.ts";
import { estimateBody } from "../../src/tokens/estimate-body.ts";

const toBytes = (input: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify({ model: "m", input }));

test("an input of tokens is counted, in one list or in several", () => {
  expect(estimateEmbedding(toBytes([1, 22, 333]))).toBe(3);
  expect(estimateEmbedding(toBytes([[1, 22], [333]]))).toBe(3);
});

test("an input of words is estimated by them", () => {
  const body = toBytes(["Hello there", "7 bees"]);
  expect(estimateEmbedding(body)).toBe(estimateBody(body));
});

test("of a long input of tokens the beginning is counted, and stands for the rest", () => {
  const tokens = Array.from({ length: 500_000 }, (_, at) => 10_000 + (at % 90_000));
  const estimate = estimateEmbedding(toBytes(tokens));
  expect(estimate / tokens.length).toBeCloseTo(1, 2);
});
