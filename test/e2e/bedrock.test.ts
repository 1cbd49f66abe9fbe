// Amazon Bedrock: what each client's words become in Converse, and what comes back.
import { afterAll, describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { bytesOf, framesOf } from "../dialects/bedrock-converse/streams.ts";
import { startGateway } from "../support/gateway.ts";
import { toChunk, toHead } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { afterRequest, json, lastChunk } from "../support/upstream-scripts.ts";
import { bedrock, clients, entryAt, framed, model, stream } from "./bedrock-bed.ts";

const upstream = await shareUpstream(bedrock());
const entry = entryAt(upstream.url);
const gateway = share(startGateway({ providers: [entry], routes: { smart: `aws/${model}` } }));

const path = `/model/${encodeURIComponent(model)}`;

describe.each(clients)("a client of $name", ({ target, body, text, end }) => {
  const ask = (streams: boolean) =>
    gateway.request("POST", target(streams), { ...json, authorization: "Bearer c" }, JSON.stringify(body(streams)));

  test("is answered whole by a Bedrock that checks the signature", async () => {
    const reply = await ask(false);
    expect([reply.status, reply.header("content-type")]).toEqual([200, "application/json"]);
    expect(JSON.parse(reply.body.toString())).toHaveProperty(text, "It is 5 °C.");
    expect(upstream.last().target).toBe(`${path}/converse`);
    expect(upstream.last().header("accept")).toBe("*/*");
    expect(upstream.last().headerValues("authorization")).toHaveLength(1);
    expect(JSON.parse(upstream.last().body().toString()).messages).toEqual([
      { role: "user", content: [{ text: "Grüße 😀" }] },
    ]);
  });

  test("gets its framed stream as events of its own", async () => {
    const reply = await ask(true);
    expect([reply.status, reply.header("content-type"), reply.isWhole]).toEqual([200, "text/event-stream", true]);
    const events = reply.body.toString();
    expect(events).toContain("It is ");
    expect(events).toContain("5 °C in Zürich 🌧");
    expect(events).toContain(end);
    expect(upstream.last().target).toBe(`${path}/converse-stream`);
    expect(upstream.last().header("accept")).toBe("*/*");
  });

  test.each(["error", "cut"])("is told of a stream that breaks (%s), without a clean end", async (recording) => {
    upstream.answer(bedrock(recording));
    const reply = await ask(true);
    expect(reply.status).toBe(200);
    expect(reply.body.toString()).toContain("It ");
    expect(reply.body.toString()).toContain("error");
    expect(reply.body.toString()).not.toContain(end);
  });
});

test("events arrive as they come, not at the end", async () => {
  const frames = await framesOf("text");
  const { promise: seen, resolve: see } = Promise.withResolvers<void>();
  upstream.answer(
    afterRequest(async (call) => {
      await call.write(toHead(200, { "content-type": framed, "transfer-encoding": "chunked" }));
      for (const frame of frames.slice(0, 2)) await call.write(toChunk(frame));
      await seen;
      for (const frame of frames.slice(2)) await call.write(toChunk(frame));
      await call.write(lastChunk);
    }),
  );
  using client = await gateway.connectChat(JSON.stringify(clients[0]!.body(true)), json);
  await client.until((received) => received.includes("It is "));
  see();
  await client.until((received) => received.includes("[DONE]"));
});

test("a stream where the client wants the answer whole is still understood, byte for byte", async () => {
  upstream.answer(afterRequest(async (call) => stream(call, await bytesOf("tools"), 7)));
  const reply = await gateway.chat(JSON.stringify(clients[0]!.body(false)), json);
  const { choices } = JSON.parse(reply.body.toString());
  expect(choices[0].finish_reason).toBe("tool_calls");
  expect(choices[0].message.tool_calls).toHaveLength(2);
});

test("the official SDKs of OpenAI and Anthropic read it", async () => {
  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "c", maxRetries: 0 });
  const chat = await openai.chat.completions.create({ model: "smart", messages: [{ role: "user", content: "x" }] });
  expect([chat.choices[0]?.message.content, chat.usage?.total_tokens]).toEqual(["It is 5 °C.", 35]);
  const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: "c", maxRetries: 0 });
  const messages = [{ role: "user" as const, content: "x" }];
  const message = await anthropic.messages.stream({ model: "smart", max_tokens: 9, messages }).finalMessage();
  expect(message.content).toMatchObject([{ type: "text", text: "It is 5 °C in Zürich 🌧" }]);
  expect(upstream.last().target).toBe(`${path}/converse-stream`);
});

test("an error keeps its status and is known by the name in its header", async () => {
  const headers = { ...json, "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/coral/" };
  upstream.answer(afterRequest((call) => call.reply(429, headers, '{"message":"Too many tokens"}')));
  const reply = await gateway.chat(JSON.stringify(clients[0]!.body(false)), json);
  expect(reply.status).toBe(429);
  expect(JSON.parse(reply.body.toString()).error).toMatchObject({
    message: "Too many tokens",
    code: "throttlingException",
  });
});

test("endpoints that are not there are refused by name", async () => {
  for (const [target, body] of [
    ["/v1/embeddings", JSON.stringify({ model, input: "x" })],
    ["/v1/files", "file"],
  ] as const) {
    const reply = await gateway.request("POST", target, json, body);
    expect([reply.status, JSON.parse(reply.body.toString()).error.code]).toEqual([400, "unsupported_feature"]);
  }
});

test("paths that name no model go past a Bedrock that stands first in the config", async () => {
  await using both = startGateway({
    providers: [
      entry,
      { name: "o", type: "openai", base_url: `${upstream.url}/v1`, api_key: "sk-o", models: ["gpt-*"] },
    ],
  });
  upstream.answer(afterRequest((call) => call.reply(200, json, "{}")));
  expect((await both.request("GET", "/v1/files", json)).status).toBe(200);
  expect(upstream.last().headerValues("authorization")).toEqual(["Bearer sk-o"]);
});

afterAll(() => {
  expect(upstream.errors).toEqual([]);
});
