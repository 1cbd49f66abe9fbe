// Requests that get no answer but a refusal, and how the journal has them.
import type { Failure } from "../../dialects/reply.ts";
import type { ProxyError } from "../../errors.ts";
import { sayJson } from "../endpoints/say.ts";
import { toErrorBody } from "../endpoints/spoken.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Call } from "../request/decide.ts";
import { sayRefusal, type Outgoing } from "./answer.ts";

type Redact = EngineParts["redact"]["redact"];

/** Notes why a request was refused: an application that swallows it leaves no other trace. */
const noteRefusal = ({ noted, method, path }: Call, message: string, redact: Redact): void => {
  noted.outcome = "refused";
  noted.warnings = [redact(`${method} ${path} was refused: ${message}`)];
};

/** The reply of a refusal, noted as what it is. */
export const refuse = (call: Call, error: ProxyError, redact: Redact): Outgoing => {
  // Clients look at `/` to see whether anybody is there; any other address that is not known is a request unanswered.
  const isLost = error.code === "unknown_url" && call.path !== "/";
  const isMiss = isLost || error.code === "mock_no_match" || error.code === "mock_fixture_invalid";
  const { noted } = call;
  noted.outcome = isMiss ? "unmatched" : "refused";
  // A look at `/` is nobody's mistake.
  if (!isMiss && error.code !== "unknown_url") noteRefusal(call, error.message, redact);
  if (error.code === "mock_fixture_invalid") noted.warnings = [redact(error.message)];
  if (isLost) noted.diff = [error.message];
  const source = (isMiss && !isLost) || error.code === "invalid_api_key" ? "error" : "mock";
  return { said: sayRefusal(error, call), source, isTranscoded: false, faults: [], waitMs: 0 };
};

/** Refuses a request to a scope that cannot be: nothing of the mock answers it, and whoever swallows that is told at the end. */
export const turnAway = (call: Call, error: ProxyError): Outgoing => {
  const { noted } = call;
  noted.outcome = "unmatched";
  noted.diff = [error.message];
  return { said: sayRefusal(error, call), source: "error", isTranscoded: false, faults: [], waitMs: 0 };
};

/** The answer the official API has for a request that can be read and is wrong all the same. */
export const object = (call: Call, [first]: readonly Failure[], redact: Redact): Outgoing => {
  const { dialect, requestId } = call;
  noteRefusal(call, first?.message ?? "", redact);
  const status = first?.status ?? 400;
  const body = first === undefined ? {} : toErrorBody(dialect, first, requestId);
  const said = sayJson(body, status, { "x-should-retry": "false" });
  return { said, source: "mock", isTranscoded: false, faults: [], waitMs: 0 };
};
