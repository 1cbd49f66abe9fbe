import type { Failure } from "../../../dialects/reply.ts";

/** A refusal of status 400. */
export const refusal = (param: string | null, message: string, code: string | null = null): Failure => ({
  kind: "invalid_request",
  status: 400,
  message,
  code,
  param,
});
