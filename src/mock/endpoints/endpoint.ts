import type { Conversation, JsonObject } from "../../dialects/conversation.ts";
import type { EndpointName } from "../asked.ts";
import type { Cut } from "./cut.ts";
import type { KeptResponses } from "../kept-responses.ts";
import type { Generate } from "../auto/generate.ts";
import type { Takes } from "../auto/seal.ts";
import type { Answer, AnswerKind, Said } from "../said.ts";
import type { NameIds } from "../seed.ts";

/** What an endpoint is given. */
export interface Incoming {
  /** The path without query and scope, still escaped. */
  readonly path: string;
  /** The query without its `?`. */
  readonly query: string;
  readonly headers: Headers;
  /** The parsed body; empty for a GET. */
  readonly body: JsonObject;
  /** The responses of its scope; absent where a request is only looked at. */
  readonly kept?: KeptResponses;
}

/** How an answer is said. */
export interface SayOptions {
  readonly ids: NameIds;
  readonly cut: Cut;
  /** Gives the milliseconds to wait before the next piece; of a whole answer the first alone is asked for. */
  readonly nextWaitMs: () => number;
}

/** A request that an endpoint has understood. */
export interface Heard {
  /** null where the endpoint has none. */
  readonly model: string | null;
  readonly stream: boolean;
  /** null where no conversation is answered. */
  readonly conversation: Conversation | null;
  /**
   * What a service refuses of a request that can be read, such as numbers out of bounds, the first of it; not asked for
   * with `validate: off`.
   *
   * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
   */
  readonly judge?: () => void;
  /** As in `Asked`. */
  readonly user: () => string;
  readonly system: () => string;
  /**
   * Refuses seals on thinking that the mock has not made, or those alone that say so and are not: a recording may hold a
   * provider's own.
   *
   * @throws {ProxyError} `invalid_request`
   */
  readonly checkSeals?: (takes: Takes) => void;
  /** The answer when nobody wrote one. */
  readonly auto: (ids: NameIds, generate: Generate) => Answer;
  /**
   * Says an answer in the words of the endpoint.
   *
   * @throws {ProxyError} `invalid_request` - an answer of a kind that is not in `says`
   */
  readonly say: (answer: Answer, options: SayOptions) => Said;
}

/** A wire format's side of the mock: pure, from what was asked to what is answered. */
export interface Endpoint {
  readonly name: EndpointName;
  /** The kinds of answers it has words for. `failure` and `raw` are in every one. */
  readonly says: ReadonlySet<AnswerKind>;
  /** Whether it is answered at once and never missed, whatever fixtures there are: lists, health, counts. */
  readonly isFixed: boolean;
  /** @throws {ProxyError} any client code - answered in the error shape of the dialect */
  readonly hear: (incoming: Incoming) => Heard;
}
