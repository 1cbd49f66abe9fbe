import { toList, toNumber, toObject, toText } from "../fields.ts";
import type { TokenLogprob } from "../reply.ts";
import type { LogprobsCandidate, LogprobsResult } from "./wire.ts";

const readToken = (value: unknown): Omit<TokenLogprob, "top"> | null => {
  const candidate = toObject(value);
  const token = toText(candidate?.["token"]);
  const logprob = toNumber(candidate?.["logProbability"]);
  return token === null || logprob === null ? null : { token, bytes: null, logprob };
};

/** Reads a `logprobsResult`: the tokens chosen, each with what else it might have been; null when none is told. */
export const readLogprobs = (value: unknown): readonly TokenLogprob[] | null => {
  const result = toObject(value);
  if (result === null) return null;
  const top = toList(result["topCandidates"]);
  const tokens = toList(result["chosenCandidates"]).flatMap((chosen, index): readonly TokenLogprob[] => {
    const token = readToken(chosen);
    const others = toList(toObject(top[index])?.["candidates"]).map(readToken);
    return token === null ? [] : [{ ...token, top: others.filter((other) => other !== null) }];
  });
  return tokens.length === 0 ? null : tokens;
};

const writeToken = ({ token, logprob }: Omit<TokenLogprob, "top">): LogprobsCandidate => ({
  token,
  logProbability: logprob,
});

/** Writes the probabilities of tokens. */
export const writeLogprobs = (tokens: readonly TokenLogprob[]): LogprobsResult => ({
  chosenCandidates: tokens.map(writeToken),
  topCandidates: tokens.map(({ top }) => ({ candidates: top.map(writeToken) })),
});
