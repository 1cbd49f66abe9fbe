import type { ClientDialectName } from "./conversation.ts";

/**
 * Tells what a client speaks by the path it asks for; where two dialects share one, such as `/v1/models`, by the header
 * that every client of Anthropic's sends.
 */
export const toClientDialect = (path: string, headers: Headers): ClientDialectName => {
  if (path.startsWith("/v1/chat/")) return "openai-chat";
  if (path.startsWith("/v1/messages")) return "anthropic";
  if (path.startsWith("/v1beta/")) return "gemini";
  if (path.startsWith("/v1/responses")) return "openai-responses";
  return headers.has("anthropic-version") ? "anthropic" : "openai-chat";
};
