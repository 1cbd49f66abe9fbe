import { describe, expect, test } from "bun:test";
import { gatewayTo, type Gateway } from "../support/gateway.ts";
import { chat } from "../support/http-bytes.ts";
import type { RawReply } from "../support/raw-client.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(
  replying("{}", { ...json, "access-control-allow-origin": "https://upstream.example" }),
);
const off = share(gatewayTo(upstream));
const named = share(
  gatewayTo(upstream, {
    config: { server: { cors: { origins: ["https://app.example", "http://localhost:3000"], max_age: "1h" } } },
  }),
);
const anyone = share(gatewayTo(upstream, { config: { server: { cors: { origins: ["*"] } } } }));

/** What the OpenAI SDK 7.57.0 sends from a browser with `dangerouslyAllowBrowser`. */
const sdkHeaders =
  "authorization,content-type,x-stainless-arch,x-stainless-lang,x-stainless-os,x-stainless-package-version," +
  "x-stainless-retry-count,x-stainless-runtime,x-stainless-runtime-version,x-stainless-timeout,openai-organization";

const preflight = (gateway: Gateway, origin: string, headers = sdkHeaders): Promise<RawReply> =>
  gateway.request("OPTIONS", chat, {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": headers,
  });
const call = (gateway: Gateway, headers: Readonly<Record<string, string>>, body?: string): Promise<RawReply> =>
  gateway.chat(body, headers);
const corsOf = (reply: RawReply): readonly string[] =>
  reply.headers.map(([name]) => name.toLowerCase()).filter((name) => name.startsWith("access-control-"));

describe("by default", () => {
  test("no CORS header is sent, neither ours nor the upstream's", async () => {
    const reply = await call(off, { origin: "https://app.example" });
    expect(reply.status).toBe(200);
    expect(corsOf(reply)).toEqual([]);
    expect(reply.header("vary")).toBeNull();
  });

  test("a preflight is refused as the wrong method", async () => {
    const reply = await preflight(off, "https://app.example");
    expect(reply.status).toBe(405);
    expect(corsOf(reply)).toEqual([]);
  });
});

describe("with named origins", () => {
  test("a preflight is granted, with every header that the browser SDK sends, and reaches no upstream", async () => {
    const reply = await preflight(named, "https://app.example");
    expect(reply.status).toBe(204);
    expect(reply.body.length).toBe(0);
    expect(reply.headerValues("access-control-allow-origin")).toEqual(["https://app.example"]);
    const granted = (reply.header("access-control-allow-headers") ?? "").split(/\s*,\s*/);
    for (const name of sdkHeaders.split(",")) expect(granted).toContain(name);
    expect(reply.header("access-control-allow-methods")).toContain("POST");
    expect(reply.header("access-control-max-age")).toBe("3600");
    expect(reply.header("access-control-allow-credentials")).toBeNull();
    expect(reply.header("vary")?.toLowerCase()).toContain("origin");
    expect(upstream.requests).toBeEmpty();
  });

  test("a preflight for any path and method is granted", async () => {
    for (const [method, path] of [
      ["GET", "/v1/models"],
      ["DELETE", "/v1/files/f"],
      ["POST", "/v1/files"],
    ] as const) {
      const reply = await named.request("OPTIONS", path, {
        origin: "http://localhost:3000",
        "access-control-request-method": method,
      });
      expect(reply.status).toBe(204);
      expect(reply.header("access-control-allow-methods")).toContain(method);
    }
  });

  test("a call is answered for its origin, which shared caches are told", async () => {
    const reply = await call(named, { origin: "http://localhost:3000" });
    expect(reply.status).toBe(200);
    expect(reply.headerValues("access-control-allow-origin")).toEqual(["http://localhost:3000"]);
    expect(reply.header("vary")?.toLowerCase()).toContain("origin");
    for (const name of ["x-request-id", "retry-after", "x-should-retry"]) {
      expect(reply.header("access-control-expose-headers")).toContain(name);
    }
    expect(upstream.last().header("origin")).toBeNull();
  });

  test.each([
    "https://evil.example",
    "null",
    "https://app.example.evil.example",
    "http://app.example",
    "https://app.example:444",
    "https://sub.app.example",
    "https://app.example/",
    "*",
  ])("a foreign origin %s is told nothing", async (origin) => {
    const reply = await call(named, { origin });
    expect(corsOf(reply)).toEqual([]);
    expect(reply.header("vary")?.toLowerCase()).toContain("origin");
    const asked = await preflight(named, origin);
    expect(corsOf(asked)).toEqual([]);
    expect(asked.status).toBe(405);
  });

  test("a call without an origin gets no CORS header, but shared caches are told", async () => {
    const reply = await call(named, {});
    expect(reply.status).toBe(200);
    expect(corsOf(reply)).toEqual([]);
    expect(reply.header("vary")?.toLowerCase()).toContain("origin");
  });

  test("errors of ours can be read by the page", async () => {
    for (const [body, status] of [
      ["{", 400],
      ['{"a":1}', 400],
      ['{"model":""}', 400],
    ] as const) {
      const reply = await call(named, { origin: "https://app.example" }, body);
      expect(reply.status).toBe(status);
      expect(reply.header("access-control-allow-origin")).toBe("https://app.example");
      expect(reply.header("access-control-expose-headers")).toContain("x-request-id");
    }
    const missing = await named.request("GET", "/nowhere", { origin: "https://app.example" });
    expect(missing.status).toBe(404);
    expect(missing.header("access-control-allow-origin")).toBe("https://app.example");
  });

  test("OPTIONS without a preflight's headers is no preflight", async () => {
    const reply = await named.request("OPTIONS", chat, { origin: "https://app.example" });
    expect(reply.status).toBe(405);
    expect(reply.header("access-control-allow-origin")).toBe("https://app.example");
  });

  test("the upstream's Vary is kept beside ours", async () => {
    upstream.answer(replying("{}", { ...json, vary: "Accept-Encoding" }));
    const vary = (await call(named, { origin: "https://app.example" })).header("vary")?.toLowerCase() ?? "";
    expect(vary).toContain("accept-encoding");
    expect(vary).toContain("origin");
  });
});

describe("with every origin", () => {
  test.each(["https://any.example", "null"])("%s is granted as *, without Vary", async (origin) => {
    const asked = await preflight(anyone, origin);
    expect(asked.status).toBe(204);
    expect(asked.headerValues("access-control-allow-origin")).toEqual(["*"]);
    expect(asked.header("access-control-max-age")).toBe("600");
    const reply = await call(anyone, { origin });
    expect(reply.headerValues("access-control-allow-origin")).toEqual(["*"]);
    expect(reply.header("access-control-allow-credentials")).toBeNull();
  });
});
