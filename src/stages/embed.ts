import type { JsonObject } from "../dialects/conversation.ts";
import type { Dialect, UpstreamDialect } from "../dialects/dialect.ts";
import { createDrops, type Drops } from "../dialects/drops.ts";
import { toList } from "../dialects/fields.ts";
import type { Usage } from "../dialects/reply.ts";
import { noteReported, toPlausible, type Exchange } from "../pipeline.ts";
import type { EmbeddingMethod, EmbeddingPlace } from "../providers/vertex-embedding.ts";
import type { Target } from "../routing/registry.ts";
import {
  ask,
  noteDropped,
  noteReplyDropped,
  replyFailure,
  replyJson,
  textOf,
  toReplyObject,
  toRequestObject,
} from "./ask.ts";
import type { Dispatch } from "./dispatch.ts";
import { noteInput } from "./unanswered.ts";

/** A client's embeddings in the words of Gemini's batches, and back. */
interface EmbeddingClient {
  readonly dialect: Dialect;
  /** What it calls its inputs. */
  readonly list: string;
  /** @throws {ProxyError} `invalid_request`, `unsupported_feature` */
  readonly toRequest: (body: JsonObject, model: string, drops: Drops) => JsonObject;
  readonly toReply: (reply: JsonObject, asked: JsonObject, model: string, drops: Drops) => JsonObject;
}

/** A provider's own way of making embeddings, in the words of Gemini's batches, and back. */
interface EmbeddingWay {
  /** @throws {ProxyError} `invalid_request`, `unsupported_feature` */
  readonly toRequest: (body: JsonObject, list: string, drops: Drops) => JsonObject;
  /** @throws {ProxyError} `upstream_invalid_response` - not one embedding for each of the `count` inputs */
  readonly toReply: (reply: JsonObject, count: number) => JsonObject;
}

/** What is known of embeddings on either side. */
export interface OwnEmbedding {
  /** Reads the errors. */
  readonly upstream: UpstreamDialect;
  readonly methods: Readonly<Record<EmbeddingMethod, EmbeddingWay>>;
  readonly clients: Readonly<Record<"openai-chat" | "gemini", EmbeddingClient>>;
  /** The usage that a batch's reply tells, null where it tells none. */
  readonly usageOf: (reply: JsonObject) => Usage | null;
}

/** Embeddings of a provider that wants them asked for in its own way. */
export type Embed = (
  exchange: Exchange,
  from: keyof OwnEmbedding["clients"],
  target: Target,
  place: EmbeddingPlace,
  body: Uint8Array,
) => Promise<Response>;

interface EmbedParts {
  /** Refuse what the target cannot be told, in place of naming it. */
  readonly isStrict: boolean;
  /** Tokens of a request's body at a glance, null when nobody wants to know. */
  readonly estimateEmbedding: ((body: Uint8Array) => number) | null;
}

/**
 * Makes the way of embeddings to a provider that wants them asked for in its own way, in one request each.
 *
 * The usage is the upstream's own, or an estimate where it tells none. What it cannot be told, and what of its reply the client
 * cannot, stands by name in `x-qlite-dropped` and in the log; its errors keep their status and say the same in the client's dialect.
 *
 * @throws {ProxyError} `unsupported_parameter` - strict, and something would be lost; `param` names the first of it
 * @throws {ProxyError} what the client's reader and the provider's writer refuse, and `upstream_invalid_response`
 */
export const createEmbed =
  (
    { isStrict, estimateEmbedding }: EmbedParts,
    { upstream, methods, clients, usageOf }: OwnEmbedding,
    dispatch: Dispatch,
  ): Embed =>
  async (exchange, from, { provider, model }, { method, url }, bytes) => {
    const { outcome } = exchange;
    const { dialect, list, toRequest, toReply } = clients[from];
    const way = methods[method];
    const name = provider.nameOf(model);
    outcome.upstreamDialect = upstream.name;
    const drops = createDrops(dialect.fieldNames);
    const asked = toRequestObject(bytes);
    const batch = toRequest(asked, name, drops);
    const body = way.toRequest(batch, list, drops);
    noteDropped(exchange, drops.names(), isStrict);
    const response = await ask(dispatch, exchange, provider, {
      url,
      credential: provider.credential,
      body,
      stream: false,
    });
    if (response.status >= 400) return replyFailure(exchange, response, upstream, dialect);
    const count = Math.max(1, toList(batch["requests"]).length);
    const came = way.toReply(toReplyObject(await textOf(exchange, response)), count);
    const usage = estimateEmbedding === null ? null : toPlausible(usageOf(came));
    if (usage !== null) noteReported(outcome, usage);
    else if (estimateEmbedding !== null) noteInput(outcome, estimateEmbedding(bytes));
    const replyDrops = createDrops(dialect.fieldNames);
    const reply = toReply(came, asked, name, replyDrops);
    noteReplyDropped(exchange, replyDrops.names());
    return replyJson(exchange, response.headers, response.status, reply);
  };
