import { expect, test } from "bun:test";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import type { FailureKind } from "../../../src/dialects/reply.ts";

const rows: readonly (readonly [FailureKind, number, string])[] = [
  ["invalid_request", 400, "invalid_request_error"],
  ["authentication", 401, "authentication_error"],
  ["quota", 402, "billing_error"],
  ["permission", 403, "permission_error"],
  ["not_found", 404, "not_found_error"],
  ["too_large", 413, "request_too_large"],
  ["rate_limit", 429, "rate_limit_error"],
  ["server", 500, "api_error"],
  ["timeout", 504, "timeout_error"],
  ["overloaded", 529, "overloaded_error"],
];

test.each(rows)("%s, %d, %s: said and read", (kind, status, type) => {
  const failure = { kind, status, message: "Sorry", code: null, param: null };
  const body = anthropic.writeFailure(failure);
  expect(body).toEqual({ type: "error", error: { type, message: "Sorry" }, request_id: null });
  expect(anthropic.readFailure(status, body)).toEqual(failure);
  expect(anthropic.readFailure(status, null)).toEqual({
    ...failure,
    message: `The upstream answered with status ${status}`,
  });
});

const byStatus: readonly (readonly [number, FailureKind])[] = [
  [408, "timeout"],
  [409, "invalid_request"],
  [418, "invalid_request"],
  [422, "invalid_request"],
  [502, "server"],
  [503, "overloaded"],
];

test.each(byStatus)("a status %d without a type known here is %s", (status, kind) => {
  expect(anthropic.readFailure(status, { error: { type: "odd" } }).kind).toBe(kind);
});

test.each([
  [400, "billing_error", "quota"],
  [200, "overloaded_error", "overloaded"],
  [429, "api_error", "rate_limit"],
] as const)("%d with %s is %s: the type counts more than the status, but for api_error", (status, type, kind) => {
  expect(anthropic.readFailure(status, { error: { type, message: "m" } }).kind).toBe(kind);
});

test("the finer code of the service is kept", () => {
  const details = { error_code: "thread_not_found" };
  expect(anthropic.readFailure(404, { error: { type: "not_found_error", message: "m", details } }).code).toBe(
    "thread_not_found",
  );
});

test.each([
  ["unsupported_feature", "thread_not_found"],
  ["unsupported_parameter", "thread_unsupported_request"],
])("a Thread refused as %s is told as %s, at which the SDK sends the whole conversation", (code, error_code) => {
  const failure = { kind: "invalid_request", status: 400, message: "m", code, param: "thread" } as const;
  expect(anthropic.writeFailure(failure)["error"]).toMatchObject({ details: { error_code } });
  expect(anthropic.writeFailure({ ...failure, param: "model" })["error"]).not.toHaveProperty("details");
});
