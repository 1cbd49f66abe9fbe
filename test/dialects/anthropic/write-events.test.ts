import { expect, test } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { OutputPart, Signature } from "../../../src/dialects/conversation.ts";
import type { ReplyEvent } from "../../../src/dialects/reply.ts";
import { call, finish, parseSse, readStream, replyOf, text, writeStream } from "./make.ts";

const at = { candidate: 0, index: 0 };
const start: ReplyEvent = { kind: "start", id: "m", model: "c", createdAt: null, serviceTier: null, fingerprint: null };
const end: readonly ReplyEvent[] = [{ kind: "finish", candidate: 0, finish: finish("stop") }, { kind: "end" }];
const part = (opened: OutputPart, index = 0): ReplyEvent => ({ kind: "part", candidate: 0, index, part: opened });
const delta = (said: string, index = 0): ReplyEvent => ({
  kind: "delta",
  candidate: 0,
  index,
  text: said,
  logprobs: null,
});
const seal = (signature: Signature): ReplyEvent => ({ kind: "signature", ...at, signature });
const close: ReplyEvent = { kind: "part_end", ...at };

/** The events as the service types them, without the beginning and the end of the message. */
const blocksOf = (...events: readonly ReplyEvent[]): unknown[] =>
  parseSse(writeStream([start, ...events, ...end]))
    .map(({ data }) => JSON.parse(data))
    .slice(1, -2)
    .map(({ type, ...rest }) => [type.replace("content_block_", ""), rest.content_block ?? rest.delta ?? rest.index]);

test("the framing of a whole stream, byte for byte", () => {
  const stream = writeStream([
    start,
    part(text("")),
    delta("Hé\n"),
    close,
    { kind: "usage", usage: replyOf().usage! },
    { kind: "finish", candidate: 0, finish: finish("length") },
    { kind: "end" },
  ]);
  expect(stream).toBe(
    [
      "event: message_start",
      'data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"c","container":null,"diagnostics":null,"content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"output_tokens":0,"output_tokens_details":null,"server_tool_use":null,"cache_creation":null,"service_tier":null,"inference_geo":null,"speed":null}}}',
      "",
      "event: content_block_start",
      'data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
      "",
      "event: content_block_delta",
      'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hé\\n"}}',
      "",
      "event: content_block_stop",
      'data: {"type":"content_block_stop","index":0}',
      "",
      "event: message_delta",
      'data: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null,"stop_details":null,"container":null},"usage":{"input_tokens":0,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"output_tokens":0,"output_tokens_details":null,"server_tool_use":null}}',
      "",
      "event: message_stop",
      'data: {"type":"message_stop"}',
      "",
      "",
    ].join("\n"),
  );
});

test("usage and reason that come early stand at the end, the last usage alone", () => {
  const usage = readStream(
    'data: {"type":"message_start","message":{"usage":{"input_tokens":5,"cache_read_input_tokens":3,"output_tokens":9}}}\n\n',
  ).reply.usage!;
  const stream = writeStream([
    start,
    { kind: "usage", usage: { ...usage, outputTokens: 1 } },
    { kind: "finish", candidate: 0, finish: finish("tool_calls") },
    { kind: "usage", usage },
    part(text("")),
    delta("x"),
    { kind: "end" },
  ]);
  const events = parseSse(stream);
  expect(events.map(({ type }) => type)).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(JSON.parse(events[4]!.data)).toMatchObject({
    delta: { stop_reason: "tool_use" },
    usage: { input_tokens: 5, cache_read_input_tokens: 3, output_tokens: 9 },
  });
});

const reasoning = {
  kind: "reasoning" as const,
  id: null,
  text: "",
  isSummary: true,
  isRedacted: false,
  signature: null,
};
const gemini: Signature = { by: "gemini", value: "g" };
const direct = { type: "direct" };

test("parts with nothing in them make no block, and indexes stay without a gap", () => {
  expect(
    blocksOf(part(text("")), delta(""), close, part(reasoning, 1), close, part(text(""), 2), delta("x", 2), close),
  ).toEqual([
    ["start", { type: "text", text: "" }],
    ["delta", { type: "text_delta", text: "x" }],
    ["stop", 0],
  ]);
});

