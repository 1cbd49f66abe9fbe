import { describe, expect, test } from "bun:test";
import { toRequestBytes } from "../support/http-bytes.ts";
import { shareTwoProviders } from "../support/share.ts";

const { upstream, second, gateway } = await shareTwoProviders();

describe("method, path and query", () => {
  test.each([
    "/v1/files?purpose=batch&limit=2&after=file%2Fx",
    "/v1/files?",
    "/v1/files?a=b?c=/../d#",
    "/v1/files?q=%c3%a9+%20&q=",
    "/v1/threads/t_1/messages",
    "/v1/files/a%20b%2Fc",
    "/v1/files/%E9%00",
    "/v1/files/...",
    "/v1/files/a..b/.hidden",
    "/v1/files/%252e%252e/x",
    "/v1/files/a;b=c,d:e@f!$'()*~",
    "/v1/a/",
  ])("GET %s goes on as it is written", async (target) => {
    expect((await gateway.request("GET", target)).status).toBe(200);
    expect(upstream.last().method).toBe("GET");
    expect(upstream.last().target).toBe(
      target.replace(/#$/, "").replace(/\?$/, upstream.last().target.endsWith("?") ? "?" : ""),
    );
    expect(upstream.last().bodyBytes()).toBe(0);
    expect(upstream.last().header("content-length")).toBeNull();
  });

  test("HEAD goes on as HEAD", async () => {
    expect((await gateway.request("HEAD", "/v1/files/f")).status).toBe(200);
    expect(upstream.last().method).toBe("HEAD");
  });

  test.each([
    ["content-length", "7", '{"a":1}'],
    ["transfer-encoding", "chunked", '7\r\n{"a":1}\r\n0\r\n\r\n'],
  ])(
    "a GET goes on without its body, which means nothing (%s), and the next request is its own",
    async (name, value, body) => {
      using client = await gateway.connect();
      for (const target of ["/v1/files/1", "/v1/files/2"]) {
        await client.send(toRequestBytes("GET", target, { [name]: value }, body));
        expect((await client.reply()).status).toBe(200);
        expect(upstream.last().target).toBe(target);
        expect(upstream.last().header("content-length")).toBeNull();
        expect(upstream.last().header("transfer-encoding")).toBeNull();
      }
    },
  );
});

describe("a path that tries to leave the base URL never reaches the upstream", () => {
  test.each([
    "/v1/../admin",
    "/v1/files/../../admin",
    "/v1/%2e%2e/admin",
    "/v1/%2E%2E/admin",
    "/v1/.%2e/admin",
    "/v1/%2e./admin",
    "/v1/files/%2e%2e%2f%2e%2e%2fadmin",
    "/v1/files/..%2f..%2fadmin",
    "/v1/files/..%2Fadmin",
    "/v1/files/.%2e%2Fadmin",
    "/v1/files/x%2f..",
    "/v1/files/x%2F%2e%2E",
    "/v1/..%2fadmin",
    "/v1/files/..%5cadmin",
    "/v1/files/%2f../admin",
    "/v1/files/..\\..\\..\\admin",
    "/v1\\..\\admin",
    "/v1/%5c../admin",
    "/v1//127.0.0.1/x",
    "/v1//",
    "//v1/files",
    "//evil.example/v1/files",
    "/v1/\t../admin",
    "/v1/.\t./admin",
    "/v1",
    "/v1/",
    "/V1/files",
    "/v1%2ffiles",
    "/v1@evil.example/x",
    "/v1:80/x",
    "/admin",
    "*",
    "files",
    "@evil.example/v1/files",
    "http:/v1/files",
  ])("%p", async (target) => {
    for (const method of ["GET", "DELETE", "POST"]) {
      using client = await gateway.connect();
      await client.send(toRequestBytes(method, target, {}, method === "POST" ? "x" : undefined));
      await client.until(() => client.peek()?.isWhole === true || client.isClosed());
      expect(upstream.requests.map((call) => `${call.method} ${call.target}`)).toEqual([]);
      expect(client.peek()?.status ?? 400).toBeGreaterThanOrEqual(400);
    }
  });

  test.each(["/v1/models/..%2ffiles", "/v1/models//x", "/v1/models/x%2f..%2f..%2ffiles"])(
    "%p, which DELETE passes on otherwise",
    async (target) => {
      expect((await gateway.request("DELETE", target)).status).toBe(400);
      expect(upstream.requests).toBeEmpty();
    },
  );
});

describe("a path whose dots stay inside the base URL is resolved before anything looks at it", () => {
  test.each([
    ["/v1/files/../batches", "/v1/batches"],
    ["/v1/./files", "/v1/files"],
    ["/v1/files/.", "/v1/files/"],
    ["/v1/%2e/files", "/v1/files"],
    ["/v1/x/%2E%2e/files?a=../b", "/v1/files?a=../b"],
    ["/v1/files\\f", "/v1/files/f"],
    ["/admin/../v1/files", "/v1/files"],
  ])("%p is %s", async (target, resolved) => {
    expect((await gateway.request("GET", target)).status).toBe(200);
    expect(upstream.last().target).toBe(resolved);
  });

  test("so dots lead to no endpoint by a back door: models are answered here, calls are read", async () => {
    expect((await gateway.request("GET", "/v1/files/../models")).body.toString()).toContain('"object":"list"');
    const call = await gateway.request("POST", "/v1/files/../chat/completions", {}, "no json");
    expect(JSON.parse(call.body.toString())).toMatchObject({ error: { code: "invalid_json" } });
    expect(upstream.requests).toBeEmpty();
  });
});

/** Sends these bytes and gives the status, 0 when the connection closes instead. */
const wire = async (lines: string): Promise<number> => {
  using client = await gateway.connect();
  await client.send(lines);
  await client.until(() => client.peek()?.isWhole === true || client.isClosed());
  return client.peek()?.status ?? 0;
};

describe("whatever host the client names, the request goes to the configured one", () => {
  test("a foreign Host", async () => {
    for (const host of ["evil.example", "evil.example:81", "127.0.0.1:1", "[::1]:1", "a@evil.example"]) {
      upstream.forget();
      const status = await wire(`GET /v1/files HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      // Only the last is none that a server has to take.
      expect([host, status]).toEqual([host, host.includes("@") && status === 400 ? 400 : 200]);
      if (status === 400) expect(upstream.requests).toBeEmpty();
      else expect(upstream.last().target).toBe("/v1/files");
      for (const call of upstream.requests) expect(call.headerValues("host")).toEqual([`127.0.0.1:${upstream.port}`]);
    }
  });

  test("an absolute request target", async () => {
    for (const base of [
      "http://evil.example",
      `http://127.0.0.1:${second.port}`,
      "https://evil.example:444",
      "http://u:p@evil.example",
    ]) {
      upstream.forget();
      const status = await wire(`GET ${base}/v1/files?a=1 HTTP/1.1\r\nHost: evil.example\r\n\r\n`);
      if (status === 200) expect(upstream.last().target).toBe("/v1/files?a=1");
      else expect(upstream.requests).toBeEmpty();
      expect(status === 0 || status === 200 || (status >= 400 && status < 500)).toBe(true);
      expect(second.requests).toBeEmpty();
    }
  });

  test("an absolute request target with dot segments", async () => {
    const status = await wire("GET http://evil.example/v1/files/../../admin HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    expect(upstream.requests).toBeEmpty();
    expect(status === 0 || (status >= 400 && status < 500)).toBe(true);
  });

  test("HTTP/1.0 without a Host", async () => {
    expect(await wire("GET /v1/files?a=%2e HTTP/1.0\r\n\r\n")).toBe(200);
    expect(upstream.last().target).toBe("/v1/files?a=%2e");
    upstream.forget();
    expect(await wire("GET /v1/files/../../admin HTTP/1.0\r\n\r\n")).not.toBe(200);
    expect(await wire("GET //evil.example/v1/files HTTP/1.0\r\n\r\n")).not.toBe(200);
    expect(upstream.requests).toBeEmpty();
  });

  test("CONNECT opens no tunnel", async () => {
    const before = second.connections.length;
    const status = await wire(`CONNECT 127.0.0.1:${second.port} HTTP/1.1\r\nHost: 127.0.0.1:${second.port}\r\n\r\n`);
    expect(status === 0 || status >= 400).toBe(true);
    expect(second.connections.length).toBe(before);
  });
});

describe("a path that a wrong base URL makes is a 404 that says so, and reaches no upstream", () => {
  test.each([
    ["POST", "/chat/completions", "lacks the /v1"],
    ["POST", "/responses", "lacks the /v1"],
    ["POST", "/messages", "lacks the /v1"],
    ["POST", "/v1/v1/messages", "has one version too many in it"],
    ["GET", "/v1/v1/files", "has one version too many in it"],
    ["POST", "/v1beta/v1beta/models/m:generateContent", "has one version too many in it"],
  ])("%s %s", async (method, path, words) => {
    const reply = await gateway.request(method, path, {}, method === "POST" ? "{}" : undefined);
    expect(reply.status).toBe(404);
    expect(reply.body.toString()).toContain(`There is nothing at ${method} ${path}; the client's base URL ${words}`);
    expect(upstream.requests).toBeEmpty();
  });
});
