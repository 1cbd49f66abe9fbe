import { describe, expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { toChunk, toHead } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { eventStream, json, lastChunk, replying, streamHead, streaming } from "../support/upstream-scripts.ts";
import { ask, chunkedHead, longReply, prices, usage, whole } from "./account-bed.ts";

const upstream = await shareUpstream();
const gateway = share(gatewayTo(upstream, { config: { prices } }));

const askStream = ask.replace("{", '{"stream":true,');
const delta = (content: string): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content } }] })}\n\n`;
const finish = `data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`;
const told = `data: ${JSON.stringify({ id: "c", choices: [], usage })}\n\n`;
const end = "data: [DONE]\n\n";

describe("a whole reply", () => {
  test("carries tokens, provider and timing in its headers, and its bytes are the upstream's", async () => {
    upstream.answer(replying(whole));
    const reply = await gateway.chat(ask, json);
    expect(reply.body.toString()).toBe(whole);
    const names = ["x-provider", "x-tokens-input", "x-tokens-output", "x-qlite-usage", "x-cache", "x-request-cost"];
    expect(names.map((name) => reply.header(name))).toEqual(["up", "12", "3", "reported", "BYPASS", "0.000075"]);
    expect(reply.header("server-timing")).toMatch(/^qlite;dur=\d+(\.\d+)?, upstream;dur=\d+(\.\d+)?$/);
    const line = await gateway.lineOf(reply.header("x-request-id"));
    expect(line).toMatchObject({ input_tokens: 12, output_tokens: 3, cost_usd: "0.000075" });
  });

  test("without a length is held until it is whole", async () => {
    const pieces = [whole.slice(0, 50), whole.slice(50)];
    upstream.answer(streaming(pieces, { head: toHead(200, { ...json, "transfer-encoding": "chunked" }), pauseMs: 5 }));
    const reply = await gateway.chat(ask, json);
    expect([reply.body.toString(), reply.header("x-tokens-output")]).toEqual([whole, "3"]);
  });

  test("of more than 16 MiB passes without them, and its usage is read on its way", async () => {
    upstream.answer(streaming(longReply(36), { head: chunkedHead }));
    const reply = await gateway.chat(ask, json);
    expect([reply.body.length, reply.header("x-tokens-output")]).toEqual([longReply(36).join("").length, null]);
    const line = await gateway.lineOf(reply.header("x-request-id"));
    expect(line).toMatchObject({ input_tokens: 12, output_tokens: 3, cost_usd: "0.000075" });
    expect(line).not.toHaveProperty("usage");
  });

  test("of more than 16 MiB that breaks has the usage of nobody", async () => {
    const passing = Promise.withResolvers<void>();
    upstream.answer(async (call) => {
      await call.whole;
      await call.write(chunkedHead);
      for (const piece of longReply(36).slice(0, -1)) await call.write(toChunk(piece));
      await passing.promise;
      call.reset();
    });
    using client = await gateway.connectChat(ask, { ...json, "x-request-id": "long-broken" });
    await until(() => client.arrivals.length > 0, 10_000);
    passing.resolve();
    const line = await gateway.lineOf("long-broken");
    expect([line["ended"], line["input_tokens"], line["usage"]]).toEqual(["upstream_cut", undefined, undefined]);
  });

  test("that tells no usage has an estimate, and says so", async () => {
    upstream.answer(replying(whole.replace(/,"usage".*/, "}")));
    const reply = await gateway.chat(ask, json);
    expect(reply.header("x-qlite-usage")).toBe("estimated");
    expect(Number(reply.header("x-tokens-input"))).toBeWithin(6, 14);
    expect(Number(reply.header("x-tokens-output"))).toBeWithin(3, 7);
  });

  test.each([
    "{}",
    '{"total_tokens":15}',
    '{"prompt_tokens":null,"completion_tokens":null}',
    '{"prompt_tokens":"12","completion_tokens":"3"}',
    '{"prompt_tokens":-12,"completion_tokens":3}',
    '{"prompt_tokens":12.5,"completion_tokens":3}',
    '{"prompt_tokens":1e300,"completion_tokens":3}',
    '{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":-1}}',
  ])("whose usage cannot be, or tells nothing, has an estimate, and is never free: %s", async (said) => {
    upstream.answer(replying(whole.replace(/"usage":.*/, `"usage":${said}}`)));
    const reply = await gateway.chat(ask, json);
    expect(reply.header("x-qlite-usage")).toBe("estimated");
    expect(Number(reply.header("x-tokens-input"))).toBeWithin(6, 14);
    expect(Number(reply.header("x-tokens-output"))).toBeWithin(3, 7);
    expect(Number(reply.header("x-request-cost"))).toBeGreaterThan(0);
    const message = { model: "gpt-5.4", max_tokens: 9, messages: [{ role: "user", content: "How is the weather?" }] };
    const translated = await gateway.request("POST", "/v1/messages", json, JSON.stringify(message));
    expect([translated.status, translated.header("x-qlite-usage")]).toEqual([200, "estimated"]);
  });

  test("that cannot be read has unknown tokens and an unknown cost, not 0", async () => {
    upstream.answer(replying(Bun.gzipSync(whole), { ...json, "content-encoding": "gzip" }));
    const reply = await gateway.chat(ask, json);
    expect(["x-tokens-input", "x-tokens-output", "x-request-cost"].map(reply.header)).toEqual([null, null, null]);
    const line = await gateway.lineOf(reply.header("x-request-id"));
    expect([line["input_tokens"], line["cost_usd"]]).toEqual([undefined, undefined]);
  });

  test("that says what it cost is not believed", async () => {
    upstream.answer(replying("{}", { ...json, "x-request-cost": "99", "x-tokens-output": "99" }));
    const reply = await gateway.chat('{"model":"gpt-5.4"}', json);
    expect(reply.header("x-request-cost")).not.toBe("99");
    expect(reply.header("x-tokens-output")).not.toBe("99");
  });

  test("that is an error tells no tokens", async () => {
    upstream.answer(replying('{"error":{"message":"no"}}', json, 429));
    const reply = await gateway.chat(ask, json);
    expect([reply.status, reply.header("x-tokens-input"), reply.header("x-provider")]).toEqual([429, null, "up"]);
  });
});

describe("a stream", () => {
  test("has an estimate of its input at the head", async () => {
    upstream.answer(streaming([delta("It is"), finish, told, end]));
    const reply = await gateway.chat(askStream, json);
    expect(Number(reply.header("x-tokens-input"))).toBeWithin(6, 14);
    expect([reply.header("x-qlite-usage"), reply.header("x-tokens-output")]).toEqual(["estimated", null]);
  });

  test("of the older completions is asked for its usage, too, and the client does not see it", async () => {
    upstream.answer(streaming([delta("It is"), told.trimEnd()]));
    const reply = await gateway.request(
      "POST",
      "/v1/completions",
      json,
      '{"model":"gpt-5.4","stream":true,"prompt":"x"}',
    );
    expect(JSON.parse(upstream.last().body().toString())).toMatchObject({ stream_options: { include_usage: true } });
    // Its last event has no blank line behind it.
    expect(reply.body.toString()).toBe(delta("It is"));
    expect(await gateway.lineOf(reply.header("x-request-id"))).toMatchObject({ input_tokens: 12, output_tokens: 3 });
  });

  test("has the rest in a comment behind it, if that is asked for", async () => {
    await using other = gatewayTo(upstream, { config: { usage: { stream_comment: true }, prices } });
    upstream.answer(streaming([delta("It is"), finish, told, end]));
    const reply = await other.chat(askStream, json);
    expect(reply.body.toString()).toStartWith(delta("It is") + finish + end);
    expect(reply.body.toString()).toMatch(
      /\n: qlite x-tokens-input=12 x-tokens-output=3 x-qlite-usage=reported x-request-cost=0\.000075\n\n$/,
    );
  });

  test("that breaks is counted by what it said", async () => {
    const seen = Promise.withResolvers<void>();
    upstream.answer(async (call) => {
      await call.whole;
      await call.write(streamHead);
      await call.write(toChunk(delta("one two three four five six seven eight nine ten")));
      await seen.promise;
      call.reset();
    });
    using client = await gateway.connectChat(askStream, { ...json, "x-request-id": "broken-1" });
    await client.until((received) => received.includes("ten"));
    seen.resolve();
    expect(await gateway.lineOf("broken-1")).toMatchObject({
      ended: "upstream_cut",
      usage: "estimated",
      output_tokens: 10,
    });
  });
});

const leave = async (config: object) => {
  await using other = gatewayTo(upstream, { provider: config });
  const gone = Promise.withResolvers<void>();
  upstream.answer(async (call) => {
    await call.whole;
    await call.write(streamHead);
    await call.write(toChunk(delta("one two three four five")));
    await gone.promise;
    // Whoever has hung up gets no more.
    if (call.connection.closedAt() === null) {
      await call.write(toChunk(finish));
      await call.write(toChunk(told));
      await call.write(toChunk(end));
      await call.write(lastChunk);
    }
  });
  const client = await other.connectChat(askStream, json);
  await client.until((received) => received.includes("five"));
  client.socket.destroy();
  await Bun.sleep(50);
  const isCut = upstream.connections.at(-1)!.closedAt() !== null;
  gone.resolve();
  await until(async () => (await other.lines()).length === 1);
  return { isCut, line: (await other.lines())[0] };
};

describe("a client that leaves in mid-stream", () => {
  test("ends the request at the provider, and what was said is estimated", async () => {
    const { isCut, line } = await leave({});
    expect(isCut).toBe(true);
    expect(line).toMatchObject({ ended: "client_gone", usage: "estimated", output_tokens: 5 });
  });

  test("with on_disconnect: drain the reply is read to its end, and its usage is the provider's", async () => {
    const { isCut, line } = await leave({ on_disconnect: "drain" });
    expect(isCut).toBe(false);
    expect(line).toMatchObject({ ended: "client_gone", input_tokens: 12, output_tokens: 3 });
    expect(line).not.toHaveProperty("usage");
  });
});

test("a client that leaves before the head with on_disconnect: drain is charged for the whole reply", async () => {
  await using other = gatewayTo(upstream, { provider: { on_disconnect: "drain" } });
  for (const stream of [false, true]) {
    const gone = Promise.withResolvers<void>();
    upstream.answer(async (call) => {
      await call.whole;
      await gone.promise;
      if (stream) await streaming([delta("a"), finish, told, end])(call, 0);
      else await call.reply(200, json, whole);
    });
    const asked = upstream.requests.length;
    const client = await other.connectChat(stream ? askStream : ask, json);
    await until(() => upstream.requests.length > asked && upstream.requests.at(-1)!.isWhole());
    client.socket.destroy();
    await Bun.sleep(50);
    gone.resolve();
    const lines = stream ? 2 : 1;
    await until(async () => (await other.lines()).length === lines);
    expect((await other.lines()).at(-1)).toMatchObject({ ended: "client_gone", input_tokens: 12, output_tokens: 3 });
  }
});

test("usage: off looks at nothing and tells nothing", async () => {
  await using other = gatewayTo(upstream, { config: { usage: "off" } });
  upstream.answer(streaming([delta("It is"), finish, end], { head: toHead(200, eventStream) }));
  const reply = await other.chat(askStream, json);
  expect(upstream.last().body().toString()).toBe(askStream);
  expect([reply.header("x-tokens-input"), reply.header("x-provider"), reply.header("server-timing")]).toEqual([
    null,
    null,
    null,
  ]);
});

test("usage: off tells nothing of translated replies either", async () => {
  await using other = gatewayTo(upstream, { config: { usage: "off" } });
  const messages = '"model":"gpt-5.4","max_tokens":9,"messages":[{"role":"user","content":"a"}]';
  const embed = '{"content":{"parts":[{"text":"a"}]}}';
  const embedded = JSON.stringify({ object: "list", data: [{ index: 0, embedding: [1] }], model: "m", usage });
  const calls = [
    ["/v1/messages", `{${messages}}`, replying(whole)],
    ["/v1/messages", `{"stream":true,${messages}}`, streaming([delta("It is"), finish, told, end])],
    ["/v1/messages", `{"stream":true,${messages}}`, replying(whole)],
    ["/v1beta/models/gpt-5.4:embedContent", embed, replying(embedded)],
  ] as const;
  for (const [path, body, script] of calls) {
    upstream.answer(script);
    const reply = await other.request("POST", path, json, body);
    expect([reply.status, reply.header("x-tokens-input"), reply.header("x-qlite-usage")]).toEqual([200, null, null]);
    const line = await other.lineOf(reply.header("x-request-id"));
    expect(["input_tokens", "output_tokens", "usage", "cost_usd"].filter((name) => name in line)).toEqual([]);
  }
});
