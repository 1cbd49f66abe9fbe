import { ProxyError } from "../../errors.ts";
import type { Conversation, JsonObject } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { maybeObject, toNumber } from "../fields.ts";
import { camel } from "./proto.ts";
import { readRequest } from "./read-request.ts";
import { writeRequest } from "./write-request.ts";

/**
 * Reads the body of `:countTokens`: `contents`, or a whole request in `generateContentRequest`; Vertex AI has the
 * fields
 * of the request beside `contents`, which are taken too.
 *
 * @throws {ProxyError} `invalid_request` - both of them, or what `readRequest` refuses
 * @see https://ai.google.dev/api/tokens (read 2026-11-22)
 */
export const readCountTokens = (source: JsonObject, model: string, drops: Drops): Conversation => {
  const body = camel(source);
  const whole = maybeObject(body["generateContentRequest"], "generateContentRequest");
  if (whole !== null && body["contents"] !== undefined) {
    const message = "Invalid value for 'generateContentRequest': set it or contents, not both";
    throw new ProxyError("invalid_request", message, { param: "generateContentRequest" });
  }
  return readRequest(whole ?? body, { model, stream: false }, drops);
};

/**
 * Writes the body of `:countTokens`.
 *
 * @throws {ProxyError} `unsupported_feature` - see `writeRequest`
 */
export const writeCountTokens = (conversation: Conversation, traits: Traits, drops: Drops): JsonObject => {
  const { model } = conversation;
  const name = model.includes("/") ? model : `models/${model}`;
  return { generateContentRequest: { model: name, ...writeRequest(conversation, traits, drops) } };
};

/** Writes the reply of a count. */
export const writeTokenCount = (totalTokens: number) => ({ totalTokens });

/** @throws {ProxyError} `upstream_invalid_response` - no count */
export const readTokenCount = (body: JsonObject): number => {
  const count = toNumber(camel(body)["totalTokens"]);
  if (count === null)
    throw new ProxyError("upstream_invalid_response", "The upstream's reply holds no count of tokens");
  return count;
};
