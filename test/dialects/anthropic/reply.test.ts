import { emptyUsage } from "../../../src/dialects/empty-usage.ts";
import { expect, test } from "bun:test";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import type { JsonObject, OutputPart } from "../../../src/dialects/conversation.ts";
import type { Finish, FinishReason, Reply, Usage } from "../../../src/dialects/reply.ts";
import { call, context, finish, newDrops, replyOf, text, thrownBy } from "./make.ts";

const said = (reply: Partial<Reply>) => {
  const drops = newDrops();
  const body = JSON.parse(JSON.stringify(anthropic.writeReply(replyOf(reply), context, drops)));
  return { body, dropped: drops.names() };
};
const withParts = (...content: readonly OutputPart[]): Partial<Reply> => ({
  candidates: [{ index: 0, content, finish: finish("stop"), logprobs: null }],
});
const withFinish = (reason: Finish): Partial<Reply> => ({
  candidates: [{ index: 0, content: [text("Hi")], finish: reason, logprobs: null }],
});

test("the least answer is a whole message", () => {
  expect(said({})).toEqual({
    body: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-opus-5-5",
      container: null,
      diagnostics: null,
      content: [{ type: "text", text: "Hi" }],
      stop_reason: "end_turn",
      stop_sequence: null,
      stop_details: null,
      usage: {
        input_tokens: 0,
        cache_creation_input_tokens: null,
        cache_read_input_tokens: null,
        cache_creation: null,
        output_tokens: 0,
        output_tokens_details: null,
        server_tool_use: null,
        service_tier: null,
        inference_geo: null,
        speed: null,
      },
    },
    dropped: [],
  });
});

test("an answer without an id or a model gets a new id and the model that was asked", () => {
  expect(said({ id: "", model: "" }).body).toMatchObject({ id: "msg_new", model: "claude-opus-5-5" });
});

const reasoning = {
  kind: "reasoning" as const,
  id: null,
  isSummary: true,
  isRedacted: false,
  text: "Hm",
  signature: null,
};
const cited = { url: "https://x.test", title: "T", quote: null, start: null, end: null, native: null };
const parts: readonly (readonly [string, OutputPart, readonly object[], readonly string[]])[] = [
  ["an empty text", text(""), [], []],
  ["a refusal", { kind: "refusal", text: "No." }, [{ type: "text", text: "No." }], []],
  [
    "a call",
    call("t", "f", '{"a":[1]}'),
    [{ type: "tool_use", id: "t", name: "f", input: { a: [1] }, caller: { type: "direct" } }],
    [],
  ],
  [
    "a call without arguments",
    call("t", "f", ""),
    [{ type: "tool_use", id: "t", name: "f", input: {}, caller: { type: "direct" } }],
    [],
  ],
  [
    "a call cut in its arguments",
    call("t", "f", '{"a":'),
    [{ type: "tool_use", id: "t", name: "f", input: { input: '{"a":' }, caller: { type: "direct" } }],
    ["tool_calls.arguments"],
  ],
  [
    "a call of free text",
    { ...call("t", "f", "x"), isCustom: true },
    [{ type: "tool_use", id: "t", name: "f", input: { input: "x" }, caller: { type: "direct" } }],
    [],
  ],
  [
    "a call that Gemini sealed",
    { ...call("t", "f", "{}"), signature: { by: "gemini", value: "s" } },
    [
      { type: "redacted_thinking", data: "qlite:gemini:s" },
      { type: "tool_use", id: "t", name: "f", input: {}, caller: { type: "direct" } },
    ],
    [],
  ],
  ["thinking without a seal", reasoning, [{ type: "thinking", thinking: "Hm", signature: "qlite:none:" }], []],
  [
    "thinking sealed by another",
    { ...reasoning, text: "", signature: { by: "openai-responses", value: "e" } },
    [{ type: "thinking", thinking: "", signature: "qlite:openai-responses:e" }],
    [],
  ],
  [
    "redacted thinking",
    { ...reasoning, text: "", isRedacted: true, signature: { by: "anthropic", value: "d" } },
    [{ type: "redacted_thinking", data: "d" }],
    [],
  ],
  ["thinking with nothing in it", { ...reasoning, text: "" }, [], []],
  [
    "a web citation",
    { ...text("a"), citations: [cited] },
    [
      {
        type: "text",
        text: "a",
        citations: [
          {
            type: "web_search_result_location",
            url: "https://x.test",
            title: "T",
            cited_text: "",
            encrypted_index: "",
          },
        ],
      },
    ],
    [],
  ],
  [
    "citations with a place, and without a URL",
    {
      ...text("a"),
      citations: [
        { ...cited, url: null },
        { ...cited, start: 0, end: 1, quote: "q" },
      ],
    },
    [
      {
        type: "text",
        text: "a",
        citations: [
          {
            type: "web_search_result_location",
            url: "https://x.test",
            title: "T",
            cited_text: "q",
            encrypted_index: "",
          },
        ],
      },
    ],
    ["content.annotations", "content.annotations.start_index"],
  ],
  [
    "speech",
    { kind: "speech", id: "s", data: "AA==", transcript: "Hello", expiresAt: null },
    [{ type: "text", text: "Hello" }],
    ["content.audio"],
  ],
  [
    "a picture",
    { kind: "image", source: { kind: "base64", data: "AA==", mediaType: "image/png" }, detail: null, cache: null },
    [],
    ["content.image"],
  ],
  [
    "a block of its own",
    { kind: "native", dialect: "anthropic", name: "x", value: { type: "server_tool_use", id: "s" } },
    [{ type: "server_tool_use", id: "s" }],
    [],
  ],
  ["a part of another's", { kind: "native", dialect: "gemini", name: "exec", value: {} }, [], ["content.exec"]],
];

