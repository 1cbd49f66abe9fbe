import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json } from "../support/upstream-scripts.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";

const answer = (text: string) => ({
  id: "chatcmpl-always-the-same",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});
const chunk = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** Answers with the number of messages it was sent, in the form that was asked for. */
const counting: UpstreamScript = async (call) => {
  await call.whole;
  const body: { messages: unknown[]; stream?: boolean } = JSON.parse(call.body().toString());
  const text = `heard ${body.messages.length}`;
  if (body.stream !== true) return call.reply(200, json, JSON.stringify(answer(text)));
  const events = `${chunk({ role: "assistant", content: text }, null)}${chunk({}, "stop")}data: [DONE]\n\n`;
  return call.reply(200, { "content-type": "text/event-stream" }, events);
};

const upstream = await shareUpstream(counting);
const providers = [
  {
    name: "up",
    type: "openai",
    base_url: `${upstream.url}/v1`,
    api_key: "sk-up",
    dialects: ["openai-chat"],
    models: ["*"],
  },
];
const keeping = share(startGateway({ providers, responses_store: { max_entries: 2 } }));
const plain = share(startGateway({ providers }));
const clientOf = ({ url }: Gateway) => new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
const openai = clientOf(keeping);

const messagesSent = (): { role: string; content: unknown }[] => JSON.parse(upstream.last().body().toString()).messages;

describe("with a store", () => {
  test("previous_response_id goes on with the conversation, its instructions left behind", async () => {
    const first = await openai.responses.create({ model: "m", instructions: "Be brief.", input: "one" });
    expect(first.id).toStartWith("resp_");
    expect(first).toMatchObject({ store: true, output_text: "heard 2" });
    const second = await openai.responses.create({
      model: "m",
      instructions: "Be long.",
      input: "two",
      previous_response_id: first.id,
    });
    expect(second).toMatchObject({ previous_response_id: first.id, output_text: "heard 4" });
    expect(messagesSent().map(({ role, content }) => [role, content])).toEqual([
      ["system", "Be long."],
      ["user", "one"],
      ["assistant", "heard 2"],
      ["user", "two"],
    ]);
  });

  test("a streamed response is kept too, and each has an id of its own", async () => {
    const first = await openai.responses.stream({ model: "m", input: "one" }).finalResponse();
    const second = await openai.responses.create({ model: "m", input: "two", previous_response_id: first.id });
    expect(second.output_text).toBe("heard 3");
    expect(second.id).not.toBe(first.id);
  });

  test("it is got and deleted by its id", async () => {
    const made = await openai.responses.create({ model: "m", input: "one" });
    expect(await openai.responses.retrieve(made.id)).toMatchObject({ id: made.id, output_text: "heard 1" });
    const gone = await keeping.request("DELETE", `/v1/responses/${made.id}`);
    expect(JSON.parse(gone.body.toString())).toEqual({ id: made.id, object: "response", deleted: true });
    const again = openai.responses.create({ model: "m", input: "two", previous_response_id: made.id });
    expect(await again.catch((thrown: unknown) => thrown)).toMatchObject({
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
  });

  test("store: false keeps nothing, and the oldest makes room", async () => {
    const unkept = await openai.responses.create({ model: "m", input: "one", store: false });
    expect(unkept).toMatchObject({ store: false });
    const oldest = await openai.responses.create({ model: "m", input: "one" });
    for (const input of ["two", "three"]) await openai.responses.create({ model: "m", input });
    for (const { id } of [unkept, oldest]) {
      const asked = openai.responses.create({ model: "m", input: "x", previous_response_id: id });
      expect(await asked.catch((thrown: unknown) => thrown)).toMatchObject({ code: "previous_response_not_found" });
    }
  });

  test("an item of an answer is found by its id, once in a request", async () => {
    const made = await openai.responses.create({ model: "m", input: "one" });
    const reference = { type: "item_reference", id: made.output[0]?.id ?? "" } as const;
    const next = { role: "user", content: "two" } as const;
    await openai.responses.create({ model: "m", input: [reference, next] });
    expect(messagesSent().map(({ role, content }) => [role, content])).toEqual([
      ["assistant", "heard 1"],
      ["user", "two"],
    ]);
    const twice = openai.responses.create({ model: "m", input: [reference, reference, next] });
    expect(await twice.catch((thrown: unknown) => thrown)).toMatchObject({ status: 400, param: "input" });
    expect(upstream.requests).toHaveLength(2);
  });

  test("a stream that breaks off is not kept", async () => {
    upstream.answer(async (call) => {
      await call.whole;
      await call.reply(200, { "content-type": "text/event-stream" }, chunk({ content: "half" }, null));
    });
    const ids: string[] = [];
    const broken = (async () => {
      const stream = await openai.responses.create({ model: "m", input: "one", stream: true });
      for await (const event of stream) if (event.type === "response.created") ids.push(event.response.id);
    })();
    expect(await broken.catch((thrown: unknown) => thrown)).toBeInstanceOf(Error);
    expect(ids.length).toBe(1);
    const asked = openai.responses.create({ model: "m", input: "x", previous_response_id: ids[0] ?? "" });
    expect(await asked.catch((thrown: unknown) => thrown)).toMatchObject({ code: "previous_response_not_found" });
  });
});

describe("without a store", () => {
  test.each([
    [{ previous_response_id: "resp_1" }, "previous_response_id"],
    [{ store: true }, "store"],
    [{ conversation: "conv_1" }, "conversation"],
    [{ prompt: { id: "pmpt_1" } }, "prompt"],
    [{ background: true }, "background"],
    [{ input: [{ type: "item_reference", id: "msg_1" }] }, "input"],
    [{ tools: [{ type: "web_search" }] }, "tools"],
  ])("%j is refused by name", async (extra, param) => {
    const body = JSON.stringify({ model: "m", input: "x", ...extra });
    const reply = await plain.request("POST", "/v1/responses", json, body);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body.toString()).error).toMatchObject({ code: "unsupported_feature", param });
    expect(upstream.requests).toBeEmpty();
  });

  test("store: false and nothing at all are no reason to refuse", async () => {
    const client = clientOf(plain);
    expect(await client.responses.create({ model: "m", input: "x", store: false })).toMatchObject({ store: false });
    expect(await client.responses.create({ model: "m", input: "x" })).toMatchObject({ store: false });
  });
});
