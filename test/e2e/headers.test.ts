import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { gatewayTo, startGateway, providerAt, upstreamKey, type Gateway } from "../support/gateway.ts";
import type { HeaderLines } from "../support/http-bytes.ts";
import { connectRaw, requestRaw, type RawReply } from "../support/raw-client.ts";
import { startRawUpstream, type RawUpstream } from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startRawUpstream();
  gateway = gatewayTo(upstream);
});
beforeEach(() =>
  upstream.answer(async (call) => {
    await call.whole;
    await call.reply(200, { "content-type": "application/json" }, "{}");
  }),
);
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const body = '{"model":"m"}';
type Headers = Readonly<Record<string, string>> | HeaderLines;

/** Both ways through the gateway: a call, whose body is read, and an upload, which is streamed. */
const ways = [
  ["a call", (to: Gateway, headers: Headers) => requestRaw(to.url, "POST", "/v1/chat/completions", headers, body)],
  ["a passed request", (to: Gateway, headers: Headers) => requestRaw(to.url, "POST", "/v1/files", headers, "file")],
  ["a passed GET", (to: Gateway, headers: Headers) => requestRaw(to.url, "GET", "/v1/files", headers)],
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
    const known = ["authorization", "connection", "host", "user-agent", "accept", "content-length", "x-request-id"];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  test("no encoding is asked for that the client did not ask for", async () => {
    await ask(gateway, {});
    expect(upstream.last().header("accept-encoding")).toBeNull();
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
    await ways[0][1](open, { "x-tenant": "t-1", "Helicone-Auth": "h-1", "x-tenant-2": "canary", "x-tenan": "canary" });
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
    await ways[0][1](open, sent);
    expect(upstream.last().headerValues("authorization")).toEqual(["Bearer own"]);
    expect(upstream.last().header("openai-organization")).toBe("org");
    expect(upstream.last().header("openai-project")).toBe("proj");
    expect(upstream.last().head).not.toContain("canary");
    expect(await open.text()).not.toContain("Bearer own");
  });

  test("forward_client_key sends no authorization when the client has none", async () => {
    await using open = gatewayTo(upstream, { provider: { forward_client_key: true } });
    await ways[0][1](open, {});
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
      await requestRaw(
        both.url,
        "POST",
        "/v1/chat/completions",
        { authorization: "Bearer x" },
        JSON.stringify({ model }),
      );
      expect(upstream.last().headerValues("authorization")).toEqual([...keys]);
    }
  });
});

/** A reply of the upstream with these headers, whole or streamed. */
const answering = (headers: HeaderLines, isStreamed: boolean): void =>
  upstream.answer(async (call) => {
    await call.whole;
    if (!isStreamed) return await call.reply(200, headers, "{}");
    const lines = [...headers, ["transfer-encoding", "chunked"]].map(([name, value]) => `${name}: ${value}\r\n`);
    await call.write(`HTTP/1.1 200 OK\r\n${lines.join("")}\r\n2\r\n{}\r\n0\r\n\r\n`);
  });

const hosted: readonly (readonly [what: string, isStreamed: boolean, to: () => Gateway | Promise<Gateway>])[] = [
  ["whole", false, () => gateway],
  ["streamed", true, () => gateway],
  ["streamed and not logged", true, () => gatewayTo(upstream, { config: { log: { level: "off" } } })],
];

describe.each(hosted)("reply headers, %s", (_what, isStreamed, gatewayOf) => {
  const askWith = async (headers: HeaderLines): Promise<RawReply> => {
    answering(headers, isStreamed);
    const to = await gatewayOf();
    const reply = await ways[0][1](to, {});
    if (to !== gateway) await to.close();
    return reply;
  };

  test("of the upstream's host, its connection, its CORS and its keys stay behind", async () => {
    const denied = [
      "set-cookie",
      "Server",
      "alt-svc",
      "strict-transport-security",
      "nel",
      "report-to",
      "keep-alive",
      "proxy-authenticate",
      "upgrade",
      "te",
      "proxy-connection",
      "access-control-allow-origin",
      "access-control-allow-credentials",
      "access-control-allow-headers",
      "access-control-allow-methods",
      "access-control-expose-headers",
      "access-control-max-age",
      "authorization",
      "x-api-key",
      "api-key",
      "x-goog-api-key",
    ];
    const reply = await askWith([
      ...denied.map((name) => [name, "canary"] as const),
      ["set-cookie", "__cf_bm=canary; path=/"],
      ["x-kept", "1"],
    ]);
    expect(reply.status).toBe(200);
    expect(JSON.stringify(reply.headers)).not.toContain("canary");
    expect(reply.header("x-kept")).toBe("1");
  });

  test("all others pass, known or not, with every value", async () => {
    const passed: HeaderLines = [
      ["content-type", "application/json; x=1"],
      ["openai-processing-ms", "123"],
      ["openai-version", "2020-10-01"],
      ["openai-organization", "org"],
      ["x-ratelimit-limit-tokens", "150000"],
      ["x-ratelimit-reset-requests", "1s"],
      ["cf-ray", "abc-FRA"],
      ["x-whatever-comes-next", "a=1; b"],
      ["etag", 'W/"1"'],
      ["cache-control", "no-cache, no-transform"],
      ["content-disposition", 'attachment; filename="x.txt"'],
      ["date", "Sun, 22 Nov 2026 08:00:00 GMT"],
      ["vary", "Accept"],
      ["vary", "X-Other"],
      ["link", "<a>; rel=next"],
      ["link", "<b>; rel=last"],
      ["x-accel-buffering", "no"],
    ];
    const reply = await askWith(passed);
    for (const [name] of passed) {
      const values = passed.filter(([other]) => other === name).map(([, value]) => value);
      expect([name, reply.header(name)]).toEqual([name, values.join(", ")]);
    }
    expect(reply.headerValues("date").length).toBe(1);
  });

  test("named by the upstream's Connection stay behind", async () => {
    const reply = await askWith([
      ["connection", "keep-alive, X-Inner"],
      ["x-inner", "canary"],
      ["x-outer", "1"],
    ]);
    expect(JSON.stringify(reply.headers)).not.toContain("canary");
    expect(reply.header("x-outer")).toBe("1");
  });

  test("hold our request id as x-request-id and the upstream's as x-upstream-request-id", async () => {
    const reply = await askWith([["x-request-id", "req_upstream"]]);
    expect(reply.headerValues("x-upstream-request-id")).toEqual(["req_upstream"]);
    expect(reply.headerValues("x-request-id")).toEqual([upstream.last().header("x-request-id")!]);
    expect(reply.header("x-request-id")).not.toBe("req_upstream");
  });
});

