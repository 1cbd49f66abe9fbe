// The official SDK over a real socket: it reads what the writers wrote and sends what the reader reads.
import { afterAll, describe, expect, test } from "bun:test";
import OpenAI, { APIError } from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { OutputPart } from "../../../src/dialects/conversation.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/dialect.ts";
import type { Candidate, FinishReason, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { toFailure } from "../../../src/dialects/failure.ts";
import { toObject } from "../../../src/dialects/fields.ts";
import { toProxyError } from "../../../src/errors.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { plainUsage, richReply } from "../rich.ts";
import { anyDrops, contextOf } from "./support.ts";

type Answer = Reply | readonly ReplyEvent[];
/** What the next request is answered with, and what was read of those that came. */
let answers: Answer[] = [];
let asked: ReturnType<typeof openaiChat.readRequest>[] = [];

const server = Bun.serve({
  port: 0,
  development: false,
  fetch: async (request) => {
    try {
      const body = toObject(parseJson(await request.text())) ?? {};
      const stream = body["stream"] === true;
      const conversation = openaiChat.readRequest(body, { model: String(body["model"]), stream }, anyDrops());
      asked.push(conversation);
      const context = contextOf(conversation);
      const answer = answers.shift() ?? richReply;
      const isReply = "candidates" in answer;
      if (!stream && isReply) return Response.json(openaiChat.writeReply(answer, context, anyDrops()));
      const events = isReply ? toEvents(answer) : answer;
      const text = events.map(openaiChat.writeEvents(context)).join("");
      return new Response(text, { headers: { "content-type": "text/event-stream" } });
    } catch (thrown) {
      const failure = toFailure(toProxyError(thrown));
      return Response.json(openaiChat.writeFailure(failure), { status: failure.status });
    }
  },
});
afterAll(() => server.stop(true));

const client = new OpenAI({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "sk-test", maxRetries: 0 });
const answerWith = (...next: readonly Answer[]): void => {
  answers = [...next];
  asked = [];
};

const candidate = (content: readonly OutputPart[], reason: FinishReason = "stop", index = 0): Candidate => ({
  index,
  content,
  finish: { reason, stopSequence: null, detail: null },
  logprobs: null,
});
const replyOf = (...candidates: readonly Candidate[]): Reply => ({ ...richReply, candidates });
const said = (text: string): OutputPart => ({ kind: "text", text, citations: [], cache: null });
const call = (id: string, args: string): OutputPart => ({
  kind: "tool_call",
  id,
  name: "add",
  arguments: args,
  isCustom: false,
  signature: { by: "gemini", value: "Z2Vt" },
  cache: null,
});
const messages: ChatCompletionMessageParam[] = [{ role: "user", content: "Hi" }];
const tools = [
  {
    type: "function" as const,
    function: {
      name: "add",
      description: "Adds",
      parameters: { type: "object" },
      parse: (text: string): { a: number } => JSON.parse(text),
      function: ({ a }: { a: number }): string => String(a + 1),
    },
  },
];

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    (thrown: unknown) => String(thrown),
  );

describe("whole replies", () => {
  test("text, calls, refusal, logprobs and usage", async () => {
    answerWith(richReply);
    const completion = await client.chat.completions.create({ model: "m", messages, n: 2 });
    expect(completion.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: { content: "It is raining.", refusal: null },
    });
    expect(completion.choices[0]?.message.tool_calls?.map((one) => one.id)).toEqual(["call_1", "call_2"]);
    expect(completion.choices[0]?.logprobs?.content?.length).toBe(4);
    expect(completion.choices[1]?.message).toMatchObject({ content: null, refusal: "I cannot." });
    expect(completion.usage).toMatchObject({ prompt_tokens: 120, completion_tokens: 60, total_tokens: 180 });
  });

  test("structured output by .parse()", async () => {
    answerWith(replyOf(candidate([said('{"city":"Bern"}')])));
    const format = zodResponseFormat(z.object({ city: z.string() }), "place");
    const completion = await client.chat.completions.parse({ model: "m", messages, response_format: format });
    expect(completion.choices[0]?.message.parsed).toEqual({ city: "Bern" });
    expect(asked[0]?.output).toMatchObject({ kind: "schema", name: "place", strict: true });
  });

  test("an error is the SDK's error with its param", async () => {
    const promise = client.chat.completions.create({
      model: "m",
      messages: [{ role: "tool", tool_call_id: "x", content: "" }],
    });
    const error = await promise.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 400, param: "messages[0].tool_call_id", type: "invalid_request_error" });
  });
});

