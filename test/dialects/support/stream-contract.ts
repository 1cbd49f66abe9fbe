// What holds for the streams of every dialect: a whole one is whole, and one that stops short or in an error is not.
import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createAssembler, toEvents } from "../../../src/dialects/assemble.ts";
import type { ClientDialectName } from "../../../src/dialects/conversation.ts";
import type { Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { createSseParser, type SseEvent } from "../../../src/wire/sse.ts";
import { richReply } from "../rich.ts";
import { dispensableEvents, isWholeBetweenAnswers } from "./exceptions.ts";
import { cell } from "./gaps.ts";
import { callPart, candidate, endingIn, failureOf, replyOf, textPart } from "./make-replies.ts";
import { readStreamText, toBytes, upstreamOf, writeStream } from "./speak.ts";

const answers: readonly (readonly [string, Reply])[] = [
  ["a text", endingIn("stop")],
  ["a limit", endingIn("length")],
  ["two calls", replyOf(candidate([textPart("I look."), callPart("call_1"), callPart("call_2")], "tool_calls"))],
  ["everything", richReply],
];

/** The events on the wire, each with its blank line. */
const wireEventsOf = (text: string): readonly string[] => text.split(/(?<=\n\n)/);

/** How many events on the wire the first answer of a reply has. */
const countOfFirst = (name: ClientDialectName, reply: Reply): number => {
  const events = toEvents(reply);
  const first = events.slice(0, events.findIndex(({ kind }) => kind === "finish") + 1);
  return wireEventsOf(writeStream(name, first).join("")).length;
};

/** Holds the order that `ReplyEvent` promises. */
const breaches = (events: readonly ReplyEvent[]): readonly string[] => {
  const found: string[] = [];
  const open = new Map<number, number>();
  const next = new Map<number, number>();
  for (const [at, event] of events.entries()) {
    const isFirst = at === 0;
    if ((event.kind === "start") !== isFirst) found.push(`${at}: ${event.kind} at the begin`);
    if ((event.kind === "end" || event.kind === "error") && at < events.length - 1) found.push(`${at}: an early end`);
    if (!("index" in event)) continue;
    const { candidate: one, index, kind } = event;
    if (kind === "part") {
      if (open.has(one)) found.push(`${at}: a part in a part`);
      if (index !== (next.get(one) ?? 0)) found.push(`${at}: part ${index} after ${next.get(one) ?? 0}`);
      open.set(one, index);
      next.set(one, index + 1);
    } else if (open.get(one) !== index) found.push(`${at}: ${kind} of a part that is not open`);
    if (kind === "part_end") open.delete(one);
  }
  return [...found, ...[...open.keys()].map((one) => `a part of ${one} never ended`)];
};

export const streamContract = (name: ClientDialectName): void => {
  for (const [what, reply] of answers) {
    const text = writeStream(name, toEvents(reply)).join("");
    const wire = wireEventsOf(text);
    cell(`${name}: a stream of ${what} is whole and its events are in order`, () => {
      const { isWhole, failure, events } = readStreamText(name, text);
      expect([isWhole, failure, breaches(events)]).toEqual([true, null, []]);
    });
    cell(`${name}: a stream of ${what} that stops at any event is not whole`, () => {
      const wholeAt = wire.keys().filter((count) => readStreamText(name, wire.slice(0, count).join("")).isWhole);
      const allowed = Array.from({ length: dispensableEvents[name] }, (_, at) => wire.length - 1 - at);
      if (isWholeBetweenAnswers[name]) allowed.push(countOfFirst(name, reply));
      expect([...wholeAt].filter((count) => !allowed.includes(count))).toEqual([]);
    });
    cell(`${name}: a stream of ${what} that breaks at any event has an error and no end`, () => {
      const events = toEvents(reply);
      for (const count of events.keys()) {
        if (count === 0) continue;
        const broken = [...events.slice(0, count), { kind: "error", failure: failureOf("server") } as const];
        const written = writeStream(name, broken).join("");
        const read = readStreamText(name, written);
        expect([count, read.failure?.kind, read.events.some(({ kind }) => kind === "end")]).toEqual([
          count,
          "server",
          false,
        ]);
      }
    });
  }
  cell(`${name}: every event of a stream is one whole event on the wire, its data on one line`, () => {
    for (const [, reply] of answers) {
      for (const written of writeStream(name, toEvents(reply))) {
        expect(written === "" || written.endsWith("\n\n")).toBe(true);
        for (const one of wireEventsOf(written))
          if (one !== "") expect(one).toMatch(/^(?:event: [\w.]+\n)?data: [^\n]+\n\n$/);
      }
    }
  });
};

const recorded = join(import.meta.dir, "../../fixtures/streams/bedrock-converse");

const readLines = (lines: readonly string[]) => {
  const events: ReplyEvent[] = [];
  const assembler = createAssembler();
  const reader = upstreamOf("bedrock-converse").readEvents((event) => {
    events.push(event);
    assembler.event(event);
  });
  for (const line of lines) {
    const [[type, payload] = ["", null]] = Object.entries<unknown>(JSON.parse(line));
    reader.event({ type, data: JSON.stringify(payload) });
  }
  return { isWhole: reader.isWhole(), failure: assembler.failure(), events };
};

/** The same for the dialect that only upstreams speak, by what was recorded of it. */
export const bedrockStreamContract = (): void => {
  for (const name of ["text", "tools", "citations"]) {
    const lines = readFileSync(join(recorded, `${name}.jsonl`), "utf8")
      .trim()
      .split("\n");
    cell(`bedrock-converse: the stream ${name} is whole, in order, and cut at any event it is not`, () => {
      const whole = readLines(lines);
      expect([whole.isWhole, whole.failure, breaches(whole.events)]).toEqual([true, null, []]);
      // `messageStop` ends the answer; the `metadata` behind it tells the usage.
      const ends = lines.findIndex((line) => line.startsWith('{"messageStop"'));
      const wholeAt = lines.keys().filter((count) => readLines(lines.slice(0, count)).isWhole);
      expect([...wholeAt].filter((count) => count <= ends)).toEqual([]);
    });
  }
};

/** Cuts a text into pieces of bytes at the given places. */
export const cutAt = (text: string, cuts: readonly number[]): readonly Uint8Array[] => {
  const bytes = toBytes(text);
  const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((one, other) => one - other), bytes.length];
  return places.slice(1).map((place, at) => bytes.subarray(places[at], place));
};

/** What a parser makes of a stream that arrives in pieces. */
export const sseOf = (pieces: readonly Uint8Array[]): readonly SseEvent[] => {
  const events: SseEvent[] = [];
  const parser = createSseParser((event) => events.push(event));
  for (const piece of pieces) parser.push(piece);
  return events;
};
