import { describe, expect, test } from "bun:test";
import { errorTable, ProxyError, toErrorHead, toErrorText, toProxyError, type ErrorCode } from "../src/errors.ts";

const toErrorReply = (error: ProxyError) => ({ ...toErrorHead(error), body: toErrorText(error) });

const isCode = (key: string): key is ErrorCode => key in errorTable;
const codes = Object.keys(errorTable).filter(isCode);
const statuses = { client: [400, 499], upstream: [502, 504], proxy: [500, 503] } as const;
const types = { client: "invalid_request_error", upstream: "upstream_error", proxy: "server_error" } as const;

describe.each(codes)("%s", (code) => {
  const row = errorTable[code];

  test("is spelled like the codes of OpenAI", () => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)+$/);
  });

  test("has the status and the type of the party that failed", () => {
    const [least, most] = statuses[row.source];
    expect(row.status).toBeWithin(least, most + 1);
    expect(row.type).toBe(types[row.source]);
  });

  test("is answered in the OpenAI shape, with its status and whether to retry", () => {
    const { status, headers, body } = toErrorReply(new ProxyError(code, "What is wrong"));
    expect(status).toBe(row.status);
    expect(headers).toEqual({ "content-type": "application/json", "x-should-retry": String(row.retry) });
    expect(JSON.parse(body)).toEqual({ error: { message: "What is wrong", type: row.type, param: null, code } });
  });
});

test("only a request that never began its work upstream, or was not taken by us, may be sent again", () => {
  expect(codes.filter((code) => errorTable[code].retry)).toEqual([
    "upstream_connect_error",
    "upstream_connection_reset",
    "upstream_connect_timeout",
    "too_many_bodies",
    // Asked of a file of ours.
    "ledger_unavailable",
  ]);
});

test("a reply names the field at fault and carries further headers, but never type or retry of another", () => {
  const error = new ProxyError("method_not_allowed", "No", {
    param: "model",
    headers: { allow: "POST", "content-type": "text/html", "x-should-retry": "true" },
  });
  const { headers, body } = toErrorReply(error);
  expect(headers).toEqual({ allow: "POST", "content-type": "application/json", "x-should-retry": "false" });
  expect(JSON.parse(body).error.param).toBe("model");
});

test.each([
  ["an error", new Error("secret sk-proj-1 at http://10.0.0.1")],
  [
    "an error that passes itself off as one of ours",
    Object.assign(new Error("x"), { code: "invalid_json", status: 1 }),
  ],
  ["a text", "secret"],
  ["nothing", undefined],
  ["null", null],
  ["an object", { message: "secret", code: "invalid_json" }],
])("%s of foreign origin becomes internal_error, its text for the log alone", (_, thrown) => {
  const error = toProxyError(thrown);
  expect([error.code, error.cause]).toEqual(["internal_error", thrown]);
  const { status, headers, body } = toErrorReply(error);
  expect(status).toBe(500);
  expect(JSON.stringify([headers, body])).not.toMatch(/secret|sk-proj|10\.0\.0\.1/);
  expect(body).not.toContain(import.meta.dir);
});

test("an error of ours is answered as it is, its cause for the log alone", () => {
  const error = new ProxyError("upstream_connect_error", "No connection", {
    cause: new Error("ECONNREFUSED 10.0.0.1"),
  });
  expect(toProxyError(error)).toBe(error);
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe("ProxyError");
  expect(JSON.stringify(toErrorReply(error))).not.toContain("10.0.0.1");
});
