import type { ProxyError } from "../errors.ts";
import type { DialectName } from "./conversation.ts";
import type { Failure, FailureKind } from "./reply.ts";

/** What kind of failure a status tells of, where nothing else does. */
export const kindOfStatus = (status: number): FailureKind => {
  switch (status) {
    case 401:
      return "authentication";
    case 402:
      return "quota";
    case 403:
      return "permission";
    case 404:
      return "not_found";
    case 408:
    case 504:
      return "timeout";
    case 413:
      return "too_large";
    case 429:
      return "rate_limit";
    case 503:
    case 529:
      return "overloaded";
    default:
      return status >= 400 && status < 500 ? "invalid_request" : "server";
  }
};

/** Gives a failure of ours to be said in a dialect. */
export const toFailure = (error: ProxyError): Failure => ({
  // A 401 about our own key must not read as one about the client's, so its status decides, not its code.
  kind: error.code === "internal_error" ? "server" : kindOfStatus(error.row.status),
  status: error.row.status,
  message: error.message,
  code: error.code,
  param: error.param,
});

/** The status a client of `dialect` knows for a failure: Anthropic alone says 529 for an overload. */
export const statusFor = ({ kind, status }: Failure, dialect: DialectName): number => {
  if (kind !== "overloaded") return status;
  return dialect === "anthropic" ? 529 : 503;
};
