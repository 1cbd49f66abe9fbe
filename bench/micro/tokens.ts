import { Tiktoken } from "js-tiktoken/lite";
import o200k from "js-tiktoken/ranks/o200k_base";
import { createEncoder, startProgress } from "../../src/tokens/encoder.ts";
import { estimateTokens, estimateTokensOfBytes } from "../../src/tokens/estimate.ts";
import type { Case } from "./case.ts";

const encoder = createEncoder(o200k);
const tiktoken = new Tiktoken(o200k);

const count = (text: string): number => {
  const progress = startProgress(text);
  while (!encoder.advance(progress, 16_384));
  return progress.tokens;
};

const english = "The train left at seven in the morning, and nobody on the platform knew that it would not arrive. ";

const texts = {
  English: english.repeat(20),
  code: await Bun.file(new URL("../../src/tokens/encoder.ts", import.meta.url)).text(),
  // Each run of Han is another one, so that no piece is found in the cache the first time it comes.
  Han: Array.from({ length: 60 }, (_, line) =>
    String.fromCodePoint(...Array.from({ length: 15 }, (_sign, at) => 0x4e00 + ((line * 131 + at * 37) % 6000))),
  ).join("，"),
  "500 times a": "a".repeat(500),
};

const large = english.repeat(100_000);
const largeBytes = new TextEncoder().encode(large);

export const tokenCases: readonly Case[] = [
  ...Object.entries(texts).map(([name, text]) => ({
    name: `tokens: ${name} (${Buffer.byteLength(text).toLocaleString("en-US")} bytes)`,
    variants: { ours: () => count(text), "js-tiktoken": () => tiktoken.encode(text).length },
  })),
  {
    name: `tokens: an estimate of ${large.length.toLocaleString("en-US")} bytes`,
    variants: { text: () => estimateTokens(large), bytes: () => estimateTokensOfBytes(largeBytes) },
  },
];
