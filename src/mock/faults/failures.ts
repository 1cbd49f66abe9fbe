import { codeOf } from "../../dialects/openai-responses/failure.ts";
import type { ClientDialectName } from "../../dialects/conversation.ts";
import { kindOfStatus } from "../../dialects/failure.ts";
import type { Failure, FailureKind } from "../../dialects/reply.ts";
import { writeSse } from "../../wire/sse.ts";
import { toErrorBody } from "../endpoints/spoken.ts";
import { sayJson } from "../endpoints/say.ts";
import type { FaultEffect } from "../fault.ts";
import type { Framing, Said } from "../said.ts";

/** What is known of the request that fails. */
export interface Speaker {
  readonly dialect: ClientDialectName;
  readonly requestId: string;
}

/** What providers call each kind; a code that is one of these words is said in the words of the dialect asked. */
const words: Readonly<Record<FailureKind, readonly string[]>> = {
  rate_limit: ["rate_limit_exceeded", "rate_limit_error", "RESOURCE_EXHAUSTED"],
  quota: ["insufficient_quota", "billing_error"],
  overloaded: ["overloaded_error", "server_is_overloaded", "overloaded", "UNAVAILABLE"],
  server: ["server_error", "api_error", "internal_server_error", "INTERNAL"],
  timeout: ["timeout", "timeout_error", "DEADLINE_EXCEEDED"],
  authentication: ["invalid_api_key", "authentication_error", "UNAUTHENTICATED"],
  permission: ["permission_error", "permission_denied", "PERMISSION_DENIED"],
  not_found: ["not_found_error", "not_found", "NOT_FOUND"],
  too_large: ["request_too_large"],
  invalid_request: ["invalid_request_error", "invalid_request", "INVALID_ARGUMENT"],
};

const kinds = [
  "rate_limit",
  "quota",
  "overloaded",
  "server",
  "timeout",
  "authentication",
  "permission",
  "not_found",
  "too_large",
  "invalid_request",
] as const satisfies readonly FailureKind[];

/** The status of a failure that comes inside of a stream, which has none of its own. */
const statuses: Readonly<Record<FailureKind, number>> = {
  rate_limit: 429,
  quota: 429,
  overloaded: 503,
  server: 500,
  timeout: 504,
  authentication: 401,
  permission: 403,
  not_found: 404,
  too_large: 413,
  invalid_request: 400,
};

const said: Readonly<Record<FailureKind, string>> = {
  rate_limit: "Rate limit reached",
  quota: "You exceeded your current quota",
  overloaded: "The server is overloaded",
  server: "The server had an error while processing your request",
  timeout: "The request timed out",
  authentication: "Incorrect API key provided",
  permission: "You are not allowed to do this",
  not_found: "The resource does not exist",
  too_large: "The request is too large",
  invalid_request: "The request is not valid",
};

const toFailure = (status: number | null, code: string | null, message: string | null): Failure => {
  const named = code === null ? undefined : kinds.find((kind) => words[kind].includes(code));
  const kind = named ?? (status === null ? "server" : kindOfStatus(status));
  return {
    kind,
    status: status ?? statuses[kind],
    message: message ?? `${said[kind]} (a fault of the mock)`,
    code: named === undefined ? code : null,
    param: null,
  };
};

/** The reply of a status fault, in the error shape of the dialect. */
export const sayStatus = (effect: Extract<FaultEffect, { kind: "status" }>, { dialect, requestId }: Speaker): Said => {
  const { status, code, message, retryAfter, retryAfterMs, shouldRetry } = effect;
  return sayJson(toErrorBody(dialect, toFailure(status, code, message), requestId), status, {
    ...(retryAfter === null ? {} : { "retry-after": String(retryAfter) }),
    ...(retryAfterMs === null ? {} : { "retry-after-ms": String(retryAfterMs) }),
    ...(shouldRetry === null ? {} : { "x-should-retry": String(shouldRetry) }),
  });
};

/** What a proxy in between says when its upstream has failed. */
export const sayHtml502 = (): Said => ({
  status: 502,
  headers: { "content-type": "text/html" },
  body: {
    kind: "whole",
    bytes:
      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
  },
});

const sequenceOf = (text: string): number => {
  const found = /"sequence_number":\s*(\d+)/.exec(text);
  return found === null ? 0 : Number(found[1]) + 1;
};

/**
 * An error as an event of a stream, as the services send it: behind it comes nothing, no `[DONE]` either.
 *
 * `before` is the text of the event before it: those of the Responses API are counted.
 */
export const sayErrorEvent = (
  { code, message }: Extract<FaultEffect, { kind: "error_event" }>,
  framing: Framing,
  before: string,
  { dialect, requestId }: Speaker,
): string => {
  const failure = toFailure(null, code, message);
  if (dialect === "openai-responses") {
    const fields = { code: codeOf(failure), message: failure.message, param: null };
    return writeSse(JSON.stringify({ type: "error", sequence_number: sequenceOf(before), ...fields }), "error");
  }
  const json = JSON.stringify(toErrorBody(dialect, failure, requestId));
  if (framing === "json-array") return json;
  return writeSse(json, dialect === "anthropic" ? "error" : "");
};
