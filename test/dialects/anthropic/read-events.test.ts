import { expect, test } from "bun:test";
import { join } from "node:path";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import type { JsonObject } from "../../../src/dialects/conversation.ts";
import type { ReplyEvent } from "../../../src/dialects/reply.ts";
import { newDrops, read, readStream, text, thrownBy } from "./make.ts";

const folder = join(import.meta.dir, "../../fixtures/streams/anthropic");
const load = (name: string) => Bun.file(join(folder, name));
const streams = ["text", "thinking-tools", "web-search", "refusal", "error", "cut"];

const sse = (...events: readonly object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

test.each(streams)("%s.sse: cut at every byte, the stream gives the same events", async (name) => {
  const bytes = await load(`${name}.sse`).bytes();
  const { events, isWhole } = readStream(bytes);
  expect(events.length).toBeGreaterThan(3);
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const again = readStream(bytes, [cut]);
    if (!Bun.deepEquals(again.events, events, true)) expect({ cut, events: again.events }).toEqual({ cut, events });
    expect(again.isWhole).toBe(isWhole);
  }
});

test.each(streams)("%s.sse: one byte at a time gives the same events", async (name) => {
  const bytes = await load(`${name}.sse`).bytes();
  const everywhere = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
  expect(readStream(bytes, everywhere)).toEqual(readStream(bytes));
});

test.each(["text", "thinking-tools", "web-search", "refusal"])(
  "%s.sse: the stream put together is the whole message",
  async (name) => {
    const body: JsonObject = await load(`${name}.json`).json();
    const { reply, isWhole } = readStream(await load(`${name}.sse`).bytes());
    expect(reply).toEqual(anthropic.readReply(body, newDrops()));
    expect(isWhole).toBe(true);
  },
);

test("the events of text.sse, one by one", async () => {
  const { events } = readStream(await load("text.sse").bytes());
  const at = { candidate: 0, index: 0 };
  const usage = {
    inputTokens: 2112,
    cachedInputTokens: 2000,
    cacheWriteTokens: 100,
    cacheWriteLongTokens: 40,
    audioInputTokens: null,
    imageInputTokens: null,
    toolInputTokens: null,
    audioOutputTokens: null,
    imageOutputTokens: null,
    acceptedPredictionTokens: null,
    rejectedPredictionTokens: null,
    webSearches: null,
  };
  expect(events).toEqual([
    {
      kind: "start",
      id: "msg_01XFDUDYJgAACzvnptvVoYEL",
      model: "claude-opus-5-5",
      createdAt: null,
      serviceTier: "default",
      fingerprint: null,
    },
    { kind: "usage", usage: { ...usage, outputTokens: 1, reasoningTokens: null } },
    { kind: "part", ...at, part: text("") },
    { kind: "delta", ...at, text: "Grüße", logprobs: null },
    { kind: "delta", ...at, text: ", 世界 🌍!\n", logprobs: null },
    { kind: "part_end", ...at },
    { kind: "usage", usage: { ...usage, outputTokens: 15, reasoningTokens: 0 } },
    { kind: "finish", candidate: 0, finish: { reason: "stop_sequence", stopSequence: "END", detail: null } },
    { kind: "end" },
  ]);
});

const partsOf = (events: readonly ReplyEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.kind === "part") return [`${event.index} ${event.part.kind}`];
    return event.kind === "part_end" ? [`${event.index} end`] : [];
  });

test.each(streams)("%s.sse: parts follow one another, counted from 0", async (name) => {
  const parts = partsOf(readStream(await load(`${name}.sse`).bytes()).events);
  for (const [at, part] of parts.entries()) {
    expect(part.endsWith(" end")).toBe(at % 2 === 1);
    expect(part.startsWith(`${Math.floor(at / 2)} `)).toBe(true);
  }
});

test("a call without arguments is {} when it is whole", async () => {
  const { reply } = readStream(await load("thinking-tools.sse").bytes());
  const calls = reply.candidates[0]!.content.flatMap((part) => (part.kind === "tool_call" ? [part.arguments] : []));
  expect(calls).toEqual(['{"location":"Zürich","days":3}', "{}"]);
});

