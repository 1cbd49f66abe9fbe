import { describe, expect, test } from "bun:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { gatewayTo, type Gateway } from "../support/gateway.ts";
import { toBytes, toChatBytes, toChunk, toChunked, toHead } from "../support/http-bytes.ts";
import type { RawReply } from "../support/raw-client.ts";
import { share, shareUpstream } from "../support/share.ts";
import { lastChunk, streaming } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream();
const gateways = [
  ["with its usage read", share(gatewayTo(upstream))],
  ["with the log on", share(gatewayTo(upstream, { config: { usage: "off" } }))],
  ["with the log off", share(gatewayTo(upstream, { config: { log: { level: "off" }, usage: "off" } }))],
] as const;

const sse = { "content-type": "text/event-stream; charset=utf-8" };
const chunked: Readonly<Record<string, string>> = { ...sse, "transfer-encoding": "chunked" };
const body = '{"model":"m","stream":true,"stream_options":{"include_usage":true}}';
const ask = (gateway: Gateway): Promise<RawReply> => gateway.chat(body);

type Pieces = readonly (string | Uint8Array)[];

/** Streams in step: a piece is sent only when the client has the one before, whatever it is a part of. */
const askInStep = async (gateway: Gateway, pieces: Pieces, headers = chunked): Promise<RawReply> => {
  using client = await gateway.connect();
  upstream.answer(async (call) => {
    await call.whole;
    await call.write(toHead(200, headers));
    let sent = 0;
    for (const piece of pieces) {
      sent += toBytes(piece).length;
      await call.write(toChunk(piece));
      await client.until(() => client.peek()?.body.length === sent, 3000);
    }
    await call.write(lastChunk);
  });
  await client.send(toChatBytes(body));
  return await client.reply();
};

const joined = (pieces: Pieces): Buffer => Buffer.concat(pieces.map(toBytes));
const smile = Buffer.from("data: 😀\n\n");
const done = "data: [DONE]\n\n";

const hostile: readonly (readonly [what: string, pieces: Pieces])[] = [
  ["LF", ['data: {"a":1.0}\n\n', 'data: {"n":9007199254740993}\n\n', done]],
  ["CRLF", ['data: {"a":1.0}\r\n\r\n', "data: x\r\n\r\n", "data: [DONE]\r\n\r\n"]],
  ["CR", ['data: {"a":1.0}\r\r', "data: x\r\r", "data: [DONE]\r\r"]],
  ["mixed line ends, cut between CR and LF", ["data: a\r", "\n\r\ndata: b\n", "\r\ndata: c\r\r", "\n", done]],
  ["comments and keep-alives", [": OPENROUTER PROCESSING\n\n", ":\n\n", "data: x\n: in between\n\n", done]],
  ["data of several lines", ['data: {\ndata:  "a": 1\ndata: }\n\n', done]],
  ["no space behind the colon", ['data:{"a":1}\n\n', "data:[DONE]\n\n"]],
  ["other fields", ["id: 1\nretry: 3000\nevent: delta\ndata: x\n\n", "unknown: y\n\n", "data\n\n", done]],
  ["a character cut apart", [smile.subarray(0, 7), smile.subarray(7, 8), smile.subarray(8), done]],
  ["invalid UTF-8", [Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0xc0, 0x0a, 0x0a]), done]],
  ["a byte order mark", ["\ufeffdata: x\n\n", done]],
  ["NUL and other control characters", ["data: \u0000\u0001\u001b[31m\n\n", done]],
  ["no final blank line", ["data: x\n\n", "data: [DONE]"]],
  ["text after [DONE]", [done, "data: late\n\n", "no field at all", "\n\n"]],
  ["[DONE] twice", [done, done]],
  ["no [DONE]", ["data: x\n\n", "data: y\n\n"]],
  ["half an event at the end", ["data: x\n\n", 'data: {"a":']],
  ["several events in a piece, one across pieces", ["data: a\n\ndata: b\n\nda", "ta: c\n\ndata", ": d\n\n", done]],
  ["an error in the band", ["data: x\n\n", 'event: error\ndata: {"error":{"message":"é"}}\n\n']],
  ["nothing but white space", ["\n\n\n", "\r\n", " "]],
];

