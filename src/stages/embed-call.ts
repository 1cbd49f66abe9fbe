import type { UpstreamDialect, Dialect } from "../dialects/dialect.ts";
import type { JsonObject } from "../dialects/conversation.ts";
import { createDrops, type Drops } from "../dialects/drops.ts";
import type { Metering } from "../dialects/metering.ts";
import { noteTold, type Exchange } from "../pipeline.ts";
import type { Target } from "../routing/registry.ts";
import type { GeminiCall } from "../wire/gemini-path.ts";
import { ask, noteDropped, replyFailure, replyJson, textOf, toReplyObject, toRequestObject } from "./ask.ts";
import { toMethodUrl } from "./method-url.ts";
import type { Embed } from "./embed.ts";
import { checkBody, findTarget, receive, type CallParts, type GeminiHandler } from "./receive.ts";
import { awaitAnswer, noteInput } from "./unanswered.ts";

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

interface EmbedParts extends Pick<CallParts, "registry" | "dispatch" | "send" | "limits" | "now"> {
  readonly isStrict: boolean;
  /** Tokens of a request's body at a glance, null when nobody wants to know the usage. */
  readonly estimateEmbedding: ((body: Uint8Array) => number) | null;
  readonly embedding: EmbeddingDialect;
  readonly embed: Embed;
}

type Ask = (exchange: Exchange, call: GeminiCall, target: Target, bytes: Uint8Array) => Promise<Response>;

/** Makes the way to a provider that has `/embeddings`. */
const createForeignEmbed =
  ({ dispatch, isStrict, estimateEmbedding, embedding }: EmbedParts): Ask =>
  async (exchange, call, { provider, model }, bytes) => {
    const { client, upstream, metering, toRequest, toReply } = embedding;
    const { outcome } = exchange;
    outcome.upstreamDialect = upstream.name;
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
    if (estimateEmbedding !== null) {
      const told = metering.start()(came);
      if (told !== null) noteTold(outcome, told);
      if (outcome.usage === null) noteInput(outcome, estimateEmbedding(bytes));
    }
    const reply = toReply(came, call.method === "batchEmbedContents");
    return replyJson(exchange, response.headers, response.status, reply);
  };

/**
 * Answers `embedContent` and `batchEmbedContents`: the same bytes to Gemini, in the words of a provider that has its own,
 * `/embeddings` to any other. Where no usage is told, the input is estimated.
 */
export const createEmbedCall = (parts: EmbedParts): GeminiHandler => {
  const { registry, send, limits, now, estimateEmbedding, embed } = parts;
  const foreignEmbed = createForeignEmbed(parts);
  return async (exchange, call) => {
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
      return send(
        exchange,
        provider,
        { url, credential: provider.credential, body: bytes, length: null },
        { dialect: "gemini", stream: false, asks: false, hasWords: false },
      );
    }
    await checkBody(bytes);
    return awaitAnswer(foreignEmbed(exchange, call, target, bytes), exchange, bytes, estimateEmbedding);
  };
};
