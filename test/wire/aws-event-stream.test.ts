import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { ProxyError } from "../../src/errors.ts";
import { createAwsEventStreamParser } from "../../src/wire/aws-event-stream.ts";
import type { SseEvent } from "../../src/wire/sse.ts";
import { frame, frameEvent, joinBytes } from "../support/event-stream.ts";

const parse = (...chunks: readonly Uint8Array[]): SseEvent[] => {
  const events: SseEvent[] = [];
  const parser = createAwsEventStreamParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(chunk);
  return events;
};

const text = (value: string) => ({ type: "string", value }) as const;

const stream = joinBytes([
  frameEvent("messageStart", { role: "assistant" }),
  frameEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "aé中😀" }, p: "abcdefgh" }),
  frame(
    {
      yes: { type: "boolean", value: true },
      no: { type: "boolean", value: false },
      byte: { type: "byte", value: -1 },
      short: { type: "short", value: 300 },
      integer: { type: "integer", value: 70_000 },
      bytes: { type: "binary", value: Uint8Array.of(1, 2, 3) },
      when: { type: "timestamp", value: new Date(1_790_000_000_000) },
      id: { type: "uuid", value: "5d672d79-c15b-1316-2d92-79b0855cfba6" },
      ":event-type": text("after every other type of header"),
      ":message-type": text("event"),
    },
    "",
  ),
  frame({}, "no headers"),
  frameEvent("throttlingException", { message: "Too many requests" }),
  frame({ ":message-type": text("error"), ":error-code": text("500"), ":error-message": text("it broke") }, ""),
]);

const events: readonly SseEvent[] = [
  { type: "messageStart", data: '{"role":"assistant"}' },
  { type: "contentBlockDelta", data: '{"contentBlockIndex":0,"delta":{"text":"aé中😀"},"p":"abcdefgh"}' },
  { type: "after every other type of header", data: "" },
  { type: "", data: "no headers" },
  { type: "throttlingException", data: '{"message":"Too many requests"}' },
  { type: "error", data: '{"code":"500","message":"it broke"}' },
];

test("what the official codec wrote is read, whole and cut at every byte", () => {
  expect(parse(stream)).toEqual([...events]);
  for (let cut = 0; cut <= stream.length; cut += 1) {
    expect(parse(stream.subarray(0, cut), stream.subarray(cut))).toEqual([...events]);
  }
  expect(parse(...Array.from(stream, (_byte, at) => stream.subarray(at, at + 1)))).toEqual([...events]);
});

test("bytes that are a part of a larger buffer are read like any other", () => {
  const buffer = new Uint8Array(stream.length + 7);
  buffer.set(stream, 7);
  expect(parse(buffer.subarray(7))).toEqual([...events]);
});

test("any messages are read back, however they are cut", () => {
  const message = fc.record({ type: fc.stringMatching(/^[a-zA-Z]{1,20}$/), value: fc.jsonValue() });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
      const bytes = joinBytes(messages.map(({ type, value }) => frameEvent(type, value)));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(parse(...chunks)).toEqual(messages.map(({ type, value }) => ({ type, data: JSON.stringify(value) })));
    }),
  );
});

test("a message that never becomes whole is never given", () => {
  expect(parse(stream.subarray(0, -1))).toEqual(events.slice(0, -1));
});

test("any single bit that is wrong is noticed, wherever it is, however it is cut", () => {
  const good = frameEvent("messageStart", { role: "assistant" });
  for (let bit = 0; bit < good.length * 8; bit += 1) {
    const bad = good.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    const half = bit >> 4;
    expect(() => parse(bad)).toThrow(ProxyError);
    expect(() => parse(bad.subarray(0, half), bad.subarray(half))).toThrow(ProxyError);
  }
});

/** A prelude whose checksum is right. */
const prelude = (total: number, headers: number): Uint8Array => {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, total);
  view.setUint32(4, headers);
  view.setUint32(8, Bun.hash.crc32(bytes.subarray(0, 8)));
  return bytes;
};

/** A frame around these headers whose checksums are right. */
const framed = (headers: readonly number[]): Uint8Array => {
  const total = 16 + headers.length;
  const bytes = joinBytes([prelude(total, headers.length), Uint8Array.from(headers), new Uint8Array(4)]);
  new DataView(bytes.buffer).setUint32(total - 4, Bun.hash.crc32(bytes.subarray(0, total - 4)));
  return bytes;
};

test.each([
  ["longer than the limit", prelude(25_296_913, 0), "the limit is 25296912"],
  ["with more headers than the limit", prelude(200_016, 131_073), "the limit is"],
  ["shorter than its own frame", prelude(15, 0), "contradict"],
  ["with headers longer than the message", prelude(20, 5), "contradict"],
  ["with a header that reaches past its place", framed([3, 0x61]), "longer than its place"],
  ["with a text that reaches past its place", framed([1, 0x61, 7, 0xff, 0xff, 0x61]), "longer than its place"],
  ["with a length cut short", framed([1, 0x61, 7, 0]), "longer than its place"],
  ["with a type of header nobody knows", framed([1, 0x61, 10]), "unknown type"],
])("a message %s is refused as soon as that is known", (_, bytes, message) => {
  expect(() => parse(bytes)).toThrow(message);
  expect(() => parse(...Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)))).toThrow(ProxyError);
});

test("a long message in many small chunks takes time by its length, not by its square", () => {
  const bytes = frameEvent("contentBlockDelta", { text: "a".repeat(16_000_000) });
  const began = performance.now();
  const chunks = Array.from({ length: Math.ceil(bytes.length / 1024) }, (_, at) =>
    bytes.subarray(at * 1024, (at + 1) * 1024),
  );
  expect(parse(...chunks)).toHaveLength(1);
  expect(performance.now() - began).toBeLessThan(2000);
});
