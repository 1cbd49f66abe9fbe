import { expect, test } from "bun:test";
import { BadRequestError } from "openai";
import { expectSame, rejectionOf, serveMock, tenWords } from "./serve-mock.ts";

const tool = {
  type: "function" as const,
  name: "add",
  strict: true,
  parameters: { type: "object", properties: { a: { type: "number" } }, required: ["a"] },
};

test("responses.create answers with one message and usage", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.responses.create({ model: "gpt-6-sol", input: "Hello", instructions: "Be kind" });
  expect(reply).toMatchObject({ object: "response", status: "completed", error: null, model: "gpt-6-sol" });
  expect(reply.output_text).toBe(tenWords);
  expect(reply.usage).toEqual({
    input_tokens: 3,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 10,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 13,
  });
});

test("a response stream holds the typed events in order, numbered from 0", async () => {
  await using mock = serveMock({ chunks: 2 });
  const stream = await mock.openai.responses.create({ model: "m", input: "Hello", stream: true });
  const seen = await Array.fromAsync(stream);
  expect(seen.map((event) => event.type)).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
  ]);
  expect(seen.map((event) => ("sequence_number" in event ? event.sequence_number : -1))).toEqual(
    Array.from({ length: 10 }, (_, at) => at),
  );
  const deltas = seen.flatMap((event) => (event.type === "response.output_text.delta" ? [event.delta] : []));
  expect(deltas.join("")).toBe(tenWords);
});

test("the SDK's stream helper puts the same response together that comes unstreamed", async () => {
  await using mock = serveMock();
  const final = await mock.openai.responses.stream({ model: "m", input: "Hello" }).finalResponse();
  const whole = await mock.openai.responses.create({ model: "m", input: "Hello" });
  expect(final.output_text).toBe(whole.output_text);
  expectSame(final.usage, whole.usage);
  expect(final.status).toBe("completed");
});

test("a required function is called, streamed as pieces of its arguments", async () => {
  await using mock = serveMock({ chunks: 3 });
  const ask = { model: "m", input: "Hello", tools: [tool], tool_choice: "required" as const };
  const whole = await mock.openai.responses.create(ask);
  expect(whole.output[0]).toMatchObject({ type: "function_call", name: "add", arguments: '{"a":1}' });

  const seen = await Array.fromAsync(await mock.openai.responses.create({ ...ask, stream: true }));
  expect(seen.map((event) => event.type)).toEqual([
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
    "response.completed",
  ]);
  const final = await mock.openai.responses.stream(ask).finalResponse();
  expect(final.output[0]).toMatchObject({ type: "function_call", arguments: '{"a":1}' });
});

test("a named or allowed function is called", async () => {
  await using mock = serveMock();
  const other = { ...tool, name: "other" };
  const named = { type: "function" as const, name: "add" };
  const allowed = { type: "allowed_tools" as const, mode: "required" as const, tools: [{ ...named }] };
  for (const choice of [named, allowed]) {
    const reply = await mock.openai.responses.create({
      model: "m",
      input: "Hello",
      tools: [other, tool],
      tool_choice: choice,
    });
    expect(reply.output[0]).toMatchObject({ type: "function_call", name: "add" });
  }
});

test("text.format json_schema gives JSON of the schema", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.responses.parse({
    model: "m",
    input: [{ role: "user", content: "Hello" }],
    text: { format: { type: "json_schema", name: "sum", schema: tool.parameters } },
  });
  expect(JSON.parse(reply.output_text)).toEqual({ a: 1 });
});

test("a smaller token limit gives an incomplete response, whole and streamed", async () => {
  await using mock = serveMock();
  const ask = { model: "m", input: "Hello", max_output_tokens: 2 };
  const whole = await mock.openai.responses.create(ask);
  expect(whole).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
  expect(whole.output_text).toBe("Lorem ipsum");
  const seen = await Array.fromAsync(await mock.openai.responses.create({ ...ask, stream: true }));
  expect(seen.at(-1)?.type).toBe("response.incomplete");
});

test("a faulty responses request is a BadRequestError that names its field", async () => {
  await using mock = serveMock();
  const cases: readonly [ask: object, param: string][] = [
    [{ input: "Hello" }, "model"],
    [{ model: "m" }, "input"],
    [{ model: "m", input: [] }, "input"],
    [{ model: "m", input: "Hello", max_output_tokens: "2" }, "max_output_tokens"],
    [{ model: "m", input: "Hello", tool_choice: { type: "function", name: "x" } }, "tool_choice"],
  ];
  for (const [ask, param] of cases) {
    const thrown = await rejectionOf(mock.openai.post("/responses", { body: ask }));
    expect(thrown).toBeInstanceOf(BadRequestError);
    expect(thrown).toMatchObject({ status: 400, param });
  }
});

test("a response that continues another needs no input", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.responses.create({ model: "m", previous_response_id: "resp_1" });
  expect(reply.previous_response_id).toBe("resp_1");
  expect(reply).toHaveProperty("store", true);
});

test("a stored prompt needs no model, nor does a deployment of Azure's", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.responses.create({ prompt: { id: "pmpt_1" }, input: "Hello" });
  expect(reply.model).toBe("pmpt_1");
  const azure = await fetch(`${mock.url}/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21`, {
    method: "POST",
    body: JSON.stringify({ messages: [{ role: "user", content: "Hello" }] }),
  });
  expect([azure.status, await azure.json()]).toMatchObject([200, { model: "my gpt" }]);
  expect(await rejectionOf(mock.openai.responses.create({ input: "Hello" }))).toMatchObject({ param: "model" });
});
