import { BadRequestError } from "@anthropic-ai/sdk";
import { expect, test } from "bun:test";
import { dataOf, hello, expectSame, rejectionOf, serveMock, tenWords } from "./serve-mock.ts";

const tool = {
  name: "add",
  input_schema: { type: "object" as const, properties: { a: { type: "number" } }, required: ["a"] },
};
const ask = { model: "claude-sonnet-5-5", max_tokens: 100, messages: hello };

test("messages.create answers with one text block and usage", async () => {
  await using mock = serveMock();
  const { data: reply, request_id: id } = await mock.anthropic.messages
    .create({ ...ask, system: "Be kind" })
    .withResponse();
  expect(id).toMatch(/^req_/);
  expect(reply).toMatchObject({ type: "message", role: "assistant", model: ask.model, stop_reason: "end_turn" });
  expectSame(reply.content, [{ type: "text", text: tenWords }]);
  expect(reply.usage).toMatchObject({ input_tokens: 5, output_tokens: 10, cache_read_input_tokens: 0 });
});

test("a raw message stream holds the named events in order, ping among them", async () => {
  await using mock = serveMock({ chunks: 2 });
  const reply = await fetch(`${mock.url}/v1/messages`, {
    method: "POST",
    body: JSON.stringify({ ...ask, stream: true }),
  });
  const text = await reply.text();
  const names = [...text.matchAll(/^event: (.*)$/gm)].map((match) => match[1]);
  expect(names).toEqual([
    "message_start",
    "ping",
    "content_block_start",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(dataOf(text).map((data) => JSON.parse(data).type)).toEqual(names);
});

test("the SDK's stream helper puts the same message together that comes unstreamed", async () => {
  await using mock = serveMock({ chunks: 5 });
  const final = await mock.anthropic.messages.stream(ask).finalMessage();
  const whole = await mock.anthropic.messages.create(ask);
  expectSame(final.content, whole.content);
  expect(final.stop_reason).toBe("end_turn");
  expect(final.usage).toEqual(whole.usage);
});

test("tool_choice any or tool gives a tool_use block, streamed as partial JSON", async () => {
  await using mock = serveMock();
  const other = { ...tool, name: "other" };
  for (const [tools, choice] of [
    [[tool, other], { type: "any" }],
    [[other, tool], { type: "tool", name: "add" }],
  ] as const) {
    const body = { ...ask, tools: [...tools], tool_choice: choice };
    const whole = await mock.anthropic.messages.create(body);
    expect(whole.stop_reason).toBe("tool_use");
    expect(whole.content[0]).toMatchObject({ type: "tool_use", name: "add", input: { a: 1 } });
    const final = await mock.anthropic.messages.stream(body).finalMessage();
    expect(final.content[0]).toMatchObject({ type: "tool_use", name: "add", input: { a: 1 } });
  }
});

test("output_config json_schema gives JSON of the schema", async () => {
  await using mock = serveMock();
  const format = { type: "json_schema" as const, schema: tool.input_schema };
  const reply = await mock.anthropic.messages.create({ ...ask, output_config: { format } });
  expect(reply.content[0]).toMatchObject({ type: "text", text: '{"a":1}' });
});

test("a smaller max_tokens cuts the text with stop_reason max_tokens", async () => {
  await using mock = serveMock();
  const reply = await mock.anthropic.messages.create({ ...ask, max_tokens: 2 });
  expect(reply.stop_reason).toBe("max_tokens");
  expect(reply.content[0]).toMatchObject({ text: "Lorem ipsum" });
  expect(reply.usage.output_tokens).toBe(2);
});

test("countTokens gives the input tokens that a message's usage shows", async () => {
  await using mock = serveMock();
  const counted = await mock.anthropic.messages.countTokens({ model: ask.model, messages: hello });
  expect(counted).toMatchObject({ input_tokens: 3 });
});

test("models are listed in the Anthropic shape, and there is one of every name", async () => {
  await using mock = serveMock();
  const listed = await Array.fromAsync(mock.anthropic.models.list());
  expect(listed.map((model) => [model.type, model.id])).toContainEqual(["model", "claude-haiku-4-5"]);
  expect(await mock.anthropic.models.retrieve("claude-x")).toMatchObject({ id: "claude-x", lifecycle: "active" });
});

test("a faulty messages request is a BadRequestError whose message begins with its field", async () => {
  await using mock = serveMock();
  const cases: readonly [ask: object, field: string][] = [
    [{ max_tokens: 1, messages: hello }, "model"],
    [{ model: "m", messages: hello }, "max_tokens"],
    [{ model: "m", max_tokens: 1 }, "messages"],
    [{ model: "m", max_tokens: 1, messages: [] }, "messages"],
    [{ ...ask, tool_choice: { type: "any" } }, "tool_choice"],
  ];
  for (const [body, field] of cases) {
    const thrown = await rejectionOf(mock.anthropic.post("/v1/messages", { body }));
    expect(thrown).toBeInstanceOf(BadRequestError);
    expect(thrown).toHaveProperty("type", "invalid_request_error");
    expect(String(thrown)).toContain(`"message":"${field}: `);
  }
});

test("message_start tells the input before the first word", async () => {
  await using mock = serveMock();
  const events = await Array.fromAsync(await mock.anthropic.messages.create({ ...ask, stream: true }));
  const [first] = events;
  if (first?.type !== "message_start") throw new Error("no message_start");
  expect(first.message.usage).toMatchObject({ input_tokens: 3, output_tokens: 0, cache_read_input_tokens: 0 });
});
