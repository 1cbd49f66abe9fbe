import { statusFor } from "../../dialects/failure.ts";
import { openaiChat } from "../../dialects/openai-chat/dialect.ts";
import type { Failure } from "../../dialects/reply.ts";
import type { TemplateValues } from "../fixture.ts";
import type { Answer } from "../said.ts";
import { toFill } from "./fill.ts";
import type { ErrorSpec } from "./response-schema.ts";

/** Header names in lower case, values as text. */
export const toHeaders = (written: Readonly<Record<string, string | number>> = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(written).map(([name, value]) => [name.toLowerCase(), String(value)]));

/** Words in types of errors that OpenAI's own table has no rows for. */
const statusOf = (kind: Failure["kind"], type: string): number | null => {
  if (/authentication/i.test(type)) return 401;
  if (/permission/i.test(type)) return 403;
  if (/not_?found/i.test(type)) return 404;
  if (/too_large/i.test(type)) return 413;
  return kind === "server" && /invalid/i.test(type) ? 400 : null;
};

/**
 * Compiles `error`: its type or code, in the words of any dialect, says what kind of failure it is, and the status where
 * none is written; the dialect asked in says it in its own.
 */
export const toErrorMaker = (spec: ErrorSpec): ((values: TemplateValues) => Answer) => {
  const { code = null, type = "", param = null } = spec;
  const read = openaiChat.readFailure(spec.status ?? 0, { error: { type, code, message: "", param } });
  const status = spec.status ?? statusOf(read.kind, type) ?? read.status;
  const fill = toFill(spec.message ?? `The fixture answers with an error of status ${status}`);
  const headers = {
    ...toHeaders(spec.headers),
    ...(spec.retry_after === undefined ? {} : { "retry-after": String(spec.retry_after) }),
    ...(spec.retry_after_ms === undefined ? {} : { "retry-after-ms": String(spec.retry_after_ms) }),
    ...(spec.should_retry === undefined ? {} : { "x-should-retry": String(spec.should_retry) }),
  };
  return (values) => {
    const failure = { kind: read.kind, status, message: fill(values), code, param };
    const said = spec.status ?? statusFor(failure, values.asked.dialect);
    return { kind: "failure", failure: { ...failure, status: said }, headers };
  };
};
