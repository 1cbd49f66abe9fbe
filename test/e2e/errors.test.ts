import { expect, test } from "bun:test";
import { errorTable, toErrorText, type ErrorCode } from "../../src/errors.ts";
import { answerExchange, openExchange } from "../../src/exchange.ts";
import { toReader } from "../../src/wire/outlet.ts";
import { createWait, createWaits } from "../../src/routing/waits.ts";
import { gatewayTo, startGateway, upstreamKey } from "../support/gateway.ts";
import { chat } from "../support/http-bytes.ts";
import type { RawReply } from "../support/raw-client.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json } from "../support/upstream-scripts.ts";
import { body, failures, refusals } from "./error-cases.ts";

const seen = new Set<string>();

const upstream = await shareUpstream();
const gateway = share(
  gatewayTo(upstream, {
    provider: { models: ["gpt-5.4", "gpt-5.4-mini"], timeouts: { connect: "400ms", head: "500ms", idle: "400ms" } },
    config: { server: { max_body: "10KB", max_upload: "20KB", read_timeout: "1s", write_timeout: "1s" } },
  }),
);

const now = (): number => performance.now();

/** Checks a reply against its row of the table, and that its words give nothing away. */
const expectError = (reply: RawReply, code: ErrorCode, param: string | null = null): string => {
  seen.add(code);
  const row = errorTable[code];
  const text = reply.body.toString();
  expect(reply.header("content-type")).toBe("application/json");
  const { error }: { readonly error: Record<string, unknown> } = JSON.parse(text);
  expect(error).toEqual({ message: expect.any(String), type: row.type, param, code });
  expect(reply.status).toBe(row.status);
  expect(reply.header("x-should-retry")).toBe(String(row.retry));
  expect(reply.header("x-request-id")).toMatch(/^[\w.:-]{1,128}$/);
  for (const canary of [upstreamKey, "127.0.0.1", String(upstream.port), "node_modules", "    at ", ".ts:"]) {
    expect(text).not.toContain(canary);
  }
  return String(error["message"]);
};

const post = (text: string | Uint8Array): Promise<RawReply> => gateway.chat(text, json);

for (const [what, code, param, text] of refusals) {
  test(`POST ${chat} answers ${what} with ${code}`, async () => {
    expectError(await post(text), code, param);
    expect(upstream.requests).toBeEmpty();
  });
}

test("an unknown model is answered with the near one that is meant", async () => {
  expect(expectError(await post('{"model":"gpt-5.4-mnii"}'), "model_not_found", "model")).toContain('"gpt-5.4-mini"');
});

test("invalid JSON is answered with the byte at which it goes wrong", async () => {
  expect(expectError(await post('{"model":nul}'), "invalid_json")).toContain("byte 9");
});

test("a body over the limit is refused by its declared length, before it is sent", async () => {
  const reply = await gateway.request("POST", chat, { ...json, "content-length": "10001" });
  const message = expectError(reply, "request_too_large");
  expect(message).toBe("The request body is 10,001 bytes, the limit is 10,000");
  expect(reply.header("connection")?.toLowerCase()).toBe("close");
});

test("a body in chunks is refused once it is over the limit", async () => {
  const chunks = `1000\r\n${"a".repeat(4096)}\r\n`.repeat(4);
  const headers = { ...json, "transfer-encoding": "chunked" };
  expectError(await gateway.request("POST", chat, headers, `${chunks}0\r\n\r\n`), "request_too_large");
});

test("an upload over the limit is refused by its declared length and by what it sends", async () => {
  expectError(await gateway.request("POST", "/v1/files", { "content-length": "20001" }), "request_too_large");
  const chunks = `1000\r\n${"a".repeat(4096)}\r\n`.repeat(6);
  const headers = { "transfer-encoding": "chunked" };
  expectError(await gateway.request("POST", "/v1/files", headers, `${chunks}0\r\n\r\n`), "request_too_large");
});

test("a body that does not arrive is answered with 408", async () => {
  const reply = await gateway.request("POST", chat, { ...json, "content-length": "100" }, '{"model"');
  expectError(reply, "request_timeout");
});

test("an upload that stops arriving is answered with 408", async () => {
  const reply = await gateway.request("POST", "/v1/files", { "content-length": "100" }, "half");
  expectError(reply, "request_timeout");
});

test("a compressed request body is refused, because its model cannot be read", async () => {
  const reply = await gateway.chat(Bun.gzipSync(body()), { ...json, "content-encoding": "gzip" });
  expectError(reply, "unsupported_media_type");
});

test("a wrong method is answered with 405 and the right one", async () => {
  const reply = await gateway.request("GET", chat);
  expectError(reply, "method_not_allowed");
  expect(reply.header("allow")).toBe("POST");
  expectError(await gateway.request("POST", "/v1/models", json, "{}"), "method_not_allowed");
  expectError(await gateway.request("OPTIONS", chat), "method_not_allowed");
});

test("an unknown path is answered with 404", async () => {
  for (const path of ["/", "/v2/chat/completions", "/v1", "/v1/", "/favicon.ico"]) {
    expectError(await gateway.request("GET", path), "unknown_url");
  }
});

test("an unknown provider in x-qlite-provider is refused", async () => {
  expectError(await gateway.request("GET", "/v1/files", { "x-qlite-provider": "evil" }), "unknown_provider");
});

