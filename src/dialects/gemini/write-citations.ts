import type { Citation, JsonObject } from "../conversation.ts";
import { toBytes } from "./utf8.ts";
import type { GroundingChunk, GroundingMetadata, GroundingSupport } from "./wire.ts";

/** A citation and the text part it stands on. */
export interface PlacedCitation {
  readonly citation: Citation;
  readonly partIndex: number;
  readonly text: string;
}

export interface WrittenCitations {
  readonly groundingMetadata?: GroundingMetadata;
  readonly citationMetadata?: { readonly citationSources: readonly JsonObject[] };
}

const toChunk = ({ url, title, quote }: Citation): GroundingChunk => {
  const named = title === null ? {} : { title };
  if (url !== null) return { web: { uri: url, ...named } };
  return { retrievedContext: { ...named, ...(quote === null ? {} : { text: quote }) } };
};

const writeGrounding = (placed: readonly PlacedCitation[]): GroundingMetadata => {
  const chunks = new Map<string, GroundingChunk>();
  const indexes = new Map<string, number>();
  const supports: GroundingSupport[] = [];
  for (const { citation, partIndex, text } of placed) {
    const chunk = toChunk(citation);
    const key = JSON.stringify(chunk);
    const index = indexes.get(key) ?? chunks.size;
    indexes.set(key, index);
    chunks.set(key, chunk);
    // Without a place it stands on all of its text.
    const start = citation.start ?? 0;
    const end = citation.end ?? text.length;
    if (end <= start) continue;
    const place = { startIndex: toBytes(text, start), endIndex: toBytes(text, end), text: text.slice(start, end) };
    const segment = partIndex === 0 ? place : { partIndex, ...place };
    supports.push({ segment, groundingChunkIndices: [index] });
  }
  return { groundingChunks: [...chunks.values()], groundingSupports: supports };
};

/**
 * Writes citations as the service tells its sources; its own ones go back as they came.
 *
 * Those of `groundingMetadata` are said by that whole, which a reply keeps as a native part.
 */
export const writeCitations = (placed: readonly PlacedCitation[], hasGrounding: boolean): WrittenCitations => {
  const isOwn = ({ citation: { native } }: PlacedCitation, name: string): boolean =>
    native !== null && native.dialect === "gemini" && native.name === name;
  const recited = placed.flatMap((one) =>
    isOwn(one, "citationSource") && one.citation.native !== null ? [one.citation.native.value] : [],
  );
  const grounded = placed.filter(
    (one) => !isOwn(one, "citationSource") && !(hasGrounding && isOwn(one, "groundingChunk")),
  );
  return {
    ...(recited.length === 0 ? {} : { citationMetadata: { citationSources: recited } }),
    ...(grounded.length === 0 || hasGrounding ? {} : { groundingMetadata: writeGrounding(grounded) }),
  };
};
