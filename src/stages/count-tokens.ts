import type { Conversation, DialectName } from "../dialects/conversation.ts";
import type { Count, UpstreamCount } from "../dialects/count.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import { createDrops } from "../dialects/drops.ts";
import { ProxyError } from "../errors.ts";
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

interface ForeignCountParts extends Pick<TranslateOptions, "dialects" | "isStrict"> {
  /** Tokens of a request at a glance. */
  readonly estimateInput: (conversation: Conversation) => number;
}

const replyEstimate = (exchange: Exchange, count: Count, tokens: number): Response =>
  replyWhole(exchange, JSON.stringify(count.writeReply(tokens)), {
    headers: { "content-type": "application/json", [tokensHeader]: "estimated" },
  });

/** A provider that does not count a model, or not for us, says 400, 403 or 404. */
const isRefusal = (status: number): boolean => status === 400 || status === 403 || status === 404;

/** The same of what sending came to: `dispatch` does not let a 403 about our keys through. No keys at all are no refusal. */
const wasRefused = (thrown: unknown, { outcome }: Exchange): boolean =>
  thrown instanceof ProxyError && thrown.code === "upstream_auth_error" && outcome.sentAt !== 0;

/**
 * Makes the translation of a count of tokens.
 *
 * The provider counts where it can; where it cannot, the answer is an estimate and says so in `x-qlite-tokens`.
 *
 * @throws {ProxyError} what the reader of the client's dialect refuses, and `upstream_invalid_response`
 */
export const createForeignCount = (
  { dialects, isStrict, estimateInput }: ForeignCountParts,
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
    if (found === null) return replyEstimate(exchange, count, estimateInput(conversation));
    const [upstream, counter] = found;
    const body = counter.write(conversation, provider.traitsOf(model), drops);
    noteDropped(exchange, drops.names(), isStrict);
    const { refusesModels = false } = counter;
    const response = await ask(dispatch, exchange, provider, {
      url: provider.countUrlOf(upstream.name, model),
      credential: provider.credential,
      body: provider.rewrite?.object("count", upstream.name, body) ?? body,
      stream: false,
    }).catch((thrown: unknown) => {
      if (refusesModels && wasRefused(thrown, exchange)) return null;
      throw thrown;
    });
    if (response === null || (refusesModels && isRefusal(response.status))) {
      await response?.body?.cancel();
      return replyEstimate(exchange, count, estimateInput(conversation));
    }
    if (response.status >= 400) return replyFailure(exchange, response, upstream, client);
    const tokens = counter.read(toReplyObject(await textOf(exchange, response)));
    return replyJson(exchange, response.headers, response.status, count.writeReply(tokens));
  };
};
