import type { JsonObject } from "../conversation.ts";
import { kindOfStatus } from "../failure.ts";
import { toNumber, toObject, toText } from "../fields.ts";
import { openAiSaid } from "../openai-said.ts";
import type { Failure, FailureKind } from "../reply.ts";

/** Words in `code` or `type` that tell more than a status; first match counts. */
const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/quota|billing/, "quota"],
  [/rate_limit|slow_down/, "rate_limit"],
  [/overloaded|unavailable/, "overloaded"],
  [/invalid_api_key|authentication/, "authentication"],
  [/permission/, "permission"],
  [/model_not_found|not_found_error/, "not_found"],
  [/request_too_large/, "too_large"],
  [/timeout/, "timeout"],
  [/^server_error|internal_error/, "server"],
];

const kindOfWords = (code: string | null, type: string | null): FailureKind | null => {
  for (const text of [code ?? "", type ?? ""]) {
    const found = words.find(([word]) => word.test(text));
    if (found !== undefined) return found[1];
  }
  return null;
};

/**
 * Reads an error reply: `{"error": {message, type, param, code}}`, and what compatible servers make of it.
 *
 * @see https://platform.openai.com/docs/guides/error-codes (read 2026-11-22)
 */
export const readFailure = (status: number, body: JsonObject | null): Failure => {
  const error = toObject(body?.["error"]) ?? body;
  const code = toText(error?.["code"]);
  const message = toText(error?.["message"]) ?? toText(body?.["error"]) ?? toText(body?.["detail"]);
  // `server_error` is said of every status from 500 on, which tells more.
  const kind = kindOfWords(code, toText(error?.["type"]));
  return {
    kind: kind === null || kind === "server" ? kindOfStatus(status) : kind,
    status,
    message: message ?? `The upstream answered with status ${status}`,
    code,
    param: toText(error?.["param"]),
  };
};

/**
 * Reads the error of a response that failed, or of an `error` event, flat or in an `error` of its own.
 *
 * A code of `ResponseError` that is not about the server is about the request: its prompt, an image, a policy.
 */
export const readInnerFailure = (error: JsonObject | null): Failure => {
  const code = toText(error?.["code"]);
  const type = toText(error?.["type"]);
  const given = toNumber(error?.["status"]);
  const isOfRequest = code !== null || type === "invalid_request_error";
  const kind =
    kindOfWords(code, type) ?? (given === null ? (isOfRequest ? "invalid_request" : "server") : kindOfStatus(given));
  return {
    kind,
    status: given ?? openAiSaid[kind].status,
    message: toText(error?.["message"]) ?? "The upstream ended its answer in an error",
    code,
    param: toText(error?.["param"]),
  };
};

/** The code of a failure, or the one that its kind has; a response that failed always has one. */
export const codeOf = ({ kind, code }: Failure): string | null =>
  code ?? openAiSaid[kind].code ?? (kind === "server" ? "server_error" : null);

/** The error body the official service answers with. */
export const writeFailure = (failure: Failure): JsonObject => ({
  error: { message: failure.message, type: openAiSaid[failure.kind].type, param: failure.param, code: codeOf(failure) },
});
