import type { ClientDialectName } from "../dialects/conversation.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { createDrops } from "../dialects/drops.ts";
import type { Exchange } from "../pipeline.ts";
import type { Target } from "../routing/registry.ts";
import { hasForeignSeal } from "../wire/foreign-seal.ts";
import { noteDropped, toRequestObject } from "./ask.ts";

/**
 * Gives the body to send in place of one that would go on untranslated but holds seals of other providers, because its
 * history was begun with one of them: the client's own service would refuse those. It is read and written again in its own
 * dialect. Null for any other body, which stays as it is.
 *
 * @throws {ProxyError} what the dialect's reader and writer throw
 */
export type Reseal = (
  exchange: Exchange,
  dialect: ClientDialectName,
  target: Target,
  body: Uint8Array<ArrayBuffer>,
  stream: boolean,
) => Uint8Array<ArrayBuffer> | null;

/** Makes the function above for the dialects of clients. */
export const createReseal =
  (clients: Readonly<Record<ClientDialectName, Dialect>>, isStrict: boolean): Reseal =>
  (exchange, name, { provider, model }, body, stream) => {
    if (!hasForeignSeal(body)) return null;
    const dialect = clients[name];
    const drops = createDrops(dialect.fieldNames);
    const facts = { model: provider.nameOf(model), stream };
    const conversation = dialect.readRequest(toRequestObject(body), facts, drops);
    const written = dialect.writeRequest(conversation, provider.traitsOf(model), drops);
    noteDropped(exchange, drops.names(), isStrict);
    const wanted = provider.rewrite?.object("call", name, written) ?? written;
    return new TextEncoder().encode(JSON.stringify(wanted));
  };
