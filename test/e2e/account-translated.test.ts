// Deltas that are like the ones before them are read later than they are passed on; whoever counts is told of all of them.
import { expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { toChunk, toRequestBytes } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, streamHead } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream();
const gateway = share(gatewayTo(upstream));

const words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const askMessages = '{"model":"m","max_tokens":99,"stream":true,"messages":[{"role":"user","content":"Count"}]}';
const delta = (content: string): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** Streams the words to a client of Messages, each in a chunk of its own, then does what ends it; gives the line of the log. */
const stream = async (id: string, endsBy: "client" | "upstream") => {
  const arrived = words.map(() => Promise.withResolvers<void>());
  upstream.answer(async (call) => {
    await call.whole;
    await call.write(streamHead);
    for (const [at, word] of words.entries()) {
      await call.write(toChunk(delta(` ${word}`)));
      await arrived[at]?.promise;
    }
    if (endsBy === "upstream") call.reset();
  });
  using client = await gateway.connect();
  await client.send(toRequestBytes("POST", "/v1/messages", { ...json, "x-request-id": id }, askMessages));
  for (const [at, word] of words.entries()) {
    await client.until((received) => received.includes(`" ${word}"`));
    if (endsBy === "client" && at === words.length - 1) client.socket.destroy();
    arrived[at]?.resolve();
  }
  return gateway.lineOf(id);
};

test("of a translated stream that breaks every word is counted", async () => {
  expect(await stream("broken", "upstream")).toMatchObject({
    ended: "upstream_cut",
    usage: "estimated",
    output_tokens: words.length,
  });
});

test("of a translated stream whose client leaves every word is counted", async () => {
  expect(await stream("gone", "client")).toMatchObject({
    ended: "client_gone",
    usage: "estimated",
    output_tokens: words.length,
  });
});
