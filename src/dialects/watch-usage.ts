import { Buffer } from "node:buffer";
import { createMarkedLines, type ByteObserver } from "../wire/marked-lines.ts";
import { splitElements } from "../wire/json-array.ts";
import { objectAfter } from "../wire/object-after.ts";
import { createSample, createTail, type Sample } from "../wire/sample.ts";
import { createSseParser, type SseEvent } from "../wire/sse.ts";
import type { JsonObject } from "./conversation.ts";
import type { UpstreamDialect } from "./dialect.ts";
import { createDrops } from "./drops.ts";
import { isObject } from "./fields.ts";
import type { Metering, Told } from "./metering.ts";
import { nothingSaid, wordsIn, wordsOf, type Said } from "./said.ts";

/** Watches an answer for its usage. */
export interface UsageWatch {
  /** Tells what has been told so far; may be called again. */
  readonly settle: () => void;
  /** What has been said so far, to be counted should the upstream tell no usage; null where that cannot be read. */
  readonly said: () => Said | null;
}

/** The same of one that passes in pieces. */
export interface PassingWatch extends UsageWatch {
  readonly push: ByteObserver;
}

type Tell = (told: Told) => void;

/** So much of an answer that passes is kept to count its words should it tell no usage, in bytes. */
const sampleBytes = 16_384;

/** Where in an answer of JSON that passes the last usage lies, in bytes from its end. */
const tailBytes = 32_768;

/** Up to here a whole reply is parsed for its usage; of a longer one the usage alone, in bytes. */
const maxParsedBytes = 262_144;

const decoder = new TextDecoder();
// Called on what is no `Buffer`; a view of a part, to be decoded, would cost more than the text of it.
const { indexOf, lastIndexOf, toString } = Buffer.prototype;
const textOf = (bytes: Uint8Array, from: number, end: number): string => toString.call(bytes, "utf8", from, end);
const done = (): void => {};

/** The bytes of the few marks there are: to look for a text takes four times as long. */
const marks = new Map<string, Uint8Array>();
const toBytes = (mark: string): Uint8Array => marks.getOrInsertComputed(mark, (text) => Buffer.from(text));

const toObject = (bytes: Uint8Array): JsonObject | null => {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
};

/** The words of the events that are given to be read, as far as they are understood. */
const wordsRead = (dialect: UpstreamDialect, give: (read: (event: SseEvent) => void) => void): string => {
  let text = "";
  try {
    const { event: read } = dialect.readEvents((event) => {
      text += wordsIn(event);
    });
    give(read);
  } catch {
    // What was understood of it counts.
  }
  return text;
};

const isArray = (text: string): boolean => text.trimStart().startsWith("[");

/** What a sample of a stream says, read as its dialect. */
const saidIn = (sample: Sample, dialect: UpstreamDialect): Said => {
  const kept = sample.kept();
  if (kept.length === 0) return nothingSaid;
  const text = wordsRead(dialect, (read) => createSseParser(read).push(kept));
  return { text, scale: sample.total() / kept.length };
};

/** The same of a sample of an array of events; null of what is none. */
const saidInArray = (sample: Sample, dialect: UpstreamDialect): Said | null => {
  const kept = sample.kept();
  if (kept.length === 0) return nothingSaid;
  const array = decoder.decode(kept);
  if (!isArray(array)) return null;
  const text = wordsRead(dialect, (read) => {
    for (const data of splitElements(array)) read({ type: "", data });
  });
  return { text, scale: sample.total() / kept.length };
};

const saidWhole = (body: JsonObject, dialect: UpstreamDialect): Said | null => {
  try {
    const { candidates } = dialect.readReply(body, createDrops({}));
    return { text: candidates.flatMap(({ content }) => content.map(wordsOf)).join(""), scale: 1 };
  } catch {
    return null;
  }
};

/** Reads the last usage in bytes that are looked at from behind. */
const readLast = (bytes: Uint8Array, { mark, start }: Metering): Told | null => {
  const usage = objectAfter(bytes, mark);
  return usage === null ? null : start()({ [mark.slice(1, -1)]: toObject(usage) });
};

