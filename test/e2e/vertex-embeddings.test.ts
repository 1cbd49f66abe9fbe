// Embeddings of Vertex AI for OpenAI's client and Gemini's, and Google's own client for Vertex as the judge of what is sent.
import { beforeEach, describe, expect, test } from "bun:test";
import { GoogleGenAI, type EmbedContentParameters } from "@google/genai";
import { startGateway } from "../support/gateway.ts";
import { openaiAt } from "../support/sdk.ts";
import { share } from "../support/share.ts";
import { json, replying } from "../support/upstream-scripts.ts";
import { openBed } from "./vertex-bed.ts";
import { vertexEmbeddings } from "./vertex-embed-script.ts";

const { entry, transportOf, upstream } = await openBed();
beforeEach(() => upstream.answer(vertexEmbeddings));
const config = {
  providers: [entry],
  routes: { vectors: "google-cloud/text-embedding-005" },
  prices: [{ provider: "google-cloud", models: ["text-embedding-005"], input: 2, date: "2026-11-22", source: "test" }],
};
const gateway = share(startGateway(config, {}, { transportOf }));
const strict = share(startGateway({ ...config, translation: "strict" }, {}, { transportOf }));

const openai = openaiAt(gateway);
const google = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: gateway.url } });
const own = new GoogleGenAI({
  vertexai: true,
  apiKey: "any",
  httpOptions: { baseUrl: upstream.url, headers: { authorization: "Bearer token-1" } },
});
const sent = (): unknown => JSON.parse(upstream.last().body().toString());
const methodSent = (): string | undefined => upstream.last().target.split(":").at(-1);
const post = (target: string, body: object) => gateway.request("POST", target, json, JSON.stringify(body));
const embed = (body: object) => post("/v1/embeddings", body);
const parse = (reply: { readonly body: Buffer }) => JSON.parse(reply.body.toString());

describe("OpenAI's client", () => {
  test.each([["gemini-embedding-001"], ["text-embedding-005"], ["text-multilingual-embedding-002"]])(
    "gets the vector of a text from %s",
    async (model) => {
      const { object, data, usage, ...rest } = await openai.embeddings.create({ model, input: "hello", dimensions: 4 });
      expect([object, rest.model]).toEqual(["list", model]);
      expect(data).toEqual([{ object: "embedding", index: 0, embedding: [0, -0.25, 0, 0.25] }]);
      expect(usage).toEqual({ prompt_tokens: 5, total_tokens: 5 });
      expect(methodSent()).toBe("predict");
      expect(sent()).toEqual({ instances: [{ content: "hello" }], parameters: { outputDimensionality: 4 } });
    },
  );

  test("gets the vectors of several texts in their order and pays for all of them", async () => {
    const reply = await embed({ model: "vectors", input: ["one", "three", "seven"] });
    const body = parse(reply);
    expect(body.data.map(({ index, embedding }: { index: number; embedding: number[] }) => [index, embedding])).toEqual(
      [0, 1, 2].map((index) => [index, [index, -0.25, 0]]),
    );
    expect([body.model, body.usage.prompt_tokens]).toEqual(["text-embedding-005", 13]);
    expect(reply.header("x-tokens-input")).toBe("13");
    expect(reply.header("x-qlite-usage")).toBe("reported");
    expect(reply.header("x-request-cost")).toBe("0.000026");
    expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({
      model: "vectors",
      provider: "google-cloud",
      status: 200,
      input_tokens: 13,
      output_tokens: 0,
      cost_usd: "0.000026",
    });
  });

  test("gets the same numbers in base64", async () => {
    const floats = parse(await embed({ model: "vectors", input: "a", encoding_format: "float" }));
    const base64 = parse(await embed({ model: "vectors", input: "a", encoding_format: "base64" }));
    const bytes = Buffer.from(base64.data[0].embedding, "base64");
    expect([0, 4, 8].map((at) => bytes.readFloatLE(at))).toEqual(floats.data[0].embedding);
    expect(bytes.length).toBe(12);
  });

  test("gets one embedding from a model that embeds one content", async () => {
    const { data, usage } = await openai.embeddings.create({
      model: "gemini-embedding-2",
      input: ["a"],
      dimensions: 2,
    });
    expect(data.map(({ embedding }) => embedding)).toEqual([[-0.5, -0.25]]);
    expect(usage.prompt_tokens).toBe(11);
    expect(methodSent()).toBe("embedContent");
    expect(sent()).toEqual({ content: { parts: [{ text: "a" }] }, embedContentConfig: { outputDimensionality: 2 } });
  });

  test.each([
    ["tokens", { model: "vectors", input: [1, 2] }, "input", "'input' holds tokens"],
    ["lists of tokens", { model: "vectors", input: [[1], [2]] }, "input", "'input' holds tokens"],
    ["a list of nothing", { model: "vectors", input: [] }, "input", "must not be empty"],
    ["no input", { model: "vectors" }, "input", "Missing required parameter: 'input'"],
    ["no text", { model: "vectors", input: ["a", null] }, "input[1]", "wanted a string"],
    ["two inputs to a model of one", { model: "gemini-embedding-2", input: ["a", "b"] }, "input", "'input' holds 2"],
    ["a format there is none of", { model: "vectors", input: "a", encoding_format: "int8" }, "encoding_format", "int8"],
    ["a model of Anthropic", { model: "claude-opus-4-8", input: "a" }, null, "no other endpoints"],
  ])("is refused %s here", async (_, body, param, message) => {
    const reply = await embed(body);
    expect(reply.status).toBe(400);
    expect(parse(reply).error).toMatchObject({ param, message: expect.stringContaining(message) });
    expect(upstream.requests).toEqual([]);
  });

  test("is told what Vertex refuses in an error of its own", async () => {
    const asked = openai.embeddings.create({ model: "gemini-embedding-001", input: ["a", "b"] });
    expect(await asked.catch((thrown: unknown) => thrown)).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      message: expect.stringContaining("batchSize must be 1 but the entered value was 2"),
    });
    expect(upstream.requests).toHaveLength(1);
  });

  test("is told what could not be said, and that an input was cut short", async () => {
    const reply = await embed({ model: "vectors", input: "x".repeat(30), user: "u", task_type: "CLUSTERING" });
    expect(reply.headerValues("x-qlite-dropped").join(", ")).toBe("user, task_type, statistics.truncated");
    const line = await gateway.lineOf(reply.header("x-request-id"));
    expect(line).toMatchObject({ dropped: "user, task_type, statistics.truncated" });
    const refused = await strict.request("POST", "/v1/embeddings", json, '{"model":"vectors","input":"a","user":"u"}');
    expect([refused.status, parse(refused).error.param]).toEqual([400, "user"]);
  });
});