test.each(parts)("the answer holds %s", (_, part, blocks, names) => {
  const { body, dropped } = said(withParts(part));
  expect(body.content).toEqual(blocks);
  expect(dropped).toEqual([...names]);
});

test("a refusal is what a message stopped for, whatever the provider called it", () => {
  expect(said(withParts({ kind: "refusal", text: "No." })).body).toMatchObject({
    stop_reason: "refusal",
    stop_details: { type: "refusal", category: null, explanation: null },
  });
});

test("further answers, probabilities and details of the usage are named", () => {
  const [candidate] = replyOf().candidates;
  const usage = { ...emptyUsage, audioInputTokens: 1, acceptedPredictionTokens: 2, imageOutputTokens: 0 };
  expect(
    said({
      usage,
      candidates: [
        { ...candidate!, logprobs: [] },
        { ...candidate!, index: 1 },
      ],
    }).dropped,
  ).toEqual(["candidates", "logprobs", "usage.audio_input_tokens", "usage.accepted_prediction_tokens"]);
});

const refused = (category: string | null, explanation: string | null) => ({ type: "refusal", category, explanation });
const finishes: { readonly [Reason in FinishReason]: readonly (readonly [Finish, string, unknown])[] } = {
  stop: [[finish("stop"), "end_turn", null]],
  length: [
    [finish("length"), "max_tokens", null],
    [finish("length", "model_context_window_exceeded"), "model_context_window_exceeded", null],
  ],
  stop_sequence: [[{ ...finish("stop_sequence"), stopSequence: "END" }, "stop_sequence", null]],
  tool_calls: [[finish("tool_calls"), "tool_use", null]],
  pause: [[finish("pause"), "pause_turn", null]],
  refusal: [
    [finish("refusal"), "refusal", refused(null, null)],
    [finish("refusal", "bio"), "refusal", refused("bio", null)],
    [finish("refusal", "Because."), "refusal", refused(null, "Because.")],
    [finish("refusal", "bio: Because: so."), "refusal", refused(null, "bio: Because: so.")],
  ],
  content_filter: [
    [finish("content_filter"), "refusal", refused(null, "A content filter cut the answer")],
    [finish("content_filter", "SAFETY"), "refusal", refused(null, "SAFETY")],
  ],
  error: [[finish("error"), "refusal", refused(null, "The answer broke off")]],
};
const reasons = Object.values(finishes).flat();

