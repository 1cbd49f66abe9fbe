import { describe, expect, test } from "bun:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { gatewayTo, type Gateway } from "../support/gateway.ts";
import { toHead } from "../support/http-bytes.ts";
import type { RawReply } from "../support/raw-client.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";
import { share, shareUpstream } from "../support/share.ts";
import { afterRequest, json, odd } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream();
const gateways = [
  ["with the log on", share(gatewayTo(upstream))],
  ["with the log off", share(gatewayTo(upstream, { config: { log: { level: "off" } } }))],
] as const;

const ask = (gateway: Gateway, script: UpstreamScript, method = "POST"): Promise<RawReply> => {
  upstream.answer(afterRequest(script));
  return method === "POST" ? gateway.chat() : gateway.request(method, "/v1/files/f");
};

const pattern = (bytes: number): Buffer => Buffer.alloc(bytes, "0123456789abcdefghijklmnopqrstuvwxyz\n");

describe.each(gateways)("a whole reply reaches the client byte for byte, %s", (_name, gateway) => {
  test("odd JSON, with its content-type and its length", async () => {
    const reply = await ask(gateway, (call) =>
      call.reply(200, { "content-type": "application/JSON;charset=weird" }, odd),
    );
    expect(reply.body.toString()).toBe(odd);
    expect(reply.header("content-type")).toBe("application/JSON;charset=weird");
    expect(reply.header("content-length")).toBe(String(Buffer.byteLength(odd)));
    expect(reply.header("transfer-encoding")).toBeNull();
  });

  test("gzip of JSON, with its content-encoding", async () => {
    const packed = gzipSync(odd);
    const reply = await ask(gateway, (call) => call.reply(200, { ...json, "content-encoding": "gzip" }, packed));
    expect(reply.header("content-encoding")).toBe("gzip");
    expect(reply.header("content-length")).toBe(String(packed.length));
    expect(reply.body.equals(packed)).toBe(true);
    expect(gunzipSync(reply.body).toString()).toBe(odd);
  });

  test("bytes that are not the gzip they claim to be", async () => {
    const reply = await ask(gateway, (call) =>
      call.reply(200, { ...json, "content-encoding": "gzip, br" }, "not packed"),
    );
    expect(reply.header("content-encoding")).toBe("gzip, br");
    expect(reply.body.toString()).toBe("not packed");
  });

  test("10 MB with a content-length", async () => {
    const big = pattern(10 * 1024 * 1024);
    const reply = await ask(gateway, (call) => call.reply(200, json, big));
    expect(reply.body.equals(big)).toBe(true);
    expect(reply.isWhole).toBe(true);
  });

  test("lengths around the limit up to which a reply is read whole", async () => {
    for (const length of [0, 1, 65_535, 65_536, 65_537, 131_072]) {
      const bytes = pattern(length);
      const reply = await ask(gateway, (call) => call.reply(200, json, bytes));
      expect(reply.status).toBe(200);
      expect(reply.isWhole).toBe(true);
      expect(reply.body.equals(bytes)).toBe(true);
    }
  });

  test("of unknown length, ended by the upstream's FIN", async () => {
    const reply = await ask(gateway, async (call) => {
      await call.write(toHead(200, json));
      await call.write(odd.slice(0, 10));
      await Bun.sleep(10);
      await call.write(odd.slice(10));
      call.end();
    });
    expect(reply.body.toString()).toBe(odd);
    expect(reply.isWhole).toBe(true);
  });

  test("an HTTP/1.0 reply", async () => {
    const reply = await ask(gateway, async (call) => {
      await call.write(`HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${odd}`);
      call.end();
    });
    expect(reply.status).toBe(200);
    expect(reply.body.toString()).toBe(odd);
  });

  test("bytes of no text at all", async () => {
    const noise = Buffer.from(Array.from({ length: 1024 }, (_, index) => (index * 89) % 256));
    const reply = await ask(gateway, (call) => call.reply(200, { "content-type": "audio/mpeg" }, noise));
    expect(reply.body.equals(noise)).toBe(true);
  });

  test("a reply without a content-type gets none that claims something else", async () => {
    const reply = await ask(gateway, (call) => call.reply(200, {}, odd));
    expect(reply.body.toString()).toBe(odd);
    expect([null, "application/octet-stream"]).toContain(reply.header("content-type"));
  });

  test("204, which has no body", async () => {
    const reply = await ask(gateway, (call) => call.reply(204, { "x-kept": "1" }), "DELETE");
    expect(reply.status).toBe(204);
    expect(reply.header("x-kept")).toBe("1");
    expect(reply.header("transfer-encoding")).toBeNull();
  });

  test("304, which has no body", async () => {
    const reply = await ask(gateway, (call) => call.reply(304, { etag: '"x"' }), "GET");
    expect(reply.status).toBe(304);
    expect(reply.header("etag")).toBe('"x"');
  });

  test("HEAD, with the length the body would have", async () => {
    const reply = await ask(
      gateway,
      (call) => call.write(toHead(200, { "content-length": "1234", "x-kept": "1" })),
      "HEAD",
    );
    expect(upstream.last().method).toBe("HEAD");
    expect(reply.status).toBe(200);
    expect(reply.header("content-length")).toBe("1234");
    expect(reply.header("x-kept")).toBe("1");
  });

  test("a 103 before the head is skipped", async () => {
    const reply = await ask(gateway, async (call) => {
      await call.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n");
      await call.reply(200, json, odd);
    });
    expect(reply.status).toBe(200);
    expect(reply.body.toString()).toBe(odd);
  });
});
