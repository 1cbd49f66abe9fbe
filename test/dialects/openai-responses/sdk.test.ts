import { afterAll, expect, test } from "bun:test";
import OpenAI, { APIError, RateLimitError } from "openai";
import { toResponseInputItems } from "openai/lib/responses/ResponseInputItems";
import { createAssembler, toEvents } from "../../../src/dialects/assemble.ts";
import type { JsonObject } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import type { Failure, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { plainUsage, richReply } from "../rich.ts";
import { contextOf, parseObject } from "./support.ts";

const text = (value: string) => ({ kind: "text", text: value, citations: [], cache: null }) as const;
const call = {
  kind: "tool_call",
  id: "c1",
  name: "f",
  arguments: '{"n":1}',
  isCustom: false,
  signature: null,
  cache: null,
} as const;
const reasoning = {
  kind: "reasoning",
  id: null,
  text: "Hm",
  isSummary: true,
  isRedacted: false,
  signature: null,
} as const;

const replyOf = (content: Reply["candidates"][number]["content"]): Reply => ({
  id: "",
  model: "some-model",
  createdAt: null,
  serviceTier: null,
  fingerprint: null,
  usage: { ...plainUsage, inputTokens: 30, outputTokens: 12, cachedInputTokens: 20, reasoningTokens: 5 },
  candidates: [{ index: 0, content, finish: { reason: "stop", stopSequence: null, detail: null }, logprobs: null }],
});

const failure: Failure = { kind: "rate_limit", status: 429, message: "Slow down", code: null, param: null };

/** What is answered for a model of a name. */
const answers: Readonly<Record<string, readonly ReplyEvent[] | Failure>> = {
  rich: toEvents({ ...richReply, candidates: richReply.candidates.slice(0, 1) }),
  everything: toEvents(
    replyOf([
      { ...reasoning, signature: { by: "anthropic", value: "s" } },
      { ...reasoning, text: "raw", isSummary: false },
      text("Let me "),
      {
        ...text("look"),
        citations: [{ url: "https://a.example/", title: null, quote: null, start: null, end: null, native: null }],
      },
      { kind: "refusal", text: "no" },
      { ...call, signature: { by: "gemini", value: "g" } },
      { ...call, id: "c2", name: "p", arguments: "*** free", isCustom: true },
      { kind: "image", source: { kind: "base64", data: "QQ==", mediaType: "image/png" }, detail: null, cache: null },
      {
        kind: "native",
        dialect: "openai-responses",
        name: "web_search_call",
        value: { id: "ws_1", type: "web_search_call", status: "completed", action: { type: "search", query: "q" } },
      },
    ]),
  ),
  structured: toEvents(replyOf([text('{"city":"Zürich","rain":true}')])),
  broken: [...toEvents(replyOf([text("Half an ans")])).slice(0, 3), { kind: "error", failure }],
  limited: failure,
};

const requests: JsonObject[] = [];
const server = Bun.serve({
  port: 0,
  fetch: async (request) => {
    const body = parseObject(await request.text());
    requests.push(body);
    const drops = createDrops(openaiResponses.fieldNames);
    const facts = { model: String(body["model"]), stream: body["stream"] === true };
    const conversation = openaiResponses.readRequest(body, facts, drops);
    const answer = answers[facts.model]!;
    if ("status" in answer) return Response.json(openaiResponses.writeFailure(answer), { status: answer.status });
    if (facts.stream) {
      const pieces = answer.map(openaiResponses.writeEvents(contextOf(conversation)));
      return new Response(pieces.join(""), { headers: { "content-type": "text/event-stream" } });
    }
    const assembler = createAssembler();
    for (const event of answer) assembler.event(event);
    return Response.json({ ...openaiResponses.writeReply(assembler.reply(), contextOf(conversation), drops) });
  },
});
afterAll(() => server.stop(true));
const client = new OpenAI({ baseURL: `${server.url}v1`, apiKey: "sk-test", maxRetries: 0 });

test.each(["rich", "everything"])(
  "%s: the SDK reads the whole response, and its stream gathers the same",
  async (model) => {
    const whole = await client.responses.create({ model, input: "Hi" });
    const stream = client.responses.stream({ model, input: "Hi" });
    const seen = new Set<string>();
    for await (const event of stream) seen.add(event.type);
    const gathered = await stream.finalResponse();
    // The SDK adds parsed values to what it gathers.
    const bare = JSON.parse(
      JSON.stringify(gathered, (key, value) =>
        key === "parsed" || key === "parsed_arguments" || key === "output_parsed" ? undefined : value,
      ),
    );
    expect(bare).toEqual(JSON.parse(JSON.stringify(whole)));
    expect(whole.output_text).toBe(model === "rich" ? "It is raining." : "Let me look");
    expect(whole.usage?.total_tokens).toBe((whole.usage?.input_tokens ?? 0) + (whole.usage?.output_tokens ?? 0));
    expect(seen.has("response.completed")).toBe(true);
  },
);

test("the snapshots of a stream grow to the text", async () => {
  const stream = client.responses.stream({ model: "rich", input: "Hi" });
  const snapshots: string[] = [];
  const summaries: string[] = [];
  stream.on("response.output_text.delta", ({ snapshot }) => snapshots.push(snapshot));
  stream.on("response.reasoning_summary_text.delta", ({ delta }) => summaries.push(delta));
  await stream.done();
  expect(snapshots.at(-1)).toBe("It is raining.");
  expect(summaries).toEqual(["The user wants the weather."]);
});

test("structured output is parsed, whole and streamed", async () => {
  const params = {
    model: "structured",
    input: "Weather?",
    text: {
      format: {
        type: "json_schema" as const,
        name: "weather",
        strict: true,
        schema: { type: "object", properties: { city: { type: "string" }, rain: { type: "boolean" } } },
      },
    },
  };
  expect(JSON.parse((await client.responses.parse(params)).output_text)).toEqual({ city: "Zürich", rain: true });
  const final = await client.responses.stream(params).finalResponse();
  expect(JSON.parse(final.output_text)).toEqual({ city: "Zürich", rain: true });
});

test("what a response holds goes back as the history of the next request, seals and all", async () => {
  const first = await client.responses.create({ model: "everything", input: "Hi" });
  await client.responses.create({
    model: "structured",
    input: [
      { role: "user", content: "Hi" },
      ...toResponseInputItems(first.output),
      { type: "function_call_output", call_id: "c1", output: "1" },
      { type: "custom_tool_call_output", call_id: "c2", output: "ok" },
    ],
  });
  const drops = createDrops({});
  const { messages } = openaiResponses.readRequest(requests.at(-1)!, { model: "m", stream: false }, drops);
  expect(drops.names()).toEqual([]);
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
  const history = messages[1]!.role === "assistant" ? messages[1]!.content : [];
  expect(history.map(({ kind }) => kind)).toEqual([
    "reasoning",
    "reasoning",
    "text",
    "text",
    "refusal",
    "tool_call",
    "tool_call",
    "image",
    "native",
  ]);
  expect(history[0]).toMatchObject({ text: "Hm", signature: { by: "anthropic", value: "s" } });
  expect(history[1]).toMatchObject({ text: "raw", isSummary: false, signature: null });
  expect(history[5]).toMatchObject({ id: "c1", signature: { by: "gemini", value: "g" } });
  expect(history[6]).toMatchObject({ id: "c2", arguments: "*** free", isCustom: true });
});

test("an error in the middle of a stream is an error of the SDK", async () => {
  const stream = client.responses.stream({ model: "broken", input: "Hi" });
  let told = "";
  stream.on("response.output_text.delta", ({ delta }) => (told += delta));
  const thrown = await stream.finalResponse().then(
    () => null,
    (error: unknown) => error,
  );
  expect(told).toBe("Half an ans");
  expect(thrown).toBeInstanceOf(APIError);
  expect(thrown).toMatchObject({ code: "rate_limit_exceeded", message: expect.stringContaining("Slow down") });
});

test("an error reply is the SDK's error of its status", async () => {
  const thrown = await client.responses.create({ model: "limited", input: "Hi" }).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(RateLimitError);
  expect(thrown).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
});
