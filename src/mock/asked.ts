import type { ClientDialectName, Conversation, JsonObject } from "../dialects/conversation.ts";
import type { AnswerKind } from "./said.ts";

/** The endpoints of the mock, as fixtures name them (`match: { endpoint: chat }`). */
export const endpointNames = [
  "chat",
  "responses",
  "messages",
  "gemini",
  "completions",
  "embeddings",
  "images",
  "speech",
  "transcriptions",
  "moderations",
  "count_tokens",
  "stored_responses",
  "models",
] as const;

export type EndpointName = (typeof endpointNames)[number];

/** A request as it was understood: what fixtures, cassettes and the journal look at. */
export interface Asked {
  readonly method: string;
  /** Without the prefix of a scope, without query, still escaped. */
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
  readonly headers: Headers;
  /** The parsed body; empty for a GET. Of a multipart form the fields, a file as `{ name, type, bytes, sha256 }`. */
  readonly body: JsonObject;
  readonly endpoint: EndpointName;
  readonly dialect: ClientDialectName;
  /** The kinds of answers its endpoint has words for; a fixture that would answer another kind is not for it. */
  readonly says: ReadonlySet<AnswerKind>;
  /** null where the endpoint has none. */
  readonly model: string | null;
  readonly stream: boolean;
  /** null where the endpoint answers no conversation. */
  readonly conversation: Conversation | null;
  /** The text of the last user message, the prompt, or the input; what `match: { user }` looks at. */
  readonly user: () => string;
  /** The texts of all system and developer messages, a line break between two. */
  readonly system: () => string;
  /** The gateway's provider in whose place the mock answers, null where it stands alone. */
  readonly provider: string | null;
  /** Whose counters, fixtures and journal hold; see `scopes.ts`. */
  readonly scope: string;
  /** The cassette it is answered from, where that is not named as the scope is. */
  readonly cassette?: string;
  /** The place of the request among those of its scope, from 0. */
  readonly ordinal: number;
}
