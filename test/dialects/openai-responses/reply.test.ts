import { expect, test } from "bun:test";
import type { JsonObject, OutputPart } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import type { Finish, FinishReason, Reply } from "../../../src/dialects/reply.ts";
import { ProxyError } from "../../../src/errors.ts";
import { plainCall as call, plainUsage, richReply } from "../rich.ts";
import { contextOf, emptyConversation, parseObject, read } from "./support.ts";

const write = (reply: Reply, context = contextOf()) => {
  const drops = createDrops({});
  const body = openaiResponses.writeReply(reply, context, drops);
  return { body: parseObject(JSON.stringify(body)), dropped: drops.names() };
};
const readBack = (body: JsonObject): Reply => openaiResponses.readReply(body, createDrops({}));

const stop: Finish = { reason: "stop", stopSequence: null, detail: null };
const replyOf = (content: readonly OutputPart[], finish: Finish = stop, rest: Partial<Reply> = {}): Reply => ({
  id: "resp_1",
  model: "m",
  createdAt: 1_790_000_000,
  serviceTier: null,
  fingerprint: null,
  usage: null,
  ...rest,
  candidates: [{ index: 0, content, finish, logprobs: null }],
});
const text = (value: string) => ({ kind: "text", text: value, citations: [], cache: null }) as const;

