import { expect, test } from "bun:test";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import type { FailureKind } from "../../../src/dialects/reply.ts";

const rpc = [
  ["CANCELLED", 499, "server"],
  ["UNKNOWN", 500, "server"],
  ["INVALID_ARGUMENT", 400, "invalid_request"],
  ["DEADLINE_EXCEEDED", 504, "timeout"],
  ["NOT_FOUND", 404, "not_found"],
  ["ALREADY_EXISTS", 409, "invalid_request"],
  ["PERMISSION_DENIED", 403, "permission"],
  ["UNAUTHENTICATED", 401, "authentication"],
  ["RESOURCE_EXHAUSTED", 429, "rate_limit"],
  ["FAILED_PRECONDITION", 400, "invalid_request"],
  ["ABORTED", 409, "server"],
  ["OUT_OF_RANGE", 400, "invalid_request"],
  ["UNIMPLEMENTED", 501, "invalid_request"],
  ["INTERNAL", 500, "server"],
  ["UNAVAILABLE", 503, "overloaded"],
  ["DATA_LOSS", 500, "server"],
] as const;

test.each(rpc)("%s (%d) is a failure of kind %s, and is written as itself", (status, code, kind) => {
  const body = { error: { code, message: "No.", status } };
  const failure = gemini.readFailure(code, body);
  expect(failure).toEqual({ kind, status: code, message: "No.", code: status, param: null });
  expect(gemini.writeFailure(failure)).toEqual(body);
});

const written: readonly (readonly [FailureKind, number, string])[] = [
  ["invalid_request", 400, "INVALID_ARGUMENT"],
  ["authentication", 401, "UNAUTHENTICATED"],
  ["permission", 403, "PERMISSION_DENIED"],
  ["quota", 429, "RESOURCE_EXHAUSTED"],
  ["not_found", 404, "NOT_FOUND"],
  ["too_large", 413, "INVALID_ARGUMENT"],
  ["rate_limit", 429, "RESOURCE_EXHAUSTED"],
  ["overloaded", 503, "UNAVAILABLE"],
  ["timeout", 504, "DEADLINE_EXCEEDED"],
  ["server", 500, "INTERNAL"],
];

test.each(written)("a foreign failure of kind %s is %d %s", (kind, code, status) => {
  const failure = { kind, status: code, message: "No.", code: null, param: null };
  expect(gemini.writeFailure(failure)).toEqual({ error: { code, message: "No.", status } });
});

const type = (name: string) => `type.googleapis.com/google.rpc.${name}`;

const failed = (status: number, name: string, ...details: readonly object[]) =>
  gemini.readFailure(status, { error: { code: status, message: "No.", status: name, details } });
const violation = { field: "contents[0].parts", description: "No." };

const quota = (quotaId: string) => ({ "@type": type("QuotaFailure"), violations: [{ quotaId }] });

test("details say which field, which reason, and which limit", () => {
  expect(failed(400, "INVALID_ARGUMENT", { "@type": type("BadRequest"), fieldViolations: [violation] }).param).toBe(
    "contents[0].parts",
  );
  expect(
    failed(400, "INVALID_ARGUMENT", {
      "@type": type("ErrorInfo"),
      reason: "API_KEY_INVALID",
      domain: "googleapis.com",
    }),
  ).toMatchObject({ kind: "authentication", code: "API_KEY_INVALID" });
  expect(failed(429, "RESOURCE_EXHAUSTED", quota("GenerateRequestsPerDayPerProject")).kind).toBe("quota");
  expect(failed(429, "RESOURCE_EXHAUSTED", quota("GenerateRequestsPerMinutePerProject")).kind).toBe("rate_limit");
});

test("without a body of its own the status decides", () => {
  expect(gemini.readFailure(502, null)).toEqual({
    kind: "server",
    status: 502,
    message: "The upstream answered with status 502",
    code: null,
    param: null,
  });
  expect(gemini.readFailure(429, { error: "slow down" })).toMatchObject({ kind: "rate_limit", message: "slow down" });
  expect(gemini.readFailure(413, { error: { message: "big", status: "INVALID_ARGUMENT" } }).kind).toBe("too_large");
});

test("a failure of ours names its code and its field where Google's details stand", () => {
  const failure = {
    kind: "invalid_request",
    status: 400,
    message: "No.",
    code: "unsupported_feature",
    param: "tools",
  } as const;
  expect(gemini.writeFailure(failure)).toEqual({
    error: {
      code: 400,
      message: "No.",
      status: "INVALID_ARGUMENT",
      details: [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "unsupported_feature", domain: "qlite" },
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [{ field: "tools", description: "No." }],
        },
      ],
    },
  });
  // The official client knows an error in a stream by a code from 400 to 599.
  expect(gemini.writeFailure({ ...failure, kind: "server", status: 200 })).toMatchObject({ error: { code: 500 } });
});
