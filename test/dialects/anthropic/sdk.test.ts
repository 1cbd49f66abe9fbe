// The official SDK, over a real socket, is the judge of what this dialect writes and the source of what it reads.
import { afterAll, expect, test } from "bun:test";
import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import { toEvents } from "../../../src/dialects/assemble.ts";
import { readCountRequest, writeCountReply } from "../../../src/dialects/anthropic/count-tokens.ts";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import type { Conversation, OutputPart } from "../../../src/dialects/conversation.ts";
import type { Failure, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { ProxyError } from "../../../src/errors.ts";
import { call, context, finish, newDrops, parseBody, replyOf, text, writeStream } from "./make.ts";

interface Answer {
  readonly status?: number;
  readonly body: string;
}

const asked: Conversation[] = [];
const answers: Answer[] = [];
const refused: (string | null)[] = [];
const server = Bun.serve({
  port: 0,
  development: false,
  fetch: async (request) => {
    const body = parseBody(await request.text());
    const isCount = new URL(request.url).pathname.endsWith("/count_tokens");
    const facts = { model: String(body["model"]), stream: body["stream"] === true };
    try {
      asked.push((isCount ? readCountRequest : anthropic.readRequest)(body, facts, newDrops()));
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error;
      const { message, param, code } = error;
      const failure = { kind: "invalid_request", status: 400, message, param, code } as const;
      refused.push(param);
      return Response.json(anthropic.writeFailure(failure), { status: 400 });
    }
    const { status = 200, body: answer } = answers.shift()!;
    const type = answer.startsWith("event: ") ? "text/event-stream" : "application/json";
    return new Response(answer, { status, headers: { "content-type": type } });
  },
});
afterAll(() => server.stop(true));

const client = new Anthropic({ apiKey: "k", baseURL: server.url.origin, maxRetries: 0 });
const whole = (reply: Reply): Answer => ({ body: JSON.stringify(anthropic.writeReply(reply, context, newDrops())) });
const streamed = (events: readonly ReplyEvent[]): Answer => ({ body: writeStream(events) });
const withParts = (reason: "stop" | "tool_calls", ...content: readonly OutputPart[]): Reply =>
  replyOf({
    candidates: [{ index: 0, content, finish: finish(reason), logprobs: null }],
    usage: {
      inputTokens: 135,
      outputTokens: 70,
      cachedInputTokens: 100,
      cacheWriteTokens: 30,
      cacheWriteLongTokens: 20,
      audioInputTokens: null,
      imageInputTokens: null,
      toolInputTokens: null,
      reasoningTokens: 40,
      audioOutputTokens: null,
      imageOutputTokens: null,
      acceptedPredictionTokens: null,
      rejectedPredictionTokens: null,
      webSearches: null,
    },
  });

const params = { model: "claude-opus-5-5", max_tokens: 2000, messages: [{ role: "user" as const, content: "Hi" }] };
const thought: OutputPart = {
  kind: "reasoning",
  id: null,
  text: "Hm",
  isSummary: true,
  isRedacted: false,
  signature: { by: "gemini", value: "seal" },
};
const rich = withParts("tool_calls", thought, text("Grüße 😀"), call("a", "f", '{"x":[1,2]}'), call("b", "g", "{}"));
const richContent = [
  { type: "thinking", thinking: "Hm", signature: "qlite:gemini:seal" },
  { type: "text", text: "Grüße 😀" },
  { type: "tool_use", id: "a", name: "f", input: { x: [1, 2] }, caller: { type: "direct" } },
  { type: "tool_use", id: "b", name: "g", input: {}, caller: { type: "direct" } },
];
const counts = {
  input_tokens: 5,
  cache_read_input_tokens: 100,
  cache_creation_input_tokens: 30,
  output_tokens: 70,
  output_tokens_details: { thinking_tokens: 40 },
};

test("messages.create reads a whole answer", async () => {
  answers.push(whole(rich));
  const message = await client.messages.create(params);
  expect(message.content as unknown).toEqual(richContent);
  expect(message).toMatchObject({ id: "msg_1", role: "assistant", stop_reason: "tool_use", usage: counts });
  expect(message.usage.cache_creation).toEqual({ ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 });
});

test("messages.stream puts the events together, and its helpers hear every piece", async () => {
  answers.push(streamed(toEvents(rich)));
  const heard: Record<string, string> = { text: "", thinking: "", signature: "", inputJson: "" };
  const stream = client.messages
    .stream(params)
    .on("text", (delta) => (heard["text"] += delta))
    .on("thinking", (delta) => (heard["thinking"] += delta))
    .on("signature", (signature) => (heard["signature"] += signature))
    .on("inputJson", (delta) => (heard["inputJson"] += delta));
  const message = await stream.finalMessage();
  expect(message.content as unknown).toEqual(richContent);
  expect(message).toMatchObject({ stop_reason: "tool_use", usage: counts });
  expect(heard).toEqual({
    text: "Grüße 😀",
    thinking: "Hm",
    signature: "qlite:gemini:seal",
    inputJson: '{"x":[1,2]}{}',
  });
});

test("messages.create with stream: true gives the events in the service's order", async () => {
  answers.push(streamed(toEvents(withParts("stop", text("Hi")))));
  const types: string[] = [];
  for await (const event of await client.messages.create({ ...params, stream: true })) types.push(event.type);
  expect(types).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(asked.at(-1)?.stream).toBe(true);
});

test("messages.parse reads a structured answer, and its schema is read from the request", async () => {
  const schema = {
    type: "object",
    properties: { n: { type: "number" } },
    required: ["n"],
    additionalProperties: false,
  } as const;
  answers.push(whole(withParts("stop", text('{"n":5}'))));
  const format = jsonSchemaOutputFormat(schema);
  const message = await client.messages.parse({ ...params, output_config: { format } });
  expect(message.parsed_output).toEqual({ n: 5 });
  expect(asked.at(-1)?.output).toMatchObject({ kind: "schema", schema });
});

test("the tool runner calls the tool, finds no Thread held, and sends the thinking, the call and its result back", async () => {
  answers.push(whole(withParts("tool_calls", thought, call("c.1", "add", '{"a":1,"b":2}'))));
  answers.push(whole(withParts("stop", text("3"))));
  const add = betaTool({
    name: "add",
    description: "adds",
    inputSchema: {
      type: "object",
      properties: { a: { type: "number" }, b: { type: "number" } },
      required: ["a", "b"],
    },
    run: ({ a, b }) => String(a + b),
  });
  const message = await client.beta.messages.toolRunner({ ...params, tools: [add] });
  expect(message.content).toMatchObject([{ type: "text", text: "3" }]);
  expect(refused).toEqual(["thread"]);
  expect(asked.at(-1)?.messages).toMatchObject([
    { role: "user" },
    { role: "assistant", content: [{ kind: "reasoning", signature: { by: "gemini", value: "seal" } }, { id: "c.1" }] },
    { role: "tool", results: [{ callId: "c.1", name: "add", content: [{ text: "3" }], isError: false }] },
  ]);
});

test("countTokens asks for a count, and gets one", async () => {
  answers.push({ body: JSON.stringify(writeCountReply(14)) });
  const { max_tokens: _, ...counted } = params;
  expect(await client.messages.countTokens({ ...counted, system: "Be brief." })).toMatchObject({ input_tokens: 14 });
  expect(asked.at(-1)?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
});

const busy: Failure = { kind: "overloaded", status: 529, message: "Busy", code: null, param: null };

test("an error in the middle of a stream reaches the client with its type, and the text before it", async () => {
  const events = toEvents(withParts("stop", text("Half"))).slice(0, 3);
  answers.push(streamed([...events, { kind: "error", failure: busy }]));
  const heard: string[] = [];
  const stream = client.messages.stream(params).on("text", (delta) => heard.push(delta));
  const error = await stream.finalMessage().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ type: "overloaded_error" });
  expect(heard).toEqual(["Half"]);
});

