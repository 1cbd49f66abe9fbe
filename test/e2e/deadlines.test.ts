import { expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { toChunk } from "../support/http-bytes.ts";
import { connectRaw } from "../support/raw-client.ts";
import { startRawUpstream, type UpstreamScript } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";
import { endless, json, lastChunk, onePiece, streaming } from "../support/upstream-scripts.ts";

const body = '{"model":"gpt-5.4","stream":true,"messages":[]}';
const event = (text: string): string => `data: {"text":"${text}"}\n\n`;

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
  const reply = await gateway.chat(body, json);
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
  expect((await gateway.chat(body, json)).status).toBe(200);
});

test("a stream that is silent for longer than the idle timeout is broken, not ended", async () => {
  await using upstream = await startRawUpstream(onePiece(event("one")));
  await using gateway = gatewayTo(upstream, { provider: { timeouts: { idle: "400ms" } } });
  using client = await gateway.connectChat(body, json);
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
  await using upstream = await startRawUpstream(
    streaming(
      Array.from({ length: 8 }, (_, index) => event(String(index))),
      { pauseMs: 250 },
    ),
  );
  await using gateway = gatewayTo(upstream, { provider: { timeouts: { idle: "600ms" } } });
  const reply = await gateway.chat(body, json);
  expect(reply.status).toBe(200);
  expect(reply.isWhole).toBe(true);
  expect(reply.body.toString()).toEndWith(event("7"));
});

test("the total timeout breaks even a stream that flows", async () => {
  await using upstream = await startRawUpstream(endless(event("more"), { pauseMs: 50 }));
  await using gateway = gatewayTo(upstream, { provider: { timeouts: { total: "700ms" } } });
  const startedAt = performance.now();
  const reply = await gateway.chat(body, json);
  expect(performance.now() - startedAt).toBeLessThan(1500);
  expect(reply.isWhole).toBe(false);
  expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({ error: "upstream_total_timeout" });
});

test("the total timeout also holds with the log off, when nobody else observes the body", async () => {
  await using upstream = await startRawUpstream(onePiece(event("one")));
  await using gateway = gatewayTo(upstream, {
    provider: { timeouts: { total: "500ms" } },
    config: { log: { level: "off" } },
  });
  const reply = await gateway.chat(body, json);
  expect(reply.status).toBe(200);
  expect(reply.isWhole).toBe(false);
});

const silence: UpstreamScript = async (call, ordinal) => {
  await onePiece(event("before"))(call, ordinal);
  await Bun.sleep(15_000);
  await call.write(Buffer.concat([toChunk(event("after")), Buffer.from(lastChunk)]));
};

for (const level of ["info", "off"]) {
  test.concurrent(`a stream that is silent for 15 s survives, though the read timeout is 1 s (log ${level})`, async () => {
    await using upstream = await startRawUpstream(silence);
    await using gateway = gatewayTo(upstream, { config: { server: { read_timeout: "1s" }, log: { level } } });
    using client = await gateway.connectChat(body, json);
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
  using client = await gateway.connectChat(body, json);
  expect((await client.reply(18_000)).status).toBe(200);
}, 20_000);

test.concurrent("a client that stops reading is cut after the write timeout, and its upstream with it", async () => {
  await using upstream = await startRawUpstream(endless(Buffer.alloc(65_536, "a"), { pauseMs: 0 }));
  await using gateway = gatewayTo(upstream, { config: { server: { write_timeout: "1s" } } });
  using client = await gateway.connectChat(body, json);
  await client.until((received) => received.length > 1000);
  client.pause();
  // The socket's own limit, which does the cutting, goes by steps of four seconds.
  await until(() => upstream.open() === 0, 14_000);
  const lines = await gateway.lines();
  expect(lines.at(-1)).toMatchObject({ ended: "client_gone", error: "client_stalled" });
}, 20_000);
