import { ProxyError } from "../errors.ts";

const connectCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ConnectionRefused",
  "FailedToOpenSocket",
  "DNSException",
]);

const codeOf = (thrown: unknown): string =>
  typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "string"
    ? thrown.code
    : "";

const isTls = (code: string): boolean => /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/i.test(code);

/**
 * Names a failure of the transport before the head, by its code and never by its text.
 *
 * A signal that has fired decides first: its reason says whether the client left or a deadline of ours passed. The
 * message says nothing of what lies behind; the cause keeps it for the log.
 */
export const toUpstreamError = (thrown: unknown, signal: AbortSignal): ProxyError => {
  if (signal.aborted && signal.reason instanceof ProxyError) return signal.reason;
  const code = codeOf(thrown);
  const details = { cause: thrown };
  if (isTls(code)) {
    return new ProxyError("upstream_connect_error", "No trusted connection to the upstream could be made", details);
  }
  if (connectCodes.has(code)) {
    return new ProxyError("upstream_connect_error", "No connection to the upstream could be made", details);
  }
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ConnectionClosed") {
    return new ProxyError("upstream_connection_reset", "The upstream closed the connection before its reply", details);
  }
  if (thrown instanceof Error && thrown.name === "TimeoutError") {
    return new ProxyError("upstream_head_timeout", "The upstream sent no reply in time", details);
  }
  return new ProxyError("upstream_invalid_response", "The upstream's reply could not be read", details);
};

/** Names a failure after the head, when the status is spent and only the connection is left to break. */
export const toStreamError = (thrown: unknown): ProxyError =>
  thrown instanceof ProxyError
    ? thrown
    : new ProxyError("upstream_stream_interrupted", "The upstream broke off in the middle of its reply", {
        cause: thrown,
      });
