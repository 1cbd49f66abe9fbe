// A kept response, streamed again: from its beginning, or from behind the last event that a client has seen.
import type { JsonObject } from "../../dialects/conversation.ts";
import { retell, type CutText } from "../../dialects/openai-responses/retell.ts";
import type { Failure } from "../../dialects/reply.ts";
import { createSseParser, writeSse } from "../../wire/sse.ts";
import { countWords } from "../auto/text.ts";
import { followRun, type BackgroundRun } from "../background.ts";
import type { Said } from "../said.ts";
import { piecesOf } from "./cut.ts";
import type { SayOptions } from "./endpoint.ts";
import { parseFields } from "./fields.ts";
import { readFlag, readInteger } from "./query-fields.ts";
import { eventStream } from "./say.ts";

/** What a client wants of a stream. */
export interface StreamWish {
  /** The number of the last event it has; null for all of them. */
  readonly startingAfter: number | null;
  /** Whether it asked for padding by name. */
  readonly isObfuscated: boolean;
}

/** Reads the query of a retrieval; null for the response as a whole. */
export const readStreamWish = (query: URLSearchParams): StreamWish | null | Failure => {
  const stream = readFlag(query, "stream");
  if (stream !== null && typeof stream === "object") return stream;
  const startingAfter = readInteger(query, "starting_after", { min: 0 });
  if (startingAfter !== null && typeof startingAfter === "object") return startingAfter;
  const isObfuscated = readFlag(query, "include_obfuscation");
  if (isObfuscated !== null && typeof isObfuscated === "object") return isObfuscated;
  return stream === true ? { startingAfter, isObfuscated: isObfuscated === true } : null;
};

/** The padding makes lengths of events multiples of this many characters. */
const padTo = 64;

const obfuscate = (data: string): string =>
  `${data.slice(0, -1)},"obfuscation":"${"x".repeat(padTo - (data.length % padTo))}"}`;

/** The fields of an event; none of one that is no JSON, such as `[DONE]`. */
const readEvent = (data: string): JsonObject => {
  try {
    return parseFields(data);
  } catch {
    return {};
  }
};

/** Leaves out of the writes of a stream the events that a client has. Events that have no number count from 0. */
const selectEvents = function* (
  writes: Iterable<string>,
  { startingAfter, isObfuscated }: StreamWish,
): Generator<string> {
  if (startingAfter === null && !isObfuscated) {
    yield* writes;
    return;
  }
  const encoder = new TextEncoder();
  let selected = "";
  let place = 0;
  const parser = createSseParser(({ type, data }) => {
    const { type: named = type, sequence_number: number } = readEvent(data);
    const sequence = typeof number === "number" ? number : place;
    place = sequence + 1;
    if (startingAfter !== null && sequence <= startingAfter) return;
    const isDelta = isObfuscated && typeof named === "string" && named.endsWith(".delta");
    // Raw events may have data in several lines.
    selected += writeSse((isDelta ? obfuscate(data) : data).replaceAll("\n", "\ndata: "), type);
  });
  for (const write of writes) {
    parser.push(encoder.encode(write));
    if (selected !== "") yield selected;
    selected = "";
  }
};

/** What is streamed of a response. */
export interface Streamed {
  readonly body: JsonObject;
  /** As it was streamed at first, one write after another; null where that is not kept. */
  readonly writes: readonly string[] | null;
  /** Of a background response. */
  readonly run: BackgroundRun | null;
}

/** Says a response as a stream. */
export const sayStored = (
  { body, writes, run }: Streamed,
  wish: StreamWish,
  { cut: { chunk }, nextWaitMs }: SayOptions,
): Said => {
  const cut: CutText = (text, logprobs, kind) =>
    piecesOf(text, logprobs, chunk, kind === "content" ? Infinity : countWords(text));
  const selected = selectEvents(writes ?? retell(body, cut), wish);
  const next = () => {
    const { done, value } = selected.next();
    return done === true ? null : { bytes: value, afterMs: nextWaitMs() };
  };
  return {
    status: 200,
    headers: { "content-type": eventStream, "cache-control": "no-cache" },
    body: { kind: "stream", framing: "sse", writes: run === null ? { next } : followRun({ next }, run) },
  };
};
