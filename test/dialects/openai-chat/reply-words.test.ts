import { expect, test } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/dialect.ts";
import type { FinishReason, Usage } from "../../../src/dialects/reply.ts";
import { ProxyError } from "../../../src/errors.ts";
import { anyDrops, chunksOf, readReply, replyOf, said, writeReply, writeStream } from "./support.ts";
import { plainUsage } from "../rich.ts";

test.each<[FinishReason, string, FinishReason]>([
  ["stop", "stop", "stop"],
  ["length", "length", "length"],
  ["stop_sequence", "stop", "stop"],
  ["tool_calls", "tool_calls", "tool_calls"],
  ["refusal", "content_filter", "content_filter"],
  ["content_filter", "content_filter", "content_filter"],
  ["pause", "length", "length"],
  ["error", "length", "length"],
])("an answer that ended with %s is said to end with %s, whole and streamed", (reason, word, back) => {
  const reply = replyOf([said("Hello")], reason);
  const { body } = writeReply(reply);
  expect<string | undefined>(body.choices[0]?.finish_reason).toBe(word);
  expect<string | null | undefined>(chunksOf(writeStream(toEvents(reply))).at(-1)?.choices[0]?.finish_reason).toBe(
    word,
  );
  expect(readReply(body).candidates[0]?.finish.reason).toBe(back);
});

test.each<[object, object]>([
  [
    { finish_reason: "stop", stop_reason: "END" },
    { reason: "stop_sequence", stopSequence: "END", detail: null },
  ],
  [
    { finish_reason: "stop", stop_reason: 151_645 },
    { reason: "stop", stopSequence: null, detail: null },
  ],
  [{ finish_reason: "max_tokens" }, { reason: "length", stopSequence: null, detail: null }],
  [{ finish_reason: "function_call" }, { reason: "tool_calls", stopSequence: null, detail: null }],
  [{ finish_reason: "abort" }, { reason: "error", stopSequence: null, detail: "abort" }],
  [{ finish_reason: "eos" }, { reason: "stop", stopSequence: null, detail: "eos" }],
  [{ finish_reason: "model_length" }, { reason: "length", stopSequence: null, detail: null }],
  [{ finish_reason: "error" }, { reason: "error", stopSequence: null, detail: null }],
  [
    { finish_reason: "insufficient_system_resource" },
    { reason: "error", stopSequence: null, detail: "insufficient_system_resource" },
  ],
  [{ finish_reason: null }, { reason: "stop", stopSequence: null, detail: null }],
  [{}, { reason: "stop", stopSequence: null, detail: null }],
])("%p is read as %p", (choice, finish) => {
  const body = { choices: [{ index: 0, message: { role: "assistant", content: "x" }, ...choice }] };
  expect<object | undefined>(readReply(body).candidates[0]?.finish).toEqual(finish);
});

test.each<[string, object, Partial<Usage>]>([
  ["totals alone", { prompt_tokens: 3, completion_tokens: 4 }, { inputTokens: 3, outputTokens: 4 }],
  [
    "OpenAI's details",
    {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30, audio_tokens: 5, image_tokens: 4 },
      completion_tokens_details: {
        reasoning_tokens: 20,
        audio_tokens: 7,
        accepted_prediction_tokens: 8,
        rejected_prediction_tokens: 9,
      },
    },
    {
      inputTokens: 100,
      outputTokens: 50,
      cachedInputTokens: 60,
      cacheWriteTokens: 30,
      audioInputTokens: 5,
      imageInputTokens: 4,
      reasoningTokens: 20,
      audioOutputTokens: 7,
      acceptedPredictionTokens: 8,
      rejectedPredictionTokens: 9,
    },
  ],
  [
    "xAI counts reasoning beside the completion",
    { prompt_tokens: 10, completion_tokens: 5, total_tokens: 40, completion_tokens_details: { reasoning_tokens: 25 } },
    { inputTokens: 10, outputTokens: 30, reasoningTokens: 25 },
  ],
  [
    "cache reads beside the prompt",
    { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 90 } },
    { inputTokens: 100, outputTokens: 5, cachedInputTokens: 90 },
  ],
  [
    "DeepSeek's word for cached tokens",
    { prompt_tokens: 30, completion_tokens: 5, prompt_cache_hit_tokens: 16 },
    { inputTokens: 30, outputTokens: 5, cachedInputTokens: 16 },
  ],
  [
    "searches at OpenRouter, reasoning beside the details",
    { prompt_tokens: 1, completion_tokens: 9, reasoning_tokens: 3, server_tool_use: { web_search_requests: 2 } },
    { inputTokens: 1, outputTokens: 9, reasoningTokens: 3, webSearches: 2 },
  ],
  [
    "Moonshot's",
    { prompt_tokens: 30, completion_tokens: 5, cached_tokens: 17 },
    { inputTokens: 30, outputTokens: 5, cachedInputTokens: 17 },
  ],
])("usage: %s", (_, usage, read) => {
  const body = { choices: [{ index: 0, message: { content: "x" }, finish_reason: "stop" }], usage };
  const found = readReply(body).usage!;
  expect(found).toEqual({ ...plainUsage, ...read });
  const parts = [found.cachedInputTokens, found.cacheWriteTokens].reduce<number>((sum, part) => sum + (part ?? 0), 0);
  expect(parts).toBeLessThanOrEqual(found.inputTokens);
  // Written again, an official client computes the same totals.
  const written = writeReply({ ...replyOf([said("Hello")]), usage: found }).body;
  expect(written.usage?.total_tokens).toBe(found.inputTokens + found.outputTokens);
  expect(readReply(written).usage).toEqual(found);
});

test("totals that are not told are none", () => {
  const body = {
    choices: [{ index: 0, message: { content: "x" } }],
    usage: { prompt_tokens_details: { cached_tokens: 4 } },
  };
  expect(readReply(body).usage).toEqual({ ...plainUsage, inputTokens: 4, cachedInputTokens: 4 });
});

test("a verdict of moderation has no place between the dialects and is named", () => {
  const drops = anyDrops();
  openaiChat.readReply({ choices: [{ message: { content: "x" } }], moderation: { input: {}, output: {} } }, drops);
  expect(drops.names()).toEqual(["moderation"]);
});

test("Groq's older place for usage", () => {
  const body = {
    choices: [{ index: 0, message: { content: "x" } }],
    x_groq: { usage: { prompt_tokens: 1, completion_tokens: 2 } },
  };
  expect(readReply(body).usage).toMatchObject({ inputTokens: 1, outputTokens: 2 });
});

test.each([
  ["no choices", {}, "has no choices"],
  ["an empty list", { choices: [] }, "has no choices"],
  [
    "an error under a good status",
    { error: { message: "Provider returned error", code: 502 } },
    "Provider returned error",
  ],
])("%s is an invalid response", (_, body, message) => {
  expect(() => readReply(body)).toThrow(message);
  expect(() => readReply(body)).toThrow(ProxyError);
});
