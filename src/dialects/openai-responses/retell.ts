// A response that is whole is told again, in the events it would have been streamed in.
import type { JsonObject } from "../conversation.ts";
import { isObject, toList, toObject, toText } from "../fields.ts";
import type { TokenLogprob } from "../reply.ts";
import { readCitations, readLogprobs } from "./marks.ts";
import { readReasoning } from "./read-item.ts";
import type { EventType, Say } from "./wire-reply.ts";
import { toEventText } from "./write-events.ts";
import { createCall, createMessage, createReasoning, type PartWriter, type Place } from "./write-items.ts";

interface Piece {
  readonly text: string;
  readonly logprobs: readonly TokenLogprob[] | null;
}

/** Cuts a text into the pieces it is told in. */
export type CutText = (
  text: string,
  logprobs: readonly TokenLogprob[] | null,
  kind: "content" | "reasoning",
) => Iterable<Piece>;

/** A response as it is before it has an answer. */
export const toUnderWay = (response: JsonObject, status: "queued" | "in_progress" | "cancelled"): JsonObject => {
  const { tool_usage: _, ...rest } = response;
  return { ...rest, status, completed_at: null, error: null, incomplete_details: null, output: [], usage: null };
};

const ends: Readonly<Record<string, EventType>> = {
  completed: "response.completed",
  incomplete: "response.incomplete",
  failed: "response.failed",
};

/** A part of an item: what says it, and the text it has. */
interface Told {
  readonly open: () => PartWriter;
  readonly text: string;
  readonly logprobs: readonly TokenLogprob[] | null;
  readonly annotations: unknown;
  readonly kind: "content" | "reasoning";
}

/** How an item is told: as it begins, its parts, and what is said when all of them are. */
interface Telling {
  readonly begun: JsonObject;
  readonly parts: readonly Told[];
  readonly end?: () => void;
}

const begin = (item: JsonObject, empty: JsonObject): JsonObject => ({
  ...item,
  ...(item["status"] !== undefined && { status: "in_progress" }),
  ...empty,
});

/** null for one with a part that is neither text nor refusal. */
const tellMessage = (item: JsonObject, place: Place): Telling | null => {
  const { text, refusal } = createMessage(place);
  const parts: Told[] = [];
  for (const part of toList(item["content"]).map(toObject)) {
    const isText = part?.["type"] === "output_text";
    if (part === null || !(isText || part["type"] === "refusal")) return null;
    parts.push({
      open: isText ? text : refusal,
      text: toText(part[isText ? "text" : "refusal"]) ?? "",
      logprobs: isText ? readLogprobs(part["logprobs"]) : null,
      annotations: part["annotations"],
      kind: "content",
    });
  }
  return { begun: begin(item, { content: [] }), parts };
};

const tellReasoning = (item: JsonObject, place: Place): Telling | null => {
  if (readReasoning(item).sealOfCall !== null) return null;
  const writer = createReasoning(place);
  const toParts = (value: unknown, isSummary: boolean): readonly Told[] =>
    toList(value).map((part) => ({
      open: () =>
        writer.part({ kind: "reasoning", id: place.id, text: "", isSummary, isRedacted: false, signature: null }),
      text: toText(toObject(part)?.["text"]) ?? "",
      logprobs: null,
      annotations: null,
      kind: "reasoning",
    }));
  const { content, encrypted_content: _, ...rest } = item;
  return {
    begun: begin(rest, { summary: [] }),
    parts: [...toParts(item["summary"], true), ...toParts(content, false)],
  };
};

const tellCall = (item: JsonObject, place: Place, isCustom: boolean): Telling => {
  const field = isCustom ? "input" : "arguments";
  const call = { kind: "tool_call", id: "", name: "", arguments: "", isCustom, signature: null, cache: null } as const;
  const writer = createCall(place, call, false, undefined);
  const text = toText(item[field]) ?? "";
  return {
    begun: begin(item, { [field]: "" }),
    parts: [{ open: () => writer.part, text, logprobs: null, annotations: null, kind: "content" }],
    // Of one that is complete it would make an object out of nothing, which is not what is kept.
    end: () => writer.end("incomplete"),
  };
};

/** null for an item that comes as a whole. */
const tell = (item: JsonObject, place: Place): Telling | null => {
  switch (item["type"]) {
    case "message":
      return tellMessage(item, place);
    case "reasoning":
      return tellReasoning(item, place);
    case "function_call":
      return tellCall(item, place, false);
    case "custom_tool_call":
      return tellCall(item, place, true);
    default:
      return null;
  }
};

/**
 * Tells a whole response as the events of a stream: the items, their ids and texts are those of `response`, and the last
 * event has it as it is. `sequence_number` counts from 0.
 *
 * Gives the text of one write after another: what begins a content, each piece of it, the end. A background response is
 * told to be queued first. One that has no end yet is told without.
 *
 * @see `writeEvents`, which tells an answer of the same pieces in the same events
 */
export const retell = function* (response: JsonObject, cut: CutText): Generator<string> {
  let written = "";
  let sequence = 0;
  const json = (type: EventType, fields: string): void => {
    written += toEventText(type, sequence, fields);
    sequence += 1;
  };
  const tellFields = (type: EventType, fields: object): void => json(type, JSON.stringify(fields).slice(1));
  const say: Say = { event: tellFields, json };
  const take = (): string => {
    const taken = written;
    written = "";
    return taken;
  };

  const underWay = { response: toUnderWay(response, "in_progress") };
  if (response["background"] === true) {
    const queued = { response: toUnderWay(response, "queued") };
    tellFields("response.created", queued);
    tellFields("response.queued", queued);
  } else tellFields("response.created", underWay);
  tellFields("response.in_progress", underWay);
  for (const [index, item] of toList(response["output"]).filter(isObject).entries()) {
    const place: Place = { id: toText(item["id"]) ?? "", index, say, drop: () => {} };
    const telling = tell(item, place);
    tellFields("response.output_item.added", { output_index: index, item: telling?.begun ?? item });
    for (const { open, text, logprobs, annotations, kind } of telling?.parts ?? []) {
      const part = open();
      for (const piece of cut(text, logprobs, kind)) {
        if (written !== "") yield take();
        part.delta(piece.text, piece.logprobs);
        yield take();
      }
      for (const citation of readCitations(annotations)) part.citation(citation);
      part.end();
    }
    telling?.end?.();
    tellFields("response.output_item.done", { output_index: index, item });
  }
  const end = ends[toText(response["status"]) ?? ""];
  if (end !== undefined) tellFields(end, { response });
  if (written !== "") yield take();
};