describe("Gemini's client", () => {
  const cases: readonly EmbedContentParameters[] = [
    { model: "gemini-embedding-001", contents: "hello" },
    { model: "text-embedding-005", contents: ["one", "three"], config: { outputDimensionality: 2 } },
    {
      model: "text-multilingual-embedding-002",
      contents: ["one", "three"],
      config: { taskType: "RETRIEVAL_DOCUMENT", title: "T", outputDimensionality: 2 },
    },
    { model: "gemini-embedding-2", contents: "hello" },
    {
      model: "gemini-embedding-2",
      contents: [{ text: "a cat" }, { inlineData: { mimeType: "image/png", data: "AA==" } }],
      config: { taskType: "CLUSTERING", outputDimensionality: 2 },
    },
  ];

  test.each(cases)(
    "has Vertex asked as Google's client for Vertex asks it, and the same vectors: %j",
    async (asked) => {
      const direct = await own.models
        .embedContent(structuredClone(asked))
        .catch((thrown: unknown) => thrown)
        .then(() => ({ body: sent(), method: methodSent() }));
      const { embeddings } = await google.models.embedContent(structuredClone(asked));
      expect(methodSent()).toBe(direct.method);
      expect(sent()).toEqual(direct.body);
      expect(embeddings?.map(({ values }) => values?.length)).toEqual(
        (asked.model === "gemini-embedding-2" ? ["a"] : [asked.contents].flat()).map(
          () => asked.config?.outputDimensionality ?? 3,
        ),
      );
    },
  );

  test("gets the statistics of each, and usage counts what the images cost", async () => {
    const { embeddings } = await google.models.embedContent({
      model: "text-embedding-005",
      contents: ["one", "x".repeat(30)],
    });
    expect(embeddings?.map(({ statistics }) => statistics)).toEqual([
      { tokenCount: 3, truncated: false },
      { tokenCount: 20, truncated: true },
    ]);
    const content = { parts: [{ text: "a" }] };
    const one = await post("/v1beta/models/gemini-embedding-2:embedContent", { content });
    expect(parse(one)).toMatchObject({
      embedding: { values: [-0.5, -0.25, 0] },
      usageMetadata: { promptTokenCount: 11 },
    });
    expect(one.header("x-tokens-input")).toBe("11");
    const many = await post("/v1beta/models/text-embedding-005:embedContent", { content });
    expect(parse(many)).toMatchObject({ embedding: { values: [0, -0.25, 0] }, usageMetadata: { promptTokenCount: 1 } });
  });

  test("may say it all in embedContentConfig, and what one way cannot be told is named", async () => {
    const embedContentConfig = { outputDimensionality: 2, autoTruncate: false, documentOcr: true };
    const body = { content: { parts: [{ text: "a" }, { text: "b" }] }, taskType: "CLUSTERING", embedContentConfig };
    const predicted = await post("/v1beta/models/text-embedding-005:embedContent", body);
    expect(sent()).toEqual({
      instances: [{ content: "ab", task_type: "CLUSTERING" }],
      parameters: { outputDimensionality: 2, autoTruncate: false },
    });
    expect(predicted.header("x-qlite-dropped")).toBe("documentOcr");
    const whole = await post("/v1beta/models/gemini-embedding-2:embedContent", body);
    expect(sent()).toEqual({
      content: body.content,
      embedContentConfig: { taskType: "CLUSTERING", ...embedContentConfig },
    });
    expect(whole.header("x-qlite-dropped")).toBeNull();
  });

  const content = { parts: [{ text: "a" }] };
  const image = { parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }] };
  test.each([
    ["text-embedding-005", { requests: [{ content }, { content, outputDimensionality: 2 }] }, "outputDimensionality"],
    ["text-embedding-005", { requests: [{ content: image }] }, "text alone"],
    ["text-embedding-005", { requests: [] }, "requests"],
    ["gemini-embedding-2", { requests: [{ content }, { content }] }, "'requests' holds 2"],
  ])("is refused what %s cannot be asked in one request: %j", async (model, body, message) => {
    const reply = await post(`/v1beta/models/${model}:batchEmbedContents`, body);
    expect(reply.status).toBe(400);
    expect(parse(reply).error).toMatchObject({ code: 400, status: "INVALID_ARGUMENT" });
    expect(reply.body.toString()).toContain(message);
    expect(upstream.requests).toEqual([]);
  });

  test("is told what Vertex refuses in an error of its own", async () => {
    const asked = google.models.embedContent({ model: "gemini-embedding-001", contents: ["a", "b"] });
    expect(await asked.catch((thrown: unknown) => thrown)).toMatchObject({
      status: 400,
      message: expect.stringContaining("batchSize must be 1"),
    });
  });
});

