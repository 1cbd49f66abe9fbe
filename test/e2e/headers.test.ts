import { describe, expect, test } from "bun:test";
import { gatewayTo, providerAt, startGateway, upstreamKey, type Gateway } from "../support/gateway.ts";
import type { SentHeaders } from "../support/http-bytes.ts";
import { share, shareUpstream } from "../support/share.ts";
import { replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying());
const gateway = share(gatewayTo(upstream, { config: { usage: "off" } }));

/** Both ways through the gateway: a call, whose body is read, and an upload, which is streamed. */
const ways = [
  ["a call", (to: Gateway, headers: SentHeaders) => to.chat(undefined, headers)],
  ["a passed request", (to: Gateway, headers: SentHeaders) => to.request("POST", "/v1/files", headers, "file")],
  ["a passed GET", (to: Gateway, headers: SentHeaders) => to.request("GET", "/v1/files", headers)],
] as const;

const kept: Readonly<Record<string, string>> = {
  accept: "text/event-stream;q=0.9, */*",
  "accept-encoding": "gzip, br;q=0.5",
  "accept-language": "de-DE",
  "anthropic-beta": "a-1,b-2",
  "anthropic-version": "2023-06-01",
  "content-type": "application/json; charset=utf-8",
  "idempotency-key": "idem-1",
  "openai-beta": "assistants=v2",
  range: "bytes=0-9",
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "a=1",
  "user-agent": "OpenAI/JS 7.57.0",
  "x-client-request-id": "mine-1",
  "x-stainless-lang": "js",
  "x-stainless-retry-count": "0",
  "X-Stainless-Package-Version": "7.57.0",
  "x-stainless-anything-new": "1",
};

const canaries: Readonly<Record<string, string>> = {
  authorization: "Bearer canary-client-key",
  "proxy-authorization": "Basic canary",
  cookie: "session=canary",
  cookie2: "canary",
  "x-api-key": "canary",
  "api-key": "canary",
  "x-goog-api-key": "canary",
  "openai-organization": "canary",
  "openai-project": "canary",
  forwarded: "for=canary;host=canary.example",
  "x-forwarded-for": "10.0.0.1, canary",
  "x-forwarded-host": "canary.example",
  "x-forwarded-proto": "canary",
  "x-real-ip": "canary",
  "cf-connecting-ip": "canary",
  via: "1.1 canary",
  origin: "https://canary.example",
  referer: "https://canary.example/page",
  host: "canary.example",
  "x-arbitrary": "canary",
  "x-qlite-anything": "canary",
  "sec-fetch-site": "canary",
  "if-none-match": "canary",
  "x-amz-security-token": "canary",
  "upgrade-insecure-requests": "canary",
  te: "canary",
  "keep-alive": "timeout=5, canary",
  "x-stainless": "canary",
};

/** What the gateway and its transport send of their own. */
const ours = new Set(["authorization", "connection", "host", "user-agent", "accept", "content-length", "x-request-id"]);