test("the whole response of a short answer, with the service's defaults", () => {
  const usage = { ...plainUsage, inputTokens: 10, outputTokens: 3, cachedInputTokens: 4 };
  expect(write(replyOf([text("Hi")], stop, { usage })).body).toEqual({
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status: "completed",
    access_programs: null,
    background: false,
    completed_at: 1_790_000_009,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    model: "m",
    output: [
      {
        id: "msg_new1",
        type: "message",
        status: "completed",
        content: [{ type: "output_text", annotations: [], logprobs: [], text: "Hi" }],
        role: "assistant",
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    reasoning: { effort: null, summary: null },
    safety_identifier: null,
    service_tier: "default",
    store: false,
    temperature: 1,
    text: { format: { type: "text" }, verbosity: "medium" },
    tool_choice: "auto",
    tools: [],
    top_logprobs: 0,
    top_p: 1,
    truncation: "disabled",
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
      output_tokens: 3,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 13,
    },
    user: null,
    metadata: {},
  });
});

test("the request is repeated", () => {
  const request = {
    instructions: "Be brief.",
    max_output_tokens: 50,
    max_tool_calls: 3,
    parallel_tool_calls: false,
    previous_response_id: "resp_0",
    prompt_cache_key: "k",
    reasoning: { effort: "low", summary: "auto" },
    safety_identifier: "s",
    store: true,
    temperature: 0.5,
    text: { format: { type: "json_schema", name: "r", schema: { a: 1 }, strict: true }, verbosity: "low" },
    tool_choice: { type: "function", name: "f" },
    tools: [
      { type: "function", name: "f", description: "d", parameters: { b: 2 }, strict: true },
      { type: "web_search" },
    ],
    top_logprobs: 2,
    top_p: 0.5,
    truncation: "auto",
    user: "u",
    metadata: { k: "v" },
  };
  const { conversation } = read({ input: "x", include: ["message.output_text.logprobs"], ...request });
  expect(write(replyOf([text("Hi")]), contextOf(conversation)).body).toMatchObject(request);
});

test("ids and the time are the upstream's, else ours", () => {
  const reply = replyOf([text("Hi")], stop, { id: "", createdAt: null, model: "" });
  expect(write(reply).body).toMatchObject({ id: "resp_new1", created_at: 1_790_000_009, model: "m" });
});

test("a rich reply, written and read again, keeps what the dialect can say", () => {
  const { body, dropped } = write(richReply);
  expect(dropped).toEqual(["choices", "message.annotations.cited_text"]);
  const [first] = richReply.candidates;
  const citation = {
    type: "url_citation",
    url: "https://weather.example/",
    title: "Weather",
    start_index: 0,
    end_index: 13,
  };
  const native = { kind: "native", dialect: "openai-responses", name: "url_citation", value: citation };
  const content = structuredClone(first!.content).map((part) =>
    part.kind === "text" ? Object.assign(part, { citations: [{ ...part.citations[0], quote: null, native }] }) : part,
  );
  expect(readBack(body) as unknown).toEqual({
    ...richReply,
    fingerprint: null,
    usage: { ...richReply.usage, cacheWriteTokens: 0 },
    // JSON knows no minus zero.
    candidates: [{ ...first, content, logprobs: JSON.parse(JSON.stringify(first!.logprobs)) }],
  });
});

test("every part: neighbouring texts are one message, reasoning with one id one item", () => {
  const seal = { by: "openai-responses", value: '{"id":"rs_1","encrypted_content":"gAAA"}' } as const;
  const reasoning = {
    kind: "reasoning",
    id: "rs_1",
    text: "a",
    isSummary: true,
    isRedacted: false,
    signature: null,
  } as const;
  const { body, dropped } = write(
    replyOf([
      reasoning,
      { ...reasoning, text: "raw", isSummary: false, signature: seal },
      text("one"),
      { kind: "refusal", text: "no" },
      { ...reasoning, id: null, text: "", isRedacted: true, signature: { by: "anthropic", value: "x" } },
      { ...reasoning, text: "again" },
      call,
      { ...call, id: "", name: "p", arguments: "free", isCustom: true },
      { kind: "speech", id: "a", data: "QQ==", transcript: "said", expiresAt: 1 },
      { kind: "image", source: { kind: "base64", data: "QQ==", mediaType: "image/webp" }, detail: null, cache: null },
      { kind: "image", source: { kind: "url", url: "https://x.example/", mediaType: null }, detail: null, cache: null },
      {
        kind: "native",
        dialect: "openai-responses",
        name: "web_search_call",
        value: { type: "web_search_call", id: "ws_1" },
      },
      { kind: "native", dialect: "anthropic", name: "server_tool_use", value: {} },
    ]),
  );
  expect(body["output"]).toEqual([
    {
      id: "rs_1",
      type: "reasoning",
      summary: [{ type: "summary_text", text: "a" }],
      content: [{ type: "reasoning_text", text: "raw" }],
      encrypted_content: "gAAA",
    },
    {
      id: "msg_new1",
      type: "message",
      status: "completed",
      content: [
        { type: "output_text", annotations: [], logprobs: [], text: "one" },
        { type: "refusal", refusal: "no" },
      ],
      role: "assistant",
    },
    { id: "rs_new2", type: "reasoning", summary: [], encrypted_content: "redacted.qlite:anthropic:x" },
    // The id is taken: the official SDK stumbles over a second item of one id.
    { id: "rs_new3", type: "reasoning", summary: [{ type: "summary_text", text: "again" }] },
    { id: "fc_new4", type: "function_call", status: "completed", arguments: "{}", call_id: "c1", name: "f" },
    { id: "ctc_new5", type: "custom_tool_call", status: "completed", call_id: "call_new6", input: "free", name: "p" },
    {
      id: "msg_new7",
      type: "message",
      status: "completed",
      content: [{ type: "output_text", annotations: [], logprobs: [], text: "said" }],
      role: "assistant",
    },
    { id: "ig_new8", type: "image_generation_call", status: "completed", output_format: "webp", result: "QQ==" },
    { type: "web_search_call", id: "ws_1" },
  ]);
  expect(dropped).toEqual(["message.audio", "message.images", "message.server_tool_use"]);
});

test("a client's custom tool, called as a function by the upstream, is a custom call again", () => {
  const { conversation } = read({ input: "x", tools: [{ type: "custom", name: "apply_patch" }] });
  const calls = ['{"input":"*** \\"Begin\\""}', "not wrapped"].map((given) =>
    Object.assign({}, call, { name: "apply_patch", arguments: given }),
  );
  expect(write(replyOf(calls), contextOf(conversation)).body["output"]).toMatchObject([
    { type: "custom_tool_call", call_id: "c1", input: '*** "Begin"', name: "apply_patch" },
    { type: "custom_tool_call", input: "not wrapped" },
  ]);
});

test("a source without a URL cannot be cited, and is named", () => {
  const citation = { url: null, title: "Book", quote: "q", start: 0, end: 1, native: null };
  const { body, dropped } = write(replyOf([{ ...text("x"), citations: [citation] }]));
  expect(body["output"]).toMatchObject([{ content: [{ annotations: [] }] }]);
  expect(dropped).toEqual(["message.annotations"]);
});

interface End {
  readonly reason: FinishReason;
  readonly status: string;
  readonly incomplete: unknown;
  readonly error: unknown;
  /** Of the last item. */
  readonly itemStatus: string;
  readonly again: FinishReason;
}
const done = { status: "completed", incomplete: null, error: null, itemStatus: "completed", again: "stop" } as const;
const cut = { status: "incomplete", error: null, itemStatus: "incomplete" } as const;
const ends: Readonly<Record<FinishReason, Omit<End, "reason">>> = {
  stop: done,
  stop_sequence: done,
  tool_calls: done,
  refusal: { ...done, again: "refusal" },
  length: { ...cut, incomplete: { reason: "max_output_tokens" }, again: "length" },
  content_filter: { ...cut, incomplete: { reason: "content_filter" }, again: "content_filter" },
  pause: { ...cut, incomplete: { reason: "max_messages" }, itemStatus: "completed", again: "pause" },
  error: {
    status: "failed",
    incomplete: null,
    error: { code: "server_error", message: "why" },
    itemStatus: "incomplete",
    again: "error",
  },
};
const reasons: readonly FinishReason[] = [
  "stop",
  "stop_sequence",
  "tool_calls",
  "refusal",
  "length",
  "content_filter",
  "pause",
  "error",
];
test.each(reasons)("an answer that ended by %s", (reason) => {
  const { status, incomplete, error, itemStatus, again } = ends[reason];
  const { body } = write(replyOf([text("Hi")], { reason, stopSequence: null, detail: "why" }));
  expect(body).toMatchObject({ status, incomplete_details: incomplete, error, output: [{ status: itemStatus }] });
  expect(body["completed_at"]).toBe(status === "completed" ? 1_790_000_009 : null);
  expect(readBack(body).candidates[0]?.finish.reason).toBe(again);
});

test.each([
  [{ status: "completed", output: [{ type: "function_call", call_id: "c", name: "f", arguments: "" }] }, "tool_calls"],
  [{ status: "completed", output: [{ type: "custom_tool_call", call_id: "c", name: "f", input: "" }] }, "tool_calls"],
  [{ status: "completed", output: [{ type: "message", content: [{ type: "refusal", refusal: "no" }] }] }, "refusal"],
  [{ output: [] }, "stop"],
  [{ status: "incomplete", output: [] }, "length"],
  [{ status: "incomplete", incomplete_details: { reason: "content_filter" }, output: [] }, "content_filter"],
  [{ status: "incomplete", incomplete_details: { reason: "steered" }, output: [] }, "pause"],
  [{ status: "failed", error: { code: "server_error", message: "m" } }, "error"],
  [{ status: "cancelled", output: [] }, "error"],
  [{ status: "queued", output: [] }, "error"],
])("reads how %j ended", (body, reason) => {
  expect(readBack(body)).toMatchObject({ candidates: [{ finish: { reason } }] });
});

test("what is no response is refused", () => {
  expect(() => readBack({ object: "list" })).toThrow(ProxyError);
});

test("usage: totals hold their details, and come back as the same", () => {
  const wire = {
    input_tokens: 100,
    input_tokens_details: {
      cached_tokens: 60,
      cache_write_tokens: 30,
      cache_write_tokens_details: { ttl_12h_tokens: 10, ttl_30m_tokens: 20 },
    },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 40 },
    total_tokens: 150,
  };
  const tool_usage = {
    image_gen: {
      input_tokens: 0,
      input_tokens_details: { image_tokens: 0, text_tokens: 0 },
      output_tokens: 0,
      total_tokens: 0,
    },
    web_search: { num_requests: 2 },
  };
  const reply = readBack({ output: [], usage: wire, tool_usage });
  expect(reply.usage).toEqual({
    ...plainUsage,
    inputTokens: 100,
    outputTokens: 50,
    cachedInputTokens: 60,
    cacheWriteTokens: 30,
    cacheWriteLongTokens: 10,
    reasoningTokens: 40,
    webSearches: 2,
  });
  expect(write(reply).body).toMatchObject({ usage: wire, tool_usage });
  // A compatible server tells less.
  expect(readBack({ output: [], usage: { input_tokens: 5, output_tokens: 7 } }).usage).toEqual({
    ...plainUsage,
    inputTokens: 5,
    outputTokens: 7,
  });
  expect(readBack({ output: [] }).usage).toBeNull();
});

