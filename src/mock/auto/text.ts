/** The words the mock speaks, in their order. */
export const lorem: readonly string[] =
  `Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore
magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo
consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur.
Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum.`.split(
    /\s+/,
  );

/** A text of which a word is a token. */
export interface Lorem {
  readonly whole: string;
  readonly tokens: number;
  /** The text of the first tokens; of more than there are, the whole. */
  readonly first: (tokens: number) => string;
}

/**
 * Makes the text the mock speaks: one word of lorem ipsum a token, from the beginning again when the words run out.
 *
 * At least `leastTokens` words and at least `leastChars` characters; the whole text is built once.
 */
export const createLorem = (leastTokens: number, leastChars: number): Lorem => {
  const ends: number[] = [0];
  let whole = "";
  let tokens = 0;
  while (tokens < leastTokens || whole.length < leastChars) {
    whole += `${tokens === 0 ? "" : " "}${lorem[tokens % lorem.length] ?? ""}`;
    tokens += 1;
    ends.push(whole.length);
  }
  return { whole, tokens, first: (count) => whole.slice(0, ends[Math.max(0, Math.min(count, tokens))]) };
};

/** The words of a text, which are its tokens where the mock made it of words. */
export const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0;

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

/** A plain estimate of the tokens of a text that is not made of the mock's own words: UTF-8 bytes by 4, rounded up. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);
