import { fromSchema } from "./from-schema.ts";
import { createLorem, estimateTokens } from "./text.ts";

/** What a request asks for, in no dialect: words, JSON of a shape, or a call of a function. */
export type Want =
  | { readonly kind: "text" }
  | { readonly kind: "json"; readonly schema: unknown }
  | { readonly kind: "call"; readonly name: string; readonly schema: unknown };

/** What is answered, in no dialect; each wire format writes it in its own words. */
export interface Answer {
  /** The function called; its arguments, as JSON, are then the text. */
  readonly call: string | null;
  readonly text: string;
  readonly outputTokens: number;
  /** The limit of the request cut the text short. */
  readonly isCut: boolean;
}

/** Decides the answer: the place where fixtures come before the generated one. `maxTokens` absent means no limit. */
export type Answerer = (want: Want, maxTokens: number | undefined) => Answer;

/** JSON of the wanted shape; without a schema, an object holding the words. */
const toJson = (schema: unknown, words: string): string =>
  JSON.stringify(schema === undefined ? { text: words } : fromSchema(schema));

/**
 * Makes the generated answers: lorem ipsum of `responseTokens` words, or JSON that fits the schema asked for.
 *
 * A word is a token; JSON counts its UTF-8 bytes divided by 4, rounded up, and is cut in the middle by a smaller
 * limit, as a real model's is.
 */
export const createAnswerer = (responseTokens: number): Answerer => {
  const lorem = createLorem(responseTokens);
  const whole: Answer = { call: null, text: lorem(responseTokens), outputTokens: responseTokens, isCut: false };
  return (want, maxTokens = Infinity) => {
    if (want.kind === "text") {
      if (maxTokens >= responseTokens) return whole;
      return { call: null, text: lorem(maxTokens), outputTokens: maxTokens, isCut: true };
    }
    const json = toJson(want.kind === "call" ? (want.schema ?? {}) : want.schema, whole.text);
    const call = want.kind === "call" ? want.name : null;
    const tokens = estimateTokens(json);
    if (tokens <= maxTokens) return { call, text: json, outputTokens: tokens, isCut: false };
    return { call, text: json.slice(0, maxTokens * 4), outputTokens: maxTokens, isCut: true };
  };
};

/**
 * The tool a choice calls: the named one, else the first; `undefined` when there is none of that name.
 */
export const chooseTool = <Tool extends { readonly name: string }>(
  tools: readonly Tool[],
  name: string | undefined,
): Tool | undefined => (name === undefined ? tools[0] : tools.find((tool) => tool.name === name));
