import { expect, test } from "bun:test";
import { startGateway } from "../support/gateway.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, replying } from "../support/upstream-scripts.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";

const event = (choices: readonly object[], usage: object | null) =>
  `data: ${JSON.stringify({ id: "c", choices, ...(usage === null ? {} : { usage }) })}\n\n`;
const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const text = event([{ index: 0, delta: { content: "Hi" }, finish_reason: null }], null);
const finish = event([{ index: 0, delta: {}, finish_reason: "stop" }], null);
const whole = JSON.stringify({
  id: "c",
  model: "m",
  choices: [{ index: 0, message: { content: "Hi" }, finish_reason: "stop" }],
  usage,
});

/** An OpenAI-like service: its streams tell their usage only to who asks. */
const service: UpstreamScript = async (call) => {
  await call.whole;
  const body: { stream?: boolean; stream_options?: { include_usage?: boolean } } = JSON.parse(call.body().toString());
  if (body.stream !== true) return call.reply(200, json, whole);
  const last = body.stream_options?.include_usage === true ? event([], usage) : "";
  return call.reply(200, { "content-type": "text/event-stream" }, `${text}${finish}${last}data: [DONE]\n\n`);
};

const upstream = await shareUpstream(service);
const providers = [{ name: "up", type: "openai", base_url: `${upstream.url}/v1`, api_key: "sk-up", models: ["*"] }];
const counting = share(startGateway({ providers }));
const plain = share(startGateway({ providers, usage: "off" }));
const body = (extra: object): string =>
  JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], ...extra });
const asking = { stream: true, stream_options: { include_usage: true } };

test("a stream's usage is learned, and hidden from a client that did not ask for it", async () => {
  const reply = await counting.chat(body({ stream: true }), json);
  expect(reply.body.toString()).toBe(`${text}${finish}data: [DONE]\n\n`);
  expect(JSON.parse(upstream.last().body().toString())).toMatchObject(asking);
  const line = await counting.lineOf(reply.header("x-request-id"));
  expect(line).toMatchObject({ input_tokens: 12, output_tokens: 3, ended: "complete" });
});

test("a client that asked sees it, byte for byte", async () => {
  const reply = await counting.chat(body(asking), json);
  expect(reply.body.toString()).toBe(`${text}${finish}${event([], usage)}data: [DONE]\n\n`);
  expect(await counting.lineOf(reply.header("x-request-id"))).toMatchObject({ input_tokens: 12 });
});

test("of a whole reply, whose bytes stay what they are", async () => {
  const reply = await counting.chat(body({}), json);
  expect(reply.body.toString()).toBe(whole);
  expect(await counting.lineOf(reply.header("x-request-id"))).toMatchObject({ input_tokens: 12, output_tokens: 3 });
});

test("when nobody needs it, the body that arrived is the body that is sent", async () => {
  const sent = body({ stream: true });
  const reply = await plain.chat(sent, json);
  expect(upstream.last().body().toString()).toBe(sent);
  expect(reply.body.toString()).toBe(`${text}${finish}data: [DONE]\n\n`);
  expect(await plain.lineOf(reply.header("x-request-id"))).not.toHaveProperty("input_tokens");
});

test.each([
  ["an error", 400, json, '{"error":{"message":"no"}}'],
  ["no JSON", 200, json, "hello"],
  ["a stream that is none", 200, { "content-type": "text/event-stream" }, "data: {oops\n\ndata: 7\n\n"],
  ["gzip", 200, { ...json, "content-encoding": "gzip" }, "\u001f\u008b"],
] as const)("%s passes as it is", async (_, status, headers, bytes) => {
  upstream.answer(replying(bytes, headers, status));
  const reply = await counting.chat(body({ stream: true }), json);
  expect([reply.status, reply.body.toString()]).toEqual([status, bytes]);
});

test("a translated reply has its usage in the log anyway", async () => {
  const anthropic = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] };
  for (const stream of [false, true]) {
    await using gateway = startGateway({ providers: [{ ...providers[0], dialects: ["openai-chat"] }] });
    const reply = await gateway.request("POST", "/v1/messages", json, JSON.stringify({ ...anthropic, stream }));
    expect(reply.status).toBe(200);
    expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({ input_tokens: 12, output_tokens: 3 });
  }
});
