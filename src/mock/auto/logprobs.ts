import type { TokenLogprob } from "../../dialects/reply.ts";
import { lorem } from "./text.ts";

/** A text as tokens: of words each with the space before it, of JSON every four characters. Joined they are the text. */
export const toTokens = (text: string, isJson: boolean): readonly string[] =>
  text.match(isJson ? /[^]{1,4}/gu : /\s*\S+|\s+$/gu) ?? [];

/** Between -0.0001 and -1, by nothing but the token and its place. */
const logprobOf = (token: string, at: number): number => -((Bun.hash.xxHash32(token, at) % 10_000) + 1) / 10_000;

const toToken = (token: string, logprob: number): Omit<TokenLogprob, "top"> => ({
  token,
  bytes: [...Buffer.from(token)],
  logprob,
});

/** As many as any service gives. */
const mostTop = 20;

/**
 * Gives every token a probability, and `count` alternatives, 20 at most, the token itself the first of them.
 *
 * They are made up, and the same every time; none of the others is as likely as the token itself.
 */
export const toLogprobs = (tokens: readonly string[], count: number): readonly TokenLogprob[] =>
  tokens.map((token, at) => {
    const chosen = toToken(token, logprobOf(token, at));
    const others = Array.from({ length: Math.max(0, Math.min(count, mostTop) - 1) }, (_, rank) =>
      toToken(` ${lorem[(at + rank + 1) % lorem.length] ?? ""}`, chosen.logprob - rank - 1),
    );
    return { ...chosen, top: count === 0 ? [] : [chosen, ...others] };
  });
