// What is kept of requests that fail: how far they came, how they ended, and who failed.
import { describe, expect, test } from "bun:test";
import { gatewayTo, providerAt, startGateway, type Gateway } from "../support/gateway.ts";
import { toChunk } from "../support/http-bytes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { requestRaw } from "../support/raw-client.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";
import { shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { afterRequest, json, lastChunk, onePiece, replying, streamHead } from "../support/upstream-scripts.ts";
import { readText, valueOf } from "../telemetry/metrics-support.ts";

const upstream = await shareUpstream();
const local = { host: "localhost" };
const ask = (stream: boolean): string =>
  JSON.stringify({ model: "m", stream, messages: [{ role: "user", content: "Count." }] });
const delta = (content: string): string =>
  `data: ${JSON.stringify({ id: "c", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const finish = 'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const told = `data: {"id":"c","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}\n\n`;

/** The explanation of an exchange that is over; waits for it. */
const explained = async (gateway: Pick<Gateway, "url">, id: string) => {
  let found: string | null = null;
  await until(async () => {
    const reply = await requestRaw(gateway.url, "GET", `/admin/requests/${id}`, local);
    found = reply.status === 200 ? reply.body.toString() : null;
    return found !== null;
  });
  return JSON.parse(found!);
};

const hang: UpstreamScript = async (call) => {
  await call.whole;
};
const untold = { usage: { source: "estimated", output_tokens: 0 } };

describe("a request to which no reply came", () => {
  test.each<readonly [string, UpstreamScript, number, string, string]>([
    ["a head that is late", hang, 504, "upstream_head_timeout", "deadline"],
    ["a connection that breaks", afterRequest((call) => call.reset()), 502, "upstream_connection_reset", "error"],
    [
      "a reply that is no HTTP",
      afterRequest((call) => call.write("220 mail.test ESMTP\r\n\r\n")),
      502,
      "upstream_invalid_response",
      "error",
    ],
  ])("is told as one sent and never answered: %s", async (_, script, status, error, ended) => {
    await using receiver = startOtlpReceiver();
    {
      await using gateway = gatewayTo(upstream, {
        provider: { timeouts: { head: "60ms" } },
        config: { traces: { endpoint: receiver.url } },
      });
      for (const stream of [false, true]) {
        upstream.answer(script);
        const reply = await gateway.chat(ask(stream), json);
        expect(reply.status).toBe(status);
        const { routing, usage, times, end, reply: passed } = await explained(gateway, reply.header("x-request-id")!);
        expect(end).toMatchObject({ status, ended, error, error_source: "upstream" });
        expect(routing).toMatchObject({ attempts: 1 });
        // What was sent may have been read and paid for.
        expect(usage).toMatchObject(untold.usage);
        expect(passed).toMatchObject({ bytes: reply.body.length, upstream_request_id: null });
        expect(times.upstream_to_head_ms).toBeNull();
        expect(times.upstream_to_failure_ms).toBeNumber();
        expect(times.stream_ms).toBeNull();
        // Waiting for the upstream is none of it.
        expect(times.proxy_overhead_ms).toBeLessThan(50);
        expect(times.why).toContain("the upstream's reply did not come");
      }
    }
    const calls = receiver.spans.filter(({ kind }) => kind === "CLIENT");
    expect(calls.map(({ attributes }) => attributes["error.type"])).toEqual([error, error]);
    expect(calls.flatMap(({ events }) => events)).toEqual([]);
  });

  test.each([false, true])("has its tokens estimated when it was translated, too (stream: %p)", async (stream) => {
    await using gateway = gatewayTo(upstream);
    upstream.answer(afterRequest((call) => call.reset()));
    const body = JSON.stringify({ ...JSON.parse(ask(stream)), max_tokens: 9 });
    const reply = await gateway.request("POST", "/v1/messages", json, body);
    expect(reply.status).toBe(502);
    const { usage, translation } = await explained(gateway, reply.header("x-request-id")!);
    expect(translation).toMatchObject({ is_translated: true });
    expect(usage).toMatchObject(untold.usage);
    expect(usage.input_tokens).toBeWithin(1, 20);
  });

  test("is told so when nothing listens there", async () => {
    await using gateway = startGateway({ providers: [providerAt("http://127.0.0.1:1")] });
    const reply = await gateway.chat(ask(true), json);
    const { times, end, routing } = await explained(gateway, reply.header("x-request-id")!);
    expect(end).toMatchObject({ status: 502, error: "upstream_connect_error", error_source: "upstream" });
    expect(routing).toMatchObject({ attempts: 1 });
    expect([times.upstream_to_head_ms, typeof times.upstream_to_failure_ms]).toEqual([null, "number"]);
  });

  test("is told so when the client left before", async () => {
    await using gateway = gatewayTo(upstream);
    upstream.answer(hang);
    using client = await gateway.connectChat(ask(true), { ...json, "x-request-id": "gone-1" });
    await until(() => upstream.requests.length === 1 && upstream.last().isWhole());
    client.socket.destroy();
    const { times, end, routing } = await explained(gateway, "gone-1");
    expect(end).toMatchObject({ ended: "client_gone", error: "client_closed_request", error_source: "client" });
    expect(routing).toMatchObject({ attempts: 1 });
    expect([times.upstream_to_head_ms, times.stream_ms]).toEqual([null, null]);
    expect(await gateway.lineOf("gone-1")).toMatchObject({ status: 499, ended: "client_gone" });
  });
});

test("a request that was refused before anything was sent has no attempt, no provider's time and no tokens", async () => {
  await using gateway = gatewayTo(upstream, { provider: { models: ["m"] } });
  const reply = await gateway.chat(ask(false).replace('"m"', '"other"'), json);
  const { routing, usage, times, end } = await explained(gateway, reply.header("x-request-id")!);
  expect(end).toMatchObject({ status: 404, error: "model_not_found", error_source: "client" });
  expect(routing).toMatchObject({ attempts: 0 });
  expect(usage).toMatchObject({ source: null });
  expect([times.to_send_ms, times.upstream_to_head_ms, times.upstream_to_failure_ms]).toEqual([null, null, null]);
});

test("an error that the upstream replied with is a reply: complete, with its status, and no failure of ours", async () => {
  await using gateway = gatewayTo(upstream);
  for (const status of [400, 429, 500, 503]) {
    upstream.answer(replying('{"error":{"message":"no"}}', { ...json, "x-request-id": "up-1" }, status));
    const reply = await gateway.chat(ask(true), json);
    const { usage, times, end, reply: passed } = await explained(gateway, reply.header("x-request-id")!);
    expect(end).toMatchObject({ status, ended: "complete", error: null });
    expect(usage).toMatchObject({ source: null });
    expect(passed).toMatchObject({ upstream_request_id: "up-1" });
    expect(times.upstream_to_head_ms).toBeNumber();
  }
  const lines = readText((await requestRaw(gateway.url, "GET", "/metrics", local)).body.toString());
  expect(valueOf(lines, "qlite_upstream_errors_total")).toBe(4);
  expect(valueOf(lines, "qlite_requests_total", { ending: "complete" })).toBe(4);
  expect(valueOf(lines, "qlite_tokens_total") ?? 0).toBe(0);
});

describe("a reply that broke after its head", () => {
  test("keeps the instant of that head, and what had passed", async () => {
    await using gateway = gatewayTo(upstream, { provider: { timeouts: { idle: "200ms" } } });
    upstream.answer(onePiece(delta("one two three")));
    const reply = await gateway.chat(ask(true), json);
    const { usage, times, end, reply: passed } = await explained(gateway, reply.header("x-request-id")!);
    expect(end).toMatchObject({ status: 200, ended: "deadline", error: "upstream_idle_timeout" });
    expect(usage).toMatchObject({ source: "estimated", output_tokens: 3 });
    expect(times.upstream_to_head_ms).toBeLessThan(150);
    expect(times.total_ms).toBeGreaterThan(190);
    expect(passed.bytes).toBe(reply.body.length);
  });

  test("is told as answered even if the client got a 502 in place of a body that was cut", async () => {
    await using gateway = gatewayTo(upstream);
    upstream.answer(
      afterRequest(async (call) => {
        await call.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"id":');
        await Bun.sleep(10);
        call.reset();
      }),
    );
    const reply = await gateway.chat(ask(false), json);
    const { routing, end } = await explained(gateway, reply.header("x-request-id")!);
    expect(end).toMatchObject({ status: 502, ended: "error", error_source: "upstream" });
    expect(routing).toMatchObject({ attempts: 1 });
    expect(reply.header("x-tokens-input")).toBeNull();
  });
});

test("on_disconnect: drain reads a translated stream to its end, and its usage is the provider's", async () => {
  await using gateway = gatewayTo(upstream, {
    provider: { on_disconnect: "drain", dialects: ["openai-chat"] },
    config: { prices: [{ provider: "up", models: ["m"], input: 1, output: 2, date: "2026-11-22", source: "test" }] },
  });
  for (const [path, body] of [
    ["/v1/messages", { model: "m", max_tokens: 9, stream: true, messages: [{ role: "user", content: "Count." }] }],
    ["/v1/responses", { model: "m", stream: true, store: false, input: "Count." }],
  ] as const) {
    const gone = Promise.withResolvers<void>();
    const cuts: boolean[] = [];
    upstream.answer(
      afterRequest(async (call) => {
        await call.write(streamHead);
        await call.write(toChunk(delta("one two")));
        await gone.promise;
        cuts.push(call.connection.closedAt() !== null);
        for (const event of [delta(" three"), finish, told, "data: [DONE]\n\n"]) await call.write(toChunk(event));
        await call.write(lastChunk);
      }),
    );
    using client = await gateway.connect();
    const id = `drained${path.replaceAll("/", "-")}`;
    const sent = JSON.stringify(body);
    const head = `POST ${path} HTTP/1.1\r\nhost: h\r\nx-request-id: ${id}\r\ncontent-type: application/json\r\n`;
    await client.send(`${head}content-length: ${sent.length}\r\n\r\n${sent}`);
    await client.until((received) => received.includes("one two"));
    client.socket.destroy();
    await Bun.sleep(50);
    gone.resolve();
    const line = await gateway.lineOf(id);
    expect(cuts).toEqual([false]);
    expect(line).toMatchObject({ ended: "client_gone", input_tokens: 12, output_tokens: 3, cost_usd: "0.000018" });
    expect(line).not.toHaveProperty("usage");
    expect((await explained(gateway, id)).usage).toMatchObject({ source: "reported", output_tokens: 3 });
  }
});
