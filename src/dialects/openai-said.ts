import type { FailureKind } from "./reply.ts";

interface Said {
  readonly type: string;
  /** Stands where the failure has none of its own. */
  readonly code: string | null;
  /** What a failure inside of a stream would have come with. */
  readonly status: number;
}

/**
 * How OpenAI says a failure, in both of its dialects.
 *
 * @see https://platform.openai.com/docs/guides/error-codes (read 2026-11-22)
 */
export const openAiSaid: Readonly<Record<FailureKind, Said>> = {
  invalid_request: { type: "invalid_request_error", code: null, status: 400 },
  authentication: { type: "invalid_request_error", code: "invalid_api_key", status: 401 },
  permission: { type: "invalid_request_error", code: null, status: 403 },
  quota: { type: "insufficient_quota", code: "insufficient_quota", status: 429 },
  not_found: { type: "invalid_request_error", code: null, status: 404 },
  too_large: { type: "invalid_request_error", code: "request_too_large", status: 413 },
  rate_limit: { type: "rate_limit_error", code: "rate_limit_exceeded", status: 429 },
  overloaded: { type: "service_unavailable_error", code: "server_is_overloaded", status: 503 },
  timeout: { type: "server_error", code: "timeout", status: 504 },
  server: { type: "server_error", code: null, status: 500 },
};
