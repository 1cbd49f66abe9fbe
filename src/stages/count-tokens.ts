import type { Conversation, DialectName } from "../dialects/conversation.ts";
import { estimateTokens, type Count, type UpstreamCount } from "../dialects/count.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import { createDrops } from "../dialects/drops.ts";
import { replyWhole, type Exchange } from "../pipeline.ts";
import type { Target } from "../routing/registry.ts";
import { ask, noteDropped, replyFailure, replyJson, textOf, toReplyObject, toRequestObject } from "./ask.ts";
import type { Dispatch } from "./dispatch.ts";
import type { TranslateOptions } from "./translate.ts";

/** Tells that a count was estimated, because the provider has no way to count. */
export const tokensHeader = "x-qlite-tokens";

/** Counting as the dialects know it, on either side. */
export interface Counting {
  readonly clients: Readonly<Record<"anthropic" | "gemini" | "openai-responses", Count>>;
  readonly upstreams: Readonly<Partial<Record<DialectName, UpstreamCount>>>;
}

export type CountClient = keyof Counting["clients"];

/** A count asked for in a dialect that the provider does not speak. */
export type ForeignCount = (
  exchange: Exchange,
  from: CountClient,
  target: Target,
  body: Uint8Array,
) => Promise<Response>;

const estimate = (exchange: Exchange, count: Count, conversation: Conversation): Response => {
  const body = JSON.stringify(count.writeReply(estimateTokens(conversation)));
  return replyWhole(exchange, body, {
    headers: { "content-type": "application/json", [tokensHeader]: "estimated" },
  });
};

/**
 * Makes the translation of a count of tokens.
 *
 * The provider counts where it can; where it cannot, the answer is an estimate and says so in `x-qlite-tokens`.
 *
 * @throws {ProxyError} what the reader of the client's dialect refuses, and `upstream_invalid_response`
 */
export const createForeignCount = (
  { dialects, isStrict }: Pick<TranslateOptions, "dialects" | "isStrict">,
  { clients, upstreams }: Counting,
  dispatch: Dispatch,
): ForeignCount => {
  const findCounter = ({ provider, model }: Target): readonly [UpstreamDialect, UpstreamCount] | null => {
    for (const name of provider.targetsOf(model)) {
      const count = upstreams[name];
      if (count !== undefined) return [dialects.upstreams[name], count];
    }
    return null;
  };

  return async (exchange, from, target, bytes) => {
    const { provider, model } = target;
    const client = dialects.clients[from];
    const count = clients[from];
    const drops = createDrops(client.fieldNames);
    const facts = { model: provider.nameOf(model), stream: false };
    const conversation = count.readRequest(toRequestObject(bytes), facts, drops);
    const found = findCounter(target);
    if (found === null) return estimate(exchange, count, conversation);
    const [upstream, counter] = found;
    const body = counter.write(conversation, provider.traitsOf(model), drops);
    noteDropped(exchange, drops.names(), isStrict);
    const response = await ask(dispatch, exchange, provider, {
      url: provider.countUrlOf(upstream.name, model),
      credential: provider.credential,
      body: provider.rewrite?.object("count", upstream.name, body) ?? body,
      stream: false,
    });
    if (response.status >= 400) return replyFailure(exchange, response, upstream, client);
    const tokens = counter.read(toReplyObject(await textOf(exchange, response)));
    return replyJson(exchange, response.headers, response.status, count.writeReply(tokens));
  };
};
