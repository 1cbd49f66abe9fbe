import { expect, test } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { Conversation, OutputPart } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import type { Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { plainCall as call, plainUsage, richReply } from "../rich.ts";
import { contextOf, emptyConversation, read, readStreamText, wireEvents } from "./support.ts";

const head = { id: "resp_1", model: "m", createdAt: 1_790_000_000, serviceTier: null, fingerprint: null };
const finish = { reason: "stop", stopSequence: null, detail: null } as const;
const usage = { ...plainUsage, inputTokens: 3, outputTokens: 2 };
const replyOf = (...content: readonly OutputPart[]): Reply => ({
  ...head,
  usage,
  candidates: [{ index: 0, content, finish, logprobs: null }],
});
const writeAll = (events: readonly ReplyEvent[], conversation: Conversation = emptyConversation): string =>
  events.map(openaiResponses.writeEvents(contextOf(conversation))).join("");
const write = (reply: Reply, conversation = emptyConversation) => wireEvents(writeAll(toEvents(reply), conversation));
/** Events without what all of them have. */
const brief = (reply: Reply, conversation = emptyConversation): readonly unknown[] =>
  write(reply, conversation).map(({ type, ...fields }) => {
    const { response, sequence_number: _, ...rest } = fields;
    return response === undefined ? [type, rest] : [type];
  });

const text = (value: string) => ({ kind: "text", text: value, citations: [], cache: null }) as const;
const at = (item_id: string, output_index: number) => ({ item_id, output_index });

test("numbers count from 0, every event says its type twice, and nothing follows the last", () => {
  const framed = writeAll(toEvents(replyOf(text("Hi"))));
  const events = wireEvents(framed);
  expect(events.map((event) => event["sequence_number"])).toEqual(Array.from(events.keys()));
  expect(framed.startsWith('event: response.created\ndata: {"type":"response.created","sequence_number":0,')).toBe(
    true,
  );
  expect(framed).not.toContain("[DONE]");
  expect(events.at(-1)?.type).toBe("response.completed");
});

test("a text", () => {
  const citation = { url: "https://a.example/", title: "A", quote: null, start: 0, end: 2, native: null };
  const here = { ...at("msg_new1", 0), content_index: 0 };
  const annotation = { type: "url_citation", url: "https://a.example/", title: "A", start_index: 0, end_index: 2 };
  const part = { type: "output_text", annotations: [annotation], logprobs: [], text: "Hi" };
  const item = { id: "msg_new1", type: "message", role: "assistant" };
  expect(brief(replyOf({ ...text("Hi"), citations: [citation] }))).toEqual([
    ["response.created"],
    ["response.in_progress"],
    ["response.output_item.added", { output_index: 0, item: { ...item, status: "in_progress", content: [] } }],
    ["response.content_part.added", { ...here, part: { ...part, annotations: [], text: "" } }],
    ["response.output_text.delta", { ...here, delta: "Hi", logprobs: [] }],
    ["response.output_text.annotation.added", { ...here, annotation_index: 0, annotation }],
    ["response.output_text.done", { ...here, text: "Hi", logprobs: [] }],
    ["response.content_part.done", { ...here, part }],
    ["response.output_item.done", { output_index: 0, item: { ...item, status: "completed", content: [part] } }],
    ["response.completed"],
  ]);
});

test("a refusal behind a text is a second part of the message", () => {
  const here = { ...at("msg_new1", 0), content_index: 1 };
  expect(brief(replyOf(text("Hi"), { kind: "refusal", text: "No" })).slice(7, -2)).toEqual([
    ["response.content_part.added", { ...here, part: { type: "refusal", refusal: "" } }],
    ["response.refusal.delta", { ...here, delta: "No" }],
    ["response.refusal.done", { ...here, refusal: "No" }],
    ["response.content_part.done", { ...here, part: { type: "refusal", refusal: "No" } }],
  ]);
});

test("calls, of a function and of a custom tool", () => {
  const item = { id: "fc_new1", type: "function_call", call_id: "c1", name: "f" };
  const custom = { id: "ctc_new2", type: "custom_tool_call", call_id: "c2", name: "p" };
  expect(
    brief(replyOf(call, { ...call, id: "c2", name: "p", arguments: "free", isCustom: true })).slice(2, -1),
  ).toEqual([
    ["response.output_item.added", { output_index: 0, item: { ...item, status: "in_progress", arguments: "" } }],
    ["response.function_call_arguments.delta", { ...at("fc_new1", 0), delta: "{}" }],
    ["response.function_call_arguments.done", { ...at("fc_new1", 0), arguments: "{}" }],
    ["response.output_item.done", { output_index: 0, item: { ...item, status: "completed", arguments: "{}" } }],
    ["response.output_item.added", { output_index: 1, item: { ...custom, status: "in_progress", input: "" } }],
    ["response.custom_tool_call_input.delta", { ...at("ctc_new2", 1), delta: "free" }],
    ["response.custom_tool_call_input.done", { ...at("ctc_new2", 1), input: "free" }],
    ["response.output_item.done", { output_index: 1, item: { ...custom, status: "completed", input: "free" } }],
  ]);
});

test("a custom tool that the upstream called as a function is told when its input is whole", () => {
  const { conversation } = read({ input: "x", tools: [{ type: "custom", name: "f" }] });
  const split: ReplyEvent[] = [
    { kind: "start", ...head },
    { kind: "part", candidate: 0, index: 0, part: { ...call, arguments: "" } },
    { kind: "delta", candidate: 0, index: 0, text: '{"inp', logprobs: null },
    { kind: "delta", candidate: 0, index: 0, text: 'ut":"a\\nb"}', logprobs: null },
    { kind: "part_end", candidate: 0, index: 0 },
    { kind: "finish", candidate: 0, finish },
    { kind: "end" },
  ];
  const types = wireEvents(writeAll(split, conversation)).map(({ type, delta, input }) => [
    type,
    delta ?? input ?? null,
  ]);
  expect(types.slice(2, -1)).toEqual([
    ["response.output_item.added", null],
    ["response.custom_tool_call_input.delta", "a\nb"],
    ["response.custom_tool_call_input.done", "a\nb"],
    ["response.output_item.done", null],
  ]);
});

test("reasoning: a summary, raw text, and a seal alone", () => {
  const reasoning = {
    kind: "reasoning",
    id: "rs_1",
    text: "Hm",
    isSummary: true,
    isRedacted: false,
    signature: null,
  } as const;
  const summary = { ...at("rs_1", 0), summary_index: 0 };
  const raw = { ...at("rs_1", 0), content_index: 0 };
  const item = { id: "rs_1", type: "reasoning" };
  const events = brief(
    replyOf(
      reasoning,
      {
        ...reasoning,
        text: "raw",
        isSummary: false,
        signature: { by: "openai-responses", value: '{"id":"rs_1","encrypted_content":"gAAA"}' },
      },
      { ...reasoning, id: null, text: "", signature: { by: "anthropic", value: "s" } },
    ),
  );
  expect(events.slice(2, -1)).toEqual([
    ["response.output_item.added", { output_index: 0, item: { ...item, summary: [] } }],
    ["response.reasoning_summary_part.added", { ...summary, part: { type: "summary_text", text: "" } }],
    ["response.reasoning_summary_text.delta", { ...summary, delta: "Hm" }],
    ["response.reasoning_summary_text.done", { ...summary, text: "Hm" }],
    ["response.reasoning_summary_part.done", { ...summary, part: { type: "summary_text", text: "Hm" } }],
    ["response.content_part.added", { ...raw, part: { type: "reasoning_text", text: "" } }],
    ["response.reasoning_text.delta", { ...raw, delta: "raw" }],
    ["response.reasoning_text.done", { ...raw, text: "raw" }],
    ["response.content_part.done", { ...raw, part: { type: "reasoning_text", text: "raw" } }],
    [
      "response.output_item.done",
      {
        output_index: 0,
        item: {
          ...item,
          summary: [{ type: "summary_text", text: "Hm" }],
          content: [{ type: "reasoning_text", text: "raw" }],
          encrypted_content: "gAAA",
        },
      },
    ],
    ["response.output_item.added", { output_index: 1, item: { id: "rs_new1", type: "reasoning", summary: [] } }],
    [
      "response.output_item.done",
      {
        output_index: 1,
        item: { id: "rs_new1", type: "reasoning", summary: [], encrypted_content: "qlite:anthropic:s" },
      },
    ],
  ]);
});

test("the last event holds the response that the answer would be whole", () => {
  const { conversation } = read({ input: "x", temperature: 0.5, metadata: { a: "b" } });
  const last = write(richReply, conversation).at(-1);
  const whole = openaiResponses.writeReply(richReply, contextOf(conversation), createDrops({}));
  expect(last?.["response"]).toEqual(JSON.parse(JSON.stringify(whole)));
});

test("a rich reply, told as events and read again, is the same", () => {
  const [first] = richReply.candidates;
  const { reply } = readStreamText(writeAll(toEvents(richReply)));
  const whole = openaiResponses.readReply(
    JSON.parse(JSON.stringify(openaiResponses.writeReply(richReply, contextOf(), createDrops({})))),
    createDrops({}),
  );
  expect(reply).toEqual(whole);
  expect(reply.candidates[0]?.content.map(({ kind }) => kind)).toEqual(first!.content.map(({ kind }) => kind));
  // The seal of a call comes back, though the dialect has no place for it in the call.
  expect(reply.candidates[0]?.content[3]).toEqual(first!.content[3]);
});

test("probabilities come with their deltas and are all there at the end", () => {
  const token = { token: "Hi", bytes: [72, 105], logprob: -0.5, top: [{ token: "Yo", bytes: null, logprob: -2 }] };
  const reply = replyOf(text("Hi"));
  const events = write({ ...reply, candidates: [{ ...reply.candidates[0]!, logprobs: [token] }] });
  const written = [
    { token: "Hi", bytes: [72, 105], logprob: -0.5, top_logprobs: [{ token: "Yo", bytes: [], logprob: -2 }] },
  ];
  expect(events.filter(({ logprobs }) => logprobs !== undefined).map(({ type, logprobs }) => [type, logprobs])).toEqual(
    [
      ["response.output_text.delta", written],
      ["response.output_text.done", written],
    ],
  );
});

test.each([
  ["length", "response.incomplete", { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }],
  ["content_filter", "response.incomplete", { status: "incomplete", incomplete_details: { reason: "content_filter" } }],
  ["error", "response.failed", { status: "failed", error: { code: "server_error", message: "why" } }],
] as const)("an answer that ended by %s ends in %s", (reason, type, response) => {
  const reply = replyOf(text("Hi"));
  const events = write({
    ...reply,
    candidates: [{ ...reply.candidates[0]!, finish: { ...finish, reason, detail: "why" } }],
  });
  expect(events.at(-1)).toMatchObject({ type, response });
  const done = events.find((event) => event.type === "response.output_item.done");
  expect(done).toMatchObject({ item: { status: "incomplete" } });
});

test("an error is the last word, and no clean end", () => {
  const failure = { kind: "overloaded", status: 503, message: "Too much", code: null, param: null } as const;
  const [start, part, delta] = toEvents(replyOf(text("Hi")));
  const events = wireEvents(
    writeAll([
      start!,
      part!,
      delta!,
      { kind: "error", failure },
      { kind: "finish", candidate: 0, finish },
      { kind: "end" },
    ]),
  );
  expect(events.at(-1)).toEqual({
    type: "error",
    sequence_number: 5,
    code: "server_is_overloaded",
    message: "Too much",
    param: null,
  });
  expect(wireEvents(writeAll([{ kind: "error", failure }]))).toMatchObject([{ type: "error", sequence_number: 0 }]);
});

test("of several candidates the first is told", () => {
  const reply = replyOf(text("one"));
  const [candidate] = reply.candidates;
  const both = {
    ...reply,
    candidates: [
      candidate!,
      { ...candidate!, index: 1, content: [text("two")], finish: { ...finish, reason: "length" as const } },
    ],
  };
  expect(write(both)).toEqual(write(reply));
});
