import { toNumber, toObject, toText } from "../fields.ts";
import type { JsonObject } from "../conversation.ts";
import { kindOfStatus } from "../failure.ts";
import { openAiSaid } from "../openai-said.ts";
import type { Failure, FailureKind } from "../reply.ts";
import type { ErrorBody } from "./wire-reply.ts";

/** Words in `code` or `type` that tell more than the status; first match counts. */
const words: readonly (readonly [RegExp, FailureKind])[] = [
  [/quota|billing|credit|spend_limit|usage_limit|insufficient_(?:funds|balance)/i, "quota"],
  [/rate_?limit|slow_down|too_many_requests/i, "rate_limit"],
  [/overloaded|service_?unavailable|no_capacity/i, "overloaded"],
  [/invalid_api_key|authentication|unauthorized/i, "authentication"],
  [/permission|forbidden|access_denied/i, "permission"],
  [/model_not_found|not_?found/i, "not_found"],
  [/request_too_large|payload_too_large/i, "too_large"],
  [/time(?:d_)?_?out/i, "timeout"],
];

const kindOf = (status: number, code: string, type: string): FailureKind => {
  for (const text of [code, type]) {
    const found = words.find(([word]) => word.test(text));
    if (found !== undefined) return found[1];
  }
  if (status === 0) return /invalid|bad_?request/i.test(`${code} ${type}`) ? "invalid_request" : "server";
  return kindOfStatus(status);
};

/** Azure, vLLM, FastAPI and others lay the same words elsewhere. */
const errorOf = (body: JsonObject): JsonObject =>
  toObject(body["error"]) ?? { ...body, message: body["error"] ?? body["message"] ?? body["detail"] };

const isStatus = (code: number | null): code is number => code !== null && code >= 400 && code <= 599;

/**
 * Reads an error reply, or the error a stream ended with (`status` 0: then a number in `code`, or the kind, gives it).
 *
 * @see https://platform.openai.com/docs/guides/error-codes (read 2026-11-22)
 */
export const readFailure = (status: number, body: JsonObject | null): Failure => {
  const error = errorOf(body ?? {});
  const code = toText(error["code"]);
  const number = toNumber(error["code"]) ?? toNumber(error["status"]);
  const known = status === 0 && isStatus(number) ? number : status;
  const kind = kindOf(known, code ?? "", toText(error["type"]) ?? "");
  const message = error["message"];
  return {
    kind,
    status: known === 0 ? openAiSaid[kind].status : known,
    message:
      toText(message) ?? (message === undefined ? `The upstream answered with an error` : JSON.stringify(message)),
    code,
    param: toText(error["param"]),
  };
};

/** The error body the official service answers with. */
export const writeFailure = ({ kind, message, code, param }: Failure): ErrorBody => ({
  error: { message, type: openAiSaid[kind].type, param, code: code ?? openAiSaid[kind].code },
});
