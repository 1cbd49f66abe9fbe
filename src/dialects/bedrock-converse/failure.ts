import type { JsonObject } from "../conversation.ts";
import { kindOfStatus } from "../failure.ts";
import { toText } from "../fields.ts";
import type { Failure, FailureKind } from "../reply.ts";

/** The service's exceptions by their name in a stream, with the status each has as a reply. */
const exceptions: Readonly<Record<string, readonly [status: number, kind: FailureKind]>> = {
  validationException: [400, "invalid_request"],
  serviceQuotaExceededException: [400, "quota"],
  accessDeniedException: [403, "permission"],
  resourceNotFoundException: [404, "not_found"],
  modelTimeoutException: [408, "timeout"],
  modelErrorException: [424, "server"],
  modelStreamErrorException: [424, "server"],
  throttlingException: [429, "rate_limit"],
  modelNotReadyException: [429, "overloaded"],
  internalServerException: [500, "server"],
  serviceUnavailableException: [503, "overloaded"],
};

const messageOf = (body: JsonObject | null): string | null => toText(body?.["message"]) ?? toText(body?.["Message"]);

/** `com.amazon.coral.service#ThrottlingException:http://...` is `throttlingException`. */
const nameOf = (code: string): string => {
  const name = code.replace(/^.*#/, "").replace(/:.*$/, "");
  return name.charAt(0).toLowerCase() + name.slice(1);
};

const toFailure = (code: string | null, body: JsonObject | null, status: number): Failure => {
  const name = code === null ? "" : nameOf(code);
  const known = Object.hasOwn(exceptions, name) ? exceptions[name] : undefined;
  const [ownStatus, kind] = known ?? [status, status === 424 ? "server" : kindOfStatus(status)];
  return {
    kind,
    status: status === 0 ? ownStatus : status,
    message: messageOf(body) ?? "The provider failed without saying why",
    code: name === "" ? null : name,
    param: null,
  };
};

/**
 * Reads an error reply. Its name stands in a header and only sometimes in the body; without either the status decides.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors;
 * npm `@aws-sdk/client-bedrock-runtime` 3.1164.0, `errors.d.ts` (read 2026-11-22)
 */
export const readFailure = (status: number, body: JsonObject | null, headers?: Headers): Failure =>
  toFailure(headers?.get("x-amzn-errortype") ?? toText(body?.["__type"]) ?? toText(body?.["code"]), body, status);

/** Whether an event of the stream is a failure. */
export const isFailure = (type: string): boolean => type === "error" || type.endsWith("Exception");

/** Reads a failure that came as an event: an exception by its name, or an `error` with its code. */
export const readEventFailure = (type: string, body: JsonObject | null): Failure => {
  const code = type === "error" ? toText(body?.["code"]) : type;
  const { status, ...failure } = toFailure(code, body, 0);
  return { ...failure, kind: status === 0 ? "server" : failure.kind, status: status === 0 ? 500 : status };
};