test("thinking: its text, its seal, and a foreign seal behind its mark", () => {
  expect(blocksOf(part(reasoning), delta("Hm"), seal({ by: "anthropic", value: "s" }), close)).toEqual([
    ["start", { type: "thinking", thinking: "", signature: "" }],
    ["delta", { type: "thinking_delta", thinking: "Hm" }],
    ["delta", { type: "signature_delta", signature: "s" }],
    ["stop", 0],
  ]);
  expect(blocksOf(part(reasoning), seal(gemini), close)).toContainEqual([
    "delta",
    { type: "signature_delta", signature: "qlite:gemini:g" },
  ]);
});

test("thinking that nobody sealed has one that says so: clients send no other back", () => {
  expect(blocksOf(part(reasoning), delta("Hm"), close)).toEqual([
    ["start", { type: "thinking", thinking: "", signature: "" }],
    ["delta", { type: "thinking_delta", thinking: "Hm" }],
    ["delta", { type: "signature_delta", signature: "qlite:none:" }],
    ["stop", 0],
  ]);
});

test("redacted thinking begins when its data is there", () => {
  const redacted = { ...reasoning, isRedacted: true };
  expect(blocksOf(part(redacted), seal({ by: "anthropic", value: "d" }), close)).toEqual([
    ["start", { type: "redacted_thinking", data: "d" }],
    ["stop", 0],
  ]);
  expect(blocksOf(part(redacted), close)).toEqual([]);
});

const input = (partial_json: string) => ["delta", { type: "input_json_delta", partial_json }];

test("a call: its start and first delta are held until the next, then each goes as it comes", () => {
  const opened = { type: "tool_use", id: "t", name: "f", input: {}, caller: direct };
  expect(blocksOf(part(call("t", "f", "")), delta('{"a"'), delta(":"), delta("1}"), close)).toEqual([
    ["start", opened],
    input('{"a"'),
    input(":"),
    input("1}"),
    ["stop", 0],
  ]);
  expect(blocksOf(part(call("t", "f", "")), close)).toEqual([
    ["start", opened],
    ["stop", 0],
  ]);
});

test("Gemini's seal of a call stands before the call", () => {
  expect(blocksOf(part(call("t", "f", "")), delta("{}"), seal(gemini), close)).toEqual([
    ["start", { type: "redacted_thinking", data: "qlite:gemini:g" }],
    ["stop", 0],
    ["start", { type: "tool_use", id: "t", name: "f", input: {}, caller: direct }],
    ["delta", { type: "input_json_delta", partial_json: "{}" }],
    ["stop", 1],
  ]);
});

test.each([
  ["one piece", ['a "b"\n😀']],
  ["many", ["a ", '"b"', "\n", "\ud83d", "\ude00"]],
  ["none", []],
])("the free text of a custom tool in %s is the string `input`", (_, pieces) => {
  const stream = writeStream([
    start,
    part({ ...call("t", "f", ""), isCustom: true }),
    ...pieces.map((piece) => delta(piece)),
    close,
    ...end,
  ]);
  const [made] = readStream(stream).reply.candidates[0]!.content;
  const whole = made?.kind === "tool_call" ? JSON.parse(made.arguments) : null;
  expect(whole).toEqual({ input: pieces.join("") });
});

test("a custom tool's call is held like any other", () => {
  const custom = part({ ...call("t", "f", ""), isCustom: true });
  expect(blocksOf(custom, delta("a"), delta('"'), close)).toEqual([
    ["start", { type: "tool_use", id: "t", name: "f", input: {}, caller: direct }],
    input('{"input":"a'),
    input('\\"'),
    input('"}'),
    ["stop", 0],
  ]);
});

test("a call on the provider's side begins without its input, which comes as a delta", () => {
  const value = { type: "server_tool_use", id: "s", name: "web_search", input: { q: "x" } };
  expect(blocksOf(part({ kind: "native", dialect: "anthropic", name: "n", value }), close)).toEqual([
    ["start", { ...value, input: {} }],
    input('{"q":"x"}'),
    ["stop", 0],
  ]);
  const found = { type: "web_search_tool_result", content: [] };
  expect(blocksOf(part({ kind: "native", dialect: "anthropic", name: "n", value: found }), close)).toEqual([
    ["start", found],
    ["stop", 0],
  ]);
});

