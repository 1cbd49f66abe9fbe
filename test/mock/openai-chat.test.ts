import { expect, test } from "bun:test";
import { BadRequestError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { hello, rejectionOf, serveMock, tenWords } from "./serve-mock.ts";

const weather = {
  type: "function" as const,
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer", minimum: 2 }, unit: { enum: ["C", "F"] } },
      required: ["city"],
    },
  },
};
const weatherArguments = { city: "lorem", days: 2, unit: "C" };

test("chat.completions.create answers with ten words and usage, marked as the mock's", async () => {
  await using mock = serveMock();
  const {
    data,
    response,
    request_id: id,
  } = await mock.openai.chat.completions.create({ model: "gpt-4o-mini", messages: hello }).withResponse();
  expect(response.headers.get("x-qlite-source")).toBe("mock");
  expect(id).toMatch(/^req_[0-9a-f]{16}$/);
  expect(response.headers.has("request-id")).toBe(false);
  expect(data).toMatchObject({ object: "chat.completion", model: "gpt-4o-mini", created: 1_700_000_000 });
  expect(data.system_fingerprint).toBe("fp_qlite");
  expect(data.choices).toEqual([
    {
      index: 0,
      message: { role: "assistant", content: tenWords, refusal: null },
      logprobs: null,
      finish_reason: "stop",
    },
  ]);
  expect(data.usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 10, total_tokens: 13 });
  expect(data.usage?.completion_tokens_details?.reasoning_tokens).toBe(0);
});

test("a chat stream is role, exactly the content chunks asked for, and the finish reason", async () => {
  for (const chunks of [1, 2, 7, 63]) {
    await using mock = serveMock({ chunks });
    const stream = await mock.openai.chat.completions.create({ model: "m", messages: hello, stream: true });
    const seen = await Array.fromAsync(stream);
    expect(seen).toHaveLength(chunks + 2);
    expect(seen[0]?.choices[0]).toEqual({
      index: 0,
      delta: { role: "assistant", content: "", refusal: null },
      logprobs: null,
      finish_reason: null,
    });
    const content = seen.slice(1, -1).map((chunk) => chunk.choices[0]?.delta.content);
    expect(content.join("")).toBe(tenWords);
    expect(seen.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: "stop" });
    expect(seen.some((chunk) => "usage" in chunk)).toBe(false);
    expect(new Set(seen.map((chunk) => chunk.id)).size).toBe(1);
  }
});

test("stream_options.include_usage adds a usage chunk with no choices, and a null usage to the others", async () => {
  await using mock = serveMock({ chunks: 2 });
  const stream = await mock.openai.chat.completions.create({
    model: "m",
    messages: hello,
    stream: true,
    stream_options: { include_usage: true },
  });
  const seen = await Array.fromAsync(stream);
  expect(seen).toHaveLength(5);
  expect(seen.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  expect(seen.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 10, total_tokens: 13 } });
});

