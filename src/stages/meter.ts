import type { ClientDialectName } from "../dialects/conversation.ts";
import type { UpstreamDialect } from "../dialects/dialect.ts";
import type { Metering, Told } from "../dialects/metering.ts";
import { watchJson, watchEvents, watchWhole } from "../dialects/watch-usage.ts";
import { noteTold, type Exchange } from "../pipeline.ts";
import type { Provider } from "../providers/provider.ts";
import { askForUsage } from "../wire/ask-for-usage.ts";
import { createUsageHider } from "../wire/hide-usage.ts";
import type { ByteObserver } from "../wire/marked-lines.ts";
import type { Recast } from "../wire/tap.ts";
import type { Dispatch, Outgoing } from "./dispatch.ts";
import { noteUnanswered } from "./unanswered.ts";

/** A call that passes untranslated. */
export interface MeteredCall {
  /** The dialect its reply tells usage in, null where it tells none. */
  readonly dialect: ClientDialectName | null;
  readonly stream: boolean;
  /** Whether the stream has to be asked for its usage (`stream_options`). */
  readonly asks: boolean;
}

/** Sends a call that passes untranslated. */
export type SendCall = (
  exchange: Exchange,
  provider: Provider,
  outgoing: Outgoing & { readonly body: Uint8Array<ArrayBuffer> },
  call: MeteredCall,
) => Promise<Response>;

/** What was sent. */
interface Sent {
  readonly body: Uint8Array;
  /** Whether its usage was asked for in the client's place. */
  readonly isAsking: boolean;
}

interface MeterParts {
  readonly dialects: Readonly<Record<ClientDialectName, UpstreamDialect>>;
  readonly meterings: Readonly<Record<ClientDialectName, Metering>>;
  /** Tokens of a request's body, at a glance. */
  readonly estimateBody: (body: Uint8Array) => number;
}

/** What is compressed cannot be read. */
const readable = { "accept-encoding": "identity" };

const isReadable = (headers: Headers): boolean => (headers.get("content-encoding") ?? "identity") === "identity";

/** Takes the usage event out of the stream, telling `learn` of every chunk. */
const hideUsage = (learn: ByteObserver): Recast => {
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

/** Sends calls and looks at nothing. */
export const sendUnmetered =
  (dispatch: Dispatch): SendCall =>
  (exchange, provider, outgoing) =>
    dispatch(exchange, provider, outgoing);

/**
 * Sends calls and reads the usage out of their replies while they pass, into the exchange's outcome.
 *
 * A chat stream is asked for its usage, and the client sees the event that has it only if it asked itself; all other
 * bytes pass as they came. A reply that is no stream is held until it is whole, so that its usage can stand in its head; one that is
 * too long for it passes, and its usage is read out of its end. Where the upstream tells none, what was said is kept in part, to be
 * counted at the end.
 */
export const sendMetered = ({ dialects, meterings, estimateBody }: MeterParts, dispatch: Dispatch): SendCall => {
  const learn = (exchange: Exchange, response: Response, name: ClientDialectName, call: Sent): Response => {
    if (response.status >= 400) return response;
    const { outcome, held } = exchange;
    const dialect = dialects[name];
    const metering = meterings[name];
    const tell = (told: Told): void => noteTold(outcome, told);
    // Not by way of `response.body`: to ask for it makes a stream of bytes that are in hand, 5 us a reply.
    if (held !== null) {
      if (typeof held !== "string") outcome.watch = watchWhole(held, dialect, metering, tell);
      if (outcome.usage === null) outcome.inputEstimate ??= estimateBody(call.body);
      return response;
    }
    if (response.body === null || !isReadable(response.headers)) return response;
    const isEvents = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    const watch = isEvents ? watchEvents(dialect, metering, tell) : watchJson(metering, tell);
    outcome.watch = watch;
    if (call.isAsking && isEvents) exchange.recast = hideUsage(watch.push);
    else exchange.observers.push({ chunk: watch.push, drained: watch.push });
    return response;
  };

  const fail = (exchange: Exchange, thrown: unknown, { body }: Sent): never => {
    noteUnanswered(exchange, thrown, body, estimateBody);
    throw thrown;
  };

  return (exchange, provider, outgoing, { dialect: name, stream, asks }) => {
    if (name === null) return dispatch(exchange, provider, outgoing);
    const asking = asks ? askForUsage(outgoing.body) : null;
    const { url, credential, body, length } = outgoing;
    if (stream) exchange.outcome.inputEstimate = estimateBody(body);
    const sent = { body, isAsking: asking !== null };
    return dispatch(exchange, provider, {
      url,
      credential,
      body: asking ?? body,
      length,
      headers: readable,
      hold: !stream,
    }).then(
      (response) => learn(exchange, response, name, sent),
      (thrown: unknown) => fail(exchange, thrown, sent),
    );
  };
};
