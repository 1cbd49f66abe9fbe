import { describe, expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { toChunk } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { json, lastChunk, streaming } from "../support/upstream-scripts.ts";
import { ask, chunkedHead, longReply, prices } from "./account-bed.ts";

const upstream = await shareUpstream();
const gateway = share(gatewayTo(upstream, { config: { prices } }));

/** Asks by `fetch`, which takes a large reply in its stride, and gives the tokens in its head. */
const tokensInHead = async (): Promise<string | null> => {
  const reply = await fetch(`${gateway.url}/v1/chat/completions`, { method: "POST", body: ask });
  await reply.bytes();
  return reply.headers.get("x-tokens-output");
};
const askForLong = (): Promise<string | null> => {
  upstream.answer(streaming(longReply(31), { head: chunkedHead }));
  return tokensInHead();
};

describe("replies that are held, 248 MiB of 256 together", () => {
  const holders = 16;

  test("leave no room for one more, which passes without its tokens in its head; over, they leave all of it", async () => {
    const last = Promise.withResolvers<void>();
    upstream.answer(async (call) => {
      await call.whole;
      await call.write(chunkedHead);
      for (const piece of longReply(31).slice(0, -1)) await call.write(toChunk(piece));
      await last.promise;
      await call.write(toChunk(longReply(31).at(-1)!));
      await call.write(lastChunk);
    });
    const asked = upstream.requests.length;
    const replies = Array.from({ length: holders }, tokensInHead);
    await until(() => upstream.requests.length === asked + holders);
    await until(async () => (await askForLong()) === null, 30_000);
    last.resolve();
    expect(await Promise.all(replies)).toEqual(Array.from({ length: holders }, () => "3"));
    expect(await askForLong()).toBe("3");
  }, 90_000);

  test("count until their clients have them, or leave", async () => {
    upstream.answer(streaming(longReply(31), { head: chunkedHead }));
    const clients = await Promise.all(
      Array.from({ length: holders }, async () => {
        const client = await gateway.connectChat(ask, json);
        await until(() => client.arrivals.length > 0, 30_000);
        client.socket.pause();
        return client;
      }),
    );
    expect(await askForLong()).toBeNull();
    for (const client of clients) client.socket.destroy();
    await until(async () => (await askForLong()) === "3", 30_000);
  }, 90_000);
});
