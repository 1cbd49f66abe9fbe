import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { createHeaderRule, stripReplyHeaders, toUpstreamHeaders } from "../../src/wire/headers.ts";

/** Hop-by-hop names, what belongs to the upstream's host, its CORS choices, and keys. */
const denied = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "set-cookie",
  "alt-svc",
  "strict-transport-security",
  "server",
  "nel",
  "report-to",
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-max-age",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-expose-headers",
  "authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
];

const plain = createHeaderRule([], false);
const send = (given: Record<string, string>, rule = plain): Record<string, string> =>
  Object.fromEntries(toUpstreamHeaders(new Headers(given), rule));
const strip = (given: Headers): Record<string, string> => {
  stripReplyHeaders(given);
  return Object.fromEntries(given);
};

describe("toUpstreamHeaders", () => {
  test.each([
    ["accept", "text/event-stream"],
    ["accept-encoding", "gzip, br"],
    ["accept-language", "de"],
    ["anthropic-beta", "tools-2026"],
    ["anthropic-version", "2023-06-01"],
    ["content-encoding", "identity"],
    ["content-type", "multipart/form-data; boundary=x"],
    ["idempotency-key", "stainless-node-retry-1"],
    ["openai-beta", "assistants=v2"],
    ["range", "bytes=0-9"],
    ["traceparent", "00-1-2-01"],
    ["tracestate", "a=b"],
    ["user-agent", "OpenAI/JS 7.57.0"],
    ["x-client-request-id", "c-1"],
    ["x-stainless-lang", "js"],
    ["x-stainless-something-new", "1"],
    ["X-Stainless-OS", "Linux"],
  ])("passes %s: %s as it is", (name, value) => {
    expect(send({ [name]: value })).toEqual({ [name.toLowerCase()]: value });
  });

  test.each([
    ["authorization", "Bearer sk-client"],
    ["x-api-key", "k"],
    ["api-key", "k"],
    ["x-goog-api-key", "k"],
    ["cookie", "session=1"],
    ["proxy-authorization", "Basic x"],
    ["openai-organization", "org-1"],
    ["openai-project", "p-1"],
    ["host", "gateway.internal"],
    ["origin", "https://page.example"],
    ["referer", "https://page.example/"],
    ["forwarded", "for=1.2.3.4"],
    ["x-forwarded-for", "1.2.3.4"],
    ["x-real-ip", "1.2.3.4"],
    ["content-length", "17"],
    ["transfer-encoding", "chunked"],
    ["te", "trailers"],
    ["trailer", "x"],
    ["upgrade", "h2c"],
    ["expect", "100-continue"],
    ["keep-alive", "timeout=5"],
    ["proxy-connection", "keep-alive"],
    ["x-qlite-provider", "openai"],
    ["x-stainless", "no dash, no family"],
    ["sec-fetch-mode", "cors"],
    // Names that are properties of every object.
    ["constructor", "1"],
    ["__proto__", "1"],
    ["toString", "1"],
    ["7", "1"],
  ])("keeps %s: %s here", (name, value) => {
    const client = new Headers([[name, value]]);
    expect([...toUpstreamHeaders(client, plain)]).toEqual([]);
    expect(client.get(name)).toBe(value);
  });

  test.each([
    ["keep-alive", { accept: "a" }],
    ["close", { accept: "a" }],
    ["accept", {}],
    ["close, Accept", {}],
    ["keep-alive,x-nothing , accept", {}],
    [", ,é,a b,(),accept", {}],
  ])("drops what connection: %s names, and that header itself", (connection, wanted) => {
    const named = createHeaderRule(["connection"], false);
    expect(send({ connection, accept: "a" }, plain)).toEqual(wanted);
    expect(send({ connection, accept: "a" }, named)).toMatchObject(wanted);
  });

  test("lets what belongs to the client's own key pass only to a provider that is told to take it; never the key", () => {
    const given = { "openai-organization": "org-1", "openai-project": "p-1" };
    const keys = { authorization: "Bearer sk-client", "x-api-key": "k", "x-goog-api-key": "k", "api-key": "k" };
    expect(send({ ...given, ...keys })).toEqual({});
    expect(send({ ...given, ...keys, cookie: "a=1" }, createHeaderRule([], true))).toEqual(given);
  });

  test("holds back what the provider has another way to say, even of those that pass", () => {
    const given = { "anthropic-version": "2023-06-01", "anthropic-beta": "b" };
    expect(send(given, createHeaderRule([], false, ["anthropic-version"]))).toEqual({ "anthropic-beta": "b" });
  });

  test("lets the names of the config pass, in any letter case, and no others of their kind", () => {
    const rule = createHeaderRule(["X-Team", "x-cost-centre"], false);
    const given = { "x-team": "a", "X-Cost-Centre": "b", "x-team-2": "c" };
    expect(send(given, rule)).toEqual({ "x-team": "a", "x-cost-centre": "b" });
  });

  test("sends no header that the rule refuses, whatever else comes with it, and leaves the client's set as it was", () => {
    const names = ["accept", "cookie", "x-stainless-a", "x-b", "set-cookie", "authorization", "__proto__", "te", "3"];
    const header = fc.tuple(fc.constantFrom(...names), fc.stringMatching(/^[a-z]{1,5}$/));
    fc.assert(
      fc.property(fc.array(header), (given) => {
        const client = new Headers(given);
        const before = [...client];
        expect([...toUpstreamHeaders(client, plain)]).toEqual(before.filter(([name]) => plain(name)));
        expect([...client]).toEqual(before);
      }),
    );
  });
});

test("a rule answers a name the same the first time, the second and after 100,000 invented ones, in bounded memory", () => {
  const rule = createHeaderRule(["x-team"], false);
  const asked = ["accept", "x-team", "x-stainless-os", "authorization", "x-other"];
  const answers = (): boolean[] => asked.map((name) => rule(name));
  const wanted = [true, true, true, false, false];
  expect(answers()).toEqual(wanted);
  const late = createHeaderRule(["x-team"], false);
  Bun.gc(true);
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 100_000; index += 1) {
    const name = `x-${"invented".repeat(32)}-${index}`;
    if (rule(name) || late(name)) throw new Error(`${name} passed`);
  }
  Bun.gc(true);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
  expect(answers()).toEqual(wanted);
  expect(asked.map((name) => late(name))).toEqual(wanted);
});

describe("stripReplyHeaders", () => {
  test.each(denied)("takes out %s", (name) => {
    expect(strip(new Headers([[name, "x-y"]]))).toEqual({});
  });

  test.each([
    ["content-type", "text/event-stream; charset=utf-8"],
    ["content-encoding", "gzip"],
    ["content-length", "17"],
    ["retry-after", "3"],
    ["retry-after-ms", "250"],
    ["x-ratelimit-remaining-tokens", "149984"],
    ["openai-processing-ms", "12"],
    ["openai-version", "2020-10-01"],
    ["x-should-retry", "false"],
    ["cache-control", "no-cache"],
    ["etag", '"a"'],
    ["www-authenticate", "Bearer"],
    ["location", "/v1/x"],
    ["x-anything-new", "1"],
  ])("leaves %s: %s", (name, value) => {
    expect(strip(new Headers([[name, value]]))).toEqual({ [name]: value });
  });

  test("takes out every one of several cookies, and what the connection header names", () => {
    const given = new Headers([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["connection", "X-Hop, keep-alive"],
      ["x-hop", "1"],
      ["x-end", "2"],
    ]);
    expect(strip(given)).toEqual({ "x-end": "2" });
    expect(given.getSetCookie()).toEqual([]);
  });
});