/** Watches a stream of events: what tells usage is read, of the rest the beginning kept. */
export const watchEvents = (dialect: UpstreamDialect, metering: Metering, tell: Tell): PassingWatch => {
  const read = metering.start();
  const sample = createSample(sampleBytes);
  let last: Uint8Array | null = null;
  const take = (value: Uint8Array): void => {
    const isLong = value.length > maxParsedBytes;
    const body = isLong ? null : toObject(value);
    const told = isLong ? readLast(value, metering) : body === null ? null : read(body);
    if (told !== null) tell(told);
  };
  const find = createMarkedLines(metering.mark, (value) => {
    if (metering.isCumulative) last = value;
    else take(value);
  });
  const words = toBytes(metering.words);
  let isTalking = false;
  /** What comes before the first words (Responses sends the whole request back, twice) is no measure of them. */
  const talk = (bytes: Uint8Array): void => {
    const at = isTalking ? 0 : indexOf.call(bytes, words);
    if (at === -1) return;
    sample.push(isTalking ? bytes : bytes.subarray(bytes.lastIndexOf(0x0a, at) + 1));
    isTalking = true;
  };
  return {
    push: (bytes) => {
      talk(bytes);
      find.push(bytes);
    },
    settle: () => {
      find.end();
      if (last !== null) take(last);
      last = null;
    },
    said: () => saidIn(sample, dialect),
  };
};

/** A field name of JSON in quotes, then its text: where a reply names its model, near its beginning. */
const findModel = /"model"\s*:\s*"([^"\\]*)"/;
const headBytes = 256;
const tierMark = Buffer.from('"service_tier"');

const isBefore = (end: number, found: number): boolean => found !== -1 && found < end;

/**
 * Reads the usage out of the end of a reply, where most services put it, without reading the rest; null when it is not to be had
 * so. What begins with the field and is JSON to the reply's end, once it has a brace before it, is a field of the reply itself.
 */
const readTail = (bytes: Uint8Array, { mark, beside, start }: Metering): Told | null => {
  const at = lastIndexOf.call(bytes, toBytes(mark));
  if (at === -1 || bytes.length - at > maxParsedBytes) return null;
  if (beside !== null && indexOf.call(bytes, toBytes(beside)) !== -1) return null;
  try {
    const value: unknown = JSON.parse(`{${textOf(bytes, at, bytes.length)}`);
    const told = isObject(value) ? start()(value) : null;
    // Responses tells its tier in front of its usage.
    if (told?.serviceTier === null && isBefore(at, indexOf.call(bytes, tierMark))) return null;
    if (told === null || told.model !== null) return told;
    const { usage, serviceTier, isFinal } = told;
    const model = findModel.exec(textOf(bytes, 0, headBytes))?.[1] ?? null;
    return { usage, model, serviceTier, isFinal };
  } catch {
    return null;
  }
};

/** How an array of replies ends whose last one has its candidates last. */
const candidatesLast = /\]\s*\}\s*\]$/;

/** Whether all of an answer has come, by its first bytes and its last: an array is closed behind why it ended, and its usage. */
const isWhole = (head: Uint8Array, tail: Uint8Array, { mark }: Metering): boolean => {
  const end = decoder.decode(tail.subarray(-headBytes)).trimEnd();
  if (!isArray(decoder.decode(head))) return end.endsWith("}");
  const reason = lastIndexOf.call(tail, '"finishReason"');
  if (reason === -1) return false;
  return lastIndexOf.call(tail, toBytes(mark)) > reason ? end.endsWith("]") : candidatesLast.test(end);
};

/**
 * Watches an answer of JSON that passes without being held, whole or as an array of events: its last usage tells all. Of an array the
 * beginning is kept, for its words.
 */
export const watchJson = (dialect: UpstreamDialect, metering: Metering, tell: Tell): PassingWatch => {
  const first = createSample(sampleBytes);
  const last = createTail(tailBytes);
  return {
    push: (bytes) => {
      first.push(bytes);
      last.push(bytes);
    },
    settle: () => {
      const [head, tail] = [first.kept().subarray(0, headBytes), last.bytes()];
      const told = readTail(Buffer.concat([head, tail]), metering) ?? readLast(tail, metering);
      if (told !== null) tell({ ...told, isFinal: isWhole(head, tail, metering) });
    },
    said: () => saidInArray(first, dialect),
  };
};

/** Reads the usage of a whole reply. */
export const watchWhole = (bytes: Uint8Array, dialect: UpstreamDialect, metering: Metering, tell: Tell): UsageWatch => {
  const isShort = bytes.length <= maxParsedBytes;
  const body = (): JsonObject | null => (isShort ? toObject(bytes) : null);
  const read = (): Told | null => {
    const whole = body();
    return whole === null ? readLast(bytes, metering) : metering.start()(whole);
  };
  const told = readTail(bytes, metering) ?? read();
  if (told !== null) {
    const { usage, model, serviceTier } = told;
    tell({ usage, model, serviceTier, isFinal: true });
  }
  return {
    settle: done,
    said: () => {
      const whole = body();
      return whole === null ? null : saidWhole(whole, dialect);
    },
  };
};
