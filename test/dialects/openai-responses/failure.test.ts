import { expect, test } from "bun:test";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import { readInnerFailure } from "../../../src/dialects/openai-responses/failure.ts";
import type { FailureKind } from "../../../src/dialects/reply.ts";

test.each([
  [400, { error: { message: "m", type: "invalid_request_error", param: "input", code: null } }, "invalid_request"],
  [
    401,
    { error: { message: "m", type: "invalid_request_error", param: null, code: "invalid_api_key" } },
    "authentication",
  ],
  [403, { error: { message: "m" } }, "permission"],
  [404, { error: { message: "m", code: "model_not_found" } }, "not_found"],
  [413, { error: { message: "m" } }, "too_large"],
  [429, { error: { message: "m", type: "insufficient_quota", code: "insufficient_quota" } }, "quota"],
  [429, { error: { message: "m", code: "rate_limit_exceeded" } }, "rate_limit"],
  [500, { error: { message: "m", type: "server_error" } }, "server"],
  [503, { error: { message: "m" } }, "overloaded"],
  [504, { error: { message: "m" } }, "timeout"],
  [400, { error: "m" }, "invalid_request"],
  [422, { detail: "m" }, "invalid_request"],
  [502, { message: "m" }, "server"],
] as const)("a %d with %j", (status, body, kind) => {
  expect(openaiResponses.readFailure(status, body)).toMatchObject({ kind, status, message: "m" });
});

test("an error reply that is not JSON", () => {
  expect(openaiResponses.readFailure(502, null)).toEqual({
    kind: "server",
    status: 502,
    message: "The upstream answered with status 502",
    code: null,
    param: null,
  });
});

test.each([
  [{ code: "server_error", message: "m" }, "server", 500],
  [{ code: "rate_limit_exceeded", message: "m" }, "rate_limit", 429],
  [{ code: "invalid_prompt", message: "m" }, "invalid_request", 400],
  [{ code: "vector_store_timeout", message: "m" }, "timeout", 504],
  [{ type: "invalid_request_error", code: null, message: "m", param: "input" }, "invalid_request", 400],
  [{ message: "m" }, "server", 500],
  [{ message: "m", status: 403 }, "permission", 403],
])("the error of a failed response %j", (error, kind, status) => {
  expect(readInnerFailure(error)).toMatchObject({ kind, status, message: "m" });
});

const written: readonly (readonly [FailureKind, string, string | null])[] = [
  ["invalid_request", "invalid_request_error", null],
  ["authentication", "invalid_request_error", "invalid_api_key"],
  ["permission", "invalid_request_error", null],
  ["quota", "insufficient_quota", "insufficient_quota"],
  ["not_found", "invalid_request_error", null],
  ["too_large", "invalid_request_error", "request_too_large"],
  ["rate_limit", "rate_limit_error", "rate_limit_exceeded"],
  ["overloaded", "service_unavailable_error", "server_is_overloaded"],
  ["timeout", "server_error", "timeout"],
  ["server", "server_error", "server_error"],
];
test.each(written)("a failure of the kind %s is said", (kind, type, code) => {
  const failure = { kind, status: 400, message: "m", code: null, param: "p" };
  expect(openaiResponses.writeFailure(failure)).toEqual({ error: { message: "m", type, param: "p", code } });
  expect(openaiResponses.writeFailure({ ...failure, code: "own" })).toMatchObject({ error: { code: "own" } });
});
