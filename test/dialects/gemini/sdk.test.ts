// The official client reads what the writers write, over a real socket.
import { afterAll, expect, test } from "bun:test";
import {
  ApiError,
  type Content,
  FunctionCallingConfigMode,
  GoogleGenAI,
  ServiceTier,
  ThinkingLevel,
  Type,
} from "@google/genai";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { JsonObject } from "../../../src/dialects/conversation.ts";
import { readCountTokens, writeTokenCount } from "../../../src/dialects/gemini/count-tokens.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import { toEmbedContentReply, toEmbeddingsRequest } from "../../../src/dialects/gemini/embed-content.ts";
import type { Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { richReply } from "../rich.ts";
import { anything, call, contextOf, finishOf, newDrops, overTheWire, text, thought } from "./make.ts";

type Answer = (body: JsonObject, path: string) => Response;
let answer: Answer = () => new Response("no answer", { status: 500 });
const asked: { path: string; body: JsonObject }[] = [];

const server = Bun.serve({
  port: 0,
  fetch: async (request) => {
    const { pathname, search } = new URL(request.url);
    const body = overTheWire(await request.json());
    asked.push({ path: pathname + search, body });
    return answer(body, pathname);
  },
});
afterAll(() => server.stop(true));

const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: server.url.origin } });
const model = "gemini-3.8-flash";

const whole = (reply: Reply): Response => Response.json(gemini.writeReply(reply, contextOf(), newDrops()));
const streamed = (events: readonly ReplyEvent[]): Response => {
  const write = gemini.writeEvents(contextOf());
  const texts = events.map(write).filter((one) => one !== "");
  const body = new ReadableStream<string>({
    pull: async (controller) => {
      const next = texts.shift();
      await Bun.sleep(0);
      if (next === undefined) controller.close();
      else controller.enqueue(next);
    },
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), { headers: { "content-type": "text/event-stream" } });
};

const [first] = richReply.candidates;
const replyOf = (content: Reply["candidates"][0]["content"], reason: "stop" | "tool_calls" = "stop"): Reply => ({
  ...richReply,
  candidates: [{ index: 0, content, finish: finishOf(reason), logprobs: null }],
});

test("a whole reply: text, thoughts, calls, sources, log probabilities, usage and finish", async () => {
  answer = () => whole(richReply);
  const response = await client.models.generateContent({ model, contents: "Hi" });
  expect(response.text).toBe("It is raining.");
  expect(response.functionCalls).toEqual([
    { id: "call_1", name: "get_weather", args: { city: "Paris", n: 9007199254740992 } },
    { id: "call_2", name: "get_weather", args: { city: "Zürich" } },
  ]);
  const [candidate, other] = response.candidates ?? [];
  expect(candidate?.content?.parts?.[0]).toMatchObject({ thought: true, text: "The user wants the weather." });
  expect(candidate?.groundingMetadata?.groundingChunks).toEqual([
    { web: { uri: "https://weather.example/", title: "Weather" } },
  ]);
  expect(candidate?.logprobsResult?.chosenCandidates).toHaveLength(first?.logprobs?.length ?? -1);
  expect<unknown[]>([candidate?.finishReason, other?.finishReason]).toEqual(["STOP", "SAFETY"]);
  expect([response.modelVersion, response.responseId]).toEqual(["some-model-2026", "reply_1"]);
  expect(response.usageMetadata).toMatchObject({
    promptTokenCount: 120,
    cachedContentTokenCount: 100,
    candidatesTokenCount: 30,
    thoughtsTokenCount: 30,
    totalTokenCount: 180,
  });
});

test("a stream: the same texts and calls, usage and finish in the last chunk", async () => {
  answer = () => streamed(toEvents(richReply));
  let said = "";
  const calls: unknown[] = [];
  let last;
  for await (const chunk of await client.models.generateContentStream({ model, contents: "Hi" })) {
    if (chunk.candidates?.[0]?.index === 0)
      said += chunk.candidates[0].content?.parts?.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
    calls.push(...(chunk.functionCalls ?? []));
    last = chunk;
  }
  expect(said).toBe("It is raining.");
  expect(calls).toHaveLength(2);
  expect(last?.usageMetadata?.totalTokenCount).toBe(180);
  expect(anything(last?.candidates?.map(({ finishReason }) => finishReason))).toEqual(["STOP", "SAFETY"]);
});

