import { beforeEach, describe, expect, test } from "bun:test";
import { networkTransport } from "../../src/providers/transport.ts";
import type { Transport } from "../../src/providers/send.ts";
import { account, startTokenServer, strangerKey } from "../support/google.ts";
import { startGateway } from "../support/gateway.ts";
import { toChunk } from "../support/http-bytes.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";
import { share, shareUpstream } from "../support/share.ts";
import { afterRequest, json, lastChunk, streamHead } from "../support/upstream-scripts.ts";

const geminiAnswer = {
  candidates: [{ content: { role: "model", parts: [{ text: "Hello." }] }, finishReason: "STOP", index: 0 }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: "gemini-3-pro",
};
const claudeAnswer = {
  id: "msg_vrtx_1",
  type: "message",
  role: "assistant",
  model: "claude-opus-4-8",
  content: [{ type: "text", text: "Hello." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
};
const claudeStream = await Bun.file(new URL("../fixtures/streams/anthropic/text.sse", import.meta.url)).text();
const geminiStream = await Bun.file(new URL("../fixtures/streams/gemini/text.sse", import.meta.url)).text();

/** Vertex as far as it is asked here; it takes no call without a token of the endpoint. */
const vertex: UpstreamScript = afterRequest(async (call) => {
  if (!/^Bearer token-\d+$/.test(call.header("authorization") ?? "")) return call.reply(401, json, "{}");
  const { target } = call;
  if (/:stream/.test(target)) {
    await call.write(streamHead);
    await call.write(toChunk(target.includes("/anthropic/") ? claudeStream : geminiStream));
    return call.write(lastChunk);
  }
  if (target.endsWith(":countTokens")) return call.reply(200, json, '{"totalTokens":7}');
  if (target.includes("/count-tokens:")) return call.reply(200, json, '{"input_tokens":7}');
  return call.reply(200, json, JSON.stringify(target.includes("/anthropic/") ? claudeAnswer : geminiAnswer));
});

const upstream = await shareUpstream(vertex);
const tokens = startTokenServer();
share({ [Symbol.asyncDispose]: tokens.stop });

/** As the network, with Google's token endpoint at home. */
const transportOf = ({ baseUrl }: { readonly baseUrl: string }): Transport => ({
  ...networkTransport(baseUrl, false),
  send: (url, init) => (url === account.token_uri ? tokens.send(url, init) : fetch(url, init)),
});

const entry = {
  name: "google-cloud",
  type: "vertex",
  project: "my-project",
  location: "europe-west4",
  credentials_json: JSON.stringify(account),
  base_url: `${upstream.url}/v1`,
  models: ["*"],
};
const gateway = share(
  startGateway({ providers: [entry], routes: { smart: "google-cloud/claude-opus-4-8" } }, {}, { transportOf }),
);
beforeEach(() => {
  tokens.state.delayMs = 0;
});

const models = "/v1/projects/my-project/locations/europe-west4/publishers";
const opus = `${models}/anthropic/models/claude-opus-4-8`;
const gemini = `${models}/google/models/gemini-3-pro`;
const ask = (target: string, body: string | object, headers: Readonly<Record<string, string>> = {}) =>
  gateway.request("POST", target, { ...json, ...headers }, typeof body === "string" ? body : JSON.stringify(body));
const sent = (): string => upstream.last().body().toString();

interface Client {
  readonly name: string;
  readonly target: (model: string, stream: boolean) => string;
  readonly body: (model: string, stream: boolean) => object;
  readonly end: string;
}

const messages = [{ role: "user", content: "Hi" }];
const clients: readonly Client[] = [
  {
    name: "chat completions",
    target: () => "/v1/chat/completions",
    body: (model, stream) => ({ model, stream, messages }),
    end: "[DONE]",
  },
  {
    name: "responses",
    target: () => "/v1/responses",
    body: (model, stream) => ({ model, stream, input: "Hi" }),
    end: "response.completed",
  },
  {
    name: "messages",
    target: () => "/v1/messages",
    body: (model, stream) => ({ model, stream, max_tokens: 9, messages }),
    end: "message_stop",
  },
  {
    name: "generateContent",
    target: (model, stream) =>
      `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: () => ({ contents: [{ role: "user", parts: [{ text: "Hi" }] }] }),
    end: '"STOP"',
  },
];

describe.each(clients)("a client of $name", ({ target, body, end }) => {
  test.each([
    ["gemini-3-pro", `${gemini}:generateContent`, `${gemini}:streamGenerateContent?alt=sse`],
    ["claude-opus-4-8", `${opus}:rawPredict`, `${opus}:streamRawPredict`],
  ])("reaches %s, whole and as a stream", async (model, whole, streamed) => {
    const reply = await ask(target(model, false), body(model, false));
    expect([reply.status, upstream.last().target]).toEqual([200, whole]);
    expect(reply.body.toString()).toContain("Hello.");
    expect(upstream.last().headerValues("authorization")).toEqual([expect.stringMatching(/^Bearer token-\d+$/)]);
    const events = await ask(target(model, true), body(model, true));
    expect([events.status, events.isWhole, upstream.last().target]).toEqual([200, true, streamed]);
    expect(events.body.toString()).toContain(end);
    if (!model.startsWith("claude")) return;
    const { anthropic_version: version, model: named, stream } = JSON.parse(sent());
    expect([version, named, stream]).toEqual(["vertex-2023-10-16", undefined, true]);
  });
});

describe("a Messages request to Claude on Vertex", () => {
  const odd =
    ' { "max_tokens" : 1.0, "model"\t:\n"claude-opus-4-8" , "messages":[],"seed":9007199254740993,"x":{"model":"y"} }\n';

  test("stays as it is byte for byte, but for the one member", async () => {
    const reply = await ask("/v1/messages", odd);
    expect(sent()).toBe(
      ' { "max_tokens" : 1.0, "anthropic_version":"vertex-2023-10-16" , "messages":[],"seed":9007199254740993,"x":{"model":"y"} }\n',
    );
    expect(reply.body.toString()).toBe(JSON.stringify(claudeAnswer));
  });

  test.each([
    ['{"model":"claude-opus-4-8"}', '{"anthropic_version":"vertex-2023-10-16"}'],
    ['{"mod\\u0065l":"smart","a":1}', '{"anthropic_version":"vertex-2023-10-16","a":1}'],
    [
      '{"anthropic_version":"vertex-2027-01-01","model":"claude-opus-4-8","n":1.0}',
      '{"anthropic_version":"vertex-2027-01-01","n":1.0}',
    ],
    [
      '{"model":"claude-opus-4-8","system":"what is anthropic_version?","n":1.0}',
      '{"anthropic_version":"vertex-2023-10-16","system":"what is anthropic_version?","n":1.0}',
    ],
  ])("%s becomes %s", async (body, expected) => {
    await ask("/v1/messages", body);
    expect([upstream.last().target, sent()]).toEqual([`${opus}:rawPredict`, expected]);
  });

  test("says its version in the body alone, and its betas in their header", async () => {
    await ask("/v1/messages", odd, { "anthropic-version": "2023-06-01", "anthropic-beta": "context-1m" });
    expect(upstream.last().header("anthropic-version")).toBeNull();
    expect(upstream.last().header("anthropic-beta")).toBe("context-1m");
    expect(upstream.last().header("x-api-key")).toBeNull();
  });

  test("a stream passes byte for byte", async () => {
    const reply = await ask("/v1/messages", { model: "claude-opus-4-8", stream: true, messages: [], max_tokens: 1 });
    expect(reply.body.toString()).toBe(claudeStream);
  });
});

test("a Gemini request passes byte for byte, and a key in its query stays here", async () => {
  const odd = ' { "contents":[] ,"n":1e400 }';
  const reply = await ask("/v1beta/models/gemini-3-pro:generateContent?key=canary", odd);
  expect([reply.status, sent(), upstream.last().target]).toEqual([200, odd, `${gemini}:generateContent`]);
  expect(upstream.last().head).not.toContain("canary");
});

describe("counting", () => {
  test("Claude's counts have an address of their own and keep their model", async () => {
    const target = `${models}/anthropic/models/count-tokens:rawPredict`;
    const same = await ask("/v1/messages/count_tokens", '{"model":"smart","messages":[] }');
    expect([upstream.last().target, sent()]).toEqual([
      target,
      '{"anthropic_version":"vertex-2023-10-16","model":"claude-opus-4-8","messages":[] }',
    ]);
    expect(same.body.toString()).toBe('{"input_tokens":7}');
    const body = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
    const foreign = await ask("/v1beta/models/claude-opus-4-8:countTokens", body);
    expect(upstream.last().target).toBe(target);
    expect(JSON.parse(sent())).toMatchObject({ anthropic_version: "vertex-2023-10-16", model: "claude-opus-4-8" });
    expect(JSON.parse(foreign.body.toString())).toEqual({ totalTokens: 7 });
  });

  test("Gemini's counts hold the request's fields beside the contents", async () => {
    await ask("/v1/messages/count_tokens", { model: "gemini-3-pro", system: "Be brief.", messages });
    expect(upstream.last().target).toBe(`${gemini}:countTokens`);
    expect(Object.keys(JSON.parse(sent())).toSorted()).toEqual(["contents", "systemInstruction"]);
    const contents = [{ role: "user", parts: [{ text: "Hi" }] }];
    await ask("/v1beta/models/gemini-3-pro:countTokens", {
      generateContentRequest: { model: "models/gemini-3-pro", contents, toolConfig: {} },
    });
    expect(JSON.parse(sent())).toEqual({ contents });
    await ask("/v1beta/models/gemini-3-pro:countTokens", '{ "contents":[] }');
    expect(sent()).toBe('{ "contents":[] }');
  });
});

test("one token serves all calls, and is asked for once", async () => {
  await using fresh = startGateway({ providers: [entry] }, {}, { transportOf });
  const before = tokens.state.asked;
  const body = JSON.stringify({ model: "gemini-3-pro", messages });
  const replies = await Promise.all(Array.from({ length: 5 }, () => fresh.chat(body, json)));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(tokens.state.asked - before).toBe(1);
});

test("credentials that give no token are an upstream_auth_error that shows none of them", async () => {
  const stranger = JSON.stringify({ ...account, private_key: strangerKey });
  await using wrong = startGateway({ providers: [{ ...entry, credentials_json: stranger }] }, {}, { transportOf });
  const reply = await wrong.chat(JSON.stringify({ model: "gemini-3-pro", messages }), json);
  expect([reply.status, JSON.parse(reply.body.toString()).error.code]).toEqual([502, "upstream_auth_error"]);
  expect(upstream.requests).toEqual([]);
  const seen = `${await wrong.text()}${reply.body.toString()}`;
  expect(seen).not.toContain("PRIVATE KEY");
  expect(seen).not.toContain(strangerKey.slice(40, 90));
});

test("a client that leaves while a token is waited for sends nothing", async () => {
  await using slow = startGateway({ providers: [entry] }, {}, { transportOf });
  tokens.state.delayMs = 400;
  using client = await slow.connectChat(JSON.stringify({ model: "gemini-3-pro", messages }), json);
  await Bun.sleep(100);
  client.reset();
  await Bun.sleep(400);
  expect(upstream.requests).toEqual([]);
});

test("a deadline does not wait for a token", async () => {
  await using slow = startGateway({ providers: [{ ...entry, timeouts: { head: "100ms" } }] }, {}, { transportOf });
  tokens.state.delayMs = 2000;
  const startedAt = performance.now();
  const reply = await slow.chat(JSON.stringify({ model: "gemini-3-pro", messages }), json);
  expect([reply.status, JSON.parse(reply.body.toString()).error.code]).toEqual([504, "upstream_head_timeout"]);
  expect(performance.now() - startedAt).toBeLessThan(1500);
});

test("an upstream's refusal of our token is not the client's", async () => {
  upstream.answer(afterRequest((call) => call.reply(403, json, '{"error":{"message":"canary"}}')));
  const reply = await ask("/v1/messages", { model: "claude-opus-4-8", messages });
  expect(reply.status).toBe(502);
  expect(reply.body.toString()).not.toContain("canary");
});

test("with forward_client_key the client's own token goes, whatever header it came in", async () => {
  const { credentials_json: _, ...bare } = entry;
  await using open = startGateway({ providers: [{ ...bare, forward_client_key: true }] }, {}, { transportOf });
  const body = JSON.stringify({ model: "claude-opus-4-8", messages, max_tokens: 1 });
  for (const name of ["x-api-key", "x-goog-api-key"]) {
    await open.request("POST", "/v1/messages", { ...json, [name]: "token-99" }, body);
    expect(upstream.last().headerValues("authorization")).toEqual(["Bearer token-99"]);
    expect(upstream.last().header(name)).toBeNull();
  }
});

test("endpoints that are not there are refused by name", async () => {
  for (const [target, body] of [
    ["/v1/embeddings", '{"model":"gemini-embedding-001","input":"x"}'],
    ["/v1/files", "file"],
    ["/v1beta/models/gemini-3-pro:predict", "{}"],
  ] as const) {
    const reply = await ask(target, body);
    expect(reply.status).toBe(400);
    expect(upstream.requests).toEqual([]);
  }
});
