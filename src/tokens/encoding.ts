export type EncodingName = "o200k_base" | "cl100k_base";

/** How the text of a model is counted. */
export interface Encoding {
  readonly name: EncodingName;
  /** Whether the model's maker says that this is its encoding; else it is the nearest there is. */
  readonly isOwn: boolean;
}

const cl100k = /^(?:gpt-4(?:-|$)|gpt-3\.5|gpt-35|text-embedding-(?:3-|ada-002))/;

const o200k = /^(?:gpt-4o|chatgpt-4o|gpt-4\.[15]|gpt-5|gpt-oss-|o[134](?:-|$))/;

/** The name without what stands around it: a provider in front, and `ft:` with the rest of a fine-tuned one. */
const toBareName = (model: string): string =>
  model
    .slice(model.lastIndexOf("/") + 1)
    .toLowerCase()
    .replace(/^ft:([^:]*).*$/s, "$1");

/**
 * Picks the encoding of a model by its name.
 *
 * Of Claude, Gemini and whatever else has no published encoding `o200k_base` gives an approximation; so it does of
 * gpt-6, whose encoding nobody has told yet.
 *
 * @see `tiktoken/model.py` of openai/tiktoken, and `getEncodingNameForModel` of js-tiktoken 1.0.21 (read 2026-11-22)
 */
export const encodingOf = (model: string): Encoding => {
  const name = toBareName(model);
  if (cl100k.test(name)) return { name: "cl100k_base", isOwn: true };
  return { name: "o200k_base", isOwn: o200k.test(name) };
};
