// What is left of something when its fields have been said in the words of another dialect, by name.
import type { Citation, DialectName, Image } from "./conversation.ts";

/** What the fields of a citation hold of it, where its provider tells it flat. */
const carried: Readonly<Partial<Record<DialectName, ReadonlySet<string>>>> = {
  anthropic: new Set(["type", "url", "source", "title", "document_title", "cited_text"]),
  "openai-responses": new Set(["type", "url", "title", "filename", "start_index", "end_index"]),
};
const ofImage: ReadonlySet<string> = new Set(["type", "id", "status", "result", "output_format"]);

const isSaying = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

const restOf = (value: object, known: ReadonlySet<string>): readonly string[] =>
  Object.entries(value).flatMap(([key, one]) => (known.has(key) || !isSaying(one) ? [] : [key]));

/**
 * Gives what a citation loses in the words of `target`, nothing in its own dialect's: its quote, where there is no place for
 * one, and what only its provider says, such as the seal of a search result (`encrypted_index`).
 */
export const restOfCitation = (
  { quote, native }: Citation,
  target: DialectName,
  hasQuote: boolean,
): readonly string[] => {
  if (native?.dialect === target) return [];
  const known = native === null ? undefined : carried[native.dialect];
  const rest = native === null || known === undefined ? [] : restOf(native.value, known);
  return hasQuote || !isSaying(quote) ? rest : ["cited_text", ...rest];
};

/** Gives what the provider said of an image it made beside the image itself, such as `revised_prompt`. */
export const restOfImage = ({ native }: Pick<Image, "native">): readonly string[] =>
  native === undefined ? [] : restOf(native.value, ofImage);
