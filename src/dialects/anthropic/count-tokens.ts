import { ProxyError } from "../../errors.ts";
import type { Conversation, JsonObject } from "../conversation.ts";
import type { CallFacts, Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { toNumber } from "../fields.ts";
import { readBody } from "./read-request.ts";
import { writeRequest } from "./write-request.ts";

/** The fields of `MessageCountTokensParams`, and those of the beta; the service refuses any other. */
const counted: readonly string[] = [
  ..."model system messages tools tool_choice thinking output_config cache_control speed".split(" "),
  ..."context_management mcp_servers".split(" "),
];

/**
 * Reads the body of `POST /v1/messages/count_tokens`, which is that of a message without its limit.
 *
 * @throws {ProxyError} `invalid_request`, `missing_required_parameter` - the field at fault is the `param`
 * @see npm `@anthropic-ai/sdk` 1.12.0, resources/messages/messages.d.ts, `MessageCountTokensParams` (read 2026-11-22)
 */
export const readCountRequest = (body: JsonObject, facts: CallFacts, drops: Drops): Conversation =>
  readBody(body, facts, drops, true);

/** Writes the body of `POST /v1/messages/count_tokens`: of the message that would be sent, all that is counted. */
export const writeCountRequest = (conversation: Conversation, traits: Traits, drops: Drops): JsonObject => {
  const message = writeRequest(conversation, traits, drops);
  const body: Record<string, unknown> = {};
  for (const key of counted) if (message[key] !== undefined) body[key] = message[key];
  return body;
};

/** Gives the tokens out of a count's reply. @throws {ProxyError} `upstream_invalid_response` - there is no number in it */
export const readCountReply = (body: JsonObject): number => {
  const tokens = toNumber(body["input_tokens"]);
  if (tokens !== null) return tokens;
  throw new ProxyError("upstream_invalid_response", "The upstream's count holds no 'input_tokens'");
};

/** Writes the reply of a count. */
export const writeCountReply = (inputTokens: number): { readonly input_tokens: number } => ({
  input_tokens: inputTokens,
});
