// Who is told, where, and what is left when parts of it are off.
import { describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { startApp } from "../../src/app.ts";
import { formatFaults } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/load.ts";
import { createLog } from "../../src/log.ts";
import { gatewayTo, providerAt } from "../support/gateway.ts";
import { chat } from "../support/http-bytes.ts";
import { requestRaw } from "../support/raw-client.ts";
import { shareUpstream } from "../support/share.ts";
import { json, replying, streaming } from "../support/upstream-scripts.ts";
import { readText, valueOf } from "../telemetry/metrics-support.ts";

const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const whole = JSON.stringify({
  id: "c",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage,
});
const events = [
  'data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
  "data: [DONE]\n\n",
];
const upstream = await shareUpstream(replying(whole));
const local = { ...json, host: "localhost" };
const ask = '{"model":"m","messages":[{"role":"user","content":"Hi"}]}';
const metricsAt = async (url: string) =>
  readText((await requestRaw(url, "GET", "/metrics", { host: "localhost" })).body.toString());

/** Starts a gateway whose operator has an address of its own. */
const startWithAdminAddress = (admin: object) => {
  const text = JSON.stringify({ server: { port: 0 }, admin, providers: [providerAt(upstream.url)] });
  const loaded = parseConfig(text, "test.yaml", {});
  if (loaded.kind === "faulty") throw new Error(formatFaults(loaded.faults));
  const log = createLog({ level: "off", format: "json", sink: (_, taken) => taken(), now: Date.now });
  const app = startApp({ ...loaded.config, server: { ...loaded.config.server, port: 0 } }, { log });
  return { ...app, [Symbol.asyncDispose]: app.close };
};

describe("admin.host and admin.port", () => {
  test("put /metrics and /admin on an address of their own, and take them off the public one", async () => {
    await using app = startWithAdminAddress({ host: "127.0.0.1", port: 0 });
    const adminUrl = app.adminUrl ?? "";
    expect(adminUrl).not.toBe(app.url);
    const called = await requestRaw(app.url, "POST", chat, local, ask);
    expect(called.status).toBe(200);
    expect(valueOf(await metricsAt(adminUrl), "qlite_requests_total", { status: "2xx" })).toBe(1);
    const id = called.header("x-request-id");
    expect((await requestRaw(adminUrl, "GET", `/admin/requests/${id}`, local)).status).toBe(200);
    for (const path of ["/metrics", "/admin", "/admin/requests", `/admin/requests/${id}`, "/admin/tail"]) {
      const reply = await requestRaw(app.url, "GET", path, local);
      expect([path, reply.status]).toEqual([path, 404]);
      expect(JSON.parse(reply.body.toString()).error.code).toBe("unknown_url");
    }
    expect((await requestRaw(adminUrl, "POST", chat, local, ask)).status).toBe(404);
    expect(upstream.requests.length).toBe(1);
  });

  test("do not make a reader of the tail keep the gateway from ending", async () => {
    await using app = startWithAdminAddress({ host: "127.0.0.1", port: 0 });
    const tail = await fetch(`${app.adminUrl}/admin/tail`);
    expect(tail.status).toBe(200);
    const rest = tail.text();
    expect(await app.drain()).toBe(true);
    expect(await rest).toMatch(/^\n*$/);
  });
});

test("usage: off with metrics on counts requests and no tokens, and sends what came", async () => {
  await using gateway = gatewayTo(upstream, { config: { usage: "off" } });
  const first = await gateway.chat(ask, json);
  const stream = ask.replace("{", '{ "stream":true,');
  upstream.answer(streaming(events));
  const second = await gateway.chat(stream, json);
  expect([first.body.toString(), second.body.toString()]).toEqual([whole, events.join("")]);
  expect(upstream.last().body().toString()).toBe(stream);
  for (const reply of [first, second]) {
    const told = reply.headers.filter(([name]) => /^x-(tokens|request-cost|qlite)|^server-timing$/i.test(name));
    expect(told).toEqual([]);
  }
  const lines = await metricsAt(gateway.url);
  expect(valueOf(lines, "qlite_requests_total", { status: "2xx", provider: "up" })).toBe(2);
  expect(valueOf(lines, "qlite_proxy_overhead_seconds_count")).toBe(2);
  expect(valueOf(lines, "qlite_time_to_first_byte_seconds_count")).toBe(2);
  expect(valueOf(lines, "qlite_tokens_total") ?? 0).toBe(0);
  expect(valueOf(lines, "qlite_cost_usd_total") ?? 0).toBe(0);
  expect(valueOf(lines, "gen_ai_client_token_usage_count") ?? 0).toBe(0);
  // Who looks at nothing does not miss anything.
  expect(valueOf(lines, "qlite_cost_unknown_total") ?? 0).toBe(0);
});

test("metrics: off is a 404 that says so, and the rest goes on", async () => {
  await using gateway = gatewayTo(upstream, { config: { metrics: "off" } });
  const reply = await gateway.chat(ask, json);
  expect(reply.header("x-tokens-output")).toBe("3");
  expect((await gateway.request("GET", "/metrics", local)).status).toBe(404);
  expect((await gateway.request("GET", `/admin/requests/${reply.header("x-request-id")}`, local)).status).toBe(200);
});

const otherAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

describe("x-qlite-explain", () => {
  const asking = { ...json, "x-qlite-explain": "1" };

  test("is answered in the head to this machine, of whole replies, streams and errors", async () => {
    await using gateway = gatewayTo(upstream, { provider: { models: ["m"] } });
    const explain = async (body: string) => {
      const reply = await gateway.request("POST", chat, { ...asking, host: "localhost" }, body);
      return { status: reply.status, told: JSON.parse(reply.header("x-qlite-explain") ?? "null") };
    };
    expect(await explain(ask)).toMatchObject({
      status: 200,
      told: { routing: { attempts: 1 }, usage: { source: "reported", output_tokens: 3 }, end: { status: 200 } },
    });
    expect(await explain(ask.replace('"m"', '"n"'))).toMatchObject({
      status: 404,
      told: { routing: { attempts: 0 }, end: { status: 404, error: "model_not_found" } },
    });
    upstream.answer(streaming(events));
    expect(await explain(ask.replace("{", '{"stream":true,'))).toMatchObject({ status: 200, told: { end: {} } });
    expect(upstream.requests.every((sent) => sent.header("x-qlite-explain") === null)).toBe(true);
  });

  test.each<readonly [string, object, Readonly<Record<string, string>>]>([
    ["by a name that is not this machine's", {}, { host: "gateway.example" }],
    ["through a proxy", {}, { host: "localhost", "x-forwarded-for": "203.0.113.9" }],
    ["from a web page of another site", {}, { host: "localhost", origin: "https://evil.example" }],
    ["without the admin key", { key: "admin-key-1" }, { host: "localhost" }],
    ["with a key that is not it", { key: "admin-key-1" }, { host: "localhost", authorization: "Bearer admin-key-2" }],
  ])("of a stranger is ignored: %s", async (_, admin, headers) => {
    await using gateway = gatewayTo(upstream, { config: { admin } });
    for (const body of [ask, "{"]) {
      const plain = await gateway.request("POST", chat, { ...json, ...headers }, body);
      const reply = await gateway.request("POST", chat, { ...asking, ...headers }, body);
      expect([reply.status, reply.body.toString()]).toEqual([plain.status, plain.body.toString()]);
      const namesOf = (lines: typeof reply.headers): readonly string[] => lines.map(([name]) => name.toLowerCase());
      expect(namesOf(reply.headers)).toEqual(namesOf(plain.headers));
      expect(namesOf(reply.headers)).not.toContain("x-qlite-explain");
    }
  });

  test("with another value than 1 is ignored", async () => {
    await using gateway = gatewayTo(upstream);
    const reply = await gateway.request("POST", chat, { ...local, "x-qlite-explain": "true" }, ask);
    expect([reply.status, reply.header("x-qlite-explain")]).toEqual([200, null]);
  });

  test.skipIf(otherAddress === undefined)("of another machine is ignored, whatever Host it names", async () => {
    await using gateway = gatewayTo(upstream, { config: { server: { host: "0.0.0.0" } } });
    const url = new URL(gateway.url);
    url.hostname = otherAddress ?? "";
    const reply = await requestRaw(url.href, "POST", chat, { ...asking, host: "localhost" }, ask);
    expect([reply.status, reply.header("x-qlite-explain")]).toEqual([200, null]);
  });
});
