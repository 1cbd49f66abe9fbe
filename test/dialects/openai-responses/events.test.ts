import { expect, test } from "bun:test";
import { join } from "node:path";
import type { JsonObject } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { toObject } from "../../../src/dialects/fields.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import type { Reply, ReplyEvent, Usage } from "../../../src/dialects/reply.ts";
import { ProxyError } from "../../../src/errors.ts";
import { createSseParser } from "../../../src/wire/sse.ts";
import { contextOf, parseObject, readPieces, readStream, readStreamText } from "./support.ts";

const folder = join(import.meta.dir, "../../fixtures/streams/openai-responses");
const names = [...new Bun.Glob("*.sse").scanSync(folder)].map((name) => name.slice(0, -".sse".length)).sort();
const streams = new Map<string, Uint8Array>();
for (const name of names) streams.set(name, await Bun.file(join(folder, `${name}.sse`)).bytes());
const streamOf = (name: string): Uint8Array => streams.get(name)!;

const withId = (reply: Reply, id: string): Reply => ({
  ...reply,
  candidates: reply.candidates.map((candidate) => ({
    ...candidate,
    content: candidate.content.map((part) => (part.kind === "reasoning" ? { ...part, id } : part)),
  })),
});

/** The response that the stream's last event holds. */
const finalResponse = (bytes: Uint8Array): JsonObject | null => {
  let response: JsonObject | null = null;
  const parser = createSseParser(({ data }) => {
    if (data === "[DONE]") return;
    const event = parseObject(data);
    if (/completed$|incomplete$/.test(String(event["type"]))) response = toObject(event["response"]) ?? response;
  });
  parser.push(bytes);
  return response;
};

test.each(names)("%s: cut at every byte, the events are the same", (name) => {
  const bytes = streamOf(name);
  const { events } = readStream(bytes);
  expect(events.length).toBeGreaterThan(1);
  for (let at = 1; at < bytes.length; at += 1) {
    const cut = readPieces(bytes.subarray(0, at), bytes.subarray(at));
    if (!Bun.deepEquals(cut.events, events)) expect({ at, events: cut.events }).toEqual({ at, events: [...events] });
  }
});

test.each(names.filter((name) => finalResponse(streamOf(name)) !== null))(
  "%s: streamed, it is what it is whole",
  (name) => {
    const { reply, failure, isWhole } = readStream(streamOf(name));
    const whole = openaiResponses.readReply(finalResponse(streamOf(name))!, createDrops({}));
    // The tier that served it is known at the end only, and the head of a stream is told at its start. Some servers give
    // an item another id in every event.
    expect({ reply: { ...reply, serviceTier: null }, failure, isWhole }).toEqual({
      reply: { ...(name === "compatible" ? withId(whole, "x1") : whole), serviceTier: null },
      failure: null,
      isWhole: true,
    });
  },
);

/** What `reply.ts` promises of the order of events. */
const checkOrder = (events: readonly ReplyEvent[]): void => {
  let open: number | null = null;
  let next = 0;
  const kinds = events.map(({ kind }) => kind);
  expect(kinds[0]).toBe("start");
  expect(kinds.filter((kind) => kind === "start").length).toBe(1);
  for (const event of events) {
    if (event.kind === "part") {
      expect([open, event.index]).toEqual([null, next]);
      open = next;
      next += 1;
    } else if (event.kind === "delta" || event.kind === "citation" || event.kind === "signature") {
      expect(event.index).toBe(open!);
    } else if (event.kind === "part_end") {
      expect(event.index).toBe(open!);
      open = null;
    } else if (event.kind === "finish" || event.kind === "end" || event.kind === "error") expect(open).toBeNull();
  }
};

test.each(names)("%s: one part at a time, start first", (name) => checkOrder(readStream(streamOf(name)).events));

test("texts grow as they come", () => {
  const deltas = readStream(streamOf("text")).events.flatMap((event) => (event.kind === "delta" ? [event.text] : []));
  expect(deltas).toEqual(["Grüße ", "aus ", "Zürich 🏔️", "."]);
});