describe.each(gateways)("a stream reaches the client byte for byte and chunk for chunk, %s", (_name, gateway) => {
  test.each(hostile)("%s", async (_what, pieces) => {
    const reply = await askInStep(gateway, pieces);
    expect(reply.status).toBe(200);
    expect(reply.isWhole).toBe(true);
    expect(reply.header("content-type")).toBe(sse["content-type"]);
    expect(reply.body.equals(joined(pieces))).toBe(true);
    expect(reply.chunks.map(String)).toEqual(pieces.map((piece) => toBytes(piece).toString()));
  });

  test("an event of 1 MB", async () => {
    const pieces = [`data: ${"0123456789abcdef".repeat(65_536)}\n\n`, done];
    upstream.answer(streaming(pieces));
    const reply = await ask(gateway);
    expect(reply.body.equals(joined(pieces))).toBe(true);
    expect(reply.isWhole).toBe(true);
  });

  test("one byte a packet", async () => {
    const pieces = [...Buffer.from('data: {"é":"😀"}\r\n\r\ndata: [DONE]\n\n')].map((byte) => Buffer.from([byte]));
    upstream.answer(streaming(pieces, { pauseMs: 1 }));
    const reply = await ask(gateway);
    expect(reply.body.equals(joined(pieces))).toBe(true);
  });

  test("HTTP chunks themselves cut apart byte by byte", async () => {
    upstream.answer(async (call) => {
      await call.whole;
      await call.write(toHead(200, chunked));
      for (const byte of Buffer.concat([toChunk("data: x\n\n"), toChunk(done), Buffer.from(lastChunk)])) {
        await call.write(Buffer.from([byte]));
        await Bun.sleep(1);
      }
    });
    const reply = await ask(gateway);
    expect(reply.body.toString()).toBe(`data: x\n\n${done}`);
    expect(reply.isWhole).toBe(true);
  });

  test("HTTP chunks with extensions and a trailer", async () => {
    upstream.answer(async (call) => {
      await call.write(toHead(200, { ...chunked, trailer: "x-sum" }));
      await call.write('9;ext="a;b"\r\ndata: x\n\n\r\n0\r\nx-sum: 1\r\n\r\n');
    });
    const reply = await ask(gateway);
    expect(reply.body.toString()).toBe("data: x\n\n");
    expect(reply.isWhole).toBe(true);
    expect(reply.header("trailer")).toBeNull();
  });

  test("a stream ended by FIN instead of framing", async () => {
    upstream.answer(async (call) => {
      await call.write(toHead(200, sse));
      for (const piece of ["data: a\n\n", "data: b\n\n", done]) {
        await call.write(piece);
        await Bun.sleep(10);
      }
      call.end();
    });
    const reply = await ask(gateway);
    expect(reply.body.toString()).toBe(`data: a\n\ndata: b\n\n${done}`);
    expect(reply.isWhole).toBe(true);
  });

  test("a stream with a content-length", async () => {
    const text = `data: a\n\n${done}`;
    upstream.answer((call) => call.reply(200, sse, text));
    const reply = await ask(gateway);
    expect(reply.body.toString()).toBe(text);
    expect(reply.isWhole).toBe(true);
  });

  test("an empty stream", async () => {
    upstream.answer(streaming([]));
    const reply = await ask(gateway);
    expect(reply.status).toBe(200);
    expect(reply.body.length).toBe(0);
    expect(reply.isWhole).toBe(true);
  });

  test("gzip of a stream, flushed piece by piece", async () => {
    const packed = gzipSync(`data: {"a":1.0}\n\ndata: 😀\n\n${done}`);
    const pieces = [packed.subarray(0, 11), packed.subarray(11, 30), packed.subarray(30)];
    const reply = await askInStep(gateway, pieces, { ...chunked, "content-encoding": "gzip" });
    expect(reply.header("content-encoding")).toBe("gzip");
    expect(reply.body.equals(packed)).toBe(true);
    expect(gunzipSync(reply.body).toString()).toContain("😀");
  });

  test("the head goes out before the first chunk is there", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    upstream.answer(async (call) => {
      await call.write(toHead(200, { ...chunked, "x-early": "1" }));
      await release;
      await call.write(toChunked([done]));
    });
    using client = await gateway.connectChat(body);
    try {
      await client.until((received) => received.includes("x-early: 1"), 1500);
    } finally {
      resolve();
    }
    expect((await client.reply()).body.toString()).toBe(done);
  });

  test("chunks sent 30 ms apart arrive 30 ms apart", async () => {
    const count = 15;
    // One round in which the machine was busy with something else is not a failure.
    let best = 0;
    for (let round = 0; round < 3 && best < count * 0.9; round++) {
      const sentAt: number[] = [];
      upstream.answer(async (call) => {
        await call.whole;
        await call.write(toHead(200, chunked));
        for (let index = 0; index < count; index++) {
          await Bun.sleep(30);
          sentAt.push(performance.now());
          await call.write(toChunk(`data: ${index} of them\n\n`));
        }
        await call.write(lastChunk);
      });
      using client = await gateway.connectChat(body);
      await client.until((received) => received.includes(`data: ${count - 1} of them`), 5000);
      // Alone among what arrived together, and before its successor was sent.
      const isPrompt = (index: number): boolean =>
        client.arrivals.some(
          ({ at, bytes }) =>
            bytes.includes(`data: ${index} of them`) &&
            bytes.toString().split(" of them").length === 2 &&
            at < (sentAt[index + 1] ?? Infinity),
        );
      best = Math.max(best, sentAt.filter((_, index) => isPrompt(index)).length);
    }
    expect(best).toBeGreaterThanOrEqual(count * 0.9);
  });
});