test.each(reasons)("%j is said, and read again", (reason, word, details) => {
  const { body } = said(withFinish(reason));
  expect(body).toMatchObject({ stop_reason: word, stop_sequence: reason.stopSequence, stop_details: details });
  if (reason.reason === "content_filter" || reason.reason === "error") return;
  expect(anthropic.readReply(body, newDrops()).candidates[0]!.finish).toEqual(reason);
});

test.each([
  [null, finish("stop")],
  ["compaction", finish("stop", "compaction")],
])("a message that stopped for %p", (stop_reason, expected) => {
  expect(anthropic.readReply({ content: [], stop_reason }, newDrops()).candidates[0]!.finish).toEqual(expected);
});

const usages: readonly (readonly [string, JsonObject, Partial<Usage>])[] = [
  ["plain", { input_tokens: 5, output_tokens: 7 }, { inputTokens: 5, outputTokens: 7 }],
  [
    "with all there is",
    {
      input_tokens: 5,
      output_tokens: 70,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      output_tokens_details: { thinking_tokens: 40 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
    },
    {
      inputTokens: 135,
      outputTokens: 70,
      cachedInputTokens: 100,
      cacheWriteTokens: 30,
      cacheWriteLongTokens: 20,
      reasoningTokens: 40,
      webSearches: 2,
    },
  ],
];

test.each(usages)("usage, %s: read so that no token counts twice, and written back the same", (_, wire, usage) => {
  const reply = anthropic.readReply({ content: [], usage: wire }, newDrops());
  expect(reply.usage).toEqual({ ...emptyUsage, ...usage });
  expect(said({ usage: reply.usage }).body.usage).toMatchObject(wire);
});

test.each([
  ["audioInputTokens", "audio_input_tokens"],
  ["imageInputTokens", "image_input_tokens"],
  ["toolInputTokens", "tool_input_tokens"],
  ["audioOutputTokens", "audio_output_tokens"],
  ["imageOutputTokens", "image_output_tokens"],
  ["acceptedPredictionTokens", "accepted_prediction_tokens"],
  ["rejectedPredictionTokens", "rejected_prediction_tokens"],
])("%s, a part of a total, is named", (field, name) => {
  expect(said({ usage: { ...emptyUsage, [field]: 1 } }).dropped).toEqual([`usage.${name}`]);
});

test("a write to the cache whose lifetime is not known is said without one, and read so again", () => {
  const usage = { ...emptyUsage, inputTokens: 150, cacheWriteTokens: 100 };
  const { body } = said({ usage });
  expect(body.usage).toMatchObject({ cache_creation_input_tokens: 100, cache_creation: null });
  expect(anthropic.readReply({ ...body, content: [] }, newDrops()).usage).toMatchObject(usage);
});

test("usage of a provider that counts more of its input cached than there is never falls below nothing", () => {
  const usage = { ...emptyUsage, inputTokens: 5, cachedInputTokens: 9, cacheWriteTokens: 2, cacheWriteLongTokens: 3 };
  expect(said({ usage }).body.usage).toMatchObject({
    input_tokens: 0,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 3 },
  });
});

test.each([
  ["default", "standard"],
  ["priority", "priority"],
  ["batch", "batch"],
  ["flex", null],
])("the tier %s is said as %p", (tier, word) => {
  expect(said({ serviceTier: tier }).body.usage.service_tier).toBe(word);
});

test("what a message says beside its answer is named", () => {
  const drops = newDrops();
  const caller = { type: "code_execution_20260120", tool_id: "s" };
  anthropic.readReply(
    {
      id: "m",
      content: [{ type: "tool_use", id: "t", name: "f", input: {}, caller, toolset_name: "browser" }],
      container: { id: "c" },
      diagnostics: null,
    },
    drops,
  );
  expect(drops.names()).toEqual(["container", "content.caller", "content.toolset_name"]);
});

test("a reply that is no message is the upstream's fault", () => {
  expect(thrownBy(() => anthropic.readReply({ choices: [] }, newDrops())).code).toBe("upstream_invalid_response");
});
