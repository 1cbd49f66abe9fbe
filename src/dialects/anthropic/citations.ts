import type { Citation, JsonObject } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { isObject, toText } from "../fields.ts";
import type { OwnBlock, WebCitation } from "./wire.ts";

/** Whether a native value is a block of this dialect. */
export const isOwnBlock = (value: unknown): value is OwnBlock => isObject(value) && typeof value["type"] === "string";

/**
 * Reads a citation of any of the five kinds; null for what is none.
 *
 * One stands for the whole text block it is on, so it has no offsets in it; where in the source it points to stays in
 * `native`.
 */
export const readCitation = (value: unknown): Citation | null => {
  if (!isOwnBlock(value)) return null;
  return {
    url: toText(value["url"]) ?? toText(value["source"]),
    title: toText(value["title"]) ?? toText(value["document_title"]),
    quote: toText(value["cited_text"]),
    start: null,
    end: null,
    native: { kind: "native", dialect: "anthropic", name: value.type, value },
  };
};

const ownCitation = ({ native }: Citation): OwnBlock | null =>
  native?.dialect === "anthropic" && isOwnBlock(native.value) ? native.value : null;

/** The seal of a search result, without which the service does not take the citation back. */
const isSealed = (citation: JsonObject): boolean =>
  citation["type"] !== "web_search_result_location" || citation["encrypted_index"] !== "";

/** Gives the citations of a text in the history: the service takes back only its own. */
export const writeCitationParams = (citations: readonly Citation[], drops: Drops): readonly OwnBlock[] =>
  citations.flatMap((citation) => {
    const own = ownCitation(citation);
    if (own !== null && isSealed(own)) return [own];
    drops.name("messages.content.citations");
    return [];
  });

/** Gives a citation of the answer; another provider's is said as a web search result, null when it has no URL. */
export const writeCitation = (citation: Citation): WebCitation | OwnBlock | null => {
  const own = ownCitation(citation);
  if (own !== null) return own;
  const { url, title, quote } = citation;
  if (url === null) return null;
  return { type: "web_search_result_location", url, title, cited_text: quote ?? "", encrypted_index: "" };
};
