import type { Answerer } from "./answer.ts";
import type { Fields } from "./fields.ts";
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
  readonly body: Fields;
  readonly ids: NameIds;
  readonly answer: Answerer;
  /** Content chunks of a stream. */
  readonly chunks: number;
}

/**
 * A wire format's side of the mock: pure, from what was asked to what is answered.
 *
 * @throws {ProxyError} any client code - answered in the error shape of the dialect
 */
export type Endpoint = (call: MockCall) => MockReply;

/** 2023-11-14T22:13:20Z: every answer of the mock was created then. Unix seconds. */
export const createdAt = 1_700_000_000;

/** The greatest number of choices of one request. @see https://platform.openai.com/docs/api-reference/chat (n) */
export const mostChoices = 128;

/** The greatest limit of output tokens a request may state. */
export const mostTokens = 10_000_000;
