import { expect, test } from "bun:test";
import { gatewayTo, type Gateway } from "../support/gateway.ts";
import { toChatBytes, toHead } from "../support/http-bytes.ts";
import { inParallel } from "../support/in-parallel.ts";
import type { RawClient } from "../support/raw-client.ts";
import { startRawUpstream, type RawUpstream, type UpstreamScript } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";
import type { UpstreamCall } from "../support/upstream-call.ts";
import { endless, json, onePiece } from "../support/upstream-scripts.ts";

const body = '{"model":"gpt-5.4","stream":true,"messages":[]}';
const request = toChatBytes(body, json);

const silent: UpstreamScript = () => {};
const piece = 'data: {"choices":[]}\n\n';
const firstEvent = onePiece(piece);
/** Half of a short reply, which the gateway reads whole before it answers. */
const halfReply: UpstreamScript = (call) => call.write(toHead(200, { ...json, "content-length": "100" }) + '{"half":');

interface Phase {
  readonly name: string;
  readonly script: UpstreamScript;
  readonly ready: (upstream: RawUpstream, client: RawClient) => Promise<void>;
}

const asked = (upstream: RawUpstream): Promise<void> => until(() => upstream.requests.some((call) => call.isWhole()));
const streamingTo = (_: RawUpstream, client: RawClient): Promise<void> =>
  client.until((received) => received.includes("choices"));

const phases: readonly Phase[] = [
  { name: "while the upstream is silent before its head", script: silent, ready: asked },
  { name: "while the upstream is silent between two chunks", script: firstEvent, ready: streamingTo },
  { name: "in the middle of a flowing stream", script: endless(piece), ready: streamingTo },
  { name: "in the middle of a short reply", script: halfReply, ready: asked },
];

const ways = { FIN: (client: RawClient) => client.socket.destroy(), RST: (client: RawClient) => client.reset() };

for (const { name, script, ready } of phases) {
  for (const [way, leave] of Object.entries(ways)) {
    for (const level of ["info", "off"]) {
      test(`a client that leaves by ${way} ${name} closes the upstream within 50 ms (log ${level})`, async () => {
        await using upstream = await startRawUpstream(script);
        await using gateway = gatewayTo(upstream, { config: { log: { level } } });
        // Warm up what is compiled on first use, and let noise of the machine spoil one try out of three.
        const took: number[] = [];
        for (let attempt = 0; attempt < 3; attempt += 1) {
          using client = await gateway.connectChat(body, json);
          await ready(upstream, client);
          if (level === "info" && attempt === 0) await Bun.sleep(50);
          const leftAt = performance.now();
          leave(client);
          const connection = upstream.connections.at(-1)!;
          await connection.closed;
          took.push(connection.closedAt()! - leftAt);
        }
        expect(Math.min(...took)).toBeLessThan(50);
        expect(took.toSorted((a, b) => a - b)[1]).toBeLessThan(50);
      });
    }
  }
}

test("a client that leaves while its request is still arriving never reaches the upstream, and is logged as 499", async () => {
  await using upstream = await startRawUpstream(silent);
  await using gateway = gatewayTo(upstream);
  using client = await gateway.connect();
  await client.send(request.subarray(0, request.length - 5));
  await Bun.sleep(30);
  client.reset();
  await until(async () => (await gateway.lines()).length === 1);
  expect((await gateway.lines())[0]).toMatchObject({ status: 499, error: "client_closed_request" });
  expect(upstream.connections.length).toBe(0);
});

test("a client that leaves before the head is logged as 499, in mid-stream as gone, and neither is held against the upstream", async () => {
  await using upstream = await startRawUpstream(silent);
  await using gateway = gatewayTo(upstream);
  {
    using client = await gateway.connect();
    await client.send(request);
    await asked(upstream);
  }
  await until(async () => (await gateway.lines()).length === 1);
  upstream.answer(endless(piece));
  {
    using client = await gateway.connectChat(body, json);
    await streamingTo(upstream, client);
  }
  await until(async () => (await gateway.lines()).length === 2);
  const [before, after] = await gateway.lines();
  expect(before).toMatchObject({ status: 499, ended: "client_gone", error: "client_closed_request", level: "info" });
  expect(after).toMatchObject({ status: 200, ended: "client_gone", error: "client_closed_request", level: "info" });
});

const abortOne = async (gateway: Gateway, upstream: RawUpstream, index: number): Promise<void> => {
  using client = await gateway.connectChat(body, json);
  const phase = index % 3;
  if (phase > 0) await streamingTo(upstream, client);
  if (phase === 2) client.reset();
};

test("1,000 aborted requests leave no connection, no exchange and no memory behind", async () => {
  await using upstream = await startRawUpstream(endless(piece));
  await using gateway = gatewayTo(upstream, { config: { log: { level: "error" } } });
  const run = async (count: number): Promise<void> => {
    await inParallel(20, count, (index) => abortOne(gateway, upstream, index));
    await until(() => upstream.open() === 0 && gateway.pending() === 0, 5000);
  };
  await run(300);
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  await run(1000);
  Bun.gc(true);
  const grownBytes = process.memoryUsage.rss() - before;
  // The clients and the upstream of the test live in this process too; a leaked body of 64 KiB each would be 64 MiB.
  expect(grownBytes).toBeLessThan(32 * 1024 * 1024);
}, 30_000);

const breaks: readonly [what: string, begin: UpstreamScript, then: (call: UpstreamCall) => void | Promise<void>][] = [
  ["resets the connection", firstEvent, (call) => call.reset()],
  ["closes the connection before the last chunk", firstEvent, (call) => call.end()],
  [
    "closes the connection before its content-length is reached",
    (call) =>
      call.write(toHead(200, { "content-type": "text/event-stream", "content-length": "1000" }) + "data: 1\n\n"),
    (call) => call.end(),
  ],
  ["sends a broken chunk", firstEvent, (call) => call.write("zz\r\nnonsense\r\n")],
];
for (const [what, begin, then] of breaks) {
  for (const level of ["info", "off"]) {
    test(`an upstream that ${what} in mid-stream never looks like a clean end (log ${level})`, async () => {
      await using upstream = await startRawUpstream(async (call, ordinal) => {
        await begin(call, ordinal);
        await Bun.sleep(30);
        await then(call);
      });
      await using gateway = gatewayTo(upstream, { config: { log: { level } } });
      using client = await gateway.connectChat(body, json);
      await client.closed;
      const reply = client.peek()!;
      expect(reply.status).toBe(200);
      expect(reply.body.toString()).toStartWith("data: ");
      expect(reply.isWhole).toBe(false);
      if (level === "off") return;
      expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({
        ended: "upstream_cut",
        error: "upstream_stream_interrupted",
        level: "warn",
      });
    });
  }
}
