/** Who failed: decides the log level, whether an upstream is blamed, and what a client may do next. */
export type ErrorSource = "client" | "upstream" | "proxy";

interface ErrorRow {
  readonly status: number;
  /** The `type` of the OpenAI error body. */
  readonly type: "invalid_request_error" | "upstream_error" | "server_error";
  readonly source: ErrorSource;
  /** Whether the same request may be sent again without doing its work twice; answered as `x-should-retry`. */
  readonly retry: boolean;
}

const client = (status: number): ErrorRow => ({
  status,
  type: "invalid_request_error",
  source: "client",
  retry: false,
});
const upstream = (status: number, retry: boolean): ErrorRow => ({
  status,
  type: "upstream_error",
  source: "upstream",
  retry,
});

/**
 * Every failure qlite can answer with, in one place to read and to test.
 *
 * `x-should-retry` is read by the official OpenAI SDKs before their own rule by status
 * (`openai` 7.57.0, `client.ts`, `shouldRetry`).
 */
export const errorTable = {
  invalid_json: client(400),
  invalid_request: client(400),
  duplicate_field: client(400),
  missing_required_parameter: client(400),
  unknown_provider: client(400),
  previous_response_not_found: client(400),
  unsupported_parameter: client(400),
  unsupported_feature: client(400),
  // Of the mock: 4xx, so that no client asks again for what will not be there, and never swallowed by its verdict.
  mock_no_match: client(400),
  mock_fixture_invalid: client(400),
  invalid_api_key: client(401),
  admin_denied: client(403),
  unknown_url: client(404),
  request_not_found: client(404),
  model_not_found: client(404),
  method_not_allowed: client(405),
  request_timeout: client(408),
  request_too_large: client(413),
  unsupported_media_type: client(415),
  too_many_readers: client(429),
  client_closed_request: client(499),
  upstream_connect_error: upstream(502, true),
  upstream_connection_reset: upstream(502, true),
  upstream_invalid_response: upstream(502, false),
  upstream_auth_error: upstream(502, false),
  upstream_stream_interrupted: upstream(502, false),
  upstream_connect_timeout: upstream(504, true),
  upstream_head_timeout: upstream(504, false),
  upstream_idle_timeout: upstream(504, false),
  upstream_total_timeout: upstream(504, false),
  client_stalled: client(408),
  too_many_bodies: { status: 503, type: "server_error", source: "proxy", retry: true },
  too_many_replies: { status: 503, type: "server_error", source: "proxy", retry: false },
  ledger_unavailable: { status: 503, type: "server_error", source: "proxy", retry: true },
  internal_error: { status: 500, type: "server_error", source: "proxy", retry: false },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

interface ErrorDetails {
  /** The request field at fault, e.g. `model`. */
  readonly param?: string;
  /** What happened underneath; for the log only, never in a reply. */
  readonly cause?: unknown;
  /** Further reply headers, e.g. `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A failure from the table; its message is shown to the client, so it holds no URL, host, key or stack. */
export class ProxyError extends Error {
  readonly code: ErrorCode;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "ProxyError";
    this.code = code;
    this.param = details.param ?? null;
    this.headers = details.headers ?? {};
  }

  get row(): ErrorRow {
    return errorTable[this.code];
  }
}

/** Gives the error to answer with for anything thrown: a foreign one becomes `internal_error`, its text withheld. */
export const toProxyError = (thrown: unknown): ProxyError =>
  thrown instanceof ProxyError
    ? thrown
    : new ProxyError("internal_error", "The proxy failed; its log has the details under this request id", {
        cause: thrown,
      });

/** Status and headers of the reply for a failure before the head. */
export const toErrorHead = (
  error: ProxyError,
): { readonly status: number; readonly headers: Record<string, string> } => ({
  status: error.row.status,
  headers: { ...error.headers, "content-type": "application/json", "x-should-retry": String(error.row.retry) },
});

/**
 * Its body in the OpenAI shape, as JSON.
 *
 * @see https://platform.openai.com/docs/guides/error-codes (read 2026-11-22)
 */
export const toErrorText = ({ message, row, param, code }: ProxyError): string =>
  JSON.stringify({ error: { message, type: row.type, param, code } });
