import type { Conversation, JsonObject } from "./conversation.ts";
import type { CallFacts, Traits } from "./dialect.ts";
import type { Drops } from "./drops.ts";

/** Counting the tokens of a request that is not sent: an upstream's side. */
export interface UpstreamCount {
  readonly write: (conversation: Conversation, traits: Traits, drops: Drops) => JsonObject;
  /** @throws {ProxyError} `upstream_invalid_response` */
  readonly read: (body: JsonObject) => number;
  /** Whether a refusal may be about a model that it does not count, or a right to count: an estimate is given then. */
  readonly refusesModels?: true;
}

/** The same with a client's side. */
export interface Count extends UpstreamCount {
  /** @throws {ProxyError} `invalid_request` with the field in `param` */
  readonly readRequest: (body: JsonObject, facts: CallFacts, drops: Drops) => Conversation;
  readonly writeReply: (inputTokens: number) => JsonObject;
}
