import { describe, expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { toChunk, toHead, toRequestBytes } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, replying, streaming } from "../support/upstream-scripts.ts";
import { chunkedHead, prices } from "./account-bed.ts";

const upstream = await shareUpstream();
const gateway = share(gatewayTo(upstream, { config: { prices } }));
const google = share(gatewayTo(upstream, { config: { prices }, provider: { type: "google", models: ["gpt-5.4"] } }));

const input = "How is the weather in Paris today?";
const body = (fields: object): string =>
  JSON.stringify({ model: "gpt-5.4", input, encoding_format: "float", ...fields });
const one = { content: { parts: [{ text: input }] }, taskType: "RETRIEVAL_DOCUMENT" };
const listed = { model: "models/gpt-5.4", ...one };
const batch = { requests: [listed, listed] };

/** A reply in OpenAI's words. */
const said = (fields: object, vector: readonly number[] = [0.5]): string =>
  JSON.stringify({
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: vector }],
    model: "m",
    ...fields,
  });
const silent = [
  said({}),
  said({ usage: {} }),
  said({ usage: { prompt_tokens: 0, total_tokens: 0 } }),
  // Too long to be parsed.
  said(
    { usage: null },
    Array.from({ length: 60_000 }, () => 0.123456),
  ),
];
const ownSilent = [
  '{"embedding":{"values":[1]}}',
  '{"embedding":{"values":[1]},"usageMetadata":{"promptTokenCount":0}}',
];

interface Call {
  readonly path: string;
  readonly body: string;
  readonly replies: readonly string[];
  readonly tokens: readonly [number, number];
  readonly via?: typeof gateway;
}

const path = "/v1/embeddings";
const gemini = "/v1beta/models/gpt-5.4";
const calls: Readonly<Record<string, Call>> = {
  "a text": { path, body: body({}), replies: silent, tokens: [7, 10] },
  "a list of texts": { path, body: body({ input: [input, input] }), replies: silent, tokens: [14, 20] },
  tokens: { path, body: body({ input: [5, 1000, 70_000] }), replies: silent, tokens: [3, 4] },
  "lists of tokens": {
    path,
    body: body({ input: [Array.from({ length: 9000 }, () => 12_345), [1]], dimensions: 5 }),
    replies: silent,
    tokens: [9001, 9002],
  },
  "a Gemini client": { path: `${gemini}:embedContent`, body: JSON.stringify(one), replies: silent, tokens: [7, 10] },
  "a Gemini client's batch": {
    path: `${gemini}:batchEmbedContents`,
    body: JSON.stringify(batch),
    replies: silent,
    tokens: [14, 20],
  },
  "a Gemini client of Gemini": {
    path: `${gemini}:embedContent`,
    body: JSON.stringify(one),
    replies: ownSilent,
    tokens: [7, 10],
    via: google,
  },
  "a batch of a Gemini client of Gemini": {
    path: `${gemini}:batchEmbedContents`,
    body: JSON.stringify(batch),
    replies: ['{"embeddings":[{"values":[1]},{"values":[1]}]}'],
    tokens: [14, 20],
    via: google,
  },
};
const named = Object.keys(calls);
const at = (name: string): Required<Call> => ({ via: gateway, ...calls[name]! });

describe("embeddings whose usage is not told, or 0, have an estimate of their input and no output", () => {
  test.each(named)("%s", async (name) => {
    const call = at(name);
    for (const text of call.replies) {
      upstream.answer(replying(text));
      const reply = await call.via.request("POST", call.path, json, call.body);
      expect([reply.status, reply.header("x-qlite-usage"), reply.header("x-tokens-output")]).toEqual([
        200,
        "estimated",
        "0",
      ]);
      expect(Number(reply.header("x-tokens-input"))).toBeWithin(...call.tokens);
      const line = await call.via.lineOf(reply.header("x-request-id"));
      expect(line).toMatchObject({ usage: "estimated", output_tokens: 0 });
    }
  });
});

describe("embeddings that stay unanswered have an estimate of their input", () => {
  test.each(named)("%s", async (name) => {
    const call = at(name);
    upstream.answer(async (asked) => {
      await asked.whole;
      asked.reset();
    });
    const reply = await call.via.request("POST", call.path, json, call.body);
    expect(reply.status).toBe(502);
    const line = await call.via.lineOf(reply.header("x-request-id"));
    expect(line).toMatchObject({ usage: "estimated", output_tokens: 0 });
    expect(line["input_tokens"]).toBeWithin(...call.tokens);
  });
});

test("embeddings whose usage is told have the provider's numbers", async () => {
  const usage = { prompt_tokens: 12, total_tokens: 12 };
  const own = '{"embedding":{"values":[1]},"usageMetadata":{"promptTokenCount":12}}';
  for (const name of named) {
    const call = at(name);
    upstream.answer(replying(call.via === google ? own : said({ usage })));
    const reply = await call.via.request("POST", call.path, json, call.body);
    expect([name, reply.header("x-tokens-input"), reply.header("x-qlite-usage")]).toEqual([name, "12", "reported"]);
    expect(reply.header("x-request-cost")).toBe("0.00003");
  }
});

test("embeddings too long to be held have an estimate of their input", async () => {
  const numbers = "0.123456,".repeat(60_000);
  const [before = "", after = ""] = said({}, [0.5, 7]).split("7");
  upstream.answer(
    streaming([before, ...Array.from({ length: 36 }, () => numbers), `7${after}`], { head: chunkedHead }),
  );
  const reply = await gateway.request("POST", path, json, body({}));
  expect(reply.body.length).toBeGreaterThan(16 * 1024 * 1024);
  expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({ usage: "estimated", output_tokens: 0 });
});

test("what is no reply of embeddings has unknown tokens, not estimated ones", async () => {
  upstream.answer(replying(Bun.gzipSync(said({})), { ...json, "content-encoding": "gzip" }));
  const reply = await gateway.request("POST", path, json, body({}));
  expect([reply.status, reply.header("x-qlite-usage")]).toEqual([200, null]);
  upstream.answer(replying("<html>", { "content-type": "text/html" }));
  const page = await gateway.request("POST", path, json, body({}));
  expect([page.status, page.header("x-qlite-usage")]).toEqual([200, null]);
});

test.each([
  ["a JSON array", "", "application/json", (text: string) => `[${text}\n,\r\n`],
  ["server-sent events", "?alt=sse", "text/event-stream", (text: string) => `data: ${text}\n\n`],
])("a Gemini stream as %s that breaks before any usage is estimated by its words", async (_, query, type, write) => {
  const element = { candidates: [{ content: { parts: [{ text: "one two three four five six" }], role: "model" } }] };
  const seen = Promise.withResolvers<void>();
  upstream.answer(async (call) => {
    await call.whole;
    await call.write(toHead(200, { "content-type": type, "transfer-encoding": "chunked" }));
    await call.write(toChunk(write(JSON.stringify(element))));
    await seen.promise;
    call.reset();
  });
  using client = await google.connect();
  const contents = [{ role: "user", parts: [{ text: input }] }];
  await client.send(
    toRequestBytes("POST", `${gemini}:streamGenerateContent${query}`, json, JSON.stringify({ contents })),
  );
  await client.until((received) => received.includes("six"));
  seen.resolve();
  const line = await google.lineOf(client.peek()!.header("x-request-id"));
  expect(line).toMatchObject({ ended: "upstream_cut", usage: "estimated", output_tokens: 6 });
  expect(line["input_tokens"]).toBeWithin(7, 10);
});
