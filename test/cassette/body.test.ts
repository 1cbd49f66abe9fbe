import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { joinWritten, toRecordedBody, toWritten } from "../../src/cassette/file/body.ts";
import type { Mark } from "../../src/cassette/file/event-rows.ts";
import type { Cassette, Interaction, RecordedBody } from "../../src/cassette/file/interaction.ts";
import { parseCassette } from "../../src/cassette/file/parse-cassette.ts";
import { writeCassette } from "../../src/cassette/file/write-cassette.ts";

const encoder = new TextEncoder();

const interactionOf = (body: RecordedBody): Interaction => ({
  key: "semantic:4f1c9a02e7b1",
  recordedAt: Date.parse("2026-11-20T10:02:11Z"),
  prints: { system: null, tools: "9b1e0000", body: "4f1c9a02" },
  request: { method: "POST", path: "/v1/chat/completions", query: "", headers: {}, endpoint: "chat", body: { n: 1 } },
  response: { status: 200, headers: { "content-type": "x" }, ms: 7, body, cuts: null },
});

/** Through the text of a file and back. */
const throughFile = (body: RecordedBody): RecordedBody => {
  const cassette: Cassette = { recordedAt: 0, upstream: null, interactions: [interactionOf(body)] };
  const parsed = parseCassette(writeCassette(cassette), "a.yaml");
  if (parsed.kind === "faulty") throw new Error(parsed.message);
  expect(parsed.cassette).toEqual(cassette);
  return parsed.cassette.interactions[0]!.response.body;
};

/** The bytes that a replay of these bytes gives. */
const replayed = (bytes: Uint8Array, contentType: string, marks: readonly Mark[] = [], isArray = false): Uint8Array => {
  const { body, side } = toRecordedBody({ bytes, contentType, marks, isArray, cassette: "a" });
  return joinWritten(toWritten(throughFile(body), 0, () => side?.bytes ?? new Uint8Array(0)));
};

const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const line = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => `data: ${text}`),
  fc.constantFrom(
    "",
    "",
    "data",
    "data:no space",
    "data:  two",
    "data: [DONE]",
    ": comment",
    ":",
    "id: 7",
    "retry: 100",
    "event: ping",
    "event:x",
    'data: it\'s {"a": "\\u00e9"}',
    "data: - # : | > ' \" \t",
    "\ufeffdata: b",
    "nonsense",
  ),
);
const sameEnds = fc.tuple(fc.array(line, { maxLength: 14 }), lineEnd).map(([lines, end]) => lines.join(end));
const mixedEnds = fc
  .array(fc.tuple(line, lineEnd), { maxLength: 14 })
  .map((lines) => lines.map(([text, end]) => text + end).join(""));

test("any stream of events comes back byte for byte", () => {
  fc.assert(
    fc.property(fc.oneof(sameEnds, mixedEnds), (text) => {
      const bytes = encoder.encode(text);
      expect(replayed(bytes, "text/event-stream; charset=utf-8")).toEqual(bytes);
    }),
    { numRuns: 400 },
  );
});

test("any bytes at all come back, whatever the content type says of them", () => {
  const types = fc.constantFrom("text/event-stream", "application/json", "audio/mpeg", "text/plain", "", "image/png");
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), types, fc.boolean(), (bytes, type, isArray) => {
      expect(replayed(bytes, type, [], isArray)).toEqual(bytes);
    }),
    { numRuns: 400 },
  );
});

test("any JSON comes back byte for byte, however it was spelled", () => {
  const spelled = fc.tuple(
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom(0, 1, 2, 3, 4, 7),
    fc.constantFrom("", "\n", " \n"),
  );
  fc.assert(
    fc.property(spelled, ([value, indent, end]) => {
      const bytes = encoder.encode(JSON.stringify(value, null, indent) + end);
      expect(replayed(bytes, "application/json")).toEqual(bytes);
    }),
    { numRuns: 400 },
  );
});

test.each([
  '{"n": 1.0, "big": 12345678901234567890, "e": 1e400, "minus": -0}',
  '{"a":1,"a":2}',
  '{"__proto__":{"x":1},"<<":2,"1":0,"b":1,"yes":"no","null":null}',
  '{"half":"\\ud800"}',
  '{"escaped":"caf\\u00e9 \\/ \\u2028"}',
  `{"${"k".repeat(2000)}":1}`,
  '"just a text"',
  " [1, 2]",
  "not JSON",
  '{"lines":"a\\n\\n  b\\n","tabs":"\\ta\\n\\tb","spaces":"a  \\n   \\nb","lead":"  a\\nb","only":"\\n\\n"}',
])("%s comes back byte for byte", (text) => {
  const bytes = encoder.encode(text);
  expect(replayed(bytes, "application/json")).toEqual(bytes);
});

test("JSON as providers indent it is kept parsed, and not a second time as text", () => {
  const value = { id: "x", choices: [{ message: { content: "a\nb" } }] };
  for (const [indent, end] of [
    [0, ""],
    [2, ""],
    [2, "\n"],
    [4, "\n"],
  ] as const) {
    const bytes = encoder.encode(JSON.stringify(value, null, indent) + end);
    const { body } = toRecordedBody({
      bytes,
      contentType: "application/json",
      marks: [],
      isArray: false,
      cassette: "a",
    });
    expect(body).toEqual({ kind: "json", value, indent, end, raw: null });
  }
});

const folder = join(import.meta.dir, "../fixtures/streams");
const streams = ["openai-chat", "openai-responses", "anthropic", "gemini"].flatMap((dialect) =>
  readdirSync(join(folder, dialect))
    .filter((name) => name.endsWith(".sse"))
    .map((name) => `${dialect}/${name}`),
);

test.each(streams)("%s comes back byte for byte with LF, CRLF and CR", (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  for (const end of ["\n", "\r\n", "\r"]) {
    const bytes = encoder.encode(text.replaceAll(/\r?\n/g, end));
    expect(replayed(bytes, "text/event-stream")).toEqual(bytes);
  }
});

test("an array of Gemini is kept element by element, each with the time it was whole", () => {
  const text = '[{"a":[1,"]}"]}\n,\r\n{"b":{"c":2}}\n]';
  const bytes = encoder.encode(text);
  const marks = [
    { end: 20, ms: 5 },
    { end: bytes.length, ms: 9 },
  ];
  const { body } = toRecordedBody({ bytes, contentType: "application/json", marks, isArray: true, cassette: "a" });
  expect(body).toEqual({
    kind: "pieces",
    pieces: [
      { ms: 5, text: '[{"a":[1,"]}"]}' },
      { ms: 9, text: '\n,\r\n{"b":{"c":2}}' },
      { ms: 9, text: "\n]" },
    ],
  });
  expect(joinWritten(toWritten(throughFile(body), 0, () => new Uint8Array(0)))).toEqual(new Uint8Array(bytes));
});

test("an event has the time at which its last byte came", () => {
  const bytes = encoder.encode("data: a\n\ndata: b\n\n");
  const marks = [
    { end: 4, ms: 10 },
    { end: 12, ms: 20 },
    { end: 18, ms: 35 },
  ];
  const { body } = toRecordedBody({ bytes, contentType: "text/event-stream", marks, isArray: false, cassette: "a" });
  expect(body.kind === "events" ? body.rows.map(({ ms }) => ms) : []).toEqual([20, 35]);
});
