import type { Conversation, JsonObject } from "./conversation.ts";
import type { CallFacts, Traits } from "./dialect.ts";
import type { Drops } from "./drops.ts";

/** Counting the tokens of a request that is not sent: an upstream's side. */
export interface UpstreamCount {
  readonly write: (conversation: Conversation, traits: Traits, drops: Drops) => JsonObject;
  /** @throws {ProxyError} `upstream_invalid_response` */
  readonly read: (body: JsonObject) => number;
}

/** The same with a client's side. */
export interface Count extends UpstreamCount {
  /** @throws {ProxyError} `invalid_request` with the field in `param` */
  readonly readRequest: (body: JsonObject, facts: CallFacts, drops: Drops) => Conversation;
  readonly writeReply: (inputTokens: number) => JsonObject;
}

const textLength = (value: unknown): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value !== "object" || value === null) return 0;
  let bytes = 0;
  for (const [key, inner] of Object.entries(value)) if (key !== "data") bytes += textLength(inner);
  return bytes;
};

/**
 * Estimates the tokens of a request for a provider that does not count: a quarter of the bytes of all its texts, tools
 * included, images and other data not.
 */
export const estimateTokens = ({ messages, tools }: Conversation): number =>
  Math.ceil((textLength(messages) + textLength(tools)) / 4);
