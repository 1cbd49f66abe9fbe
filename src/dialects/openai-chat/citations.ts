import type { Citation, JsonObject } from "../conversation.ts";
import { isObject, toList, toNumber, toObject, toText } from "../fields.ts";
import type { Annotation } from "./wire-reply.ts";

const offset = (value: unknown, from: number): number | null => {
  const at = toNumber(value);
  return at === null ? null : Math.max(0, at - from);
};

const toCitation = (annotation: JsonObject, from: number): Citation => {
  const name = toText(annotation["type"]) ?? "url_citation";
  const said = toObject(annotation[name]) ?? {};
  return {
    url: toText(said["url"]),
    title: toText(said["title"]),
    quote: toText(said["content"]),
    start: offset(said["start_index"], from),
    end: offset(said["end_index"], from),
    native: { kind: "native", dialect: "openai-chat", name, value: annotation },
  };
};

/**
 * Reads `annotations`, whose offsets count from the beginning of the whole content, for a text part that begins `from`
 * there. OpenAI has only `url_citation`; another type keeps its name and its words in `native`.
 */
export const readAnnotations = (list: unknown, from = 0): readonly Citation[] =>
  toList(list)
    .filter(isObject)
    .map((annotation) => toCitation(annotation, from));

const toSource = (url: string | null, title: string | null): Citation => ({
  url,
  title,
  quote: null,
  start: null,
  end: null,
  native: null,
});

/** Reads what Perplexity tells beside its choices: `search_results`, or the bare addresses in `citations`; null for none. */
export const readSources = (body: JsonObject): readonly Citation[] | null => {
  // Next to no chunk has them.
  if (body["search_results"] === undefined && body["citations"] === undefined) return null;
  const results = toList(body["search_results"]).filter(isObject);
  const found =
    results.length > 0
      ? results.map((result) => toSource(toText(result["url"]), toText(result["title"])))
      : toList(body["citations"]).map((url) => toSource(toText(url), null));
  const sources = found.filter(({ url }) => url !== null);
  return sources.length === 0 ? null : sources;
};

/**
 * Writes a citation as an annotation of the whole content, in which its text part covers `from` to `to`.
 *
 * Null when it has no address: OpenAI knows citations of pages only.
 */
export const writeAnnotation = (citation: Citation, from: number, to: number): Annotation | null => {
  const { url, title, quote, start, end } = citation;
  if (url === null) return null;
  return {
    type: "url_citation",
    url_citation: {
      url,
      title: title ?? url,
      start_index: from + (start ?? 0),
      end_index: end === null ? to : from + end,
      ...(quote === null ? {} : { content: quote }),
    },
  };
};
