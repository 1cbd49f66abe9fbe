import type { ClientDialectName, Conversation, DialectName, JsonObject } from "../dialects/conversation.ts";
import type { Dialect, ReplyContext, UpstreamDialect } from "../dialects/dialect.ts";
import { createDrops } from "../dialects/drops.ts";
import { ProxyError } from "../errors.ts";
import type { Provider } from "../providers/provider.ts";

/** The dialects, by name, as clients and as upstreams speak them. */
export interface Dialects {
  readonly clients: Readonly<Record<ClientDialectName, Dialect>>;
  readonly upstreams: Readonly<Record<DialectName, UpstreamDialect>>;
}

/** A call to be sent in another dialect than it came in. */
export interface ForeignCall {
  readonly from: ClientDialectName;
  readonly provider: Provider;
  /** As the registry calls it. */
  readonly model: string;
  readonly stream: boolean;
  readonly body: Uint8Array;
  readonly framing: ReplyContext["framing"];
}

/** A request in words of the provider. */
export interface Written {
  readonly dialect: UpstreamDialect;
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

const tryWrite = (
  conversation: Conversation,
  from: Dialect,
  to: UpstreamDialect,
  { provider, model }: ForeignCall,
): Written | ProxyError => {
  const drops = createDrops(from.fieldNames);
  try {
    const body = to.writeRequest(conversation, provider.traitsOf(model), drops);
    return { dialect: to, body, dropped: drops.names() };
  } catch (thrown) {
    if (thrown instanceof ProxyError && thrown.code === "unsupported_feature") return thrown;
    throw thrown;
  }
};

/**
 * Says a request in the first dialect of the provider that loses nothing, else in the one that loses least.
 *
 * @throws {ProxyError} `unsupported_feature` - it can be said in none
 */
export const writeCall = (
  conversation: Conversation,
  from: Dialect,
  dialects: Dialects,
  call: ForeignCall,
): Written => {
  let best: Written | null = null;
  let refusal: ProxyError | null = null;
  for (const name of call.provider.targetsOf(call.model)) {
    const written = tryWrite(conversation, from, dialects.upstreams[name], call);
    if (written instanceof ProxyError) refusal ??= written;
    else if (best === null || written.dropped.length < best.dropped.length) best = written;
    if (best?.dropped.length === 0) break;
  }
  if (best !== null) return best;
  throw refusal ?? new ProxyError("unsupported_feature", "The provider speaks no dialect this request can be said in");
};
