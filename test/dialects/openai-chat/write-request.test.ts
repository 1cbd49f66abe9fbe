import { describe, expect, test } from "bun:test";
import type { Conversation, Effort, ReasoningOptions, Tool, ToolChoice } from "../../../src/dialects/conversation.ts";
import { plainTraits } from "../../../src/dialects/dialect.ts";
import { ProxyError } from "../../../src/errors.ts";
import { richRequest } from "./rich-request.ts";
import { openaiTraits, openRouterTraits, readRequest, said, talk, writeRequest } from "./support.ts";

const noReasoning = { effort: null, budgetTokens: null, summary: null, wantsSignatures: false };

const fn: Tool = {
  kind: "function",
  name: "f",
  description: "d",
  parameters: { type: "object" },
  strict: true,
  cache: null,
};
const bare: Tool = { kind: "function", name: "g", description: null, parameters: null, strict: null, cache: null };
const custom: Tool = {
  kind: "custom",
  name: "p",
  description: null,
  format: { type: "grammar", syntax: "regex", definition: "a+" },
};

test("a rich request comes back as it was", () => {
  const { conversation, dropped } = readRequest(richRequest);
  const written = writeRequest(conversation, openaiTraits);
  expect<object | undefined>(written.body).toEqual({ model: "m", ...richRequest });
  expect([...dropped, ...written.dropped]).toEqual([]);
});

