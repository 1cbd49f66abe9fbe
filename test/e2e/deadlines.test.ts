import { expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { toChunk, toRequestBytes } from "../support/http-bytes.ts";
import { connectRaw, requestRaw } from "../support/raw-client.ts";
import { startRawUpstream, toHead, type UpstreamCall } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";

const chat = "/v1/chat/completions";
const json = { "content-type": "application/json" };
const body = '{"model":"gpt-5.4","stream":true,"messages":[]}';
const streamHead = toHead(200, { "content-type": "text/event-stream", "transfer-encoding": "chunked" });
const event = (text: string): Buffer => toChunk(`data: {"text":"${text}"}\n\n`);

const request = toRequestBytes("POST", chat, json, body);

/** A port that takes no connections: its queue is as short as can be, full, and nobody accepts. */
const startBlackhole = async () => {
  const child = Bun.spawn(
    [
      "perl",
      "-MSocket",
      "-e",
      `socket(S,PF_INET,SOCK_STREAM,0); bind(S,sockaddr_in(0,INADDR_LOOPBACK)); listen(S,0);
       my ($port)=sockaddr_in(getsockname(S)); $|=1; print "$port\\n"; sleep 60;`,
    ],
    { stdout: "pipe" },
  );
  const { value } = await child.stdout.getReader().read();
  const url = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`;
  const first = await connectRaw(url);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      first[Symbol.dispose]();
      child.kill();
      await child.exited;
    },
  };
};

test("an upstream that takes no connections is given up after the connect timeout", async () => {
  await using blackhole = await startBlackhole();
  await using gateway = gatewayTo(blackhole, { provider: { timeouts: { connect: "800ms", head: "off" } } });
  const startedAt = performance.now();
  const reply = await requestRaw(gateway.url, "POST", chat, json, body);
  const took = performance.now() - startedAt;
  expect(reply.status).toBe(504);
  expect(reply.body.toString()).toContain('"code":"upstream_connect_timeout"');
  expect(took).toBeGreaterThan(750);
  expect(took).toBeLessThan(1600);
});

test("an upstream that is connected but slow is not taken for an unreachable one", async () => {
  await using upstream = await startRawUpstream(async (call) => {
    await Bun.sleep(900);
    await call.reply(200, json, "{}");
  });
  await using gateway = gatewayTo(upstream, { provider: { timeouts: { connect: "300ms" } } });
  expect((await requestRaw(gateway.url, "POST", chat, json, body)).status).toBe(200);
});

test("a stream that is silent for longer than the idle timeout is broken, not ended", async () => {
  await using upstream = await startRawUpstream(async (call) => {
    await call.write(Buffer.concat([Buffer.from(streamHead), event("one")]));
  });
  await using gateway = gatewayTo(upstream, { provider: { timeouts: { idle: "400ms" } } });
  using client = await connectRaw(gateway.url);
  await client.send(request);
  await client.closed;
  const reply = client.peek()!;
  expect(reply.status).toBe(200);
  expect(reply.body.toString()).toContain("one");
  expect(reply.isWhole).toBe(false);
  expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({
    ended: "deadline",
    error: "upstream_idle_timeout",
    status: 200,
  });
  await until(() => upstream.open() === 0);
});

test("the idle timeout counts from the last chunk, not from the first", async () => {
  await using upstream = await startRawUpstream(async (call) => {
    await call.write(streamHead);
    for (let index = 0; index < 8; index += 1) {
      await Bun.sleep(250);
      await call.write(event(String(index)));
    }
    await call.write("0\r\n\r\n");
  });
  await using gateway = gatewayTo(upstream, { provider: { timeouts: { idle: "600ms" } } });
  expect((await requestRaw(gateway.url, "POST", chat, json, body)).isWhole).toBe(true);
});

test("the total timeout breaks even a stream that flows", async () => {
  await using upstream = await startRawUpstream(async (call) => {
    await call.write(streamHead);
    while (call.connection.closedAt() === null) {
      await call.write(event("more"));
      await Bun.sleep(50);
    }
  });
  await using gateway = gatewayTo(upstream, { provider: { timeouts: { total: "700ms" } } });
  const startedAt = performance.now();
  const reply = await requestRaw(gateway.url, "POST", chat, json, body);
  expect(performance.now() - startedAt).toBeLessThan(1500);
  expect(reply.isWhole).toBe(false);
  expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({ error: "upstream_total_timeout" });
});

test("the total timeout also holds with the log off, when nobody else observes the body", async () => {
  await using upstream = await startRawUpstream((call) =>
    call.write(Buffer.concat([Buffer.from(streamHead), event("one")])),
  );
  await using gateway = gatewayTo(upstream, {
    provider: { timeouts: { total: "500ms" } },
    config: { log: { level: "off" } },
  });
  expect((await requestRaw(gateway.url, "POST", chat, json, body)).isWhole).toBe(false);
});

const silence = async (call: UpstreamCall): Promise<void> => {
  await call.write(Buffer.concat([Buffer.from(streamHead), event("before")]));
  await Bun.sleep(15_000);
  await call.write(Buffer.concat([event("after"), Buffer.from("0\r\n\r\n")]));
};

for (const level of ["info", "off"]) {
  test.concurrent(`a stream that is silent for 15 s survives, though the read timeout is 1 s (log ${level})`, async () => {
    await using upstream = await startRawUpstream(silence);
    await using gateway = gatewayTo(upstream, { config: { server: { read_timeout: "1s" }, log: { level } } });
    using client = await connectRaw(gateway.url);
    await client.send(request);
    const reply = await client.reply(18_000);
    expect(reply.isWhole).toBe(true);
    expect(reply.body.toString()).toContain("after");
  }, 20_000);
}

test.concurrent("an upstream that thinks for 15 s before its head is waited for, though the read timeout is 1 s", async () => {
  await using upstream = await startRawUpstream(async (call) => {
    await Bun.sleep(15_000);
    await call.reply(200, json, "{}");
  });
  await using gateway = gatewayTo(upstream, { config: { server: { read_timeout: "1s" } } });
  using client = await connectRaw(gateway.url);
  await client.send(request);
  expect((await client.reply(18_000)).status).toBe(200);
}, 20_000);

test.concurrent("a client that stops reading is cut after the write timeout, and its upstream with it", async () => {
  const piece = toChunk(Buffer.alloc(65_536, "a"));
  await using upstream = await startRawUpstream(async (call) => {
    await call.write(streamHead);
    while (call.connection.closedAt() === null) await call.write(piece);
  });
  await using gateway = gatewayTo(upstream, { config: { server: { write_timeout: "1s" } } });
  using client = await connectRaw(gateway.url);
  await client.send(request);
  await client.until((received) => received.length > 1000);
  client.pause();
  // The socket's own limit, which does the cutting, goes by steps of four seconds.
  await until(() => upstream.open() === 0, 14_000);
  const lines = await gateway.lines();
  expect(lines.at(-1)).toMatchObject({ ended: "client_gone", error: "client_stalled" });
}, 20_000);
