import { expect, test } from "bun:test";
import { buildExecutable } from "../support/executable.ts";
import { chat, toChunk } from "../support/http-bytes.ts";
import { requestRaw } from "../support/raw-client.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { residentBytes, startServing } from "../support/serving.ts";
import { openSwarm } from "../support/swarm.ts";
import { until } from "../support/until.ts";
import type { UpstreamCall } from "../support/upstream-call.ts";
import { json, streamHead } from "../support/upstream-scripts.ts";

const readers = 50;
const mebibyte = 1_048_576;
/**
 * What one stalled reader may cost the gateway. Bun's `fetch` takes about 2 MB of a reply before it stops reading, and
 * offers no setting for it; a bare 20-line proxy on `Bun.serve` and `fetch` costs the same.
 */
const maxBytesEach = 4 * mebibyte;

const event = toChunk(`data: {"pad":"${"x".repeat(16_000)}"}\n\n`);

test.skipIf(process.platform !== "linux")(
  `${readers} readers who stop pause the upstream, cost bounded memory and hold nobody else up (Linux only: /proc)`,
  async () => {
    const sent = new Map<UpstreamCall, number>();
    await using upstream = await startRawUpstream(async (call) => {
      await call.whole;
      if (!call.body().includes('"endless"')) {
        await call.reply(200, json, '{"object":"chat.completion"}');
        return;
      }
      sent.set(call, 0);
      await call.write(streamHead);
      for (;;) {
        await call.write(event);
        sent.set(call, (sent.get(call) ?? 0) + event.length);
      }
    });
    await using program = await startServing(upstream, { executable: await buildExecutable() });
    const ask = async (): Promise<number> => {
      const body = JSON.stringify({ model: "unary", messages: [{ role: "user", content: "Hello" }] });
      const startedAt = performance.now();
      const reply = await requestRaw(program.url, "POST", chat, json, body);
      expect(reply.status).toBe(200);
      return performance.now() - startedAt;
    };
    for (let warmUp = 0; warmUp < 50; warmUp += 1) await ask();
    const before = residentBytes(program.pid);

    const streams = openSwarm(program.url, readers, "endless");
    for (const { socket } of streams) socket.pause();
    const total = (): number => [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
    let last = -1;
    let changedAt = performance.now();
    await until(
      () => {
        if (total() !== last) changedAt = performance.now();
        last = total();
        return sent.size === readers && performance.now() - changedAt > 1000;
      },
      15_000,
      "the upstream was paused for a second",
    );

    const waits: number[] = [];
    for (let round = 0; round < 20; round += 1) waits.push(await ask());
    const each = (residentBytes(program.pid) - before) / readers;
    const figures = { each: (each / mebibyte).toFixed(2), sent: (total() / readers / mebibyte).toFixed(2) };
    console.log(
      `  a stalled reader costs ${figures.each} MiB; the upstream sent ${figures.sent} MiB to each and paused`,
    );
    expect(total()).toBe(last);
    expect(each).toBeLessThanOrEqual(maxBytesEach);
    expect(waits.sort((a, b) => a - b)[10]).toBeLessThan(100);

    for (const { socket } of streams) socket.destroy();
    const open = (): number => [...sent.keys()].filter(({ connection }) => connection.closedAt() === null).length;
    await until(() => open() === 0, 5000, "no upstream connection of a stream is left");
    expect(upstream.errors).toBeEmpty();
  },
  30_000,
);
