import { expect, test } from "bun:test";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import type { FinishReason, Reply, Usage } from "../../../src/dialects/reply.ts";
import { plainUsage, richReply } from "../rich.ts";
import { call, contextOf, finishOf, newDrops, objectsAt, overTheWire, readCandidate, text, thrownBy } from "./make.ts";

const finishReasons = [
  ["STOP", "stop", null],
  ["MAX_TOKENS", "length", null],
  ["CONTINUATION", "length", "CONTINUATION"],
  ["SAFETY", "content_filter", "SAFETY"],
  ["RECITATION", "content_filter", "RECITATION"],
  ["LANGUAGE", "content_filter", "LANGUAGE"],
  ["BLOCKLIST", "content_filter", "BLOCKLIST"],
  ["PROHIBITED_CONTENT", "content_filter", "PROHIBITED_CONTENT"],
  ["SPII", "content_filter", "SPII"],
  ["IMAGE_SAFETY", "content_filter", "IMAGE_SAFETY"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter", "IMAGE_PROHIBITED_CONTENT"],
  ["IMAGE_RECITATION", "content_filter", "IMAGE_RECITATION"],
  ["OTHER", "error", "OTHER"],
  ["MALFORMED_FUNCTION_CALL", "error", "MALFORMED_FUNCTION_CALL"],
  ["UNEXPECTED_TOOL_CALL", "error", "UNEXPECTED_TOOL_CALL"],
  ["TOO_MANY_TOOL_CALLS", "error", "TOO_MANY_TOOL_CALLS"],
  ["MALFORMED_RESPONSE", "error", "MALFORMED_RESPONSE"],
  ["NO_IMAGE", "error", "NO_IMAGE"],
  ["IMAGE_OTHER", "error", "IMAGE_OTHER"],
  ["SOMETHING_NEW", "error", "SOMETHING_NEW"],
  ["FINISH_REASON_UNSPECIFIED", "stop", null],
] as const;

test.each(finishReasons)("%s is read as %s", (finishReason, reason, detail) => {
  const reply = readCandidate({ content: { parts: [{ text: "x" }] }, finishReason });
  expect(reply.candidates[0]?.finish).toEqual(finishOf(reason, detail));
});

test("a finish with calls is one for calls, and a message says more of it", () => {
  const functionCall = { functionCall: { name: "f" } };
  const parts = { content: { parts: [functionCall] } };
  expect(readCandidate({ ...parts, finishReason: "STOP" }).candidates[0]?.finish).toEqual(finishOf("tool_calls"));
  expect(
    readCandidate({ ...parts, finishReason: "MALFORMED_FUNCTION_CALL", finishMessage: "bad: call" }).candidates[0]
      ?.finish,
  ).toEqual(finishOf("error", "MALFORMED_FUNCTION_CALL: bad: call"));
});

const replyOf = (reason: FinishReason, detail: string | null = null): Reply => ({
  ...richReply,
  candidates: [{ index: 0, content: [text("x")], finish: finishOf(reason, detail), logprobs: null }],
});
const writeBody = (reply: Reply, drops = newDrops()) => overTheWire(gemini.writeReply(reply, contextOf(), drops));

test.each([
  ["stop", null, "STOP", undefined],
  ["stop_sequence", null, "STOP", undefined],
  ["tool_calls", null, "STOP", undefined],
  ["length", null, "MAX_TOKENS", undefined],
  ["length", "CONTINUATION", "CONTINUATION", undefined],
  ["refusal", "cyber", "SAFETY", "cyber"],
  ["content_filter", null, "SAFETY", undefined],
  ["content_filter", "SPII: a: b", "SPII", "a: b"],
  ["pause", null, "OTHER", undefined],
  ["error", null, "OTHER", undefined],
  ["error", "SAFETY", "OTHER", "SAFETY"],
] as const)("the finish %s (%p) is written as %s", (reason, detail, finishReason, finishMessage) => {
  const [candidate] = objectsAt(writeBody(replyOf(reason, detail)), "candidates");
  expect([candidate?.["finishReason"], candidate?.["finishMessage"]]).toEqual([finishReason, finishMessage]);
});

test("a blocked prompt is one candidate that a filter ended", () => {
  const blocked = {
    promptFeedback: { blockReason: "SAFETY", blockReasonMessage: "No." },
    usageMetadata: { promptTokenCount: 3 },
  };
  expect(gemini.readReply(overTheWire(blocked), newDrops())).toMatchObject({
    candidates: [{ index: 0, content: [], finish: finishOf("content_filter", "SAFETY: No.") }],
    usage: { inputTokens: 3, outputTokens: 0 },
  });
});

test("a reply without a candidate ended in an error, one that is none is refused", () => {
  const empty = gemini.readReply(overTheWire({ usageMetadata: { promptTokenCount: 3 } }), newDrops());
  expect(empty.candidates).toMatchObject([{ content: [], finish: { reason: "error" } }]);
  expect(thrownBy(() => gemini.readReply({ choices: [] }, newDrops())).code).toBe("upstream_invalid_response");
});

test("a reply in snake_case is read too, and what nobody understands is named", () => {
  const drops = newDrops();
  const reply = gemini.readReply(
    overTheWire({
      candidates: [
        {
          content: { parts: [{ function_call: { name: "f", args: { my_key: 1 } }, thought_signature: "YQ==" }] },
          finish_reason: "STOP",
        },
      ],
      usage_metadata: { prompt_token_count: 4 },
      model_version: "gemini-x",
      response_id: "r/1",
      create_time: "2026-11-22T10:00:00.5Z",
      model_status: { message: "old" },
    }),
    drops,
  );
  expect(reply).toMatchObject({
    id: "r/1",
    model: "gemini-x",
    createdAt: Date.parse("2026-11-22T10:00:00Z") / 1000,
    candidates: [{ content: [call("call_r1_1", "f", '{"my_key":1}', "YQ==")] }],
    usage: { inputTokens: 4 },
  });
  expect(drops.names()).toEqual(["modelStatus"]);
});

test("a segment counts in the part it names", () => {
  const grounding = {
    groundingChunks: [
      { web: { uri: "https://a.example/", title: "A" } },
      { retrievedContext: { title: "B", text: "quoted" } },
    ],
    groundingSupports: [
      { segment: { partIndex: 2, startIndex: 3, endIndex: 7 }, groundingChunkIndices: [0, 9] },
      { segment: { partIndex: 0, endIndex: 2 }, groundingChunkIndices: [1] },
    ],
  };
  const reply = readCandidate({
    content: { parts: [{ text: "ab" }, { text: "hm", thought: true }, { text: "ü über" }] },
    groundingMetadata: grounding,
    finishReason: "STOP",
  });
  const [first, , second] = reply.candidates[0]?.content ?? [];
  expect(first).toMatchObject({
    text: "ab",
    citations: [{ url: null, title: "B", quote: "quoted", start: 0, end: 2 }],
  });
  expect(second).toMatchObject({ text: "ü über", citations: [{ url: "https://a.example/", start: 2, end: 5 }] });
});

test("a reply of another provider: sources, sound, custom calls and what is missing", () => {
  const drops = newDrops();
  const citation = { url: "https://a.example/", title: null, quote: "q", start: 1, end: 3, native: null };
  const body = writeBody(
    {
      ...replyOf("stop"),
      id: "",
      model: "",
      candidates: [
        {
          index: 0,
          content: [
            text("first"),
            {
              ...text("aüb"),
              citations: [citation, { ...citation, start: null, end: null }, { ...citation, url: null, title: "T" }],
            },
            { kind: "speech", id: "s", data: "AAAA", transcript: "Hello.", expiresAt: null },
            { ...call("a", "sql", "SELECT 1"), isCustom: true },
            call("b", "f", "broken"),
            { kind: "native", dialect: "anthropic", name: "server_tool_use", value: {} },
          ],
          finish: { ...finishOf("tool_calls"), stopSequence: "END" },
          logprobs: null,
        },
      ],
      usage: { ...plainUsage, inputTokens: 5, cacheWriteTokens: 3, cacheWriteLongTokens: 2, webSearches: 1 },
    },
    drops,
  );
  expect(body).toEqual({
    candidates: [
      {
        content: {
          role: "model",
          parts: [
            { text: "first" },
            { text: "aüb" },
            { text: "Hello." },
            { functionCall: { id: "a", name: "sql", args: { input: "SELECT 1" } } },
            { functionCall: { id: "b", name: "f", args: { input: "broken" } } },
          ],
        },
        finishReason: "STOP",
        index: 0,
        groundingMetadata: {
          groundingChunks: [{ web: { uri: "https://a.example/" } }, { retrievedContext: { title: "T", text: "q" } }],
          groundingSupports: [
            { segment: { partIndex: 1, startIndex: 1, endIndex: 4, text: "üb" }, groundingChunkIndices: [0] },
            { segment: { partIndex: 1, startIndex: 0, endIndex: 4, text: "aüb" }, groundingChunkIndices: [0] },
            { segment: { partIndex: 1, startIndex: 1, endIndex: 4, text: "üb" }, groundingChunkIndices: [1] },
          ],
        },
      },
    ],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 0, totalTokenCount: 5, serviceTier: "standard" },
    modelVersion: "gemini-3.8-flash",
    responseId: "new1",
  });
  expect(drops.names()).toEqual([
    "system_fingerprint",
    "usage.cache_creation_input_tokens",
    "usage.cache_write_long_tokens",
    "usage.web_search_requests",
    "message.annotations.cited_text",
    "message.audio",
    "tool_calls.arguments",
    "message.server_tool_use",
    "stop_sequence",
  ]);
});

