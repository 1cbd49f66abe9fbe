import { describe, expect, test } from "bun:test";
import Anthropic, { NotFoundError } from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { startGateway, upstreamKey } from "../support/gateway.ts";
import { valueOf } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying('{"ok":true}'));
const mock = (name: string, dialect: string, models: readonly string[]) => ({
  name,
  type: "mock",
  dialects: [dialect],
  models,
});
const gateway = share(
  startGateway({
    providers: [
      mock("chat", "openai-chat", ["chat-1", "chat-*"]),
      mock("responses", "openai-responses", ["responses-1"]),
      mock("claude", "anthropic", ["claude-1"]),
      mock("gem", "gemini", ["gemini-1"]),
      { name: "azure-like", type: "openai", base_url: `${upstream.url}/v1`, api_key: upstreamKey, models: ["up-1"] },
    ],
  }),
);

const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "client", maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: "client", maxRetries: 0 });
const google = new GoogleGenAI({ apiKey: "client", httpOptions: { baseUrl: gateway.url } });

const names = ["chat-1", "responses-1", "claude-1", "gemini-1", "up-1"];

describe("models in the shape of whoever asks", () => {
  test("the Anthropic SDK lists and finds them", async () => {
    const page = await anthropic.models.list();
    expect(page.data.map(({ id, type }) => [id, type])).toEqual(names.map((name) => [name, "model"]));
    expect(page.has_more).toBe(false);
    expect(await anthropic.models.retrieve("gemini-1")).toMatchObject({ id: "gemini-1", display_name: "gemini-1" });
  });

  test("the Gemini SDK lists and finds them", async () => {
    const seen: (string | undefined)[] = [];
    for await (const model of await google.models.list()) seen.push(model.name);
    expect(seen).toEqual(names.map((name) => `models/${name}`));
    expect(await google.models.get({ model: "claude-1" })).toMatchObject({ name: "models/claude-1" });
  });

  test("the OpenAI SDK lists them", async () => {
    const seen: string[] = [];
    for await (const model of openai.models.list()) seen.push(model.id);
    expect(seen).toEqual(names);
  });
});

describe("errors of ours in the client's dialect", () => {
  test("the Anthropic SDK is told of an unknown model", async () => {
    const asked = anthropic.messages.create({
      model: "nobody",
      max_tokens: 5,
      messages: [{ role: "user", content: "x" }],
    });
    const error = await asked.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({
      status: 404,
      error: { type: "error", error: { type: "not_found_error" }, request_id: expect.any(String) },
    });
  });

  test("the Gemini SDK is told of an unknown model", async () => {
    const asked = google.models.generateContent({ model: "nobody", contents: "x" });
    const error = await asked.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: "ApiError", status: 404 });
    expect(String(error)).toContain("NOT_FOUND");
  });

  test.each([
    ["/v1/messages", { type: "error", error: { type: "invalid_request_error" } }],
    ["/v1beta/models/gemini-1:generateContent", { error: { code: 400, status: "INVALID_ARGUMENT" } }],
    ["/v1/responses", { error: { type: "invalid_request_error", code: "invalid_json" } }],
  ])("POST %s with broken JSON", async (path, shape) => {
    const isGemini = path.startsWith("/v1beta");
    const target = isGemini ? path.replace("gemini-1", "claude-1") : path;
    const reply = await gateway.request("POST", target, json, "{");
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body.toString())).toMatchObject(shape);
  });

  test.each([
    ["GET", "/v1/messages", "POST"],
    ["GET", "/v1beta/models/gemini-1:generateContent", "POST"],
    ["PUT", "/v1beta/models", "GET"],
  ])("%s %s is a 405 that allows %s", async (method, path, allow) => {
    const reply = await gateway.request(method, path, {});
    expect([reply.status, reply.header("allow")]).toEqual([405, allow]);
  });
});

