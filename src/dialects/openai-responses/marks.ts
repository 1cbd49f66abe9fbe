// What stands on a text: its citations and the probabilities of its tokens.
import type { Citation, JsonObject } from "../conversation.ts";
import { toList, toNumber, toObject, toText } from "../fields.ts";
import type { TokenLogprob } from "../reply.ts";
import type { UrlCitation, WireLogprob } from "./wire.ts";

/** Reads one annotation; what names no URL (files of the provider) keeps its words for its own dialect. */
export const readCitation = (value: unknown): Citation | null => {
  const annotation = toObject(value);
  if (annotation === null) return null;
  return {
    url: toText(annotation["url"]),
    title: toText(annotation["title"]) ?? toText(annotation["filename"]),
    quote: null,
    start: toNumber(annotation["start_index"]),
    end: toNumber(annotation["end_index"]),
    native: { kind: "native", dialect: "openai-responses", name: toText(annotation["type"]) ?? "", value: annotation },
  };
};

/** Reads annotations; what is none is left out. */
export const readCitations = (value: unknown): readonly Citation[] =>
  toList(value).flatMap((one) => readCitation(one) ?? []);

/** Gives null for a source that has no URL, which the dialect cannot name. `length` is that of the text, in UTF-16 units. */
export const writeCitation = (citation: Citation, length: number): UrlCitation | JsonObject | null => {
  const { url, title, start, end, native } = citation;
  if (native?.dialect === "openai-responses") return native.value;
  if (url === null) return null;
  return { type: "url_citation", url, title: title ?? "", start_index: start ?? 0, end_index: end ?? length };
};

export const writeCitations = (citations: readonly Citation[], length: number): readonly (UrlCitation | JsonObject)[] =>
  citations.map((citation) => writeCitation(citation, length)).filter((one) => one !== null);

const readToken = (value: unknown): Omit<TokenLogprob, "top"> => {
  const entry = toObject(value);
  const bytes = toList(entry?.["bytes"]).flatMap((byte) => toNumber(byte) ?? []);
  return {
    token: toText(entry?.["token"]) ?? "",
    bytes: bytes.length === 0 ? null : bytes,
    logprob: toNumber(entry?.["logprob"]) ?? 0,
  };
};

/** Gives null for an empty list: the service writes one when nobody asked. */
export const readLogprobs = (value: unknown): readonly TokenLogprob[] | null => {
  const entries = toList(value);
  if (entries.length === 0) return null;
  return entries.map((entry) => {
    const { token, bytes, logprob } = readToken(entry);
    return { token, bytes, logprob, top: toList(toObject(entry)?.["top_logprobs"]).map(readToken) };
  });
};

const writeToken = ({ token, bytes, logprob }: Omit<TokenLogprob, "top">) => ({ token, bytes: bytes ?? [], logprob });

/** Writes the probabilities of tokens. */
export const writeLogprobs = (logprobs: readonly TokenLogprob[]): readonly WireLogprob[] =>
  logprobs.map(({ token, bytes, logprob, top }) => ({
    token,
    bytes: bytes ?? [],
    logprob,
    top_logprobs: top.map(writeToken),
  }));

/**
 * Deals out the tokens of an answer to its texts, one text after another, by their length; the last text gets the rest.
 * A token may hold half a character, so the length is that of the tokens' own texts.
 */
export const dealLogprobs = (
  logprobs: readonly TokenLogprob[],
): ((text: string, isLast: boolean) => readonly TokenLogprob[]) => {
  let at = 0;
  return (text, isLast) => {
    const from = at;
    const wanted = isLast ? Number.POSITIVE_INFINITY : text.length;
    for (let chars = 0; at < logprobs.length && chars < wanted; at += 1) chars += logprobs[at]?.token.length ?? 0;
    return logprobs.slice(from, at);
  };
};