const usageOf = (usageMetadata: object): Usage | null => readCandidate({}, { usageMetadata }).usage;

const modality = (name: string, tokenCount: number) => ({ modality: name, tokenCount });

test("usage: thoughts and tools are parts of the totals, cached tokens count once", () => {
  expect(
    usageOf({
      promptTokenCount: 1000,
      cachedContentTokenCount: 400,
      candidatesTokenCount: 50,
      thoughtsTokenCount: 200,
      toolUsePromptTokenCount: 300,
      totalTokenCount: 1550,
      promptTokensDetails: [modality("TEXT", 500), modality("AUDIO", 300), modality("IMAGE", 200)],
      cacheTokensDetails: [modality("TEXT", 300), modality("AUDIO", 100)],
      candidatesTokensDetails: [modality("TEXT", 40), modality("AUDIO", 10)],
      serviceTier: "flex",
    }),
  ).toEqual({
    ...plainUsage,
    inputTokens: 1300,
    outputTokens: 250,
    cachedInputTokens: 400,
    audioInputTokens: 200,
    imageInputTokens: 200,
    toolInputTokens: 300,
    reasoningTokens: 200,
    audioOutputTokens: 10,
    imageOutputTokens: 0,
  });
  // Where the service does not say what was cached, the details still never exceed the total.
  expect(
    usageOf({ promptTokenCount: 100, cachedContentTokenCount: 90, promptTokensDetails: [modality("AUDIO", 80)] }),
  ).toMatchObject({ cachedInputTokens: 90, audioInputTokens: 10, imageInputTokens: 0 });
  expect(usageOf({ promptTokenCount: 7 })).toEqual({ ...plainUsage, inputTokens: 7 });
});