test("the raw chat stream ends with [DONE] in the last write", async () => {
  await using mock = serveMock();
  const reply = await fetch(`${mock.url}/v1beta/openai/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "m", messages: hello, stream: true }),
  });
  expect(reply.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(await reply.text()).toEndWith('"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
});

test("the SDK's stream helper puts the same completion together that comes unstreamed", async () => {
  await using mock = serveMock();
  const final = await mock.openai.chat.completions.stream({ model: "m", messages: hello, n: 2 }).finalChatCompletion();
  expect(final.choices.map((choice) => [choice.index, choice.message.content, choice.finish_reason])).toEqual([
    [0, tenWords, "stop"],
    [1, tenWords, "stop"],
  ]);
});

test("n gives that many choices, and their tokens are all counted", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.chat.completions.create({ model: "m", messages: hello, n: 3 });
  expect(reply.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
  expect(reply.usage?.completion_tokens).toBe(30);
});

test("a smaller token limit cuts the text with finish_reason length, under both names", async () => {
  await using mock = serveMock();
  for (const limit of [{ max_tokens: 2 }, { max_completion_tokens: 2 }]) {
    const reply = await mock.openai.chat.completions.create({ model: "m", messages: hello, ...limit });
    expect(reply.choices[0]).toMatchObject({ finish_reason: "length", message: { content: "Lorem ipsum" } });
    expect(reply.usage?.completion_tokens).toBe(2);
  }
});

test("parse gives an object that fits a zod schema", async () => {
  await using mock = serveMock();
  const Invoice = z.object({
    total: z.number().min(5),
    lines: z.array(z.object({ name: z.string(), kind: z.enum(["item", "tax"]) })).min(2),
    note: z.string().nullable(),
    paid: z.boolean(),
  });
  const reply = await mock.openai.chat.completions.parse({
    model: "m",
    messages: hello,
    response_format: zodResponseFormat(Invoice, "invoice"),
  });
  expect(reply.choices[0]?.message.parsed).toEqual({
    total: 5,
    lines: [
      { name: "lorem", kind: "item" },
      { name: "lorem", kind: "item" },
    ],
    note: "lorem",
    paid: true,
  });
});

test("response_format json_object gives an object", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.chat.completions.create({
    model: "m",
    messages: hello,
    response_format: { type: "json_object" },
  });
  expect(JSON.parse(reply.choices[0]?.message.content ?? "")).toEqual({ text: tenWords });
});

test("tools alone are answered with text", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.chat.completions.create({ model: "m", messages: hello, tools: [weather] });
  expect(reply.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: tenWords } });
});

test("tool_choice required, named or allowed calls that function with arguments of its schema", async () => {
  await using mock = serveMock();
  const other = { type: "function" as const, function: { name: "other", parameters: { type: "object" } } };
  const named = { type: "function" as const, function: { name: "get_weather" } };
  const allowed = {
    type: "allowed_tools" as const,
    allowed_tools: { mode: "required" as const, tools: [named] },
  };
  for (const [tools, choice] of [
    [[weather, other], "required"],
    [[other, weather], named],
    [[other, weather], allowed],
  ] as const) {
    const reply = await mock.openai.chat.completions.create({
      model: "m",
      messages: hello,
      tools: [...tools],
      tool_choice: choice,
    });
    expect(reply.choices[0]?.finish_reason).toBe("tool_calls");
    expect(reply.choices[0]?.message.content).toBeNull();
    const call = reply.choices[0]?.message.tool_calls?.[0];
    if (call?.type !== "function") throw new Error("no function call");
    expect(call.id).toMatch(/^call_/);
    expect(call.function.name).toBe("get_weather");
    expect(JSON.parse(call.function.arguments)).toEqual(weatherArguments);
  }
});

test("a tool call is streamed as its name and pieces of its arguments", async () => {
  await using mock = serveMock({ chunks: 4 });
  const ask = { model: "m", messages: hello, tools: [weather], tool_choice: "required" as const };
  const seen = await Array.fromAsync(await mock.openai.chat.completions.create({ ...ask, stream: true }));
  expect(seen).toHaveLength(7);
  expect(seen[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: null, refusal: null });
  expect(seen[1]?.choices[0]?.delta.tool_calls?.[0]).toMatchObject({
    index: 0,
    type: "function",
    function: { name: "get_weather", arguments: "" },
  });
  expect(seen.at(-1)?.choices[0]?.finish_reason).toBe("tool_calls");

  const final = await mock.openai.chat.completions.stream(ask).finalChatCompletion();
  const call = final.choices[0]?.message.tool_calls?.[0];
  expect(JSON.parse(call?.type === "function" ? call.function.arguments : "")).toEqual(weatherArguments);
});

test("a faulty chat request is a BadRequestError that names its field", async () => {
  await using mock = serveMock();
  const cases: readonly [ask: object, param: string, code: string][] = [
    [{ messages: hello }, "model", "missing_required_parameter"],
    [{ model: "", messages: hello }, "model", "invalid_request"],
    [{ model: "m" }, "messages", "missing_required_parameter"],
    [{ model: "m", messages: [] }, "messages", "invalid_request"],
    [{ model: "m", messages: "hi" }, "messages", "invalid_request"],
    [{ model: "m", messages: [null] }, "messages[0]", "invalid_request"],
    [{ model: "m", messages: [{ content: "hi" }] }, "messages[0].role", "missing_required_parameter"],
    [{ model: "m", messages: hello, n: 0 }, "n", "invalid_request"],
    [{ model: "m", messages: hello, n: 129 }, "n", "invalid_request"],
    [{ model: "m", messages: hello, n: 1.5 }, "n", "invalid_request"],
    [{ model: "m", messages: hello, max_tokens: 0 }, "max_tokens", "invalid_request"],
    [{ model: "m", messages: hello, tool_choice: "required" }, "tool_choice", "invalid_request"],
    [{ model: "m", messages: hello, stream: true, n: -1 }, "n", "invalid_request"],
  ];
  for (const [ask, param, code] of cases) {
    const thrown = await rejectionOf(mock.openai.post("/chat/completions", { body: ask }));
    expect(thrown).toBeInstanceOf(BadRequestError);
    expect(thrown).toMatchObject({ status: 400, type: "invalid_request_error", param, code });
  }
});