test("a citation is a delta of its own, and one without a URL is left out", () => {
  const citation = { url: "https://x.test", title: null, quote: "q", start: 0, end: 1, native: null };
  const cite = (url: string | null): ReplyEvent => ({ kind: "citation", ...at, citation: { ...citation, url } });
  expect(blocksOf(part(text("")), cite(null), cite("https://x.test"), close)).toEqual([
    ["start", { type: "text", text: "" }],
    [
      "delta",
      {
        type: "citations_delta",
        citation: {
          type: "web_search_result_location",
          url: "https://x.test",
          title: null,
          cited_text: "q",
          encrypted_index: "",
        },
      },
    ],
    ["stop", 0],
  ]);
});

test("a refusal is text, and the reason", () => {
  const stream = writeStream([start, part({ kind: "refusal", text: "" }), delta("No."), close, ...end]);
  expect(readStream(stream).reply.candidates[0]).toMatchObject({
    content: [text("No.")],
    finish: { reason: "refusal" },
  });
});

test("only the first answer is said, and speech by its words", () => {
  const speech: OutputPart = { kind: "speech", id: "s", data: "AA==", transcript: "Hello", expiresAt: null };
  expect(
    blocksOf(
      { kind: "part", candidate: 1, index: 0, part: text("") },
      { kind: "delta", candidate: 1, index: 0, text: "second", logprobs: null },
      part(speech),
      close,
      { kind: "part_end", candidate: 1, index: 0 },
      part({ kind: "native", dialect: "gemini", name: "x", value: {} }, 1),
      close,
    ),
  ).toEqual([
    ["start", { type: "text", text: "" }],
    ["delta", { type: "text_delta", text: "Hello" }],
    ["stop", 0],
  ]);
});

test("an error ends the stream in the dialect's own words, and nothing comes after", () => {
  const failure = { kind: "overloaded", status: 529, message: "Busy", code: null, param: null } as const;
  const stream = writeStream([start, part(text("")), delta("Half"), { kind: "error", failure }, delta("late"), ...end]);
  expect(stream).toEndWith(
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Busy"},"request_id":null}\n\n',
  );
  expect(stream).not.toContain("message_stop");
  expect(stream).not.toContain("late");
  expect(readStream(stream).failure).toEqual(failure);
});

test("a stream that just stops gets no end", () => {
  expect(writeStream([start, part(text("")), delta("Half")])).not.toContain("message_stop");
});

test("a rich answer, told as events, written, read and put together, is the same answer", () => {
  const native = { kind: "native", dialect: "anthropic" } as const;
  const web = {
    type: "web_search_result_location",
    url: "https://x.test",
    title: "T",
    cited_text: "q",
    encrypted_index: "e",
  };
  const reply = replyOf({
    serviceTier: "priority",
    usage: {
      inputTokens: 135,
      outputTokens: 70,
      cachedInputTokens: 100,
      cacheWriteTokens: 30,
      cacheWriteLongTokens: null,
      audioInputTokens: null,
      imageInputTokens: null,
      toolInputTokens: null,
      reasoningTokens: 40,
      audioOutputTokens: null,
      imageOutputTokens: null,
      acceptedPredictionTokens: null,
      rejectedPredictionTokens: null,
      webSearches: 2,
    },
    candidates: [
      {
        index: 0,
        content: [
          { ...reasoning, text: "Hm", signature: { by: "anthropic", value: "s" } },
          { ...reasoning, isRedacted: true, signature: { by: "anthropic", value: "d" } },
          { ...reasoning, text: "So", signature: { by: "openai-responses", value: '{"id":"rs"}' } },
          {
            ...text("Grüße 😀"),
            citations: [
              {
                url: "https://x.test",
                title: "T",
                quote: "q",
                start: null,
                end: null,
                native: { ...native, name: web.type, value: web },
              },
            ],
          },
          { ...native, name: "server_tool_use", value: { type: "server_tool_use", id: "s", input: { q: "x" } } },
          { ...native, name: "web_search_tool_result", value: { type: "web_search_tool_result", content: [] } },
          call("a", "f", '{"n":9007199254740993}'),
          call("b", "g", "{}"),
        ],
        finish: finish("refusal", "cyber: No."),
        logprobs: null,
      },
    ],
  });
  expect(readStream(writeStream(toEvents(reply))).reply).toEqual(reply);
});