test("a chat over a stream sends the turn back as one, seals and calls in their place", async () => {
  const turn = replyOf(
    [
      thought("I look.", "Eq+/=", "anthropic"),
      text("Let me look."),
      call("toolu_1", "get_weather", '{"city":"Paris"}'),
    ],
    "tool_calls",
  );
  answer = () => streamed(toEvents(turn));
  const chat = client.chats.create({ model });
  for await (const chunk of await chat.sendMessageStream({ message: "Weather?" })) expect(chunk).toBeDefined();
  answer = () => whole(replyOf([text("Rain.")]));
  const functionResponse = { id: "toolu_1", name: "get_weather", response: { output: "rain" } };
  const response = await chat.sendMessage({ message: [{ functionResponse }] });
  expect(response.text).toBe("Rain.");
  const read = gemini.readRequest(asked.at(-1)?.body ?? {}, { model, stream: false }, newDrops());
  expect(read.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
  expect(read.messages[1]).toEqual({ role: "assistant", content: turn.candidates[0]?.content ?? [], name: null });
});

test("the client's own function calling runs its two turns", async () => {
  let turns = 0;
  answer = (body) => {
    turns += 1;
    const read = gemini.readRequest(body, { model, stream: false }, newDrops());
    expect(read.tools).toMatchObject([{ kind: "function", name: "add" }]);
    const result = read.messages.at(-1);
    return result?.role === "tool"
      ? whole(
          replyOf([
            text(
              `It is ${result.results[0]?.content.map((part) => (part.kind === "text" ? part.text : "")).join("")}.`,
            ),
          ]),
        )
      : whole(replyOf([call("a", "add", '{"a":1,"b":2}', "YQ==")], "tool_calls"));
  };
  const callableTool = {
    tool: async () => ({ functionDeclarations: [{ name: "add", parametersJsonSchema: { type: "object" } }] }),
    callTool: async (calls: { args?: Record<string, unknown>; name?: string }[]) =>
      calls.map(({ args, name }) => ({
        functionResponse: { name: name ?? "", response: { output: String(Number(args?.["a"]) + Number(args?.["b"])) } },
      })),
  };
  const response = await client.models.generateContent({ model, contents: "1+2?", config: { tools: [callableTool] } });
  expect([response.text, turns]).toEqual(["It is 3.", 2]);
});

test("an error is the client's error, before a stream and in the midst of one", async () => {
  const failure = { kind: "overloaded", status: 503, message: "Busy.", code: null, param: null } as const;
  answer = () => Response.json(gemini.writeFailure(failure), { status: 503 });
  const thrown = await client.models.generateContent({ model, contents: "Hi" }).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ApiError);
  expect(thrown).toMatchObject({ status: 503, message: expect.stringContaining("UNAVAILABLE") });

  const events = toEvents(replyOf([text("So far")])).filter(({ kind }) => kind !== "end" && kind !== "finish");
  answer = () => streamed([...events, { kind: "error", failure }]);
  let said = "";
  const read = async () => {
    for await (const chunk of await client.models.generateContentStream({ model, contents: "Hi" }))
      said += chunk.text ?? "";
  };
  const broken = await read().catch((error: unknown) => error);
  expect(said).toBe("So far");
  expect(broken).toBeInstanceOf(ApiError);
  expect(broken).toMatchObject({ status: 503, message: expect.stringContaining("Busy.") });
});

test("what the official client sends is read whole", async () => {
  answer = () => whole(replyOf([text("{}")]));
  const contents: Content[] = [
    { role: "user", parts: [{ text: "Hi" }, { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }] },
  ];
  await client.models.generateContent({
    model,
    contents,
    config: {
      systemInstruction: "Be brief.",
      temperature: 0.5,
      maxOutputTokens: 10,
      responseMimeType: "application/json",
      responseSchema: { type: Type.OBJECT, properties: { a: { type: Type.STRING, nullable: true } } },
      thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.HIGH },
      tools: [{ functionDeclarations: [{ name: "f" }] }, { googleSearch: {} }],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ["f"] } },
      safetySettings: [],
      serviceTier: ServiceTier.FLEX,
    },
  });
  const { path, body } = asked.at(-1) ?? { path: "", body: {} };
  expect(path).toBe(`/v1/models/${model}:generateContent`);
  const drops = newDrops();
  const read = gemini.readRequest(body, { model, stream: false }, drops);
  expect(read).toMatchObject({
    messages: [
      { role: "system", content: [text("Be brief.")] },
      { role: "user", content: [text("Hi"), { kind: "image" }] },
    ],
    temperature: 0.5,
    maxOutputTokens: 10,
    output: { kind: "schema", schema: { type: "object", properties: { a: { type: ["string", "null"] } } } },
    reasoning: { effort: "high", summary: "auto" },
    tools: [
      { kind: "function", name: "f" },
      { kind: "native", name: "googleSearch" },
    ],
    toolChoice: { kind: "tool", name: "f" },
    serviceTier: "flex",
    native: { fields: { safetySettings: [] } },
  });
  expect(drops.names()).toEqual([]);
});

test("tokens are counted and embeddings made", async () => {
  answer = (body, path) => {
    if (path.endsWith(":countTokens")) {
      expect(readCountTokens(body, model, newDrops()).messages).toHaveLength(1);
      return Response.json(writeTokenCount(42));
    }
    expect(path).toEndWith(":batchEmbedContents");
    expect(toEmbeddingsRequest(body, "text-embedding-3-small", newDrops())).toEqual({
      model: "text-embedding-3-small",
      input: ["a", "b"],
      encoding_format: "float",
      dimensions: 2,
    });
    const data = [
      { object: "embedding", index: 1, embedding: [3, 4] },
      { object: "embedding", index: 0, embedding: [1, 2] },
    ];
    return Response.json(toEmbedContentReply({ data, usage: { prompt_tokens: 2 } }, true));
  };
  expect((await client.models.countTokens({ model, contents: "Hi" })).totalTokens).toBe(42);
  const embedded = await client.models.embedContent({
    model: "gemini-embedding-001",
    contents: ["a", "b"],
    config: { outputDimensionality: 2 },
  });
  expect(embedded.embeddings).toEqual([{ values: [1, 2] }, { values: [3, 4] }]);
});
