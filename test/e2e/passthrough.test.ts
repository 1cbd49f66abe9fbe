import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { gatewayTo } from "../support/gateway.ts";
import { toChunk, toHead, toRequestBytes } from "../support/http-bytes.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { shareTwoProviders } from "../support/share.ts";
import { until } from "../support/until.ts";
import { afterRequest, json } from "../support/upstream-scripts.ts";

const { upstream, second, gateway } = await shareTwoProviders();

const megabyte = Buffer.alloc(1024 * 1024, "0123456789abcdef");
const multipart = { "content-type": 'multipart/form-data; boundary="--=_x y"' };
const form = Buffer.concat([
  Buffer.from('----=_x y\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n----=_x y\r\n'),
  Buffer.from('content-disposition: form-data; name="file"; filename="é.bin"\r\n\r\n'),
  Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256)),
  Buffer.from("\r\n----=_x y--\r\n"),
]);

describe("an upload", () => {
  test("reaches the upstream byte for byte, with its boundary and its content-length", async () => {
    const reply = await gateway.request("POST", "/v1/files", multipart, form);
    expect(reply.status).toBe(200);
    const call = upstream.last();
    expect(call.target).toBe("/v1/files");
    expect(call.header("content-type")).toBe(multipart["content-type"]);
    expect(call.header("content-length")).toBe(String(form.length));
    expect(call.header("transfer-encoding")).toBeNull();
    expect(call.body().equals(form)).toBe(true);
  });

  test("that is chunked stays chunked", async () => {
    const framed = Buffer.concat([toChunk(form.subarray(0, 33)), toChunk(form.subarray(33)), Buffer.from("0\r\n\r\n")]);
    const headers = { ...multipart, "transfer-encoding": "chunked" };
    expect((await gateway.request("POST", "/v1/audio/transcriptions", headers, framed)).status).toBe(200);
    expect(upstream.last().header("transfer-encoding")).toBe("chunked");
    expect(upstream.last().header("content-length")).toBeNull();
    expect(upstream.last().body().equals(form)).toBe(true);
  });

  test("that is compressed passes as it is", async () => {
    const headers = { "content-encoding": "gzip", "content-type": "application/octet-stream" };
    expect((await gateway.request("PUT", "/v1/uploads/u/parts", headers, form)).status).toBe(200);
    expect(upstream.last().header("content-encoding")).toBe("gzip");
    expect(upstream.last().body().equals(form)).toBe(true);
  });

  test.each(["content-length", "transfer-encoding"])("with %s flows on before its end is sent", async (framing) => {
    const isChunked = framing === "transfer-encoding";
    const frame = (bytes: Buffer): Buffer => (isChunked ? toChunk(bytes) : bytes);
    using client = await gateway.connect();
    const headers = { ...multipart, [framing]: isChunked ? "chunked" : String(form.length) };
    await client.send(Buffer.concat([toRequestBytes("POST", "/v1/files", headers), frame(form.subarray(0, 100))]));
    await until(() => upstream.requests.length === 1 && upstream.last().body().length === 100);
    expect(upstream.last().isWhole()).toBe(false);
    await client.send(frame(form.subarray(100)));
    if (isChunked) await client.send("0\r\n\r\n");
    expect((await client.reply()).status).toBe(200);
    expect(upstream.last().body().equals(form)).toBe(true);
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])("by %s keeps its method and body", async (method) => {
    expect((await gateway.request(method, "/v1/vector_stores/v", {}, '{"a":1.0}')).status).toBe(200);
    expect(upstream.last().method).toBe(method);
    expect(upstream.last().body().toString()).toBe('{"a":1.0}');
  });

  test("of no bytes has no body upstream", async () => {
    expect((await gateway.request("POST", "/v1/batches/b/cancel", {}, "")).status).toBe(200);
    expect([null, "0"]).toContain(upstream.last().header("content-length"));
    expect(upstream.last().header("transfer-encoding")).toBeNull();
  });

  test("is answered early when the upstream refuses it early", async () => {
    upstream.answer(async (call) => {
      await call.reply(413, { ...json, connection: "close" }, '{"error":"too big"}');
    });
    using client = await gateway.connect();
    const headers = { ...multipart, "content-length": "1000000" };
    await client.send(Buffer.concat([toRequestBytes("POST", "/v1/files", headers), form]));
    const reply = await client.reply();
    expect(reply.status).toBe(413);
    expect(reply.body.toString()).toBe('{"error":"too big"}');
  });

  test("of 50 MB passes whole with at most a few of them on the way", async () => {
    const hash = createHash("sha256");
    const count = 50;
    await using counting = await startRawUpstream(
      afterRequest((call) => call.reply(200, {}, hash.digest("hex"))),
      { keepBodies: false },
    );
    await using big = gatewayTo(counting);
    using client = await big.connect();
    await client.send(toRequestBytes("POST", "/v1/files", { "content-length": String(count * megabyte.length) }));
    await until(() => counting.requests.length === 1);
    const arrived = (): number => counting.requests[0]!.bodyBytes();
    let onTheWay = 0;
    counting.connections[0]!.socket.on("data", (bytes) => hash.update(bytes));
    for (let index = 0; index < count; index++) {
      await client.send(megabyte);
      onTheWay = Math.max(onTheWay, (index + 1) * megabyte.length - arrived());
    }
    const reply = await client.reply(10_000);
    const wanted = createHash("sha256");
    for (let index = 0; index < count; index++) wanted.update(megabyte);
    expect(arrived()).toBe(count * megabyte.length);
    expect(reply.body.toString()).toBe(wanted.digest("hex"));
    // The sockets' own buffers hold some MB on each of the two hops.
    expect(onTheWay).toBeLessThan(25 * megabyte.length);
  });

  test("is held back when the upstream does not read", async () => {
    upstream.answer(async (call) => {
      call.pause();
      await call.whole;
      await call.reply(200, {}, "read");
    });
    using client = await gateway.connect();
    const count = 60;
    await client.send(toRequestBytes("POST", "/v1/files", { "content-length": String(count * megabyte.length) }));
    await until(() => upstream.requests.length === 1);
    let sent = 0;
    const sending = (async () => {
      for (; sent < count; sent++) await client.send(megabyte);
    })();
    let last = -1;
    await until(async () => {
      if (sent === last) return true;
      last = sent;
      await Bun.sleep(300);
      return false;
    }, 5000);
    expect(sent).toBeLessThan(30);
    upstream.last().resume();
    await sending;
    expect((await client.reply(10_000)).body.toString()).toBe("read");
    expect(upstream.last().bodyBytes()).toBe(count * megabyte.length);
  });
});

