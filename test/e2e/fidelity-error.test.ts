import { describe, expect, test } from "bun:test";
import { gatewayTo, upstreamKey } from "../support/gateway.ts";
import { toHead } from "../support/http-bytes.ts";
import type { RawReply } from "../support/raw-client.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";
import { share, shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { afterRequest, endless, eventStream, json, odd } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream();
const gateway = share(gatewayTo(upstream));

/** Sends a chat call that the upstream answers as this script says. */
const ask = (script: UpstreamScript): Promise<RawReply> => {
  upstream.answer(afterRequest(script));
  return gateway.chat();
};

const openAiError = (message: string): string =>
  `{ "error" : {"message":"${message}","type":"x","param":null,"code":1.0,"extra":{}} }\n`;
const html = "<html>\r\n<head><title>Bad gateway é</title></head>\r\n<body>cloud</body></html>";

describe("an upstream's error is a reply: status, body and headers pass", () => {
  const cases: readonly (readonly [status: number, type: string, body: string])[] = [
    [400, "application/json", openAiError("bad")],
    [402, "application/json", openAiError("pay")],
    [404, "application/json; charset=utf-8", openAiError("no such model")],
    [408, "application/json", openAiError("slow")],
    [409, "text/plain", "conflict"],
    [413, "application/json", openAiError("big")],
    [418, "application/json", "{}"],
    [422, "application/json", '{"detail":[{"loc":["body"],"msg":"é"}]}'],
    [429, "application/json", openAiError("too many")],
    [500, "text/html", html],
    [502, "text/html; charset=iso-8859-1", html],
    [503, "application/json", ""],
    [504, "text/html", html],
    [529, "application/json", '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
    [599, "application/octet-stream", "\u0000\u0001"],
  ];
  test.each(cases)("%d %s", async (status, type, text) => {
    const reply = await ask((call) =>
      call.reply(
        status,
        {
          "content-type": type,
          "retry-after": "7",
          "retry-after-ms": "6999.5",
          "x-ratelimit-limit-requests": "60",
          "x-ratelimit-remaining-tokens": "149984",
          "x-ratelimit-reset-tokens": "6m0s",
          "x-should-retry": "false",
        },
        text,
      ),
    );
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).toBe(text);
    expect(reply.header("content-type")).toBe(type);
    expect(reply.header("retry-after")).toBe("7");
    expect(reply.header("retry-after-ms")).toBe("6999.5");
    expect(reply.header("x-ratelimit-limit-requests")).toBe("60");
    expect(reply.header("x-ratelimit-remaining-tokens")).toBe("149984");
    expect(reply.header("x-ratelimit-reset-tokens")).toBe("6m0s");
    expect(reply.headerValues("x-should-retry")).toEqual(["false"]);
    const line = await gateway.lineOf(reply.header("x-request-id"));
    expect(line["status"]).toBe(status);
    expect(line["ended"]).toBe("complete");
    expect(line["error"]).toBeUndefined();
  });

  test("an error that comes as a stream", async () => {
    const reply = await ask(async (call) => {
      await call.write(toHead(429, eventStream));
      await call.write('10\r\ndata: {"e":1.0}\n\r\n0\r\n\r\n');
    });
    expect(reply.status).toBe(429);
    expect(reply.body.toString()).toBe('data: {"e":1.0}\n');
  });
});

describe("an upstream's 401 and 403", () => {
  test.each([401, 403])("%d passes when the key was the client's own", async (status) => {
    await using other = gatewayTo(upstream, { provider: { forward_client_key: true } });
    upstream.answer((call) => call.reply(status, { ...json, "www-authenticate": "Bearer" }, odd));
    const reply = await other.chat(undefined, { authorization: "Bearer mine" });
    expect(upstream.last().headerValues("authorization")).toEqual(["Bearer mine"]);
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).toBe(odd);
    expect(reply.header("www-authenticate")).toBe("Bearer");
  });

  test.each([401, 403])("%d becomes a 502 that says nothing of the upstream when the key is ours", async (status) => {
    const text = openAiError(`Incorrect API key provided: ${upstreamKey}. org-canary`);
    const reply = await ask((call) => call.reply(status, { ...json, "x-canary": "org-canary" }, text));
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body.toString())).toMatchObject({
      error: { type: "upstream_error", param: null, code: "upstream_auth_error" },
    });
    const all = `${JSON.stringify(reply.headers)}${reply.body.toString()}`;
    expect(all).not.toContain("canary");
    expect(all).not.toContain(upstreamKey);
    expect((await gateway.lineOf(reply.header("x-request-id")))["error"]).toBe("upstream_auth_error");
    expect(await gateway.text()).not.toContain(upstreamKey);
  });

  test("a 401 without any key in the game passes", async () => {
    await using other = gatewayTo(upstream, { provider: { api_key: undefined } });
    upstream.answer((call) => call.reply(401, {}, odd));
    const reply = await other.chat(undefined, { authorization: "Bearer mine" });
    expect(upstream.last().header("authorization")).toBeNull();
    expect(reply.status).toBe(401);
    expect(reply.body.toString()).toBe(odd);
  });
});

test.each([301, 302, 303, 307, 308])("a redirect %d is neither followed nor shown", async (status) => {
  const reply = await ask((call) => call.reply(status, { location: `${upstream.url}/v1/canary` }, "moved"));
  expect(reply.status).toBe(502);
  expect(reply.header("location")).toBeNull();
  expect(reply.body.toString()).not.toContain("canary");
  expect(upstream.requests).toHaveLength(1);
});

test.each(["700 Odd", "099 Odd", "101 Switching Protocols"])(
  "a status that is none of a reply (%s) is a 502, and the stream behind it is given up",
  async (status) => {
    const reply = await ask(endless("data: x\n\n", { head: toHead(status, { "transfer-encoding": "chunked" }) }));
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { code: "upstream_invalid_response" } });
    await until(() => upstream.last().connection.closedAt() !== null, 500);
  },
);
