import { describe, expect, test } from "bun:test";
import { ProxyError } from "../../../src/errors.ts";
import { readRequest } from "./support.ts";

const user = { role: "user", content: "Hi" };
const weather = { type: "function", function: { name: "weather", parameters: { type: "object" } } };
const asks = {
  role: "assistant",
  tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{}" } }],
};

const message = (fields: object) => ({ messages: [fields] });
const part = (fields: object) => message({ role: "user", content: [fields] });

describe("refused as OpenAI refuses it", () => {
  test.each<[string, object, string]>([
    ["no messages", { messages: undefined }, "messages"],
    ["messages that are no list", { messages: "Hi" }, "messages"],
    ["an empty list", { messages: [] }, "messages"],
    ["a message that is a text", { messages: ["Hi"] }, "messages[0]"],
    ["no role", message({ content: "Hi" }), "messages[0].role"],
    ["an unknown role", message({ role: "robot", content: "Hi" }), "messages[0].role"],
    ["no content", message({ role: "user" }), "messages[0].content"],
    ["null content", message({ role: "user", content: null }), "messages[0].content"],
    ["a number as content", message({ role: "system", content: 1 }), "messages[0].content"],
    ["an empty list of parts", message({ role: "user", content: [] }), "messages[0].content"],
    ["a part without a type", part({ text: "a" }), "messages[0].content[0].type"],
    ["a part of an unknown type", part({ type: "smell" }), "messages[0].content[0].type"],
    [
      "an image in a system message",
      message({ role: "system", content: [{ type: "image_url", image_url: { url: "https://a.example" } }] }),
      "messages[0].content[0].type",
    ],
    ["a text that is a number", part({ type: "text", text: 1 }), "messages[0].content[0].text"],
    [
      "an image without its object",
      part({ type: "image_url", image_url: "https://a.example" }),
      "messages[0].content[0].image_url",
    ],
    [
      "an image that is no URL",
      part({ type: "image_url", image_url: { url: "cat.png" } }),
      "messages[0].content[0].image_url.url",
    ],
    [
      "an image that is a PDF",
      part({ type: "image_url", image_url: { url: "data:application/pdf;base64,JVBE" } }),
      "messages[0].content[0].image_url.url",
    ],
    [
      "an image of nothing",
      part({ type: "image_url", image_url: { url: "data:image/png;base64," } }),
      "messages[0].content[0].image_url.url",
    ],
    [
      "a sound of an unknown kind",
      part({ type: "input_audio", input_audio: { data: "AA==", format: "midi" } }),
      "messages[0].content[0].input_audio.format",
    ],
    [
      "a sound without its kind",
      part({ type: "input_audio", input_audio: { data: "AA==" } }),
      "messages[0].content[0].input_audio.format",
    ],
    [
      "a file of nothing",
      part({ type: "file", file: { file_data: "data:application/pdf;base64," } }),
      "messages[0].content[0].file.file_data",
    ],
    ["a file without anything", part({ type: "file", file: {} }), "messages[0].content[0].file.file_id"],
    [
      "a cache hint of an unknown time",
      part({ type: "text", text: "", prompt_cache_breakpoint: { ttl: "1y" } }),
      "messages[0].content[0].prompt_cache_breakpoint.ttl",
    ],
    ["an assistant that says nothing", message({ role: "assistant" }), "messages[0].content"],
    [
      "a call without an id",
      message({ role: "assistant", tool_calls: [{ type: "function", function: { name: "f", arguments: "" } }] }),
      "messages[0].tool_calls[0].id",
    ],
    [
      "a call without arguments",
      message({ role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f" } }] }),
      "messages[0].tool_calls[0].function.arguments",
    ],
    [
      "a result without a call",
      { messages: [user, { role: "tool", tool_call_id: "c1", content: "" }] },
      "messages[1].tool_call_id",
    ],
    [
      "a second result of one call",
      {
        messages: [
          asks,
          { role: "tool", tool_call_id: "c1", content: "" },
          { role: "tool", tool_call_id: "c1", content: "" },
        ],
      },
      "messages[2].tool_call_id",
    ],
    ["a result without an id", { messages: [asks, { role: "tool", content: "" }] }, "messages[1].tool_call_id"],
    [
      "a function's result without a call",
      { messages: [user, { role: "function", name: "f", content: "" }] },
      "messages[1].name",
    ],
    ["a call without a result", { messages: [user, asks, user] }, "messages[2]"],
    ["a call without a result at the end", { messages: [user, asks] }, "messages"],
    ["a tool of an unknown type", { tools: [{ type: "web_search" }] }, "tools[0].type"],
    ["a function without a name", { tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
    [
      "a schema that is no object",
      { tools: [{ type: "function", function: { name: "f", parameters: "x" } }] },
      "tools[0].function.parameters",
    ],
    [
      "a schema of a text",
      { tools: [{ type: "function", function: { name: "f", parameters: { type: "string" } } }] },
      "tools[0].function.parameters",
    ],
    ["a choice without tools", { tool_choice: "auto" }, "tool_choice"],
    ["a choice of an unknown word", { tools: [weather], tool_choice: "any" }, "tool_choice"],
    [
      "an allowed choice of an unknown mode",
      { tools: [weather], tool_choice: { type: "allowed_tools", allowed_tools: { mode: "never", tools: [] } } },
      "tool_choice.allowed_tools.mode",
    ],
    [
      "a choice of a tool that is not there",
      { tools: [weather], tool_choice: { type: "function", function: { name: "x" } } },
      "tool_choice.function.name",
    ],
    ["parallel_tool_calls without tools", { parallel_tool_calls: true }, "parallel_tool_calls"],
    ["an output of an unknown type", { response_format: { type: "xml" } }, "response_format.type"],
    [
      "an output without its schema",
      { response_format: { type: "json_schema", json_schema: { name: "s" } } },
      "response_format.json_schema.schema",
    ],
    ["a temperature that is a text", { temperature: "hot" }, "temperature"],
    ["a stop that is a number", { stop: [1] }, "stop[0]"],
    ["both limits", { max_tokens: 1, max_completion_tokens: 2 }, "max_tokens"],
    ["top_logprobs without logprobs", { top_logprobs: 2 }, "top_logprobs"],
    ["an unknown effort", { reasoning_effort: "huge" }, "reasoning_effort"],
  ])("%s", (_, body, param) => {
    let thrown: unknown = null;
    try {
      readRequest(body, false);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ProxyError);
    expect(thrown).toMatchObject({ param, row: { status: 400 } });
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ...["temperature", "top_p", "top_k", "seed", "n", "max_tokens", "max_completion_tokens", "top_logprobs"].map(
      (name) => [name, "x"] as const,
    ),
    ...["presence_penalty", "frequency_penalty"].map((name) => [name, "x"] as const),
    ...["logprobs", "store", "parallel_tool_calls", "verbosity", "service_tier", "user", "reasoning_effort"].map(
      (name) => [name, 1] as const,
    ),
    ...["logit_bias", "metadata", "response_format", "cache_control", "tools", "functions", "stream_options"].map(
      (name) => [name, 1] as const,
    ),
  ];
  test.each(wrong)("%s of the wrong type", (name, value) => {
    expect(() => readRequest({ [name]: value }, true)).toThrow(`Invalid type for '${name}'`);
  });

  test("stream_options without a stream", () => {
    expect(() => readRequest({ stream_options: { include_usage: true } }, false)).toThrow("stream_options");
  });

  test("a long text of the client is cut in the message", () => {
    expect(() => readRequest({ messages: [{ role: "x".repeat(9999), content: "" }] })).toThrow(/^.{0,400}$/s);
  });
});
