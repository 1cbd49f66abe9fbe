import { isFields } from "./fields.ts";

const words =
  `Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore
magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo
consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur.
Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum.`.split(
    /\s+/,
  );

/**
 * Makes the text the mock speaks: one word of lorem ipsum a token, from the beginning again when the words run out.
 *
 * Gives a function from a number of tokens, clamped to `maxTokens`, to their text; the whole text is built once.
 */
export const createLorem = (maxTokens: number): ((tokens: number) => string) => {
  const ends: number[] = [0];
  let whole = "";
  for (let token = 0; token < maxTokens; token += 1) {
    whole += `${token === 0 ? "" : " "}${words[token % words.length] ?? ""}`;
    ends.push(whole.length);
  }
  return (tokens) => whole.slice(0, ends[Math.min(tokens, maxTokens)]);
};

const isInsidePair = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
};

const boundary = (text: string, part: number, parts: number): number => {
  const at = Math.floor((part * text.length) / parts);
  return isInsidePair(text, at) ? at + 1 : at;
};

/**
 * Part `part` of a text cut into `parts` nearly equal ones, never inside a surrogate pair.
 *
 * All parts joined are the text; with more parts than characters some are empty.
 */
export const partOf = (text: string, part: number, parts: number): string =>
  text.slice(boundary(text, part, parts), boundary(text, part + 1, parts));

const maxDepth = 32;

const countBytes = (value: unknown, depth: number): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (depth > maxDepth) return 0;
  if (Array.isArray(value)) {
    let bytes = 0;
    for (const member of value) bytes += countBytes(member, depth + 1);
    return bytes;
  }
  if (!isFields(value)) return 0;
  let bytes = 0;
  for (const key of ["text", "content", "parts", "output"]) bytes += countBytes(value[key], depth + 1);
  return bytes;
};

/**
 * A plain estimate of the tokens in messages, parts or texts: their UTF-8 bytes divided by 4, rounded up.
 *
 * Counts what stands under `text`, `content`, `parts` and `output`, at most 32 levels deep; images, tool definitions
 * and roles count nothing. It is no tokenizer: its use is that it never changes.
 */
export const estimateTokens = (...values: readonly unknown[]): number => Math.ceil(countBytes(values, 0) / 4);
