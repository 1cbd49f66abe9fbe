import type { JsonObject } from "../dialects/conversation.ts";
import type { Answer } from "./answer.ts";
import type { Cut } from "./cut.ts";
import type { MockReply } from "./reply.ts";
import type { NameIds } from "./seed.ts";

/** What an endpoint is given: the request as it was understood, and what its mock decides. */
export interface MockCall {
  /** The path without query, still escaped. */
  readonly path: string;
  /** The query without its `?`. */
  readonly query: string;
  readonly headers: Headers;
  /** The parsed body; empty for a GET. */
  readonly body: JsonObject;
  readonly ids: NameIds;
  readonly answer: Answer;
  readonly cut: Cut;
}

/**
 * A wire format's side of the mock: pure, from what was asked to what is answered.
 *
 * @throws {ProxyError} any client code - answered in the error shape of the dialect
 */
export type Endpoint = (call: MockCall) => MockReply;
