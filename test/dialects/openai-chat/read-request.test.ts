import { describe, expect, test } from "bun:test";
import { asksWithFunctions } from "../../../src/dialects/openai-chat/legacy.ts";
import { readRequest, writeRequest } from "./support.ts";

const asks = {
  role: "assistant",
  tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{}" } }],
};
const weather = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
const patch = { type: "custom", custom: { name: "patch" } };

describe("fields", () => {
  test.each<[object, object]>([
    [{ max_tokens: 5 }, { maxOutputTokens: 5 }],
    [{ max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
    [
      { temperature: 0.5, top_p: 0.9, top_k: 40, seed: 7, n: 2 },
      { temperature: 0.5, topP: 0.9, topK: 40, seed: 7, candidates: 2 },
    ],
    [{ stop: "END" }, { stop: ["END"] }],
    [{ stop: ["a", "b"] }, { stop: ["a", "b"] }],
    [
      { presence_penalty: 1, frequency_penalty: -1 },
      { presencePenalty: 1, frequencyPenalty: -1 },
    ],
    [{ logprobs: true }, { topLogprobs: 0 }],
    [{ logprobs: true, top_logprobs: 3 }, { topLogprobs: 3 }],
    [{ logprobs: false }, { topLogprobs: null }],
    [{ logit_bias: { "50256": -100 } }, { logitBias: { "50256": -100 } }],
    [
      { verbosity: "low", service_tier: "flex", user: "u1", store: true },
      { verbosity: "low", serviceTier: "flex", user: "u1", store: true },
    ],
    [{ metadata: { a: "b" } }, { metadata: { a: "b" } }],
    [{ cache_control: { type: "ephemeral", ttl: "1h" } }, { cache: { ttlSeconds: 3600 } }],
    [{ stream_options: { include_usage: true } }, { stream: true, wantsUsage: true }],
    [{ stream_options: { include_usage: false } }, { wantsUsage: false }],
    [
      { reasoning_effort: "high" },
      { reasoning: { effort: "high", budgetTokens: null, summary: null, wantsSignatures: true } },
    ],
    [
      { reasoning: { max_tokens: 2000 } },
      { reasoning: { effort: null, budgetTokens: 2000, summary: null, wantsSignatures: true } },
    ],
    [
      { reasoning: { effort: "low", exclude: true } },
      { reasoning: { effort: "low", budgetTokens: null, summary: "none", wantsSignatures: true } },
    ],
    [
      { reasoning: { enabled: true } },
      { reasoning: { effort: "medium", budgetTokens: null, summary: null, wantsSignatures: true } },
    ],
    [
      { reasoning: { enabled: false } },
      { reasoning: { effort: "none", budgetTokens: null, summary: null, wantsSignatures: true } },
    ],
    [
      { temperature: null, stop: null, tools: null, response_format: null },
      { temperature: null, stop: [], tools: [], output: null },
    ],
    [{ response_format: { type: "text" } }, { output: { kind: "text" } }],
    [{ response_format: { type: "json_object" } }, { output: { kind: "json" } }],
    [
      {
        response_format: { type: "json_schema", json_schema: { name: "s", schema: { type: "object" }, strict: true } },
      },
      { output: { kind: "schema", name: "s", description: null, schema: { type: "object" }, strict: true } },
    ],
  ])("%p", (body, expected) => {
    const { conversation, dropped } = readRequest(body);
    expect(conversation).toMatchObject(expected);
    expect(dropped).toEqual([]);
    expect(conversation.native).toEqual({ dialect: "openai-chat", fields: {} });
  });

  test("what only chat has words for is native", () => {
    const fields = {
      modalities: ["text", "audio"],
      audio: { voice: "ash", format: "wav" },
      prediction: { type: "content", content: "x" },
      web_search_options: {},
      prompt_cache_key: "k",
      safety_identifier: "s",
      provider: { order: ["a"] },
      previous_response_id: "resp_1",
    };
    expect(readRequest(fields).conversation.native.fields).toEqual(fields);
  });

  test("numbers in opaque JSON keep their spelling", () => {
    const { conversation } = readRequest({
      tools: [
        { type: "function", function: { name: "f", parameters: { type: "object", maximum: JSON.rawJSON("1e400") } } },
      ],
    });
    expect(JSON.stringify(conversation.tools[0])).toContain('"maximum":1e400');
  });
});

describe("tools", () => {
  test("functions and custom tools", () => {
    const { conversation, dropped } = readRequest({
      tools: [
        { type: "function", function: { name: "f", description: "d", parameters: { type: "object" }, strict: true } },
        { type: "function", function: { name: "g" }, cache_control: { type: "ephemeral" } },
        {
          type: "custom",
          custom: { name: "p", format: { type: "grammar", grammar: { syntax: "lark", definition: "s: X" } } },
        },
      ],
      parallel_tool_calls: false,
    });
    expect(conversation.tools).toEqual([
      { kind: "function", name: "f", description: "d", parameters: { type: "object" }, strict: true, cache: null },
      { kind: "function", name: "g", description: null, parameters: null, strict: null, cache: { ttlSeconds: null } },
      { kind: "custom", name: "p", description: null, format: { type: "grammar", syntax: "lark", definition: "s: X" } },
    ]);
    expect(conversation.parallelToolCalls).toBe(false);
    expect(dropped).toEqual([]);
  });

  test.each<[unknown, object]>([
    ["auto", { kind: "auto" }],
    ["none", { kind: "none" }],
    ["required", { kind: "required" }],
    [
      { type: "function", function: { name: "weather" } },
      { kind: "tool", name: "weather" },
    ],
    [
      { type: "custom", custom: { name: "patch" } },
      { kind: "tool", name: "patch" },
    ],
    [
      {
        type: "allowed_tools",
        allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "weather" } }] },
      },
      { kind: "allowed", names: ["weather"], isRequired: true },
    ],
  ])("tool_choice %p", (tool_choice, expected) => {
    expect<object | null>(readRequest({ tools: [weather, patch], tool_choice }).conversation.toolChoice).toEqual(
      expected,
    );
  });
});

test("a client with both `functions` and `tools` knows `tool_calls`", () => {
  const functions = [{ name: "f" }];
  expect(
    [{ functions }, { functions, tools: [weather] }].map((body) => asksWithFunctions(readRequest(body).conversation)),
  ).toEqual([true, false]);
});

test("unknown keys below the top are named", () => {
  const { dropped } = readRequest({
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "a", extra: 1, none: null },
          { type: "image_url", image_url: { url: "https://a.example", size: 1 } },
        ],
        mood: "x",
      },
      { ...asks, weight: 0, tool_calls: [{ ...asks.tool_calls[0], x: 1 }] },
      { role: "tool", tool_call_id: "c1", content: "", is_error: true },
    ],
    tools: [{ ...weather, function: { ...weather.function, y: 1 } }],
    stream_options: { include_usage: true, continuous_usage_stats: true },
    response_format: { type: "json_schema", json_schema: { name: "s", schema: {}, z: 1 } },
    reasoning: { effort: "low", w: 1 },
  });
  expect([...dropped].sort()).toEqual(
    [
      "messages.content.extra",
      "messages.content.image_url.size",
      "messages.is_error",
      "messages.mood",
      "messages.tool_calls.x",
      "messages.weight",
      "reasoning.w",
      "response_format.json_schema.z",
      "stream_options.continuous_usage_stats",
      "tools.function.y",
    ].sort(),
  );
});

test("nothing of a request is undefined", () => {
  const { body } = writeRequest(readRequest({}).conversation);
  expect(body).toEqual({ model: "m", messages: [{ role: "user", content: "Hi" }] });
});
