import { expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { startRawUpstream, type UpstreamScript } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";
import { endless, json, replying } from "../support/upstream-scripts.ts";

const body = '{"model":"m"}';
const attempts = 8;

/** Answers as `script` does, once the client has left; long before an exchange is 25 ms old. */
const afterLeaving =
  (left: () => Promise<void>, script: UpstreamScript): UpstreamScript =>
  async (call, ordinal) => {
    await left();
    await Bun.sleep(4);
    await script(call, ordinal);
  };

test.each([
  ["a short reply came", replying()],
  ["the upstream broke off", (call) => call.reset()],
] satisfies [string, UpstreamScript][])("a client that left just before %s is logged as 499", async (_, script) => {
  let left = Promise.withResolvers<void>();
  await using upstream = await startRawUpstream(afterLeaving(() => left.promise, script));
  await using gateway = gatewayTo(upstream);
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    left = Promise.withResolvers();
    using client = await gateway.connectChat(body, json);
    await until(() => upstream.requests.length === attempt);
    client.reset();
    left.resolve();
    await until(async () => (await gateway.lines()).length === attempt);
  }
  const lines = await gateway.lines();
  expect(lines.map(({ status, ended, error }) => [status, ended, error])).toEqual(
    Array.from({ length: attempts }, () => [499, "client_gone", "client_closed_request"]),
  );
});

test.each(["info", "off"])(
  "a stream that begins when its client has just left is given up within 50 ms (log %s)",
  async (level) => {
    let left = Promise.withResolvers<void>();
    const stream = endless("data: {}\n\n", { pauseMs: 1 });
    await using upstream = await startRawUpstream(afterLeaving(() => left.promise, stream));
    await using gateway = gatewayTo(upstream, { config: { log: { level } } });
    const took: number[] = [];
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      left = Promise.withResolvers();
      using client = await gateway.connectChat(body, json);
      await until(() => upstream.requests.length === attempt);
      const leftAt = performance.now();
      client.reset();
      left.resolve();
      const { connection } = upstream.last();
      await connection.closed;
      took.push((connection.closedAt() ?? Infinity) - leftAt);
    }
    expect(took.toSorted((a, b) => a - b)[attempts >> 1]).toBeLessThan(50);
  },
);