test("the upstream's own request id stands in the log", async () => {
  answering([["x-request-id", "req_upstream_2"]], false);
  const reply = await ways[0][1](gateway, {});
  expect((await gateway.lineOf(reply.header("x-request-id")))["upstream_id"]).toBe("req_upstream_2");
});

test("x-upstream-request-id is left out when the upstream sends no id", async () => {
  expect((await ways[0][1](gateway, {})).header("x-upstream-request-id")).toBeNull();
});

describe("x-request-id", () => {
  const sane = ["a", "req_0123.ABC:x-y", "7b1c4d6e-0000-4000-8000-000000000000", "x".repeat(128)];
  test.each(sane)("%s of the client is sent upstream, answered and logged", async (id) => {
    const reply = await ways[0][1](gateway, { "X-Request-Id": id });
    expect(upstream.last().headerValues("x-request-id")).toEqual([id]);
    expect(reply.headerValues("x-request-id")).toEqual([id]);
    expect((await gateway.lineOf(id))["status"]).toBe(200);
  });

  const insane: readonly (readonly [what: string, id: string])[] = [
    ["nothing", ""],
    ["spaces", "a b"],
    ["129 characters", "x".repeat(129)],
    ["8,000 characters", "x".repeat(8000)],
    ["quotes and braces", '"},{"level":"error'],
    ["bytes above ASCII", "\u00e9\u00ff"],
    ["UTF-8", Buffer.from("😀").toString("latin1")],
    ["a tab", "a\tb"],
    ["escapes of line ends", "a%0d%0ax-evil: 1"],
    ["angle brackets", "<script>"],
    ["a slash", "../../etc"],
  ];
  test.each(insane)("with %s is replaced by one of ours", async (_what, id) => {
    const reply = await ways[0][1](gateway, { "x-request-id": id });
    expect(reply.status).toBe(200);
    const own = reply.header("x-request-id");
    expect(own).toMatch(/^[0-9a-f-]{36}$/);
    expect(upstream.last().headerValues("x-request-id")).toEqual([own!]);
    expect((await gateway.lineOf(own))["status"]).toBe(200);
    if (id.length > 3) expect(await gateway.text()).not.toContain(JSON.stringify(id).slice(1, -1));
  });

  test("given twice is replaced by one of ours", async () => {
    const reply = await ways[0][1](gateway, [
      ["x-request-id", "one"],
      ["x-request-id", "two"],
    ]);
    expect(reply.header("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(["a\nx-evil: 1", "a\rx-evil: 1", "a\u0000b"])(
    "with a raw control character (%j) never gets further",
    async (id) => {
      const before = upstream.requests.length;
      using client = await connectRaw(gateway.url);
      await client.send(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      await client.until((received) => received.length > 0 || client.isClosed());
      for (const call of upstream.requests.slice(before)) expect(call.header("x-evil")).toBeNull();
      expect(client.received().toString()).not.toContain("x-evil");
    },
  );

  test("is made anew for each request, and stands on errors too", async () => {
    const ids = new Set<string | null>();
    for (let index = 0; index < 5; index++) ids.add((await ways[0][1](gateway, {})).header("x-request-id"));
    const missing = await requestRaw(gateway.url, "GET", "/nowhere");
    expect(missing.status).toBe(404);
    ids.add(missing.header("x-request-id"));
    expect(ids.has(null)).toBe(false);
    expect(ids.size).toBe(6);
    expect((await gateway.lineOf(missing.header("x-request-id")))["error"]).toBe("unknown_url");
  });
});