test("reasoning is one part with its seal, its paragraphs apart", () => {
  const { reply } = readStream(streamOf("reasoning"));
  expect(reply.candidates[0]?.content[0]).toEqual({
    kind: "reasoning",
    id: "rs_1",
    text: "**Looking it up**\n\nThe user wants the weather.\n\n**Deciding**\n\nI call the tool.",
    isSummary: true,
    isRedacted: false,
    signature: {
      by: "openai-responses",
      value: '{"id":"rs_1","encrypted_content":"gAAAAABsealed-reasoning=="}',
    },
  });
});

test("tools on the provider's side are native, whole when they are done; sources are citations", () => {
  const { reply } = readStream(streamOf("web-search"));
  expect(reply.candidates[0]?.content).toMatchObject([
    { kind: "native", name: "web_search_call", value: { id: "ws_1", status: "completed" } },
    {
      kind: "text",
      citations: [
        { url: "https://weather.example/zrh", title: "Weather", start: 0, end: 19 },
        { url: null, title: "notes.pdf", native: { name: "file_citation", value: { file_id: "file-1" } } },
      ],
    },
  ]);
  expect(reply.usage?.webSearches).toBe(1);
});

test("a stream that fails ends in the error", () => {
  const failed = readStream(streamOf("failed"));
  expect(failed.failure).toEqual({
    kind: "server",
    status: 500,
    message: "The model crashed.",
    code: "server_error",
    param: null,
  });
  expect(failed.events.at(-1)?.kind).toBe("error");
  expect(failed.isWhole).toBe(true);
  expect(readStream(streamOf("error")).failure).toMatchObject({ kind: "rate_limit", code: "rate_limit_exceeded" });
  expect(readStream(streamOf("error-nested")).failure).toMatchObject({ kind: "quota", status: 429 });
  const cancelled = 'data: {"type":"response.cancelled","response":{"id":"r","status":"cancelled","output":[]}}\n\n';
  expect(readStreamText(cancelled).failure?.message).toBe("The response is cancelled");
});

