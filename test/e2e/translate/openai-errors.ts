import { APIError, BadRequestError, InternalServerError, RateLimitError } from "openai";
import { toErrorReader } from "./client.ts";

/** Reads what the `openai` SDK throws. */
export const readOpenaiError = toErrorReader(APIError, {
  400: BadRequestError,
  429: RateLimitError,
  502: InternalServerError,
  503: InternalServerError,
});
