import { ProxyError } from "../../errors.ts";
import { parseJson, parsePlainJson } from "../../wire/lossless-json.ts";
import type { JsonObject } from "../conversation.ts";
import type { EventReader } from "../dialect.ts";
import { isObject, toList, toNumber, toObject, toText } from "../fields.ts";
import type { Finish, ReplyEvent } from "../reply.ts";
import { readFailure } from "./failure.ts";
import { readBlock } from "./finish.ts";
import { camel } from "./proto.ts";
import { type CandidateReader, createCandidateReader } from "./read-candidate.ts";
import { readTier } from "./service-tier.ts";
import { readUsage } from "./usage.ts";

/** Makes events of the chunks of an answer. */
export interface ReplyReader {
  readonly chunk: (body: JsonObject) => void;
  /** Whether an error has come, or each candidate has told its finish. */
  readonly isOver: () => boolean;
  /** Tells the finishes and the end, once; nothing after an error. `cut` is how a candidate ended that did not say. */
  readonly end: (cut: (hasContent: boolean) => Finish) => void;
}

/** The id's letters that every provider takes in an id of a call. */
const idPart = (responseId: string): string => responseId.replaceAll(/[^\w-]/g, "").slice(-24);

const camelObject = (value: unknown): JsonObject | null => {
  const object = toObject(value);
  return object === null ? null : camel(object);
};

/** Reads a reply chunk by chunk; a whole reply is one chunk. */
export const createReplyReader = (emit: (event: ReplyEvent) => void): ReplyReader => {
  const candidates = new Map<number, CandidateReader>();
  let isStarted = false;
  let isFailed = false;
  let isEnded = false;
  let block: Finish | null = null;
  let calls = 0;
  let prefix = "call_";
  let searches: number | null = null;

  // An id must not come again in a later answer of the same conversation, so it holds that of its answer.
  const newCallId = (): string => {
    calls += 1;
    return `${prefix}${calls}`;
  };
  const candidateAt = (index: number): CandidateReader => {
    const held = candidates.get(index);
    if (held !== undefined) return held;
    const made = createCandidateReader(index, emit, newCallId);
    candidates.set(index, made);
    return made;
  };
  const start = (body: JsonObject, usage: JsonObject | null): void => {
    isStarted = true;
    const id = toText(body["responseId"]) ?? "";
    if (id !== "") prefix = `call_${idPart(id)}_`;
    const createdAt = Date.parse(toText(body["createTime"]) ?? "");
    emit({
      kind: "start",
      id,
      model: toText(body["modelVersion"]) ?? "",
      createdAt: Number.isNaN(createdAt) ? null : Math.floor(createdAt / 1000),
      serviceTier: readTier(toText(usage?.["serviceTier"])),
      fingerprint: null,
    });
  };
  return {
    chunk: (source) => {
      if (isFailed || isEnded) return;
      const error = toObject(source["error"]);
      if (error !== null) {
        isFailed = true;
        emit({ kind: "error", failure: readFailure(toNumber(error["code"]) ?? 500, camel(source)) });
        return;
      }
      const told = camelObject(source["usageMetadata"] ?? source["usage_metadata"]);
      if (!isStarted) start(camel(source), told);
      const feedback = camelObject(source["promptFeedback"] ?? source["prompt_feedback"]);
      const blockReason = toText(feedback?.["blockReason"]);
      if (blockReason !== null) block = readBlock(blockReason, toText(feedback?.["blockReasonMessage"]));
      let position = -1;
      for (const item of toList(source["candidates"])) {
        position += 1;
        const candidate = toObject(item);
        if (candidate === null) continue;
        candidateAt(toNumber(candidate["index"]) ?? position).chunk(candidate);
        const grounding = camelObject(candidate["groundingMetadata"] ?? candidate["grounding_metadata"]);
        const queries = toList(grounding?.["webSearchQueries"]).length;
        if (queries > 0) searches = queries;
      }
      if (told !== null) emit({ kind: "usage", usage: readUsage(told, searches) });
    },
    isOver: () => {
      if (isFailed) return true;
      if (candidates.size === 0) return block !== null;
      return [...candidates.values()].every((candidate) => candidate.isFinished());
    },
    end: (cut) => {
      if (isFailed || isEnded) return;
      isEnded = true;
      if (candidates.size === 0) candidateAt(0);
      for (const index of [...candidates.keys()].sort((a, b) => a - b)) {
        const candidate = candidateAt(index);
        candidate.end(block ?? cut(candidate.hasContent()));
      }
      emit({ kind: "end" });
    },
  };
};

const wordFields: ReadonlySet<string> = new Set(["content", "index", "finishReason", "finishMessage"]);
const wordParts: ReadonlySet<string> = new Set(["text", "thought", "thoughtSignature"]);

const hasOnly = (object: JsonObject | null, names: ReadonlySet<string>): boolean => {
  for (const name in object) if (!names.has(name)) return false;
  return true;
};

/** Whether a chunk brings words alone, as nearly all do: no number of it goes on as it was spelled. */
const isWords = (chunk: unknown): boolean =>
  isObject(chunk) &&
  toList(chunk["candidates"]).every((value) => {
    const candidate = toObject(value);
    if (!hasOnly(candidate, wordFields)) return false;
    return toList(toObject(candidate?.["content"])?.["parts"]).every((part) => hasOnly(toObject(part), wordParts));
  });

const parseChunk = (data: string): unknown => {
  try {
    const plain = parsePlainJson(data);
    return isWords(plain) ? plain : parseJson(data);
  } catch (thrown) {
    throw new ProxyError("upstream_invalid_response", "The upstream sent an event that is not JSON", { cause: thrown });
  }
};

const cutShort: Finish = { reason: "error", stopSequence: null, detail: null };

/**
 * Reads a stream of `:streamGenerateContent?alt=sse`, in which each event is a whole response with the part that is
 * new.
 *
 * The dialect has no end of its own: an answer is whole when the stream closes after every candidate has told why it
 * finished, which older models tell in every chunk, and sources may follow it. So the last `part_end`, the finishes
 * and `end` are
 * given from within `isWhole`. An error is an event `{"error": ...}`.
 *
 * @see npm `@google/genai` 3.1.0, dist/index.mjs (`processStreamResponse`, `throwIfStreamErrorChunk`)
 */
export const readEvents = (emit: (event: ReplyEvent) => void): EventReader => {
  const reader = createReplyReader(emit);
  const readChunk = (chunk: unknown): void => {
    if (!isObject(chunk)) {
      throw new ProxyError("upstream_invalid_response", "The upstream sent an event that is no JSON object");
    }
    reader.chunk(chunk);
  };
  return {
    event: ({ data }) => {
      if (data === "" || data === "[DONE]") return;
      const value = parseChunk(data);
      if (Array.isArray(value)) value.forEach(readChunk);
      else readChunk(value);
    },
    isWhole: () => {
      if (!reader.isOver()) return false;
      reader.end(() => cutShort);
      return true;
    },
  };
};