describe("streams", () => {
  test("the helper gathers the reply that comes whole", async () => {
    answerWith(richReply, richReply);
    const whole = await client.chat.completions.create({ model: "m", messages, n: 2 });
    const stream = client.chat.completions.stream({
      model: "m",
      messages,
      n: 2,
      stream_options: { include_usage: true },
    });
    const final = await stream.finalChatCompletion();
    for (const [index, choice] of whole.choices.entries()) {
      const gathered = final.choices[index]!;
      const { annotations, content, refusal, tool_calls } = choice.message;
      expect(gathered.finish_reason).toBe(choice.finish_reason);
      expect(gathered.logprobs).toEqual(choice.logprobs);
      expect(gathered.message).toMatchObject({ role: "assistant", content, refusal });
      expect(gathered.message.tool_calls ?? []).toMatchObject(tool_calls ?? []);
      expect(gathered.message.annotations).toEqual(annotations);
    }
    expect(final.usage).toEqual(whole.usage);
  });

  test("the text as it comes, and no usage that was not asked for", async () => {
    const events: ReplyEvent[] = [
      { kind: "start", id: "r", model: "m", createdAt: 1, serviceTier: null, fingerprint: null },
      { kind: "part", candidate: 0, index: 0, part: said("") },
      ...["Grü", "ße ", "👋"].map((text) => ({ kind: "delta", candidate: 0, index: 0, text, logprobs: null }) as const),
      { kind: "part_end", candidate: 0, index: 0 },
      { kind: "finish", candidate: 0, finish: candidate([]).finish },
      { kind: "usage", usage: plainUsage },
      { kind: "end" },
    ];
    answerWith(events);
    const texts: string[] = [];
    for await (const chunk of await client.chat.completions.create({ model: "m", messages, stream: true })) {
      expect(chunk.choices.length).toBe(1);
      texts.push(chunk.choices[0]?.delta.content ?? "");
    }
    expect(texts).toEqual(["", "Grü", "ße ", "👋", ""]);
  });

  test("speech and custom calls", async () => {
    const speech: OutputPart = { kind: "speech", id: "audio_1", data: "AAEC", transcript: "Hi", expiresAt: 5 };
    const custom: OutputPart = {
      kind: "tool_call",
      id: "p1",
      name: "patch",
      arguments: "***",
      isCustom: true,
      signature: null,
      cache: null,
    };
    answerWith(replyOf(candidate([custom, speech], "tool_calls")));
    const final = await client.chat.completions.stream({ model: "m", messages }).finalChatCompletion();
    expect(final.choices[0]?.message).toMatchObject({
      audio: { id: "audio_1", data: "AAEC", transcript: "Hi", expires_at: 5 },
      tool_calls: [{ id: "p1", type: "custom", custom: { name: "patch", input: "***" } }],
    });
  });

  test("an error in the middle is the SDK's error, and nothing looks whole", async () => {
    const failure = { kind: "overloaded", status: 503, message: "Busy", code: null, param: null } as const;
    answerWith([...toEvents(replyOf(candidate([said("Half")]))).slice(0, 3), { kind: "error", failure }]);
    const texts: string[] = [];
    const reading = (async () => {
      for await (const chunk of await client.chat.completions.create({ model: "m", messages, stream: true })) {
        texts.push(chunk.choices[0]?.delta.content ?? "");
      }
    })();
    expect(await failureOf(reading)).toContain("Busy");
    expect(texts.join("")).toBe("Half");
    answerWith(toEvents(replyOf(candidate([said("Half")]))).slice(0, 3));
    const cut = client.chat.completions.stream({ model: "m", messages });
    expect(await failureOf(cut.finalChatCompletion())).toContain("finish_reason");
  });
});

describe("the tool runner, in two turns", () => {
  const turns = [
    replyOf(candidate([call("c1", '{"a":1}'), call("c2", '{"a":2}')], "tool_calls")),
    replyOf(candidate([said("2 and 3")])),
  ];
  test.each([false, true])("streamed: %p", async (stream) => {
    answerWith(...turns);
    const runner = stream
      ? client.chat.completions.runTools({ model: "m", messages, tools, stream: true })
      : client.chat.completions.runTools({ model: "m", messages, tools });
    expect(await runner.finalContent()).toBe("2 and 3");
    expect(asked[1]?.messages.slice(1)).toMatchObject([
      {
        role: "assistant",
        content: [
          { id: "c1", arguments: '{"a":1}' },
          { id: "c2", arguments: '{"a":2}' },
        ],
      },
      {
        role: "tool",
        results: [
          { callId: "c1", content: [{ text: "2" }] },
          { callId: "c2", content: [{ text: "3" }] },
        ],
      },
    ]);
  });
});

// The SDK's tool runner sends back the fields it knows, and its streaming helper keeps the last of a list: neither carries
// what other servers added. A program that sends the message back as it came does.
test("a message sent back as it came brings its reasoning and its seals along", async () => {
  const thought: OutputPart = {
    kind: "reasoning",
    id: null,
    text: "Add them.",
    isSummary: false,
    isRedacted: false,
    signature: { by: "anthropic", value: "EuY=" },
  };
  const content = [thought, call("c1", '{"a":1}'), call("c2", '{"a":2}')];
  answerWith(replyOf(candidate(content, "tool_calls")), replyOf(candidate([said("2 and 3")])));
  const first = await client.chat.completions.create({ model: "m", messages });
  const turn = first.choices[0]!.message;
  const results = turn.tool_calls!.map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "" }));
  await client.chat.completions.create({ model: "m", messages: [...messages, turn, ...results] });
  expect(asked[1]?.messages[1]).toEqual({ role: "assistant", content, name: null });
});
