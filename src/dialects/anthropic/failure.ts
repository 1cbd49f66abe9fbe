import type { JsonObject } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import type { Failure, FailureKind } from "../reply.ts";
import type { ErrorBody, ErrorType, ThreadErrorCode } from "./wire.ts";

interface Row {
  readonly type: ErrorType;
  /** The status the service answers with; the one of an error in a stream, which has none of its own. */
  readonly status: number;
}

/** @see https://platform.claude.com/docs/en/api/errors (read 2026-11-22) */
const rows: Readonly<Record<FailureKind, Row>> = {
  invalid_request: { type: "invalid_request_error", status: 400 },
  authentication: { type: "authentication_error", status: 401 },
  quota: { type: "billing_error", status: 402 },
  permission: { type: "permission_error", status: 403 },
  not_found: { type: "not_found_error", status: 404 },
  too_large: { type: "request_too_large", status: 413 },
  rate_limit: { type: "rate_limit_error", status: 429 },
  server: { type: "api_error", status: 500 },
  timeout: { type: "timeout_error", status: 504 },
  overloaded: { type: "overloaded_error", status: 529 },
};

const kinds: readonly FailureKind[] = [
  "invalid_request",
  "authentication",
  "quota",
  "permission",
  "not_found",
  "too_large",
  "rate_limit",
  "server",
  "timeout",
  "overloaded",
];

const kindOfStatus = (status: number): FailureKind => {
  const exact = kinds.find((kind) => rows[kind].status === status);
  if (exact !== undefined) return exact;
  if (status === 408) return "timeout";
  if (status === 503) return "overloaded";
  return status >= 500 ? "server" : "invalid_request";
};

const toFailure = (status: number | null, body: JsonObject | null): Failure => {
  const error = toObject(body?.["error"]);
  const type = toText(error?.["type"]);
  const named = kinds.find((kind) => rows[kind].type === type);
  // `api_error` is also what a proxy in between says of anything; its status then knows better.
  const kind = named === undefined || (named === "server" && status !== null) ? kindOfStatus(status ?? 500) : named;
  const at = status ?? rows[kind].status;
  return {
    kind,
    status: at,
    message: toText(error?.["message"]) ?? toText(body?.["message"]) ?? `The upstream answered with status ${at}`,
    code: toText(toObject(error?.["details"])?.["error_code"]),
    param: null,
  };
};

/** Reads an error reply; the type of the error decides, the status where there is no type known here. */
export const readFailure = (status: number, body: JsonObject | null): Failure => toFailure(status, body);

/** Reads the data of an `error` event, which has no status. */
export const readStreamFailure = (body: JsonObject): Failure => toFailure(null, body);

const threadCodeOf = (code: string | null): ThreadErrorCode =>
  code === "unsupported_feature" ? "thread_not_found" : "thread_unsupported_request";

/**
 * Says a failure as the service would; the message holds what the client needs to know of code and field.
 *
 * A Thread that is not held here (`read-request.ts`), or not to be had, has the service's code for it, at which the
 * official SDK sends the whole conversation instead.
 *
 * @see npm `@anthropic-ai/sdk` 1.12.0, lib/internal/threads/ThreadState.mjs, `recoversFrom` (read 2026-11-22)
 */
export const toErrorBody = ({ kind, message, code, param }: Failure): ErrorBody => ({
  type: "error",
  error: {
    type: rows[kind].type,
    message,
    ...(param === "thread" ? { details: { error_code: threadCodeOf(code) } } : {}),
  },
  request_id: null,
});

/** The error body, without the id that only the proxy knows. */
export const writeFailure = (failure: Failure): JsonObject => ({ ...toErrorBody(failure) });