describe("traits", () => {
  test("a stream asks for its usage where the server can be asked, whether the client did or not", () => {
    expect(writeRequest(talk({ stream: true })).body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(writeRequest(talk({ stream: true }), { ...plainTraits, hasStreamOptions: false }).body).not.toHaveProperty(
      "stream_options",
    );
    expect(writeRequest(talk()).body).not.toHaveProperty("stream_options");
  });

  test("the field of the limit", () => {
    expect(writeRequest(talk({ maxOutputTokens: 9 })).body).toHaveProperty("max_tokens", 9);
    expect(writeRequest(talk({ maxOutputTokens: 9 }), openaiTraits).body).toHaveProperty("max_completion_tokens", 9);
  });

  test("developer is system where it is not known", () => {
    const conversation = talk({ messages: [{ role: "developer", content: [said("D")], name: null }] });
    expect(writeRequest(conversation).body.messages).toEqual([{ role: "system", content: "D" }]);
    expect(writeRequest(conversation, openaiTraits).body.messages).toEqual([{ role: "developer", content: "D" }]);
  });

  const schema = { kind: "schema", name: null, description: null, schema: { type: "object" }, strict: null } as const;
  test.each<["schema" | "json" | "none", Conversation["output"], object | undefined, readonly string[]]>([
    ["schema", schema, { type: "json_schema", json_schema: { name: "response", schema: { type: "object" } } }, []],
    ["json", schema, { type: "json_object" }, ["response_format"]],
    ["none", schema, undefined, ["response_format"]],
    ["schema", { kind: "json" }, { type: "json_object" }, []],
    ["json", { kind: "json" }, { type: "json_object" }, []],
    ["none", { kind: "json" }, undefined, ["response_format"]],
    ["none", { kind: "text" }, { type: "text" }, []],
  ])("structured output by %s: %p", (structuredOutput, output, format, names) => {
    const { body, dropped } = writeRequest(talk({ output }), { ...plainTraits, structuredOutput });
    expect<object | undefined>(body.response_format).toEqual(format);
    expect(dropped).toEqual(names);
  });

  test.each([
    [{ ...noReasoning, effort: "max" }, { reasoning_effort: "max" }],
    [{ ...noReasoning, budgetTokens: 0 }, { reasoning_effort: "none" }],
    [{ ...noReasoning, budgetTokens: 1024 }, { reasoning_effort: "low" }],
    [{ ...noReasoning, budgetTokens: 4096 }, { reasoning_effort: "medium" }],
    [{ ...noReasoning, budgetTokens: 31_999 }, { reasoning_effort: "high" }],
    [{ ...noReasoning, budgetTokens: -1 }, {}],
  ] as const)("thinking in words: %p", (reasoning, expected) => {
    const { model: _, messages: __, ...rest } = writeRequest(talk({ reasoning })).body;
    expect<object>(rest).toEqual(expected);
  });

  test("thinking by a number", () => {
    const reasoning = { ...noReasoning, budgetTokens: 2000 };
    expect(writeRequest(talk({ reasoning }), { ...openRouterTraits, thinking: "budget" }).body.reasoning).toEqual({
      max_tokens: 2000,
    });
  });

  test("a model that cannot stop thinking thinks little", () => {
    const reasoning = { ...noReasoning, effort: "none" } as const;
    const { body, dropped } = writeRequest(talk({ reasoning }), {
      ...plainTraits,
      efforts: ["low", "medium", "high"],
    });
    expect(body.reasoning_effort).toBe("low");
    expect(dropped).toEqual(["reasoning_effort"]);
  });

  test.each<[Effort, readonly Effort[], object, readonly string[]]>([
    ["minimal", ["none", "low", "high"], { reasoning_effort: "low" }, []],
    ["medium", ["low", "high", "max"], { reasoning_effort: "high" }, ["reasoning_effort"]],
    ["low", ["none", "high"], { reasoning_effort: "high" }, ["reasoning_effort"]],
    ["xhigh", ["none", "low", "medium", "high"], { reasoning_effort: "high" }, ["reasoning_effort"]],
    ["none", ["minimal", "low"], { reasoning_effort: "minimal" }, ["reasoning_effort"]],
    ["none", ["none", "high"], { reasoning_effort: "none" }, []],
    ["high", ["none"], {}, ["reasoning_effort"]],
    ["none", [], {}, ["reasoning_effort"]],
  ])("%s for a model that takes %p", (effort, efforts, expected, names) => {
    const written = writeRequest(talk({ reasoning: { ...noReasoning, effort } }), { ...plainTraits, efforts });
    const { model: _, messages: __, ...rest } = written.body;
    expect<object>(rest).toEqual(expected);
    expect(written.dropped).toEqual(names);
  });

  test("a server with a switch for thinking is told not to think by it", () => {
    const traits = { ...plainTraits, hasThinkingSwitch: true };
    const off = writeRequest(talk({ reasoning: { ...noReasoning, effort: "none" } }), traits);
    expect(off.body).toMatchObject({ thinking: { type: "disabled" } });
    expect(off.body).not.toHaveProperty("reasoning_effort");
    expect(off.dropped).toEqual([]);
    const on = writeRequest(talk({ reasoning: { ...noReasoning, effort: "low" } }), traits);
    expect(on.body.reasoning_effort).toBe("low");
    expect(on.body).not.toHaveProperty("thinking");
  });

  test.each<[Partial<ReasoningOptions>, readonly string[]]>([
    [{ effort: "high" }, ["reasoning_effort"]],
    [{ effort: "none" }, []],
    [{ budgetTokens: 0 }, []],
  ])("a model that cannot think is told nothing of it for %p", (options, names) => {
    const reasoning = { ...noReasoning, ...options };
    const { body, dropped } = writeRequest(talk({ reasoning }), { ...plainTraits, thinking: "none" });
    expect(Object.keys(body)).toEqual(["model", "messages"]);
    expect(dropped).toEqual(names);
  });

  test.each<[ToolChoice, object | string, readonly string[]]>([
    [{ kind: "required" }, "auto", ["tool_choice"]],
    [{ kind: "tool", name: "g" }, "auto", ["tool_choice"]],
    [{ kind: "allowed", names: ["g"], isRequired: true }, "auto", ["tool_choice"]],
    [{ kind: "allowed", names: ["g"], isRequired: false }, "auto", []],
    [{ kind: "none" }, "none", []],
  ])("where no call can be forced: %p", (toolChoice, choice, names) => {
    const { body, dropped } = writeRequest(talk({ tools: [bare], toolChoice }), {
      ...plainTraits,
      canForceTool: false,
    });
    expect<object | string | undefined>(body.tool_choice).toEqual(choice);
    expect(dropped).toEqual(names);
  });

  test("a summary cannot be asked for, nor the reasoning hidden", () => {
    const asked = talk({ reasoning: { ...noReasoning, summary: "auto" } });
    const hidden = talk({ reasoning: { ...noReasoning, summary: "none" } });
    expect(writeRequest(asked, openaiTraits).dropped).toEqual(["reasoning.summary"]);
    expect(writeRequest(asked).dropped).toEqual([]);
    expect(writeRequest(hidden, openaiTraits).dropped).toEqual([]);
    expect(writeRequest(hidden).dropped).toEqual(["reasoning.summary"]);
  });

  test("sampling that is refused, top_k that is not known, a temperature too high, too many stops", () => {
    const sampling = talk({ temperature: 3, topP: 0.5, topK: 4, stop: ["1", "2", "3", "4", "5"] });
    expect(writeRequest(sampling)).toEqual({
      body: {
        model: "m",
        messages: [{ role: "user", content: "Hi" }],
        temperature: 2,
        top_p: 0.5,
        stop: ["1", "2", "3", "4"],
      },
      dropped: ["temperature", "top_k", "stop"],
    });
    expect(writeRequest(sampling, openRouterTraits).body).toHaveProperty("top_k", 4);
    const strict = writeRequest(sampling, { ...plainTraits, hasSampling: false });
    expect(strict.body).not.toHaveProperty("temperature");
    expect(strict.dropped).toEqual(["temperature", "top_p", "top_k", "stop"]);
  });

  test("fields the server refuses are left out and named as the client calls them", () => {
    const conversation = talk({
      topLogprobs: 2,
      store: false,
      metadata: { a: "b" },
      native: { dialect: "openai-chat", fields: { prompt_cache_key: "k" } },
    });
    const { body, dropped } = writeRequest(conversation, {
      ...plainTraits,
      refusedFields: ["logprobs", "top_logprobs", "store", "metadata", "prompt_cache_key"],
    });
    expect(body).toEqual({ model: "m", messages: [{ role: "user", content: "Hi" }] });
    expect(dropped).toEqual(["top_logprobs", "metadata", "prompt_cache_key"]);
  });
});

const formatOf = (format: object): unknown =>
  writeRequest(talk({ tools: [{ ...custom, format: { ...format } }] }), openaiTraits).body.tools?.[0];

describe("tools", () => {
  test("a custom tool is a function with one text where there are none", () => {
    const { body, dropped } = writeRequest(talk({ tools: [bare, custom], toolChoice: { kind: "tool", name: "p" } }));
    expect<object | undefined>(body.tools).toEqual([
      { type: "function", function: { name: "g" } },
      {
        type: "function",
        function: {
          name: "p",
          parameters: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
        },
      },
    ]);
    expect(body.tool_choice).toEqual({ type: "function", function: { name: "p" } });
    expect(dropped).toEqual(["tools.format"]);
  });

  test.each<[object, object | undefined]>([
    [{ type: "text" }, { type: "text" }],
    [
      { type: "grammar", syntax: "lark", definition: "s" },
      { type: "grammar", grammar: { syntax: "lark", definition: "s" } },
    ],
    [{ type: "shape", definition: "s" }, undefined],
  ])("the format of a custom tool: %p", (format, written) => {
    expect(formatOf(format)).toEqual({
      type: "custom",
      custom: written === undefined ? { name: "p" } : { name: "p", format: written },
    });
  });

  test("a format without words is named", () => {
    const shaped: Tool = { ...custom, format: { type: "shape" } };
    expect(writeRequest(talk({ tools: [shaped] }), openaiTraits).dropped).toEqual(["tools.format"]);
    expect(writeRequest(talk({ tools: [{ ...shaped, format: null }] }), openaiTraits).dropped).toEqual([]);
  });

  test("a custom tool of any text is nothing less as a function", () => {
    expect(writeRequest(talk({ tools: [{ ...custom, format: { type: "text" } }] })).dropped).toEqual([]);
    expect(writeRequest(talk({ tools: [{ ...custom, format: null }] })).dropped).toEqual([]);
  });

  test.each(["auto", "none", "required"] as const)("the choice %s", (kind) => {
    expect(writeRequest(talk({ tools: [bare], toolChoice: { kind } })).body.tool_choice).toBe(kind);
  });

  test("where `allowed_tools` is not known only the allowed are sent", () => {
    const conversation = talk({ tools: [fn, bare], toolChoice: { kind: "allowed", names: ["g"], isRequired: true } });
    expect(writeRequest(conversation).body).toMatchObject({
      tools: [{ type: "function", function: { name: "g" } }],
      tool_choice: "required",
    });
    expect(writeRequest(conversation, openaiTraits).body.tools?.length).toBe(2);
  });

  test("without tools nothing is said of their choice", () => {
    const { body, dropped } = writeRequest(talk({ toolChoice: { kind: "auto" }, parallelToolCalls: true }));
    expect(body).toEqual({ model: "m", messages: [{ role: "user", content: "Hi" }] });
    expect(dropped).toEqual([]);
  });

  test("a cache hint on a tool is named", () => {
    expect(writeRequest(talk({ tools: [{ ...fn, cache: { ttlSeconds: null } }] })).dropped).toEqual([
      "tools.cache_control",
    ]);
  });
});

describe("refused, because leaving it out would change the meaning", () => {
  test.each<[string, Partial<Conversation>, string, string]>([
    [
      "a built-in tool",
      { tools: [{ kind: "native", dialect: "openai-responses", name: "web_search", value: {} }] },
      "tools",
      "web_search",
    ],
    [
      "a built-in tool the choice leaves out",
      {
        tools: [bare, { kind: "native", dialect: "anthropic", name: "bash_20250124", value: {} }],
        toolChoice: { kind: "allowed", names: ["g"], isRequired: false },
      },
      "tools",
      "bash_20250124",
    ],
    ["an earlier response", { previousResponseId: "resp_1" }, "previous_response_id", "previous_response_id"],
  ])("%s", (_, changes, param, word) => {
    let thrown: unknown = null;
    try {
      writeRequest(talk(changes), openaiTraits);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ProxyError);
    expect(thrown).toMatchObject({ code: "unsupported_feature", param, message: expect.stringContaining(word) });
  });
});

test("fields of Responses that chat knows too are kept, others named", () => {
  const fields = { prompt_cache_key: "k", safety_identifier: "s", prompt_cache_retention: "24h", max_tool_calls: 1 };
  const { body, dropped } = writeRequest(talk({ native: { dialect: "openai-responses", fields } }));
  expect(body).toMatchObject({ prompt_cache_key: "k", safety_identifier: "s", prompt_cache_retention: "24h" });
  expect(dropped).toEqual(["max_tool_calls"]);
});

test("the cache of the whole prompt is what OpenAI does by itself, but for its time", () => {
  expect(writeRequest(talk({ cache: { ttlSeconds: null } })).dropped).toEqual([]);
  expect(writeRequest(talk({ cache: { ttlSeconds: 3600 } })).dropped).toEqual(["cache_control"]);
});