describe.each(ways)("request headers of %s", (_what, ask) => {
  test("of the SDKs and of tracing pass as they are, once", async () => {
    expect((await ask(gateway, kept)).status).toBe(200);
    for (const [name, value] of Object.entries(kept)) {
      expect([name, upstream.last().headerValues(name)]).toEqual([name, [value]]);
    }
  });

  test("that hold credentials, addresses or anything unknown stay here", async () => {
    expect((await ask(gateway, canaries)).status).toBe(200);
    expect(upstream.last().head).not.toContain("canary");
    expect(upstream.last().headerValues("host")).toEqual([`127.0.0.1:${upstream.port}`]);
  });

  test("hold our key exactly once, whatever the client sends", async () => {
    await ask(gateway, [
      ["authorization", "Bearer canary-1"],
      ["Authorization", "Bearer canary-2"],
    ]);
    expect(upstream.last().headerValues("authorization")).toEqual([`Bearer ${upstreamKey}`]);
    expect(upstream.last().head).not.toContain("canary");
  });

  test("are nothing beyond what is known here", async () => {
    await ask(gateway, {});
    const names = upstream.last().headers.map(([name]) => name.toLowerCase());
    expect(names.filter((name) => !ours.has(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("no encoding is asked for that the client did not ask for", async () => {
    await ask(gateway, {});
    expect(upstream.last().header("accept-encoding")).toBeNull();
  });

  test("beyond ASCII pass byte for byte", async () => {
    const value = Buffer.from("é😀").toString("latin1");
    await ask(gateway, { "user-agent": value, "openai-beta": "caf\u00e9" });
    expect(upstream.last().header("user-agent")).toBe(value);
    expect(upstream.last().header("openai-beta")).toBe("caf\u00e9");
  });

  test("several values of one name keep their order", async () => {
    await ask(gateway, [
      ["openai-beta", "a=v1"],
      ["OpenAI-Beta", "b=v2"],
    ]);
    expect(upstream.last().header("openai-beta")).toBe("a=v1, b=v2");
  });

  test("named by Connection stay here, even those that would pass", async () => {
    await ask(gateway, [
      ["connection", "keep-alive, Idempotency-Key , x-stainless-lang, not a name"],
      ["idempotency-key", "canary"],
      ["x-stainless-lang", "canary"],
      ["x-stainless-os", "Linux"],
    ]);
    expect(upstream.last().head).not.toContain("canary");
    expect(upstream.last().header("x-stainless-os")).toBe("Linux");
    expect(upstream.last().header("connection")?.toLowerCase()).toBe("keep-alive");
  });

  test("named by Connection, x-request-id is still sent and answered", async () => {
    const reply = await ask(gateway, { connection: "x-request-id", "x-request-id": "mine" });
    expect(upstream.last().header("x-request-id")).toBe(reply.header("x-request-id"));
  });
});

describe("what the config lets through", () => {
  test("forward_headers pass, with any case, and nothing like them", async () => {
    await using open = gatewayTo(upstream, { provider: { forward_headers: ["X-Tenant", "helicone-auth"] } });
    await open.chat(undefined, {
      "x-tenant": "t-1",
      "Helicone-Auth": "h-1",
      "x-tenant-2": "canary",
      "x-tenan": "canary",
    });
    expect(upstream.last().headerValues("x-tenant")).toEqual(["t-1"]);
    expect(upstream.last().headerValues("helicone-auth")).toEqual(["h-1"]);
    expect(upstream.last().head).not.toContain("canary");
  });

  test("forward_client_key passes the client's key, organization and project, and no key of ours", async () => {
    await using open = gatewayTo(upstream, { provider: { forward_client_key: true } });
    const sent = {
      authorization: "Bearer own",
      "openai-organization": "org",
      "openai-project": "proj",
      cookie: "canary",
    };
    const reply = await open.chat(undefined, sent);
    expect(upstream.last().headerValues("authorization")).toEqual(["Bearer own"]);
    expect(upstream.last().header("openai-organization")).toBe("org");
    expect(upstream.last().header("openai-project")).toBe("proj");
    expect(upstream.last().head).not.toContain("canary");
    expect(await open.lineOf(reply.header("x-request-id"))).toMatchObject({ status: 200 });
    expect(await open.text()).not.toContain("Bearer own");
  });

  test("forward_client_key sends no authorization when the client has none", async () => {
    await using open = gatewayTo(upstream, { provider: { forward_client_key: true } });
    await open.chat();
    expect(upstream.last().header("authorization")).toBeNull();
  });

  test("each provider gets its own key only", async () => {
    await using both = startGateway({
      providers: [
        providerAt(upstream.url, { name: "a", api_key: "sk-key-of-a", models: ["a-model"] }),
        providerAt(upstream.url, { name: "b", api_key: "sk-key-of-b", models: ["b-model"] }),
        providerAt(upstream.url, { name: "c", api_key: undefined, models: ["c-model"] }),
      ],
    });
    for (const [model, keys] of [
      ["a-model", ["Bearer sk-key-of-a"]],
      ["b-model", ["Bearer sk-key-of-b"]],
      ["c-model", []],
      ["a/a-model", ["Bearer sk-key-of-a"]],
    ] as const) {
      await both.chat(JSON.stringify({ model }), { authorization: "Bearer x" });
      expect(upstream.last().headerValues("authorization")).toEqual([...keys]);
    }
  });
});
