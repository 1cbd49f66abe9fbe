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
import { noteInput, noteUnanswered, silence } from "./unanswered.ts";

/** A call that passes untranslated. */
export interface MeteredCall {
  /** The dialect its reply tells usage in, null where it tells none. */
  readonly dialect: ClientDialectName | null;
  readonly stream: boolean;
  /** Whether the stream has to be asked for its usage (`stream_options`). */
  readonly asks: boolean;
  /** Whether what is not told of its usage can be counted by its words; embeddings have none, and no tokens of output. */
  readonly hasWords: boolean;
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
  readonly hasWords: boolean;
}

interface MeterParts {
  readonly dialects: Readonly<Record<ClientDialectName, UpstreamDialect>>;
  readonly meterings: Readonly<Record<ClientDialectName, Metering>>;
  /** Tokens of a request's body, at a glance. */
  readonly estimateBody: (body: Uint8Array) => number;
  /** The same of one for embeddings. */
  readonly estimateEmbedding: (body: Uint8Array) => number;
}

/** What is compressed cannot be read. */
const readable = { "accept-encoding": "identity" };

const isReadable = (headers: Headers): boolean => (headers.get("content-encoding") ?? "identity") === "identity";

const decoder = new TextDecoder();

/** Whether a reply may be an object of JSON, by its first bytes. */
const mayBeObject = (bytes: Uint8Array): boolean => decoder.decode(bytes.subarray(0, 64)).trimStart().startsWith("{");

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
export const sendMetered = (
  { dialects, meterings, estimateBody, estimateEmbedding }: MeterParts,
  dispatch: Dispatch,
): SendCall => {
  const estimate = ({ hasWords, body }: Sent): number => (hasWords ? estimateBody : estimateEmbedding)(body);

  const learn = (exchange: Exchange, response: Response, name: ClientDialectName, call: Sent): Response => {
    if (response.status >= 400) return response;
    const { outcome, held } = exchange;
    const dialect = dialects[name];
    const metering = meterings[name];
    const tell = (told: Told): void => noteTold(outcome, told);
    // Not by way of `response.body`: to ask for it makes a stream of bytes that are in hand, 5 us a reply.
    if (held !== null) {
      if (typeof held !== "string") {
        const watch = watchWhole(held, dialect, metering, tell);
        outcome.watch = call.hasWords || !mayBeObject(held) ? watch : silence;
      }
      if (outcome.usage === null) outcome.inputEstimate ??= estimate(call);
      return response;
    }
    if (response.body === null || !isReadable(response.headers)) return response;
    const isEvents = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    const watch = isEvents ? watchEvents(dialect, metering, tell) : watchJson(dialect, metering, tell);
    outcome.watch = call.hasWords ? watch : { settle: watch.settle, said: silence.said };
    if (!call.hasWords) noteInput(outcome, estimate(call));
    if (call.isAsking && isEvents) exchange.recast = hideUsage(watch.push);
    else exchange.observers.push({ chunk: watch.push, drained: watch.push });
    return response;
  };

  const fail = (exchange: Exchange, thrown: unknown, call: Sent): never => {
    noteUnanswered(exchange, thrown, () => estimate(call));
    throw thrown;
  };

  return (exchange, provider, outgoing, { dialect: name, stream, asks, hasWords }) => {
    if (name === null) return dispatch(exchange, provider, outgoing);
    const asking = asks ? askForUsage(outgoing.body) : null;
    const { url, credential, body, length } = outgoing;
    const sent = { body, isAsking: asking !== null, hasWords };
    if (stream) exchange.outcome.inputEstimate = estimate(sent);
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