for (const [what, code, script] of failures) {
  test(`an upstream that ${what} is answered with ${code}`, async () => {
    upstream.answer(script);
    const reply = await post(body());
    expectError(reply, code);
    const line = await gateway.lineOf(reply.header("x-request-id"));
    expect(line).toMatchObject({ error: code, status: errorTable[code].status, provider: "up" });
  });
}

test("an upstream that takes an upload and never answers is answered with upstream_head_timeout", async () => {
  upstream.answer(() => {});
  const reply = await gateway.request("POST", "/v1/files", {}, "a whole file");
  expectError(reply, "upstream_head_timeout");
});

test("an upstream that refuses the connection is answered with upstream_connect_error", async () => {
  const gone = await startRawUpstream();
  await gone[Symbol.asyncDispose]();
  await using lonely = gatewayTo(gone);
  expectError(await lonely.chat(body(), json), "upstream_connect_error");
});

test("an upstream whose name is unknown is answered with upstream_connect_error", async () => {
  await using lonely = gatewayTo({ url: "http://nowhere.invalid" });
  const reply = await lonely.chat(body(), json);
  const message = expectError(reply, "upstream_connect_error");
  expect(message).not.toContain("nowhere");
});

test("an upstream whose certificate is not trusted is answered with upstream_connect_error", async () => {
  const pair = Bun.spawnSync([
    ..."openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=elsewhere -days 1".split(" "),
    ..."-keyout - -out -".split(" "),
  ]);
  const pem = pair.stdout.toString();
  expect(pem).toContain("-----BEGIN CERTIFICATE-----");
  using secure = Bun.serve({ port: 0, tls: { key: pem, cert: pem }, fetch: () => new Response("never") });
  await using lonely = gatewayTo({ url: `https://127.0.0.1:${secure.port}` });
  expectError(await lonely.chat(body(), json), "upstream_connect_error");
});

const toClaude = (extra: object) =>
  startGateway({
    ...extra,
    providers: [{ name: "claude", type: "anthropic", base_url: upstream.url, api_key: upstreamKey, models: ["*"] }],
  });

test.each([
  [
    { translation: "strict" },
    chat,
    { messages: [{ role: "user", content: "Hi" }], logit_bias: { 1: 2 } },
    "unsupported_parameter",
    "logit_bias",
  ],
  [
    { responses_store: {} },
    "/v1/responses",
    { input: "Hi", previous_response_id: "resp_1" },
    "previous_response_not_found",
    "previous_response_id",
  ],
  [
    {},
    "/v1/responses",
    { input: "Hi", tools: [{ type: "code_interpreter", container: "auto" }] },
    "unsupported_feature",
    "tools",
  ],
] as const)(
  "with %j, what the provider of another dialect cannot do is refused: %s %j",
  async (config, path, fields, code, param) => {
    await using strict = toClaude(config);
    const reply = await strict.request("POST", path, json, JSON.stringify({ model: "claude-opus-5-5", ...fields }));
    expectError(reply, code, param);
    expect(upstream.requests).toBeEmpty();
  },
);

test("a failure of the proxy itself is answered with 500, the request id and nothing else", async () => {
  // Nothing in the product throws a foreign error on purpose, so one is planted where every exchange passes.
  const options = {
    handler: () => {
      throw new TypeError(`cannot read ${upstreamKey} of undefined`);
    },
    waits: createWaits(now),
    createWait,
    idleSeconds: 10,
    replySilenceSeconds: 10,
    toErrorBody: toErrorText,
    now,
  };
  const connection = { allowSilence: () => {}, address: () => "" };
  const exchange = openExchange(new Request("http://x/v1/models"), connection, options);
  const response = await answerExchange(exchange, options, toReader);
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(response.headers.get("x-request-id")).toBe(exchange.id);
  expect(text).not.toContain("cannot read");
  expect(JSON.parse(text)).toMatchObject({ error: { type: "server_error", code: "internal_error" } });
  expect(exchange.outcome.error?.cause).toBeInstanceOf(TypeError);
  seen.add("internal_error");
});

test("what an operator may ask is refused to others, and an exchange that is not known is not found", async () => {
  const local = { host: "localhost" };
  expectError(await gateway.request("GET", "/admin/requests/none", local), "request_not_found");
  expectError(await gateway.request("GET", "/admin/cache/clear", local), "unknown_url");
  expectError(await gateway.request("GET", "/metrics", { ...local, "x-forwarded-for": "10.0.0.1" }), "admin_denied");
  await using guarded = gatewayTo(upstream, { config: { admin: { key: "an-admin-key" } } });
  expectError(await guarded.request("GET", "/admin/requests", local), "invalid_api_key");
});

test("every row of the error table that can be a reply was answered by these tests", () => {
  // After the head there is no reply (abort, deadline and break tests cover these), and some have nobody to read them.
  const elsewhere = new Set([
    "client_closed_request",
    "client_stalled",
    "upstream_stream_interrupted",
    "upstream_idle_timeout",
    "upstream_total_timeout",
    "upstream_connect_timeout",
    // test/e2e/admin-tail.test.ts
    "too_many_readers",
    // test/e2e/bodies.test.ts
    "too_many_bodies",
    "too_many_replies",
    // test/e2e/ledger-report.test.ts
    "ledger_unavailable",
    // test/mock/engine/{miss,answers}.test.ts
    "mock_no_match",
    "mock_fixture_invalid",
  ]);
  const missing = Object.keys(errorTable).filter((code) => !seen.has(code) && !elsewhere.has(code));
  expect(missing).toEqual([]);
});
