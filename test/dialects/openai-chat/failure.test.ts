import { expect, test } from "bun:test";
import { openaiChat } from "../../../src/dialects/openai-chat/dialect.ts";
import type { JsonObject } from "../../../src/dialects/conversation.ts";
import type { Failure, FailureKind } from "../../../src/dialects/reply.ts";

const error = (fields: object) => ({ error: { message: "m", type: null, param: null, code: null, ...fields } });

test.each<[number, JsonObject | null, Partial<Failure>]>([
  [
    400,
    error({ type: "invalid_request_error", param: "messages[0].role" }),
    { kind: "invalid_request", param: "messages[0].role" },
  ],
  [400, error({ code: "context_length_exceeded" }), { kind: "invalid_request", code: "context_length_exceeded" }],
  [
    401,
    error({ type: "invalid_request_error", code: "invalid_api_key" }),
    { kind: "authentication", code: "invalid_api_key" },
  ],
  [402, null, { kind: "quota" }],
  [403, error({ code: "unsupported_country_region_territory" }), { kind: "permission" }],
  [404, error({ code: "model_not_found" }), { kind: "not_found" }],
  [413, null, { kind: "too_large" }],
  [429, error({ type: "tokens", code: "rate_limit_exceeded" }), { kind: "rate_limit" }],
  [429, error({ type: "insufficient_quota", code: "insufficient_quota" }), { kind: "quota" }],
  [429, error({ type: "insufficient_quota", code: "credit_balance_exhausted" }), { kind: "quota" }],
  [429, error({ type: "rate_limit_error", code: "slow_down" }), { kind: "rate_limit" }],
  [503, error({ type: "service_unavailable_error", code: "server_is_overloaded" }), { kind: "overloaded" }],
  [500, error({ type: "server_error" }), { kind: "server" }],
  [504, null, { kind: "timeout" }],
  [502, error({ code: 502 }), { kind: "server", code: null }],
  [
    422,
    { detail: [{ loc: ["body"], msg: "extra" }] },
    { kind: "invalid_request", message: '[{"loc":["body"],"msg":"extra"}]' },
  ],
  [
    400,
    { object: "error", message: "bad", type: "BadRequestError", param: null, code: 400 },
    { kind: "invalid_request", message: "bad" },
  ],
  [400, { error: "just words" }, { kind: "invalid_request", message: "just words" }],
  [500, {}, { kind: "server", message: "The upstream answered with an error" }],
])("%p %p", (status, body, expected) => {
  expect(openaiChat.readFailure(status, body)).toMatchObject({ status, ...expected });
});

const words: readonly (readonly [FailureKind, number, string, string | null])[] = [
  ["invalid_request", 400, "invalid_request_error", null],
  ["authentication", 401, "invalid_request_error", "invalid_api_key"],
  ["permission", 403, "invalid_request_error", null],
  ["quota", 429, "insufficient_quota", "insufficient_quota"],
  ["not_found", 404, "invalid_request_error", null],
  ["too_large", 413, "invalid_request_error", "request_too_large"],
  ["rate_limit", 429, "rate_limit_error", "rate_limit_exceeded"],
  ["overloaded", 503, "service_unavailable_error", "server_is_overloaded"],
  ["timeout", 504, "server_error", "timeout"],
  ["server", 500, "server_error", null],
];

test.each(words)("%s is said in OpenAI's words and read back", (kind, status, type, code) => {
  const body = openaiChat.writeFailure({ kind, status, message: "m", code: null, param: "p" });
  expect(body).toEqual({ error: { message: "m", type, param: "p", code } });
  expect(openaiChat.readFailure(status, body)).toEqual({ kind, status, message: "m", code, param: "p" });
});

test("a code of its own stands", () => {
  const failure = {
    kind: "invalid_request",
    status: 400,
    message: "m",
    code: "context_length_exceeded",
    param: null,
  } as const;
  expect(openaiChat.writeFailure(failure)).toMatchObject({ error: { code: "context_length_exceeded" } });
});
