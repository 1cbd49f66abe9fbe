import { ProxyError } from "../../errors.ts";
import type { UpstreamCount } from "../count.ts";
import { toNumber } from "../fields.ts";
import { writeRequest } from "./write-request.ts";

/** `ConverseTokensRequest` in npm `@aws-sdk/client-bedrock-runtime` 3.1164.0. */
const counted = ["messages", "system", "toolConfig", "additionalModelRequestFields"] as const;

/**
 * `CountTokens`: of the request that would be sent, all that is counted.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html (read 2026-11-22)
 */
export const converseCount: UpstreamCount = {
  write: (conversation, traits, drops) => {
    const request = writeRequest(conversation, traits, drops);
    const said = counted.filter((name) => Object.hasOwn(request, name)).map((name) => [name, request[name]] as const);
    return { input: { converse: Object.fromEntries(said) } };
  },
  read: (body) => {
    const tokens = toNumber(body["inputTokens"]);
    if (tokens !== null) return tokens;
    throw new ProxyError("upstream_invalid_response", "The upstream's count holds no 'inputTokens'");
  },
  refusesModels: true,
};