test("usage written adds up to its total, as a client sums it", () => {
  const usage = {
    ...plainUsage,
    inputTokens: 120,
    outputTokens: 60,
    cachedInputTokens: 100,
    reasoningTokens: 30,
    toolInputTokens: 20,
  };
  const metadata = writeBody({ ...richReply, usage })["usageMetadata"];
  expect(metadata).toEqual({
    promptTokenCount: 100,
    candidatesTokenCount: 30,
    totalTokenCount: 180,
    cachedContentTokenCount: 100,
    toolUsePromptTokenCount: 20,
    thoughtsTokenCount: 30,
    serviceTier: "standard",
  });
});

test("usage: media of several kinds share what was not cached", () => {
  const promptTokensDetails = [
    { modality: "AUDIO", tokenCount: 60 },
    { modality: "IMAGE", tokenCount: 40 },
  ];
  expect(usageOf({ promptTokenCount: 100, cachedContentTokenCount: 30, promptTokensDetails })).toMatchObject({
    cachedInputTokens: 30,
    audioInputTokens: 60,
    imageInputTokens: 10,
  });
});

test("the log probabilities of a whole reply count once, also where its text is in two parts", () => {
  const chosenCandidates = [{ token: "a", logProbability: -1 }];
  const parts = [{ text: "a" }, { functionCall: { name: "f" } }, { text: "b" }];
  const reply = readCandidate({ content: { parts }, logprobsResult: { chosenCandidates }, finishReason: "STOP" });
  expect(reply.candidates[0]?.logprobs).toEqual([{ token: "a", bytes: null, logprob: -1, top: [] }]);
});
