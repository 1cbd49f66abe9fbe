import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { ProxyError } from "../../src/errors.ts";
import { createSseParser, writeSse, type SseEvent } from "../../src/wire/sse.ts";

const encoder = new TextEncoder();

const parse = (...chunks: readonly (string | Uint8Array)[]): SseEvent[] => {
  const events: SseEvent[] = [];
  const parser = createSseParser((event) => events.push(event));
  for (const chunk of chunks) parser.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
  return events;
};

const cases: readonly (readonly [name: string, text: string, events: readonly SseEvent[]])[] = [
  ["an event", "data: a\n\n", [{ type: "", data: "a" }]],
  ["no space behind the colon", "data:a\n\n", [{ type: "", data: "a" }]],
  ["only the first space is taken away", "data:  a\n\n", [{ type: "", data: " a" }]],
  ["a name", "event: ping\ndata: {}\n\n", [{ type: "ping", data: "{}" }]],
  ["a name without data is no event", "event: ping\n\ndata: a\n\n", [{ type: "", data: "a" }]],
  ["several lines of data", "data: a\ndata: b\n\n", [{ type: "", data: "a\nb" }]],
  ["data without a colon is an empty line", "data\n\n", [{ type: "", data: "" }]],
  ["two empty lines of data", "data\ndata\n\n", [{ type: "", data: "\n" }]],
  ["comments and unknown fields", ": hello\nid: 1\nretry: 5\nother\ndata: a\n\n", [{ type: "", data: "a" }]],
  [
    "CRLF",
    "event: e\r\ndata: a\r\n\r\ndata: b\r\n\r\n",
    [
      { type: "e", data: "a" },
      { type: "", data: "b" },
    ],
  ],
  [
    "CR",
    "data: a\r\rdata: b\r\r",
    [
      { type: "", data: "a" },
      { type: "", data: "b" },
    ],
  ],
  [
    "mixed ends",
    "data: a\r\n\ndata: b\n\r\n",
    [
      { type: "", data: "a" },
      { type: "", data: "b" },
    ],
  ],
  ["a byte order mark", "\u{feff}data: a\n\n", [{ type: "", data: "a" }]],
  ["characters of every length", "data: aé中😀\n\n", [{ type: "", data: "aé中😀" }]],
  ["blank lines between", "\n\n\ndata: a\n\n\n\n", [{ type: "", data: "a" }]],
  ["an event whose blank line never comes", "data: a\n\ndata: b\n", [{ type: "", data: "a" }]],
];

test.each(cases)("%s, whole and cut at every byte", (_, text, events) => {
  expect(parse(text)).toEqual([...events]);
  const bytes = encoder.encode(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    expect(parse(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual([...events]);
  }
  expect(parse(...Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)))).toEqual([...events]);
});

test("what is written is read back, however it is cut", () => {
  const event = fc.record({ type: fc.stringMatching(/^[a-z._]{0,12}$/), value: fc.jsonValue() });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 12 }), (events, cuts) => {
      const bytes = encoder.encode(events.map(({ type, value }) => writeSse(JSON.stringify(value), type)).join(""));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(parse(...chunks)).toEqual(events.map(({ type, value }) => ({ type, data: JSON.stringify(value) })));
    }),
  );
});

test("an event without an end is refused before it fills the memory", () => {
  const megabyte = new Uint8Array(1_048_576).fill(0x61);
  const endless = (line: string) => () => parse(line, ...Array.from({ length: 40 }, () => megabyte));
  expect(endless("data: ")).toThrow(ProxyError);
  const lines = Array.from({ length: 40 }, () => `data: ${"a".repeat(1_048_576)}\n`);
  expect(() => parse(...lines)).toThrow("an event longer than");
});
