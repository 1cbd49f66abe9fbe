import type { ClientDialectName } from "../dialects/conversation.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import { createDrops } from "../dialects/drops.ts";
import type { ReplyEvent } from "../dialects/reply.ts";
import { replyWhole, type Exchange } from "../pipeline.ts";
import { createUsageHider } from "../wire/hide-usage.ts";
import { createSseParser } from "../wire/sse.ts";
import type { Recast } from "../wire/tap.ts";
import { toReplyObject } from "./ask.ts";

/**
 * Reads the usage out of a reply in the client's own dialect, into the exchange's outcome, while it passes.
 *
 * `isHidden` tells that the client did not ask for the usage event that will come (`wire/ask-for-usage.ts`): it is taken out of
 * the stream. All other bytes pass as they came.
 */
export type LearnUsage = (
  exchange: Exchange,
  response: Response,
  dialect: ClientDialectName,
  isHidden: boolean,
) => Response | Promise<Response>;

const isReadable = ({ status, headers, body }: Response): boolean =>
  status < 400 && body !== null && (headers.get("content-encoding") ?? "identity") === "identity";

/** Takes what passes; a stream that is not of its dialect tells nothing, and is none of our business. */
const createLearner = (exchange: Exchange, dialect: UpstreamDialect): ((bytes: Uint8Array) => void) => {
  const reader = dialect.readEvents((event: ReplyEvent) => {
    if (event.kind === "usage") exchange.outcome.usage = event.usage;
  });
  const parser = createSseParser(reader.event);
  let isLost = false;
  return (bytes) => {
    if (isLost) return;
    try {
      parser.push(bytes);
    } catch {
      isLost = true;
    }
  };
};

/** Takes the usage event out of the stream, telling `learn` of every chunk. */
const hideUsage = (learn: (bytes: Uint8Array) => void): Recast => {
  const { filter, rest } = createUsageHider();
  return {
    chunk: (bytes) => {
      learn(bytes);
      return filter(bytes);
    },
    last: rest,
    broken: () => null,
    isOver: () => false,
  };
};

/** Makes the reader of usage for replies that pass untranslated. */
export const createLearnUsage =
  (dialects: Readonly<Record<ClientDialectName, UpstreamDialect>>): LearnUsage =>
  async (exchange, response, name, isHidden) => {
    const dialect = dialects[name];
    const { status, headers, body } = response;
    if (!isReadable(response) || body === null) return response;
    if (headers.get("content-type")?.startsWith("text/event-stream") === true) {
      const learn = createLearner(exchange, dialect);
      if (isHidden) exchange.recast = hideUsage(learn);
      else exchange.observers.push({ chunk: learn });
      return response;
    }
    // Only what is in hand already is read: a long reply passes as it comes.
    if (!exchange.outcome.whole) return response;
    const bytes = await response.bytes();
    try {
      exchange.outcome.usage = dialect.readReply(toReplyObject(new TextDecoder().decode(bytes)), createDrops({})).usage;
    } catch {
      // Not of its dialect; the client sees it as it is.
    }
    return replyWhole(exchange, bytes, { status, headers });
  };
