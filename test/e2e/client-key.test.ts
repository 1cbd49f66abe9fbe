import { expect, test } from "bun:test";
import { startGateway, upstreamKey } from "../support/gateway.ts";
import type { SentHeaders } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying("{}"));

/** A provider of each scheme, for models that begin with its name. */
const schemes = [
  ["bearer", "openai", "authorization", { dialects: ["openai-chat", "anthropic", "gemini", "openai-responses"] }],
  ["x-api-key", "anthropic", "x-api-key", {}],
  ["x-goog-api-key", "google", "x-goog-api-key", {}],
  ["api-key", "azure", "api-key", {}],
] as const;

const provider = ([scheme, type, , more]: (typeof schemes)[number], key: object) => ({
  name: scheme,
  type,
  base_url: `${upstream.url}/v1`,
  models: [`${scheme}-*`],
  ...more,
  ...key,
});
const theirs = share(
  startGateway({ providers: schemes.map((scheme) => provider(scheme, { forward_client_key: true })) }),
);
const ours = share(startGateway({ providers: schemes.map((scheme) => provider(scheme, { api_key: upstreamKey })) }));

const secret = "client-secret-4711";

/** The ways the clients of the four dialects and of Azure bring their key. */
const ways: readonly (readonly [way: string, headers: Readonly<Record<string, string>>, search: string])[] = [
  ["Authorization", { authorization: `Bearer ${secret}` }, ""],
  ["x-api-key", { "x-api-key": secret }, ""],
  ["x-goog-api-key", { "x-goog-api-key": secret }, ""],
  ["api-key", { "api-key": secret }, ""],
  ["the query", {}, `key=${secret}`],
];

const messages = [{ role: "user", content: "x" }];
type Call = readonly [what: string, target: (model: string) => string, body: (model: string) => string];

/** A call in each dialect (native for one of the providers, translated for the others), and an endpoint beside them. */
const calls: readonly Call[] = [
  ["chat", () => "/v1/chat/completions", (model) => JSON.stringify({ model, messages })],
  ["responses", () => "/v1/responses", (model) => JSON.stringify({ model, input: "x" })],
  ["messages", () => "/v1/messages", (model) => JSON.stringify({ model, max_tokens: 9, messages })],
  ["gemini", (model) => `/v1beta/models/${model}:generateContent`, () => '{"contents":[{"parts":[{"text":"x"}]}]}'],
  ["embeddings", () => "/v1/embeddings", (model) => JSON.stringify({ model, input: "x" })],
  ["count", () => "/v1/messages/count_tokens", (model) => JSON.stringify({ model, messages })],
];

const keyHeaders = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;

/** The headers of the newest request that carry a key. */
const keysSent = (): readonly (readonly [string, readonly string[]])[] =>
  keyHeaders
    .map((name) => [name, upstream.last().headerValues(name)] as const)
    .filter(([, values]) => values.length > 0);

const withSearch = (target: string, search: string): string => (search === "" ? target : `${target}?${search}`);

const valueIn = (header: string, key: string): string => (header === "authorization" ? `Bearer ${key}` : key);

const cases = ways.flatMap((way) => schemes.map((scheme) => [way[0], scheme[0], way, scheme] as const));

test.each(cases)(
  "a client's key that came by %s reaches a provider of scheme %s, whatever is asked",
  async (_way, _scheme, [, headers, search], [scheme, , own]) => {
    for (const [what, target, body] of calls) {
      const model = `${scheme}-model`;
      upstream.forget();
      await theirs.request("POST", withSearch(target(model), search), { ...json, ...headers }, body(model));
      // A count that is estimated asks nobody.
      if (what === "count" && upstream.requests.length === 0) continue;
      // Google's endpoints in the OpenAI dialect take a bearer.
      const header = what === "embeddings" && scheme === "x-goog-api-key" ? "authorization" : own;
      expect([what, keysSent()]).toEqual([what, [[header, [valueIn(header, secret)]]]]);
      expect(upstream.last().target).not.toContain(secret);
    }
    expect(await theirs.text()).not.toContain(secret);
  },
);

test.each(cases)(
  "with a key of ours the client's that came by %s stays here, and a provider of scheme %s gets ours once",
  async (_way, _scheme, [, headers, search], [scheme, , own]) => {
    for (const [what, target, body] of calls) {
      const model = `${scheme}-model`;
      upstream.forget();
      await ours.request("POST", withSearch(target(model), search), { ...json, ...headers }, body(model));
      if (what === "count" && upstream.requests.length === 0) continue;
      const header = what === "embeddings" && scheme === "x-goog-api-key" ? "authorization" : own;
      expect([what, keysSent()]).toEqual([what, [[header, [valueIn(header, upstreamKey)]]]]);
      expect(upstream.last().head).not.toContain(secret);
    }
    expect(await ours.text()).not.toContain(secret);
  },
);

test.each(cases)(
  "a passed request with a key by %s reaches a provider of scheme %s",
  async (_way, _scheme, [, headers, search], [scheme, , own]) => {
    const named = { ...headers, "x-qlite-provider": scheme };
    await theirs.request("GET", withSearch("/v1/files", `limit=2${search === "" ? "" : `&${search}`}`), named);
    const header = scheme === "x-goog-api-key" ? "authorization" : own;
    // A client is known for Gemini's by its header; its own paths take its own scheme.
    const isGemini = "x-goog-api-key" in headers;
    const expected = isGemini ? own : header;
    expect(keysSent()).toEqual([[expected, [valueIn(expected, secret)]]]);
    expect(upstream.last().target).toEndWith("/files?limit=2");
    expect(upstream.last().head.split(secret)).toHaveLength(2);
  },
);

test("a bearer to a bearer is untouched, even where it is no bearer at all", async () => {
  for (const authorization of ["Bearer  odd  one", "Basic dXNlcjpwYXNz"]) {
    await theirs.chat('{"model":"bearer-m"}', { ...json, authorization, "x-api-key": "canary" });
    expect(keysSent()).toEqual([["authorization", [authorization]]]);
  }
});

test("a client without a key sends none, and one whose key fits into no header is no fault of ours", async () => {
  for (const search of ["", "?key=", "?key=a%0d%0ax-evil:%201"]) {
    const reply = await theirs.request(
      "POST",
      `/v1/chat/completions${search}`,
      json,
      '{"model":"x-api-key-m","messages":[]}',
    );
    expect(reply.status).toBeLessThan(500);
    await theirs.request("POST", `/v1/embeddings${search}`, json, '{"model":"bearer-m"}');
    expect(keysSent()).toEqual([]);
    expect(upstream.last().head).not.toContain("evil");
  }
});

test("an access token for Claude stays a bearer, as Anthropic takes it", async () => {
  const headers: SentHeaders = {
    ...json,
    authorization: "Bearer sk-ant-oat01-x",
    "anthropic-beta": "oauth-2025-04-20",
  };
  await theirs.request("POST", "/v1/messages", headers, '{"model":"x-api-key-m"}');
  expect(keysSent()).toEqual([["authorization", ["Bearer sk-ant-oat01-x"]]]);
});