describe("counting tokens", () => {
  const messages = [{ role: "user" as const, content: "How many tokens are in this sentence?" }];

  test.each([
    ["claude-1", null],
    ["gemini-1", null],
    ["chat-1", "estimated"],
  ])("messages/count_tokens for %s", async (model, mark) => {
    const { data, response } = await anthropic.messages.countTokens({ model, messages }).withResponse();
    expect(data.input_tokens).toBeGreaterThan(5);
    expect(response.headers.get("x-qlite-tokens")).toBe(mark);
  });

  test.each([
    ["gemini-1", null],
    ["claude-1", null],
    ["chat-1", "estimated"],
  ])("models/%s:countTokens", async (model, mark) => {
    const reply = await gateway.request(
      "POST",
      `/v1beta/models/${model}:countTokens`,
      json,
      '{"contents":[{"parts":[{"text":"How many tokens are in this sentence?"}]}]}',
    );
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body.toString()).totalTokens).toBeGreaterThan(5);
    expect(reply.header("x-qlite-tokens")).toBe(mark);
  });

  test.each(["claude-1", "gemini-1", "chat-1"])("responses/input_tokens for %s", async (model) => {
    const count = await openai.responses.inputTokens.count({ model, input: "How many tokens are in this sentence?" });
    expect(count.object).toBe("response.input_tokens");
    expect(count.input_tokens).toBeGreaterThan(5);
  });
});

describe("embeddings for a Gemini client", () => {
  test("come from an OpenAI provider, one and many", async () => {
    const one = await google.models.embedContent({
      model: "chat-1",
      contents: "a",
      config: { outputDimensionality: 8 },
    });
    expect(one.embeddings?.map(({ values }) => values?.length)).toEqual([8]);
    const two = await google.models.embedContent({ model: "chat-1", contents: ["a", "b"] });
    expect(two.embeddings?.length).toBe(2);
  });

  test("content that is no text is refused", async () => {
    const reply = await gateway.request(
      "POST",
      "/v1beta/models/chat-1:embedContent",
      json,
      '{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AA=="}}]}}',
    );
    expect(reply.status).toBe(400);
    expect(reply.body.toString()).toContain("embeddings of text alone");
  });
});

test("a Gemini client without alt=sse gets one JSON array", async () => {
  const body = '{"contents":[{"parts":[{"text":"hi"}]}]}';
  const reply = await gateway.request("POST", "/v1beta/models/claude-1:streamGenerateContent", json, body);
  expect(reply.header("content-type")).toBe("application/json");
  const chunks: { candidates: { finishReason?: string }[] }[] = JSON.parse(reply.body.toString());
  expect(chunks.length).toBeGreaterThan(2);
  expect(chunks.at(-1)?.candidates[0]?.finishReason).toBe("STOP");
});

test("what could not be said stands in x-qlite-dropped and in the log", async () => {
  const body = '{"model":"claude-1","messages":[{"role":"user","content":"x"}],"seed":1,"logit_bias":{"5":1}}';
  const reply = await gateway.chat(body, json);
  expect(reply.status).toBe(200);
  expect(reply.header("x-qlite-dropped")).toBe("seed, logit_bias");
  expect(await gateway.lineOf(reply.header("x-request-id") ?? null)).toMatchObject({ dropped: "seed, logit_bias" });
});

test("what of a streamed reply could not be said stands in the log", async () => {
  const body = '{"contents":[{"parts":[{"text":"hi"}]}]}';
  const reply = await gateway.request("POST", "/v1beta/models/chat-1:streamGenerateContent?alt=sse", json, body);
  expect(reply.status).toBe(200);
  const line = await gateway.lineOf(reply.header("x-request-id"));
  expect(line).toMatchObject({ dropped: "system_fingerprint", output_tokens: 10 });
});

test("a key in a Gemini client's query is never sent on in an address", async () => {
  await using other = startGateway({
    providers: [{ name: "g", type: "gemini", base_url: `${upstream.url}/v1beta`, api_key: upstreamKey, models: ["*"] }],
  });
  const path = "/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse&key=client-secret";
  await other.request("POST", path, json, '{"contents":[]}');
  const { target, headers } = upstream.last();
  expect(target).toBe("/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse");
  expect(valueOf(headers, "x-goog-api-key")).toBe(upstreamKey);
});