test("a stream that breaks is no message to the client", async () => {
  answers.push(streamed(toEvents(withParts("stop", text("Half"))).slice(0, 3)));
  const error = await client.messages
    .stream(params)
    .finalMessage()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
});

const errors: readonly (readonly [Failure["kind"], number, string, string])[] = [
  ["invalid_request", 400, "BadRequestError", "invalid_request_error"],
  ["authentication", 401, "AuthenticationError", "authentication_error"],
  ["quota", 402, "PaymentRequiredError", "billing_error"],
  ["permission", 403, "PermissionDeniedError", "permission_error"],
  ["not_found", 404, "NotFoundError", "not_found_error"],
  ["too_large", 413, "ContentTooLargeError", "request_too_large"],
  ["rate_limit", 429, "RateLimitError", "rate_limit_error"],
  ["server", 500, "InternalServerError", "api_error"],
  ["timeout", 504, "GatewayTimeoutError", "timeout_error"],
  ["overloaded", 529, "OverloadedError", "overloaded_error"],
];

test.each(errors)("%s, %d, is a %s to the client", async (kind, status, name, type) => {
  answers.push({ status, body: JSON.stringify(anthropic.writeFailure({ ...busy, kind, status })) });
  const error: unknown = await client.messages.create(params).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ constructor: { name }, status, type, apiMessage: "Busy" });
});
