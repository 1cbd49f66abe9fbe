import type { JsonObject } from "../conversation.ts";
import { isObject, toList, toNumber, toText } from "../fields.ts";
import type { TokenLogprob } from "../reply.ts";
import type { WireLogprob, WireLogprobs } from "./wire-reply.ts";

type Token = Omit<TokenLogprob, "top">;

const readToken = (entry: JsonObject): Token => ({
  token: toText(entry["token"]) ?? "",
  bytes: Array.isArray(entry["bytes"]) ? entry["bytes"].map((byte) => toNumber(byte) ?? 0) : null,
  logprob: toNumber(entry["logprob"]) ?? 0,
});

const readTokens = (entry: JsonObject): TokenLogprob => ({
  ...readToken(entry),
  top: toList(entry["top_logprobs"]).filter(isObject).map(readToken),
});

/** Reads one of the two lists of `logprobs`; null when it is not there. */
export const readLogprobs = (list: unknown): readonly TokenLogprob[] | null =>
  Array.isArray(list) ? list.filter(isObject).map(readTokens) : null;

const writeToken = ({ token, logprob, bytes }: Token): Omit<WireLogprob, "top_logprobs"> => ({
  token,
  logprob,
  bytes: bytes === null ? null : [...bytes],
});

const writeTokens = (token: TokenLogprob): WireLogprob => ({
  ...writeToken(token),
  top_logprobs: token.top.map(writeToken),
});

/** Writes the tokens of the text, or of the refusal. */
export const writeLogprobs = (tokens: readonly TokenLogprob[] | null, isRefusal: boolean): WireLogprobs | null => {
  if (tokens === null) return null;
  const list = tokens.map(writeTokens);
  return isRefusal ? { content: null, refusal: list } : { content: list, refusal: null };
};
