import type { JsonObject } from "../conversation.ts";
import { kindOfStatus, statusFor } from "../failure.ts";
import { toList, toObject, toText } from "../fields.ts";
import type { Failure, FailureKind } from "../reply.ts";
import type { ErrorBody } from "./wire.ts";

interface RpcCode {
  readonly kind: FailureKind;
  readonly status: number;
}

/**
 * The codes of google.rpc with their status in HTTP.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto (read 2026-11-22)
 */
const rpcCodes = {
  CANCELLED: { kind: "server", status: 499 },
  UNKNOWN: { kind: "server", status: 500 },
  INVALID_ARGUMENT: { kind: "invalid_request", status: 400 },
  DEADLINE_EXCEEDED: { kind: "timeout", status: 504 },
  NOT_FOUND: { kind: "not_found", status: 404 },
  ALREADY_EXISTS: { kind: "invalid_request", status: 409 },
  PERMISSION_DENIED: { kind: "permission", status: 403 },
  UNAUTHENTICATED: { kind: "authentication", status: 401 },
  RESOURCE_EXHAUSTED: { kind: "rate_limit", status: 429 },
  FAILED_PRECONDITION: { kind: "invalid_request", status: 400 },
  ABORTED: { kind: "server", status: 409 },
  OUT_OF_RANGE: { kind: "invalid_request", status: 400 },
  UNIMPLEMENTED: { kind: "invalid_request", status: 501 },
  INTERNAL: { kind: "server", status: 500 },
  UNAVAILABLE: { kind: "overloaded", status: 503 },
  DATA_LOSS: { kind: "server", status: 500 },
} as const satisfies Readonly<Record<string, RpcCode>>;

type RpcName = keyof typeof rpcCodes;

const written: Readonly<Record<FailureKind, RpcName>> = {
  invalid_request: "INVALID_ARGUMENT",
  authentication: "UNAUTHENTICATED",
  permission: "PERMISSION_DENIED",
  quota: "RESOURCE_EXHAUSTED",
  not_found: "NOT_FOUND",
  too_large: "INVALID_ARGUMENT",
  rate_limit: "RESOURCE_EXHAUSTED",
  overloaded: "UNAVAILABLE",
  timeout: "DEADLINE_EXCEEDED",
  server: "INTERNAL",
};

const isRpcName = (text: string): text is RpcName => Object.hasOwn(rpcCodes, text);

const typeUrl = (name: string): string => `type.googleapis.com/google.rpc.${name}`;

const detailOf = (error: JsonObject | null, name: string): JsonObject | null =>
  toList(error?.["details"])
    .map(toObject)
    .find((detail) => detail?.["@type"] === typeUrl(name)) ?? null;

/** Limits by the day are a quota used up; those by the minute a rate. */
const isDaily = (error: JsonObject | null): boolean =>
  toList(detailOf(error, "QuotaFailure")?.["violations"]).some((violation) =>
    /PerDay/i.test(toText(toObject(violation)?.["quotaId"]) ?? ""),
  );

/**
 * Reads an error body, or with `body` null the status alone.
 *
 * The code is the reason of its `ErrorInfo`, else the name of google.rpc; a key that is not valid, which the service
 * calls an
 * invalid argument, is one of authentication.
 */
export const readFailure = (status: number, body: JsonObject | null): Failure => {
  const error = toObject(body?.["error"]);
  const name = toText(error?.["status"]);
  const reason = toText(detailOf(error, "ErrorInfo")?.["reason"]);
  const violation = toObject(toList(detailOf(error, "BadRequest")?.["fieldViolations"])[0]);
  const message = toText(error?.["message"]) ?? toText(body?.["error"]);
  let kind: FailureKind = name !== null && isRpcName(name) ? rpcCodes[name].kind : kindOfStatus(status);
  if (reason === "API_KEY_INVALID" || reason === "API_KEY_EXPIRED") kind = "authentication";
  else if (status === 413) kind = "too_large";
  else if (kind === "rate_limit" && isDaily(error)) kind = "quota";
  return {
    kind,
    status,
    message: message ?? `The upstream answered with status ${status}`,
    code: reason ?? name,
    param: toText(violation?.["field"]),
  };
};

/**
 * Writes an error body. The official client takes an event of a stream for an error by `code`, a number from 400 to
 * 599.
 *
 * @see npm `@google/genai` 3.1.0, dist/index.mjs (`throwIfStreamErrorChunk`)
 */
export const writeFailure = (failure: Failure): ErrorBody => {
  const { kind, message, code, param } = failure;
  const status = statusFor(failure, "gemini");
  const name = code !== null && isRpcName(code) ? code : written[kind];
  const details: JsonObject[] = [];
  if (code !== null && code !== name) details.push({ "@type": typeUrl("ErrorInfo"), reason: code, domain: "qlite" });
  if (param !== null) {
    details.push({ "@type": typeUrl("BadRequest"), fieldViolations: [{ field: param, description: message }] });
  }
  return {
    error: {
      code: status >= 400 && status < 600 ? status : rpcCodes[name].status,
      message,
      status: name,
      ...(details.length === 0 ? {} : { details }),
    },
  };
};
