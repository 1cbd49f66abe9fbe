import { expect, test } from "bun:test";
import { Tiktoken } from "js-tiktoken/lite";
import cl100k from "js-tiktoken/ranks/cl100k_base";
import o200k from "js-tiktoken/ranks/o200k_base";
import { startGateway } from "../support/gateway.ts";
import { json } from "../support/upstream-scripts.ts";
import type { RawReply } from "../support/raw-client.ts";

const config = { providers: [{ name: "mock", type: "mock", models: ["m"] }] };
const path = "/v1/tokenize";

const parse = ({ body }: RawReply): Readonly<Record<string, unknown>> => JSON.parse(body.toString());

const text = "The train left at seven in the morning. 火车早上七点开走了。";
const tokensOf = {
  o200k: new Tiktoken(o200k).encode(text).length,
  cl100k: new Tiktoken(cl100k).encode(text).length,
};

test("POST /v1/tokenize counts a text for a model that need not be served", async () => {
  await using gateway = startGateway(config);
  const ask = async (model: string) => {
    const reply = await gateway.request("POST", path, json, JSON.stringify({ model, input: text }));
    expect([reply.status, reply.header("content-type")]).toEqual([200, "application/json"]);
    return parse(reply);
  };
  const o200kReply = { object: "tokenize", encoding: "o200k_base", count: tokensOf.o200k };
  const cl100kReply = { object: "tokenize", encoding: "cl100k_base", count: tokensOf.cl100k };
  expect(await ask("gpt-5.4")).toEqual({ ...o200kReply, model: "gpt-5.4", exact: true });
  expect(await ask("gpt-4")).toEqual({ ...cl100kReply, model: "gpt-4", exact: true });
  expect(await ask("claude-opus-4-1")).toEqual({ ...o200kReply, model: "claude-opus-4-1", exact: false });
});

test("POST /v1/tokenize counts each text of a list, and messages as OpenAI does", async () => {
  await using gateway = startGateway(config);
  const ask = async (body: object) =>
    parse(await gateway.request("POST", path, json, JSON.stringify({ model: "gpt-4o", ...body })));
  expect(await ask({ input: ["hello", text] })).toMatchObject({
    count: 1 + tokensOf.o200k,
    counts: [1, tokensOf.o200k],
  });
  const messages = [{ role: "user", content: "hello" }];
  expect(await ask({ messages })).toMatchObject({ count: 3 + 1 + 1 + 3, exact: true });
});

test("POST /v1/tokenize refuses what it cannot read, and any other method", async () => {
  await using gateway = startGateway(config);
  const refusalOf = async (method: string, body: string) => {
    const reply = await gateway.request(method, path, json, body);
    return { status: reply.status, ...parse(reply) };
  };
  expect(await refusalOf("POST", "{")).toMatchObject({ status: 400, error: { code: "invalid_json" } });
  expect(await refusalOf("POST", '{"model":"m"}')).toMatchObject({
    status: 400,
    error: { code: "missing_required_parameter", param: "input" },
  });
  expect(await refusalOf("POST", '{"input":"a"}')).toMatchObject({ status: 400, error: { param: "model" } });
  expect(await refusalOf("GET", "")).toMatchObject({ status: 405, error: { code: "method_not_allowed" } });
});

test("while POST /v1/tokenize counts nearly 10 MB of one letter, other requests are answered", async () => {
  await using gateway = startGateway(config);
  const done = { at: 0 };
  const body = JSON.stringify({ model: "gpt-4o", input: "a".repeat(9_900_000) });
  const counted = gateway.request("POST", path, json, body).finally(() => (done.at = performance.now()));
  let answered = 0;
  while (done.at === 0) {
    expect((await gateway.request("GET", "/v1/models")).status).toBe(200);
    answered += 1;
  }
  const reply = parse(await counted);
  expect(reply).toMatchObject({ model: "gpt-4o", exact: false });
  expect(Math.abs(Number(reply["count"]) / 1_237_500 - 1)).toBeLessThan(0.01);
  expect(answered).toBeGreaterThan(20);
}, 30_000);

test("the log names the model of a count, and holds nothing of its text", async () => {
  await using gateway = startGateway(config);
  const reply = await gateway.request("POST", path, json, '{"model":"gpt-4o","input":"quetzalcoatl"}');
  expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({ model: "gpt-4o", status: 200 });
  expect(await gateway.text()).not.toContain("quetzalcoatl");
});
