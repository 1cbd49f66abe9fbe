import { anthropic } from "../../dialects/anthropic/dialect.ts";
import type { ClientDialectName, JsonObject } from "../../dialects/conversation.ts";
import type { Dialect } from "../../dialects/dialect.ts";
import { gemini } from "../../dialects/gemini/dialect.ts";
import { openaiChat } from "../../dialects/openai-chat/dialect.ts";
import { openaiResponses } from "../../dialects/openai-responses/dialect.ts";
import type { Failure } from "../../dialects/reply.ts";

/** The dialects the mock speaks. */
export const dialects: Readonly<Record<ClientDialectName, Dialect>> = {
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  anthropic,
  gemini,
};

/**
 * The body of a refusal in the words of a dialect.
 *
 * OpenAI has the field at fault as `param`; Anthropic has it in front of the message; Gemini as a field violation.
 */
export const toErrorBody = (name: ClientDialectName, failure: Failure, requestId: string): JsonObject => {
  const { message, param } = failure;
  const { writeFailure } = dialects[name];
  if (name === "anthropic") {
    const told = param === null ? failure : { ...failure, message: `${param}: ${message}` };
    return { ...writeFailure(told), request_id: requestId };
  }
  return writeFailure(name === "gemini" ? { ...failure, code: null } : failure);
};