describe("a download", () => {
  test("reaches the client part by part, before its end is there", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    upstream.answer(async (call) => {
      const headers = { "content-type": "application/octet-stream", "content-length": String(2 * megabyte.length) };
      await call.write(toHead(200, { ...headers, "content-disposition": 'attachment; filename="x"' }));
      await call.write(megabyte);
      await release;
      await call.write(megabyte);
    });
    using client = await gateway.connect();
    await client.send(toRequestBytes("GET", "/v1/files/f/content"));
    try {
      await client.until((received) => received.length > megabyte.length / 2);
    } finally {
      resolve();
    }
    const reply = await client.reply();
    expect(reply.header("content-disposition")).toBe('attachment; filename="x"');
    expect(reply.body.equals(Buffer.concat([megabyte, megabyte]))).toBe(true);
  });

  // Bun 1.4.5 frames every stream itself: https://github.com/oven-sh/bun/issues/10507. Once this passes, take `failing` away.
  test.failing("that is streamed keeps its content-length", async () => {
    upstream.answer((call) => call.reply(200, { "content-type": "application/octet-stream" }, megabyte));
    const reply = await gateway.request("GET", "/v1/files/f/content");
    expect(reply.body.equals(megabyte)).toBe(true);
    expect(reply.header("content-length")).toBe(String(megabyte.length));
  });

  test("of a range passes both ways", async () => {
    upstream.answer((call) => call.reply(206, { "content-range": "bytes 2-5/10", "accept-ranges": "bytes" }, "2345"));
    const reply = await gateway.request("GET", "/v1/files/f/content", { range: "bytes=2-5" });
    expect(upstream.last().header("range")).toBe("bytes=2-5");
    expect(reply.status).toBe(206);
    expect(reply.header("content-range")).toBe("bytes 2-5/10");
    expect(reply.body.toString()).toBe("2345");
  });
});

describe("the provider of a request without a model", () => {
  test.each([
    ["/v1/moderations", '{"input":"x"}'],
    ["/v1/images/generations", '{"prompt":"x","model":null}'],
  ])("that POST %s may be, is the first or the one that is named, and gets the same bytes", async (path, body) => {
    expect((await gateway.request("POST", path, json, body)).status).toBe(200);
    expect(upstream.last().target).toBe(path);
    expect(upstream.last().body().toString()).toBe(body);
    const reply = await gateway.request("POST", path, { ...json, "x-qlite-provider": "second" }, body);
    expect(reply.body.toString()).toBe("second");
  });

  test("is nobody where the API wants one", async () => {
    const reply = await gateway.request("POST", "/v1/embeddings", json, '{"input":"x"}');
    expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { code: "missing_required_parameter" } });
    expect(upstream.requests).toBeEmpty();
  });

  test("is the first one that is switched on", async () => {
    expect((await gateway.request("GET", "/v1/files")).body.toString()).toBe("{}");
    expect(upstream.last().headerValues("authorization")).toEqual(["Bearer sk-upstream-secret"]);
  });

  test("is the one that x-qlite-provider names, with its own key, and the header stays here", async () => {
    const reply = await gateway.request("POST", "/v1/files", { "X-Qlite-Provider": "second" }, "x");
    expect(reply.body.toString()).toBe("second");
    expect(second.last().headerValues("authorization")).toEqual(["Bearer sk-second-secret"]);
    expect(second.last().header("x-qlite-provider")).toBeNull();
    expect((await gateway.lineOf(reply.header("x-request-id")))["provider"]).toBe("second");
  });

  test.each(["nobody", "", "dark", "SECOND", "__proto__", "http://127.0.0.1:1/v1", "first, second"])(
    "%p is a 400 that reaches no upstream",
    async (name) => {
      const reply = await gateway.request("GET", "/v1/files", { "x-qlite-provider": name });
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { code: "unknown_provider" } });
      expect([...upstream.requests, ...second.requests]).toBeEmpty();
    },
  );
});