const prediction = { embeddings: { values: [1] } };

test("a reply that tells no tokens is estimated", async () => {
  upstream.answer(replying(JSON.stringify({ predictions: [prediction] })));
  const reply = await embed({ model: "vectors", input: "hello there" });
  expect([reply.status, parse(reply).usage.prompt_tokens]).toEqual([200, 0]);
  expect(reply.header("x-qlite-usage")).toBe("estimated");
  expect(Number(reply.header("x-tokens-input"))).toBeGreaterThan(0);
});

test.each([
  ["/v1/embeddings", { model: "vectors", input: "hello there" }],
  ["/v1beta/models/text-embedding-005:embedContent", { content: { parts: [{ text: "hello there" }] } }],
])("%s that stays unanswered is estimated", async (path, body) => {
  upstream.answer(async (call) => {
    await call.whole;
    call.reset();
  });
  const reply = await post(path, body);
  expect(reply.status).toBe(502);
  const line = await gateway.lineOf(reply.header("x-request-id"));
  expect(line).toMatchObject({ usage: "estimated", output_tokens: 0 });
  expect(line["input_tokens"]).toBeWithin(2, 4);
});

test.each([
  ["no object", "[]"],
  ["nothing", "{}"],
  ["fewer than were asked for", { predictions: [prediction] }],
  ["one without numbers", { predictions: [prediction, { embeddings: { values: ["1"] } }] }],
  ["one that is empty", { predictions: [prediction, { embeddings: { values: [] } }] }],
])("a reply that holds %s is a 502", async (_, body) => {
  upstream.answer(replying(typeof body === "string" ? body : JSON.stringify(body)));
  const reply = await embed({ model: "vectors", input: ["a", "b"] });
  expect([reply.status, parse(reply).error.code]).toEqual([502, "upstream_invalid_response"]);
});

test("a refusal of our own token reaches the client as a 502", async () => {
  upstream.answer(replying("{}", json, 403));
  const reply = await embed({ model: "vectors", input: "a" });
  expect([reply.status, parse(reply).error.code]).toEqual([502, "upstream_auth_error"]);
});
