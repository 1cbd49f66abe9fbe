import { describe, expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { toHead, type HeaderLines } from "../support/http-bytes.ts";
import type { RawReply } from "../support/raw-client.ts";
import { share, shareUpstream } from "../support/share.ts";
import { replying, streaming } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying());
const gateway = share(gatewayTo(upstream));

const quiet = share(gatewayTo(upstream, { config: { log: { level: "off" } } }));

/** Makes the upstream reply with these headers, whole or streamed. */
const answering = (headers: HeaderLines, isStreamed: boolean): void => {
  const head = toHead(200, [...headers, ["transfer-encoding", "chunked"]]);
  upstream.answer(isStreamed ? streaming(["{}"], { head }) : replying("{}", headers));
};

const hosted = [
  ["whole", false, gateway],
  ["streamed", true, gateway],
  ["streamed and not logged", true, quiet],
] as const;

describe.each(hosted)("reply headers, %s", (_what, isStreamed, to) => {
  const askWith = (headers: HeaderLines): Promise<RawReply> => {
    answering(headers, isStreamed);
    return to.chat();
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

  test("beyond ASCII pass byte for byte, in UTF-8 and in Latin-1", async () => {
    const values = { "x-utf-8": Buffer.from("é😀").toString("latin1"), "x-latin-1": "caf\u00e9" };
    const lines = Object.entries(values).map(([name, value]) => `${name}: ${value}\r\n`);
    const framing = isStreamed
      ? "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
      : "content-length: 2\r\n\r\n{}";
    upstream.answer(async (call) => {
      await call.whole;
      await call.write(Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join("")}${framing}`, "latin1"));
    });
    const reply = await to.chat();
    for (const [name, value] of Object.entries(values)) expect([name, reply.header(name)]).toEqual([name, value]);
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
  const reply = await gateway.chat();
  expect((await gateway.lineOf(reply.header("x-request-id")))["upstream_id"]).toBe("req_upstream_2");
});

test("x-upstream-request-id is left out when the upstream sends no id", async () => {
  expect((await gateway.chat()).header("x-upstream-request-id")).toBeNull();
});

test("a stream asks the proxies before this one not to hold it up, another reply does not", async () => {
  const event = ["content-type", "text/event-stream"] as const;
  answering([event, ["x-accel-buffering", "yes"]], true);
  const streamed = await gateway.chat();
  expect(streamed.header("x-accel-buffering")).toBe("no");
  answering([["content-type", "application/json"]], false);
  const whole = await gateway.chat();
  expect(whole.header("x-accel-buffering")).toBeNull();
});
