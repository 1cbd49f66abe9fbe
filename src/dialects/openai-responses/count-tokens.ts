import { ProxyError } from "../../errors.ts";
import type { Count } from "../count.ts";
import { toNumber } from "../fields.ts";
import { openaiResponses } from "./dialect.ts";

/** `InputTokenCountParams` in `openai` 7.57.0, resources/responses/input-tokens.d.ts (read 2026-11-22). */
const counted: readonly string[] = [
  ..."model input instructions tools tool_choice text reasoning parallel_tool_calls truncation".split(" "),
  ..."conversation previous_response_id".split(" "),
];

/** `POST /v1/responses/input_tokens`: the fields of a request that count, and `{"object", "input_tokens"}`. */
export const responsesCount: Count = {
  readRequest: openaiResponses.readRequest,
  write: (conversation, traits, drops) => {
    const request = openaiResponses.writeRequest(conversation, traits, drops);
    return Object.fromEntries(counted.filter((key) => Object.hasOwn(request, key)).map((key) => [key, request[key]]));
  },
  read: (body) => {
    const tokens = toNumber(body["input_tokens"]);
    if (tokens !== null) return tokens;
    throw new ProxyError("upstream_invalid_response", "The upstream's count holds no 'input_tokens'");
  },
  writeReply: (inputTokens) => ({ object: "response.input_tokens", input_tokens: inputTokens }),
};
