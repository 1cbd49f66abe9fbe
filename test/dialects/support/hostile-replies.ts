// The same for replies, whole and as streams, of a provider that means harm or is broken.
import { expect } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { DialectName } from "../../../src/dialects/conversation.ts";
import { needObject } from "../../../src/dialects/fields.ts";
import type { ReplyEvent } from "../../../src/dialects/reply.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { createSseParser, type SseEvent } from "../../../src/wire/sse.ts";
import { assault, hostile, hostileInStreams } from "./assault.ts";
import { cell } from "./gaps.ts";
import { handReplies, type HandWritten } from "./hand-written.ts";
import { clientNames, orRefusal, readReply, toBytes, upstreamOf, writeReply, writeStream } from "./speak.ts";

export const hostileReplies = (from: DialectName): void => {
  cell(`${from}: a reply with anything anywhere is read or refused, and then written for every client`, () => {
    const replies: readonly HandWritten<DialectName>[] = handReplies.filter(({ dialect }) => dialect === from);
    const thrown = assault(replies, (_, body) => {
      const { value } = readReply(from, body);
      for (const to of clientNames) {
        JSON.stringify(writeReply(to, value).value);
        writeStream(to, toEvents(value));
      }
    });
    expect(thrown).toEqual([]);
  });
  cell(`${from}: a failure with anything anywhere is read and written for every client`, () => {
    for (const status of [0, 200, 400, 404, 429, 500, 503, 599, 999]) {
      for (const value of hostile) {
        for (const body of [{ error: value }, { error: { message: value, type: value, code: value, param: value } }]) {
          const failure = upstreamOf(from).readFailure(status, { ...body, message: value, __type: value });
          expect(typeof failure.message).toBe("string");
        }
      }
      expect(typeof upstreamOf(from).readFailure(status, null).message).toBe("string");
    }
  });
};

interface RecordedEvent {
  readonly events: readonly SseEvent[];
  readonly at: number;
  readonly body: unknown;
}

const streams = join(import.meta.dir, "../../fixtures/streams");

const parseSse = (text: string): readonly SseEvent[] => {
  const events: SseEvent[] = [];
  createSseParser((event) => events.push(event)).push(toBytes(text));
  return events;
};

/** Bedrock's are kept a line for an event, `{"<type>": <data>}`. */
const parseLines = (text: string): readonly SseEvent[] =>
  text
    .trim()
    .split("\n")
    .flatMap((line) => Object.entries<unknown>(JSON.parse(line)))
    .map(([type, data]) => ({ type, data: JSON.stringify(data) }));

const recordedStreams = (from: DialectName): readonly (readonly SseEvent[])[] =>
  readdirSync(join(streams, from))
    .filter((file) => /\.(?:sse|jsonl)$/.test(file))
    .map((file) => {
      const text = readFileSync(join(streams, from, file), "utf8");
      return file.endsWith(".sse") ? parseSse(text) : parseLines(text);
    });

/** Each event with its data parsed, where it is JSON. */
const eventsOf = (events: readonly SseEvent[]): readonly RecordedEvent[] =>
  events.flatMap(({ data, type }, at) => {
    if (!data.startsWith("{")) return [];
    // The kind of event belongs to the kind of place.
    return [{ events, at, body: { [type]: parseJson(data) } }];
  });

const readAndWrite = (from: DialectName, events: readonly SseEvent[], clients = clientNames.slice()): void => {
  const read: ReplyEvent[] = [];
  const reader = upstreamOf(from).readEvents((event) => read.push(event));
  for (const event of events) reader.event(event);
  reader.isWhole();
  for (const to of clients) writeStream(to, read);
};

export const hostileStreams = (from: DialectName): void => {
  cell(`${from}: a stream with anything anywhere is read or refused, and then written for every client`, () => {
    const recorded = recordedStreams(from).flatMap(eventsOf);
    expect(recorded.length).toBeGreaterThan(10);
    let count = 0;
    const thrown = assault(
      recorded,
      ({ events, at: place }, body) => {
        const [[type, data] = ["", null]] = Object.entries(needObject(body, ""));
        const changed = events.map((event, at) => (at === place ? { type, data: JSON.stringify(data) } : event));
        // One client after another, since every event is changed many times.
        const client = clientNames[count++ % clientNames.length];
        readAndWrite(from, changed, client === undefined ? [] : [client]);
      },
      hostileInStreams,
    );
    expect(thrown).toEqual([]);
  });
  cell(`${from}: a stream whose events come in any order, twice or not at all is read or refused`, () => {
    for (const events of recordedStreams(from)) {
      for (const order of [
        events.toReversed(),
        events.flatMap((one) => [one, one]),
        events.slice(1),
        events.slice(3),
      ]) {
        orRefusal(() => readAndWrite(from, order));
      }
    }
  });
};
