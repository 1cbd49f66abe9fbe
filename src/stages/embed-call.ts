import type { UpstreamDialect, Dialect } from "../dialects/dialect.ts";
import type { JsonObject } from "../dialects/conversation.ts";
import { createDrops, type Drops } from "../dialects/drops.ts";
import type { Metering } from "../dialects/metering.ts";
import { noteTold } from "../pipeline.ts";
import { ask, noteDropped, replyFailure, replyJson, textOf, toReplyObject, toRequestObject } from "./ask.ts";
import { toMethodUrl } from "./method-url.ts";
import type { Embed } from "./embed.ts";
import { checkBody, findTarget, receive, type CallParts, type GeminiHandler } from "./receive.ts";

/** Gemini's embeddings said in OpenAI's words and back. */
export interface EmbeddingDialect {
  readonly client: Dialect;
  readonly upstream: UpstreamDialect;
  readonly metering: Metering;
  /** @throws {ProxyError} `invalid_request`, `unsupported_feature` */
  readonly toRequest: (body: JsonObject, model: string, drops: Drops) => JsonObject;
  /** @throws {ProxyError} `upstream_invalid_response` */
  readonly toReply: (reply: JsonObject, isBatch: boolean) => JsonObject;
}

interface EmbedParts extends Pick<CallParts, "registry" | "dispatch" | "limits" | "now"> {
  readonly isStrict: boolean;
  /** Whether anybody wants to know the usage. */
  readonly isMetered: boolean;
  readonly embedding: EmbeddingDialect;
  readonly embed: Embed;
}

/**
 * Answers `embedContent` and `batchEmbedContents`: the same bytes to Gemini, in the words of a provider that has its own,
 * `/embeddings` to any other.
 */
export const createEmbedCall =
  ({ registry, dispatch, limits, now, isStrict, isMetered, embedding, embed }: EmbedParts): GeminiHandler =>
  async (exchange, call) => {
    const bytes = await receive(exchange, limits, now);
    const target = findTarget(exchange, registry, call.model, false);
    const { provider, model } = target;
    const place = provider.embeddingOf(model);
    if (place !== null) {
      await checkBody(bytes);
      return embed(exchange, "gemini", target, place, bytes);
    }
    if (provider.dialectsOf(model).includes("gemini")) {
      const url = toMethodUrl(provider, model, call.method, exchange.search);
      return dispatch(exchange, provider, { url, credential: provider.credential, body: bytes, length: null });
    }
    await checkBody(bytes);
    const { client, upstream, metering, toRequest, toReply } = embedding;
    exchange.outcome.upstreamDialect = upstream.name;
    const drops = createDrops(client.fieldNames);
    const body = toRequest(toRequestObject(bytes), provider.nameOf(model), drops);
    noteDropped(exchange, drops.names(), isStrict);
    const response = await ask(dispatch, exchange, provider, {
      url: provider.endpointOf("/embeddings", "", model),
      credential: provider.endpointCredential,
      body,
      stream: false,
    });
    if (response.status >= 400) return replyFailure(exchange, response, upstream, client);
    const came = toReplyObject(await textOf(exchange, response));
    const told = isMetered ? metering.start()(came) : null;
    if (told !== null) noteTold(exchange.outcome, told);
    const reply = toReply(came, call.method === "batchEmbedContents");
    return replyJson(exchange, response.headers, response.status, reply);
  };
