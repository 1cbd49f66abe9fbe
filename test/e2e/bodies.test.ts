import { expect, test } from "bun:test";
import { gatewayTo, type Gateway } from "../support/gateway.ts";
import { toChunk } from "../support/http-bytes.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";
import { json, lastChunk } from "../support/upstream-scripts.ts";

const limits = { max_body: "1MB", max_bodies: "1500KB" };
const toBody = (bytes: number): string => {
  const start = '{"model":"gpt-5.4","messages":[{"role":"user","content":"';
  return `${start}${"x".repeat(bytes - start.length - 4)}"}]}`;
};
const large = toBody(900_000);
const url = (gateway: Gateway): string => `${gateway.url}/v1/chat/completions`;

/** An upstream that answers when it is told to. */
const startPatient = async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const upstream = await startRawUpstream(async (call) => {
    await call.whole;
    await promise;
    await call.reply(200, json, "{}");
  });
  return { upstream, answer: resolve };
};

test("a body that does not fit beside the others is a 503 that says when to come again, and fits when their replies have begun", async () => {
  const { upstream, answer } = await startPatient();
  await using _ = upstream;
  await using gateway = gatewayTo(upstream, { config: { server: limits } });
  const first = fetch(url(gateway), { method: "POST", body: large });
  await until(() => upstream.requests.length === 1);

  const refused = await gateway.chat(large);
  expect(refused.status).toBe(503);
  expect(refused.header("retry-after")).toBe("1");
  expect(refused.header("x-should-retry")).toBe("true");
  expect(refused.body.toString()).toContain('"code":"too_many_bodies"');

  // Short ones are not counted.
  const short = fetch(url(gateway), { method: "POST", body: toBody(60_000) });
  await until(() => upstream.requests.length === 2);
  answer();
  expect((await first).status).toBe(200);
  expect((await short).status).toBe(200);
  expect((await gateway.chat(large)).status).toBe(200);
});

test("a body in chunks counts for as long as it may be until it is there", async () => {
  const { upstream, answer } = await startPatient();
  await using _ = upstream;
  await using gateway = gatewayTo(upstream, { config: { server: limits } });
  const rest = Promise.withResolvers<void>();
  const start = '{"model":"gpt-5.4","messages":[';
  const inChunks = fetch(url(gateway), {
    method: "POST",
    body: new ReadableStream({
      start: async (controller) => {
        controller.enqueue(new TextEncoder().encode(start));
        await rest.promise;
        controller.enqueue(new TextEncoder().encode("]}"));
        controller.close();
      },
    }),
  });
  await until(() => gateway.pending() === 1);
  expect((await gateway.chat(large)).status).toBe(503);
  rest.resolve();
  await until(() => upstream.requests.length > 0);
  const beside = gateway.chat(large);
  await until(() => upstream.requests.length === 2);
  answer();
  expect((await inChunks).status).toBe(200);
  expect((await beside).status).toBe(200);
});

test("a stream that passes untranslated counts until it has begun", async () => {
  const ended = Promise.withResolvers<void>();
  await using upstream = await startRawUpstream(async (call, nth) => {
    await call.whole;
    if (nth > 0) return call.reply(200, json, "{}");
    await call.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    await call.write(toChunk("data: {}\n\n"));
    await ended.promise;
    await call.write(lastChunk);
  });
  await using gateway = gatewayTo(upstream, { config: { server: limits } });
  const stream = await fetch(url(gateway), { method: "POST", body: large.replace("{", '{"stream":true,') });
  expect((await gateway.chat(large)).status).toBe(200);
  ended.resolve();
  await stream.text();
});

test("a translated stream counts until its end, for the translation is told what was asked", async () => {
  const ended = Promise.withResolvers<void>();
  await using upstream = await startRawUpstream(async (call) => {
    await call.whole;
    await call.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    await call.write(toChunk('data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'));
    await ended.promise;
    await call.write(toChunk("data: [DONE]\n\n"));
    await call.write(lastChunk);
  });
  await using gateway = gatewayTo(upstream, {
    provider: { dialects: ["openai-chat"] },
    config: { server: limits },
  });
  const stream = await fetch(`${gateway.url}/v1/messages`, {
    method: "POST",
    body: large.replace("{", '{"max_tokens":10,"stream":true,'),
  });
  expect((await gateway.chat(large)).status).toBe(503);
  ended.resolve();
  expect(await stream.text()).toContain("message_stop");
  upstream.answer((call) => call.reply(200, json, "{}"));
  expect((await gateway.chat(large)).status).toBe(200);
});

test("a body within max_body fits when it is alone, however little max_bodies allows for", async () => {
  await using upstream = await startRawUpstream((call) => call.reply(200, json, "{}"));
  await using gateway = gatewayTo(upstream, { config: { server: { max_body: "1MB", max_bodies: "100KB" } } });
  expect((await gateway.chat(large)).status).toBe(200);
  const inChunks = await fetch(url(gateway), { method: "POST", body: new Blob([toBody(900)]).stream() });
  expect(inChunks.status).toBe(200);
});

test("whole replies that are translated have a bound together; one that does not fit is a 503 that is not to be sent again", async () => {
  const rest = Promise.withResolvers<void>();
  const pieces = 60;
  const piece = toChunk(" ".repeat(1_048_576));
  await using upstream = await startRawUpstream(async (call, nth) => {
    await call.whole;
    await call.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
    for (let at = 0; at < pieces; at += 1) await call.write(piece);
    if (nth < 2) await rest.promise;
    await call.write(toChunk('{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}]}'));
    await call.write(lastChunk);
  });
  await using gateway = gatewayTo(upstream, { provider: { dialects: ["openai-chat"] } });
  const ask = () => gateway.request("POST", "/v1/messages", json, toBody(200).replace("{", '{"max_tokens":10,'));
  const held = [ask(), ask()];
  await until(() => upstream.requests.length === 2);
  await Bun.sleep(500);
  const refused = await ask();
  expect(refused.status).toBe(503);
  expect(refused.body.toString()).toContain("take all the memory");
  expect(refused.header("x-should-retry")).toBe("false");
  rest.resolve();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await ask()).status).toBe(200);
}, 30_000);
