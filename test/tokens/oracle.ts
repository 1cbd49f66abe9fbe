import { Tiktoken } from "js-tiktoken/lite";
import cl100k from "js-tiktoken/ranks/cl100k_base";
import o200k from "js-tiktoken/ranks/o200k_base";
import { createEncoder, startProgress, type Encoder, type EncoderOptions } from "../../src/tokens/encoder.ts";

const tables = { o200k_base: o200k, cl100k_base: cl100k };

export type Name = keyof typeof tables;

export const names: readonly Name[] = ["o200k_base", "cl100k_base"];

const oracles = new Map<Name, Tiktoken>();

/** Counts with js-tiktoken itself, special tokens as ordinary text. */
export const countByTiktoken = (name: Name, text: string): number => {
  const oracle = oracles.get(name) ?? new Tiktoken(tables[name]);
  oracles.set(name, oracle);
  return oracle.encode(text, [], []).length;
};

export const encoderOf = (name: Name, options?: EncoderOptions): Encoder => createEncoder(tables[name], options);

/** Counts with ours, in turns of `budget` characters. */
export const countByOurs = (encoder: Encoder, text: string, budget = 1000): { tokens: number; cuts: number } => {
  const progress = startProgress(text);
  while (!encoder.advance(progress, budget));
  return { tokens: progress.tokens, cuts: progress.cuts };
};
