import { afterAll, describe, expect, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { bytesOf, framesOf } from "../dialects/bedrock-converse/streams.ts";
import { startGateway } from "../support/gateway.ts";
import { toChunk, toHead } from "../support/http-bytes.ts";
import type { UpstreamCall, UpstreamScript } from "../support/raw-upstream.ts";
import { share, shareUpstream } from "../support/share.ts";
import { checkSignature } from "../support/sigv4.ts";
import { afterRequest, json, lastChunk } from "../support/upstream-scripts.ts";

const known = {
  id: "AKIDLOCAL",
  secret: "a-very-secret+key",
  token: "a-session",
  region: "eu-west-1",
  service: "bedrock",
};
const model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
const answer = {
  output: { message: { role: "assistant", content: [{ text: "It is 5 °C." }] } },
  stopReason: "end_turn",
  usage: { inputTokens: 21, outputTokens: 14, totalTokens: 35 },
  metrics: { latencyMs: 1 },
};
const framed = "application/vnd.amazon.eventstream";

/** What is wrong with the signature of a request as it came over the wire, null when nothing is. */
const wrongOf = (call: UpstreamCall): string | null =>
  checkSignature(
    {
      method: call.method,
      target: call.target,
      headers: new Headers(call.headers.map(([name, value]): [string, string] => [name, value])),
      body: call.body(),
    },
    known,
    Date.now(),
  );

/** Writes bytes in pieces that fall anywhere in their frames. */
const stream = async (call: UpstreamCall, bytes: Uint8Array, size: number): Promise<void> => {
  await call.write(toHead(200, { "content-type": framed, "transfer-encoding": "chunked" }));
  for (let at = 0; at < bytes.length; at += size) await call.write(toChunk(bytes.subarray(at, at + size)));
  await call.write(lastChunk);
};

/** A Bedrock that answers what is signed, and streams the named recording. */
const bedrock = (recording = "text"): UpstreamScript =>
  afterRequest(async (call) => {
    const wrong = wrongOf(call);
    if (wrong !== null) {
      const headers = { ...json, "x-amzn-errortype": "InvalidSignatureException" };
      return call.reply(403, headers, JSON.stringify({ message: wrong }));
    }
    if (call.target.endsWith("/converse-stream")) return stream(call, await bytesOf(recording), 61);
    return call.reply(200, json, JSON.stringify(answer));
  });

const upstream = await shareUpstream(bedrock());
const entry = {
  name: "aws",
  type: "bedrock",
  region: known.region,
  access_key_id: known.id,
  secret_access_key: known.secret,
  session_token: known.token,
  base_url: upstream.url,
  models: ["*"],
};
const gateway = share(startGateway({ providers: [entry], routes: { smart: `aws/${model}` } }));

const path = `/model/${encodeURIComponent(model)}`;

interface Client {
  readonly name: string;
  readonly target: (stream: boolean) => string;
  readonly body: (stream: boolean) => object;
  /** Where a whole answer has its text. */
  readonly text: string;
  /** What a stream holds at its end, and what it never holds when it broke. */
  readonly end: string;
}

const clients: readonly Client[] = [
  {
    name: "chat completions",
    target: () => "/v1/chat/completions",
    body: (streams) => ({ model, stream: streams, messages: [{ role: "user", content: "Grüße 😀" }] }),
    text: "choices.0.message.content",
    end: "data: [DONE]",
  },
  {
    name: "responses",
    target: () => "/v1/responses",
    body: (streams) => ({ model, stream: streams, input: "Grüße 😀" }),
    text: "output.0.content.0.text",
    end: "event: response.completed",
  },
  {
    name: "messages",
    target: () => "/v1/messages",
    body: (streams) => ({
      model,
      stream: streams,
      max_tokens: 99,
      messages: [{ role: "user", content: "Grüße 😀" }],
    }),
    text: "content.0.text",
    end: "event: message_stop",
  },
  {
    name: "generateContent",
    target: (streams) =>
      `/v1beta/models/${encodeURIComponent(model)}:${streams ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: () => ({ contents: [{ role: "user", parts: [{ text: "Grüße 😀" }] }] }),
    text: "candidates.0.content.parts.0.text",
    end: '"finishReason":"STOP"',
  },
];

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

test("a refusal of our credentials is not the client's, and names no secret", async () => {
  await using wrong = startGateway({ providers: [{ ...entry, secret_access_key: "another+secret" }] });
  const reply = await wrong.chat(JSON.stringify(clients[0]!.body(false)), json);
  expect(reply.status).toBe(502);
  expect(JSON.parse(reply.body.toString()).error.code).toBe("upstream_auth_error");
  expect(`${await wrong.text()}${reply.body.toString()}`).not.toContain("another+secret");
});

test("a Bedrock API key goes as a bearer, and a client's own does when it is forwarded", async () => {
  upstream.answer(afterRequest((call) => call.reply(200, json, JSON.stringify(answer))));
  const { access_key_id: _, secret_access_key: __, session_token: ___, ...bare } = entry;
  await using keyed = startGateway({ providers: [{ ...bare, api_key: "bedrock-api-key-1" }] });
  await keyed.chat(JSON.stringify(clients[0]!.body(false)), { ...json, authorization: "Bearer theirs" });
  expect(upstream.last().headerValues("authorization")).toEqual(["Bearer bedrock-api-key-1"]);
  await using open = startGateway({ providers: [{ ...bare, forward_client_key: true }] });
  await open.chat(JSON.stringify(clients[0]!.body(false)), { ...json, "x-api-key": "theirs" });
  expect(upstream.last().headerValues("authorization")).toEqual(["Bearer theirs"]);
  expect(upstream.last().header("x-amz-date")).toBeNull();
});

test("credentials of the environment sign, too", async () => {
  const { access_key_id: _, secret_access_key: __, session_token: ___, region: ____, ...bare } = entry;
  await using found = startGateway(
    { providers: [bare] },
    {
      AWS_ACCESS_KEY_ID: known.id,
      AWS_SECRET_ACCESS_KEY: known.secret,
      AWS_SESSION_TOKEN: known.token,
      AWS_REGION: known.region,
    },
  );
  expect((await found.chat(JSON.stringify(clients[0]!.body(false)), json)).status).toBe(200);
});

test("tokens are estimated, and endpoints that are not there are refused by name", async () => {
  const count = await gateway.request(
    "POST",
    "/v1/messages/count_tokens",
    json,
    JSON.stringify(clients[2]!.body(false)),
  );
  expect([count.status, count.header("x-qlite-tokens")]).toEqual([200, "estimated"]);
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
