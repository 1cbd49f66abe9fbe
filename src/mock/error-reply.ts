import type { ProxyError } from "../errors.ts";

/** Whose shape an answer has. */
export type MockDialect = "openai" | "anthropic" | "gemini";

const anthropicType = (status: number): string => (status === 404 ? "not_found_error" : "invalid_request_error");

const geminiDetails = (error: ProxyError): readonly object[] =>
  error.param === null
    ? []
    : [
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [{ field: error.param, description: error.message }],
        },
      ];

const shapes: Readonly<Record<MockDialect, (error: ProxyError, requestId: string) => object>> = {
  openai: ({ message, row, param, code }) => ({ error: { message, type: row.type, param, code } }),
  anthropic: ({ message, row, param }, requestId) => ({
    type: "error",
    error: { type: anthropicType(row.status), message: param === null ? message : `${param}: ${message}` },
    request_id: requestId,
  }),
  gemini: (error) => ({
    error: {
      code: error.row.status,
      message: error.message,
      status: error.row.status === 404 ? "NOT_FOUND" : "INVALID_ARGUMENT",
      details: geminiDetails(error),
    },
  }),
};

/**
 * The body of a refusal in the shape of a dialect.
 *
 * OpenAI has the field at fault as `param`; Anthropic has it in front of the message; Gemini as a field violation.
 *
 * @see https://platform.openai.com/docs/guides/error-codes (read 2026-11-22)
 * @see npm `@anthropic-ai/sdk` 1.12.0, resources/shared.d.ts (ErrorResponse)
 * @see https://cloud.google.com/apis/design/errors (google.rpc.Status, BadRequest)
 */
export const toErrorBody = (dialect: MockDialect, error: ProxyError, requestId: string): object =>
  shapes[dialect](error, requestId);
