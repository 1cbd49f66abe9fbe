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

/**
 * What stands for a token: a word of at most 16 letters, or two letters of a script without spaces, with the space before
 * it; up to three digits; other signs together; further white space.
 */
const tokenPattern =
  / ?[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]{1,2}| ?[\p{L}\p{M}]{1,16}| ?\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]{1,16}|\s{1,16}?(?=\s?\S|$)|\s{1,16}/gu;

/**
 * Cuts a text into pieces of so many tokens each, about where a real service would cut its stream.
 *
 * A cheap cut at words, not the tokens of a vocabulary. All pieces joined are the text, and no character is broken.
 */
export const toTokens = function* (text: string, size: number): Generator<string> {
  let from = 0;
  let tokens = 0;
  for (const { index, 0: token } of text.matchAll(tokenPattern)) {
    tokens += 1;
    if (tokens < size) continue;
    const to = index + token.length;
    yield text.slice(from, to);
    from = to;
    tokens = 0;
  }
  if (from < text.length) yield text.slice(from);
};

/** Cuts a text into pieces of so many UTF-16 units each, one more where a surrogate pair would be broken. */
export const sliceChars = function* (text: string, size: number): Generator<string> {
  for (let from = 0; from < text.length;) {
    const end = from + size;
    const to = isInsidePair(text, end) && !isInsidePair(text, end - 1) ? end + 1 : end;
    yield text.slice(from, to);
    from = to;
  }
};

/** A plain estimate of the tokens of a text that is not made of the mock's own words: UTF-8 bytes by 4, rounded up. */
export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);
