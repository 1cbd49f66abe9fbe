import { toGeminiMethod } from "../wire/gemini-path.ts";
import type { ClientDialectName } from "./conversation.ts";

/**
 * Tells what a client speaks by the path it asks for; where dialects share one, such as `/v1/models`, by the header that
 * every client of Anthropic's or Google's sends.
 */
export const toClientDialect = (path: string, headers: Headers): ClientDialectName => {
  if (path.startsWith("/v1/chat/")) return "openai-chat";
  if (path.startsWith("/v1/messages")) return "anthropic";
  if (path.startsWith("/v1/responses")) return "openai-responses";
  if (path.startsWith("/v1beta/") || path.startsWith("/v1alpha/") || toGeminiMethod(path) !== null) return "gemini";
  if (headers.has("anthropic-version")) return "anthropic";
  return headers.has("x-goog-api-key") ? "gemini" : "openai-chat";
};
