// What the older endpoints take: one input or several, in words or in tokens.
import type { JsonObject } from "../../dialects/conversation.ts";
import { missing } from "./fields.ts";
import { estimateTokens } from "../auto/text.ts";

const isTokens = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === "number";

/** One prompt or several: a text, texts, tokens, or arrays of tokens. */
export const readBatch = (body: JsonObject, param: string): readonly unknown[] => {
  const value = body[param];
  if (value === undefined) throw missing(param);
  return Array.isArray(value) && !isTokens(value) ? value : [value];
};

/** The tokens of several prompts, estimated. */
export const countPrompts = (prompts: readonly unknown[]): number =>
  prompts.reduce<number>(
    (sum, prompt) => sum + (Array.isArray(prompt) ? prompt.length : estimateTokens(String(prompt))),
    0,
  );