test("an error in the stream ends it, and nothing after it is told", async () => {
  const stream = await load("error.sse").text();
  const more = sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "late" } });
  const { events, failure, reply, isWhole } = readStream(stream + more);
  expect(events.at(-1)?.kind).toBe("error");
  expect(failure).toEqual({ kind: "overloaded", status: 529, message: "Overloaded", code: null, param: null });
  expect(reply.candidates[0]!.content).toEqual([text("Half an ans")]);
  expect(isWhole).toBe(true);
});

test("a stream that stops short has no end, and its usage so far is known", async () => {
  const { events, isWhole, reply } = readStream(await load("cut.sse").bytes());
  expect(isWhole).toBe(false);
  expect(events.map(({ kind }) => kind)).toEqual(["start", "usage", "part", "delta"]);
  expect(reply.usage?.inputTokens).toBe(25);
});

test("the last usage is complete, however the counts were spread over the events", () => {
  const start = { input_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 2, output_tokens: 1 };
  const { reply } = readStream(
    sse(
      { type: "message_start", message: { id: "m", model: "c", usage: start } },
      { type: "message_delta", delta: { stop_reason: null }, usage: { output_tokens: 3, input_tokens: null } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { input_tokens: 6, output_tokens: 9 } },
      { type: "message_stop" },
    ),
  );
  expect(reply.usage).toMatchObject({ inputTokens: 15, outputTokens: 9, cachedInputTokens: 7, cacheWriteTokens: 2 });
});

test("servers that are nearly the service: a whole input at the start, text at the start, no stop, no message_start", () => {
  const { reply, isWhole } = readStream(
    sse(
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "One" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: " two" } },
      { type: "content_block_start", index: 1, content_block: { type: "thinking", thinking: "Hm", signature: "sig" } },
      {
        type: "content_block_start",
        index: 2,
        content_block: { type: "tool_use", id: "t", name: "f", input: { a: 1 } },
      },
      { type: "surprise" },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: null },
      { type: "message_stop" },
    ),
  );
  expect(isWhole).toBe(true);
  expect(reply.candidates[0]!.content).toMatchObject([
    { kind: "text", text: "One two" },
    { kind: "reasoning", text: "Hm", signature: { by: "anthropic", value: "sig" } },
    { kind: "tool_call", id: "t", name: "f", arguments: '{"a":1}' },
  ]);
});

test("an answer of nothing but its end still begins", () => {
  const { events } = readStream(sse({ type: "message_stop" }));
  expect(events.map(({ kind }) => kind)).toEqual(["start", "finish", "end"]);
  expect(events[1]).toMatchObject({ finish: { reason: "stop", stopSequence: null, detail: null } });
});

test.each([
  ["not JSON", "data: {oops\n\n"],
  ["no object", "data: [1]\n\n"],
  ["for no block", sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x" } })],
  [
    "for another block than the open one",
    sse(
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "x" } },
    ),
  ],
])("an event that is %s is the upstream's fault", (_, stream) => {
  expect(thrownBy(() => readStream(stream)).code).toBe("upstream_invalid_response");
});

test("a seal that a foreign provider's answer was given comes apart again", () => {
  const { reply } = readStream(
    sse(
      { type: "message_start", message: { id: "m", model: "c" } },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "qlite:gemini:abc" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_stop" },
    ),
  );
  expect(reply.candidates[0]!.content).toMatchObject([{ signature: { by: "gemini", value: "abc" } }]);
});

test("thinking that was told to have no seal has none, in a reply, a stream and a request", () => {
  const block = { type: "thinking", thinking: "Hm", signature: "qlite:none:" };
  const expected = [{ kind: "reasoning", text: "Hm", signature: null }];
  const { reply } = readStream(
    sse(
      { type: "message_start", message: { id: "m", model: "c" } },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "Hm", signature: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "qlite:none:" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_stop" },
    ),
  );
  expect(reply.candidates[0]!.content).toMatchObject(expected);
  expect(anthropic.readReply({ content: [block] }, newDrops()).candidates[0]!.content).toMatchObject(expected);
  const asked = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: [block] },
  ];
  expect(read({ messages: asked }).messages[1]).toMatchObject({ content: expected });
});