const framed = (...events: readonly object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
const added = (output_index: number, item: object) => ({ type: "response.output_item.added", output_index, item });
const delta = (item_id: string, content_index: number, text: string) => ({
  type: "response.output_text.delta",
  item_id,
  output_index: 0,
  content_index,
  delta: text,
});

test("an error in the middle of a text ends the text, then the stream", () => {
  const { events } = readStreamText(framed(delta("msg_1", 0, "Hal"), { type: "error", code: null, message: "m" }));
  checkOrder(events);
  expect(events.map(({ kind }) => kind)).toEqual(["start", "part", "delta", "part_end", "error"]);
});

test("the next part of a message ends the one before, where a server does not say so", () => {
  const { events } = readStreamText(framed(delta("msg_1", 0, "a"), delta("msg_1", 1, "b")));
  checkOrder(events);
  expect(events.map(({ kind }) => kind)).toEqual(["start", "part", "delta", "part_end", "part", "delta"]);
});

test("items that a server gives one index are told apart by their ids", () => {
  const { reply } = readStreamText(
    framed(
      added(0, { id: "a", type: "message" }),
      delta("a", 0, "one"),
      added(0, { id: "b", type: "message" }),
      delta("b", 0, "two"),
      { type: "response.completed", response: { output: [] } },
    ),
  );
  expect(reply.candidates[0]?.content).toMatchObject([{ text: "one" }, { text: "two" }]);
});

test("an item at the end that is not the one told at its index is not told again in its name", () => {
  const message = { id: "other", type: "message", content: [{ type: "output_text", text: "Hi" }] };
  const { reply } = readStreamText(
    framed(
      added(0, { id: "r", type: "reasoning" }),
      { type: "response.reasoning_summary_text.delta", item_id: "r", output_index: 0, summary_index: 0, delta: "Hm" },
      added(1, { id: "m", type: "message" }),
      { ...delta("m", 0, "Hi"), output_index: 1 },
      { type: "response.completed", response: { output: [message] } },
    ),
  );
  expect(reply.candidates[0]?.content.map(({ kind }) => kind)).toEqual(["reasoning", "text"]);
});

const callItem = (id: string) => ({ id, type: "function_call", call_id: id, name: "f", arguments: "" });

test("a call that waited is told as soon as the one before it is done", () => {
  const { events } = readStreamText(
    framed(
      added(0, callItem("a")),
      added(1, callItem("b")),
      { type: "response.function_call_arguments.delta", item_id: "b", output_index: 1, delta: "{" },
      { type: "response.output_item.done", output_index: 0, item: { ...callItem("a"), arguments: "{}" } },
    ),
  );
  expect(events.map(({ kind }) => kind)).toEqual(["start", "part", "delta", "part_end", "part", "delta"]);
});

test("a stream cut short is not whole and has no end", () => {
  const { events, isWhole, failure } = readStream(streamOf("cut"));
  expect({ isWhole, failure }).toEqual({ isWhole: false, failure: null });
  expect(events.map(({ kind }) => kind)).toEqual(["start", "part", "delta"]);
});

test("calls sent through each other come one after the other", () => {
  const { events } = readStream(streamOf("interleaved"));
  const told = events.flatMap((event) => (event.kind === "delta" ? [[event.index, event.text]] : []));
  expect(told).toEqual([
    [0, '{"a"'],
    [0, ":1}"],
    [1, '{"b"'],
    [1, ":2}"],
  ]);
});

test("an answer that was only told at its end is all there", () => {
  const response = {
    id: "resp_1",
    model: "m",
    status: "completed",
    output: [
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm" }], encrypted_content: "gAAA" },
      { type: "message", id: "msg_1", content: [{ type: "output_text", text: "Hi", annotations: [] }] },
      { type: "function_call", id: "fc_1", call_id: "c1", name: "f", arguments: "{}" },
    ],
  };
  const { events, reply } = readStreamText(`data: ${JSON.stringify({ type: "response.completed", response })}\n\n`);
  checkOrder(events);
  expect(reply).toEqual(openaiResponses.readReply(response, createDrops({})));
});

test.each(["data: {\n\n", "data: 7\n\n", "data: null\n\n"])(
  "what is no event of the dialect is refused: %j",
  (text) => {
    expect(() => readStreamText(text)).toThrow(ProxyError);
  },
);

test("nothing is told after the end", () => {
  const text = new TextDecoder().decode(streamOf("text"));
  expect(readStreamText(text + text).events).toEqual(readStreamText(text).events);
});

test("unknown events and an early [DONE] are passed over", () => {
  const text = new TextDecoder().decode(streamOf("text"));
  const noisy = text.replace(
    "event: response.in_progress",
    'data: {"type":"response.new_thing","x":1}\n\ndata: [DONE]\n\nevent: response.in_progress',
  );
  expect(readStreamText(noisy).events).toEqual(readStreamText(text).events);
});

/** Details that were not told are written as 0. */
const withZeros = (usage: Usage | null): Usage | null =>
  usage && {
    ...usage,
    cachedInputTokens: usage.cachedInputTokens ?? 0,
    cacheWriteTokens: usage.cacheWriteTokens ?? 0,
    reasoningTokens: usage.reasoningTokens ?? 0,
  };

test.each(names.filter((name) => finalResponse(streamOf(name)) !== null))(
  "%s: told to a client of this dialect, it is read as the same answer again",
  (name) => {
    const { events, reply } = readStream(streamOf(name));
    const again = readStreamText(events.map(openaiResponses.writeEvents(contextOf())).join(""));
    expect({ reply: again.reply, isWhole: again.isWhole }).toEqual({
      reply: { ...reply, serviceTier: reply.serviceTier ?? "default", usage: withZeros(reply.usage) },
      isWhole: true,
    });
  },
);
