import type { Citation, JsonObject } from "../conversation.ts";
import { toList, toNumber, toObject, toText } from "../fields.ts";
import { camel } from "./proto.ts";
import { toNative } from "./read-parts.ts";
import { toUnits } from "./utf8.ts";

interface GroundingSource {
  readonly url: string | null;
  readonly title: string | null;
  readonly quote: string | null;
  readonly chunk: JsonObject;
}

const sourceKeys = ["web", "retrievedContext", "maps", "image"] as const;

const readSource = (value: unknown): GroundingSource | null => {
  const chunk = toObject(value);
  if (chunk === null) return null;
  for (const key of sourceKeys) {
    const source = toObject(chunk[key]);
    if (source === null) continue;
    return {
      url: toText(source["uri"] ?? source["sourceUri"]),
      title: toText(source["title"]),
      quote: key === "retrievedContext" ? toText(source["text"]) : null,
      chunk,
    };
  }
  return null;
};

/** Gives the text of a part of the answer and where it begins in the whole, by the part's number. */
type TextOf = (part: number | null) => { readonly text: string; readonly base: number };

/**
 * Reads the sources of `groundingMetadata` that support a segment of the answer, a citation for each.
 *
 * The offsets of a segment count bytes of UTF-8 from the begin of a part; those given count UTF-16 units of the whole.
 *
 * @see npm `@google/genai` 3.1.0, dist/genai.d.ts (GroundingSupport, Segment)
 */
const readGrounding = (metadata: JsonObject, textOf: TextOf): readonly Citation[] => {
  const sources = toList(metadata["groundingChunks"]).map(readSource);
  return toList(metadata["groundingSupports"]).flatMap((value) => {
    const support = toObject(value);
    const segment = toObject(support?.["segment"]);
    const { text, base } = textOf(toNumber(segment?.["partIndex"]));
    const endByte = toNumber(segment?.["endIndex"]);
    const start = endByte === null ? null : base + toUnits(text, toNumber(segment?.["startIndex"]) ?? 0);
    const end = endByte === null ? null : base + toUnits(text, endByte);
    return toList(support?.["groundingChunkIndices"]).flatMap((index): readonly Citation[] => {
      const source = sources[toNumber(index) ?? -1] ?? null;
      if (source === null) return [];
      const { url, title, quote, chunk } = source;
      return [{ url, title, quote, start, end, native: toNative("groundingChunk", chunk) }];
    });
  });
};

/** Reads the sources that the answer recites; their offsets are bytes too. */
const readSources = (metadata: JsonObject, text: string): readonly Citation[] =>
  toList(metadata["citationSources"] ?? metadata["citations"]).flatMap((value): readonly Citation[] => {
    const source = toObject(value);
    if (source === null) return [];
    const endByte = toNumber(source["endIndex"]);
    return [
      {
        url: toText(source["uri"]),
        title: toText(source["title"]),
        quote: null,
        start: endByte === null ? null : toUnits(text, toNumber(source["startIndex"]) ?? 0),
        end: endByte === null ? null : toUnits(text, endByte),
        native: toNative("citationSource", source),
      },
    ];
  });

/** Whether a part adds to the text of the answer. */
export const isTextPart = (part: JsonObject): boolean => typeof part["text"] === "string" && part["thought"] !== true;

/**
 * Reads all citations of a candidate's chunk, their offsets counting in the whole text of the candidate.
 *
 * A segment tells its part by number, which means something only where all parts have come at once (`isWhole`); in a
 * stream it counts from
 * the begin of the text.
 */
export const collectCitations = (
  candidate: JsonObject,
  parts: readonly JsonObject[],
  textBefore: string,
  isWhole: boolean,
): readonly Citation[] => {
  const grounding = toObject(candidate["groundingMetadata"]);
  const recited = toObject(candidate["citationMetadata"]);
  if (grounding === null && recited === null) return [];
  const begins: number[] = [];
  let all = textBefore;
  for (const part of parts) {
    begins.push(all.length);
    if (isTextPart(part)) all += toText(part["text"]) ?? "";
  }
  const textOf: TextOf = (index) => {
    const isOwn = isWhole && index !== null && isTextPart(parts[index] ?? {});
    const base = isOwn ? (begins[index] ?? 0) : 0;
    return { text: all.slice(base), base };
  };
  return [
    ...(recited === null ? [] : readSources(camel(recited), all)),
    ...(grounding === null ? [] : readGrounding(camel(grounding), textOf)),
  ];
};