test("what a usage has no words for is named", () => {
  const usage = { ...plainUsage, audioInputTokens: 3, acceptedPredictionTokens: 0, imageOutputTokens: 2 };
  expect(write(replyOf([], stop, { usage })).dropped).toEqual([
    "usage.audio_input_tokens",
    "usage.image_output_tokens",
  ]);
});

const token = (value: string) => ({ token: value, bytes: null, logprob: -1, top: [] });

test("probabilities stand on the text they are of", () => {
  const reply = replyOf([text("ab"), call, text("cd")]);
  const logprobs = ["a", "b", "c", "d"].map(token);
  const { body } = write({ ...reply, candidates: [{ ...reply.candidates[0]!, logprobs }] });
  expect(readBack(body).candidates[0]?.logprobs).toEqual(logprobs);
  expect(body["output"]).toMatchObject([
    { content: [{ logprobs: [{ token: "a" }, { token: "b" }] }] },
    {},
    { content: [{ logprobs: [{ token: "c" }, { token: "d" }] }] },
  ]);
});

test("an answer to a conversation of another dialect repeats what it can", () => {
  const tools = [
    { kind: "function", name: "f", description: null, parameters: null, strict: null, cache: null },
  ] as const;
  const { body } = write(replyOf([]), contextOf({ ...emptyConversation, tools }));
  expect(body["tools"]).toEqual([{ type: "function", name: "f", parameters: null, strict: false }]);
});
