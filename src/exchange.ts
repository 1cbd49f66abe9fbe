import { toClientDialect } from "./dialects/inbound.ts";
import { ProxyError, toErrorHead, toProxyError } from "./errors.ts";
import {
  noteFailure,
  replyWhole,
  type Connection,
  type Exchange,
  type Handler,
  type Wait,
  type Waits,
} from "./pipeline.ts";
import { splitUrl } from "./wire/path.ts";
import { toRequestId } from "./wire/request-id.ts";
import { toStreamError } from "./wire/transport-error.ts";
import type { Outlet } from "./wire/outlet.ts";
import { tap, type Failure, type TapObserver } from "./wire/tap.ts";

/** What an exchange needs of the house. */
export interface ExchangeOptions {
  readonly handler: Handler;
  readonly waits: Waits;
  readonly createWait: () => Wait;
  /** Seconds a socket may be silent while a request arrives and between two requests, 1 to 255. */
  readonly idleSeconds: number;
  /** Seconds a reply that nobody observes may be silent; 0 is for ever. */
  readonly replySilenceSeconds: number;
  /** The body of a reply that is an error, JSON in the dialect of the client. */
  readonly toErrorBody: (error: ProxyError, exchange: Exchange) => string;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

const clientGone = (): ProxyError => new ProxyError("client_closed_request", "The client left in mid-stream");

const settle = (exchange: Exchange, options: ExchangeOptions): void => {
  const { outcome, wait } = exchange;
  options.waits.end(exchange);
  wait.limitMs = Infinity;
  if (wait.patient) exchange.connection.allowSilence(options.idleSeconds);
  outcome.endAt = options.now();
  exchange.received?.close();
  // Of a reply that was read to its end for nobody.
  if (exchange.drains && exchange.request.signal.aborted) noteFailure(outcome, clientGone());
  for (const observer of exchange.observers) observer.end?.(outcome);
};

/** Feeds a body's observers and closes the exchange with it. */
const observe = (exchange: Exchange, options: ExchangeOptions): TapObserver => {
  const { observers, outcome } = exchange;
  const onChunk = observers.flatMap((observer) => (observer.chunk === undefined ? [] : [observer.chunk]));
  const onPull = observers.flatMap((observer) => (observer.pull === undefined ? [] : [observer.pull]));
  const onDrained = observers.flatMap((observer) => (observer.drained === undefined ? [] : [observer.drained]));
  const { now } = options;
  const fail = ({ by, reason }: Failure): void =>
    noteFailure(outcome, by === "reader" ? clientGone() : toStreamError(reason));
  return {
    ...(exchange.drains && {
      drained: (bytes: Uint8Array): void => {
        for (const drained of onDrained) drained(bytes);
      },
    }),
    pull: () => {
      for (const pulled of onPull) pulled();
    },
    chunk: (bytes) => {
      outcome.bytes += bytes.length;
      outcome.lastChunkAt = now();
      if (outcome.firstChunkAt === 0) outcome.firstChunkAt = outcome.lastChunkAt;
      for (const chunk of onChunk) chunk(bytes);
    },
    end: (failure) => {
      if (failure !== null) fail(failure);
      settle(exchange, options);
    },
  };
};

const nobody: TapObserver = { pull: () => {}, chunk: () => {}, end: () => {} };

const addHeaders = (exchange: Exchange, headers: Headers): void => {
  headers.set("x-request-id", exchange.id);
  for (const [name, value] of exchange.replyHeaders) headers.append(name, value);
};

const deliver = (exchange: Exchange, response: Response, options: ExchangeOptions, outlet: Outlet): Response => {
  const { outcome } = exchange;
  // Behind the head nobody has the request's body any more, but for a translation, which goes by what was asked.
  if (outcome.upstreamDialect === null || outcome.upstreamDialect === exchange.dialect) exchange.received?.close();
  outcome.status = response.status;
  outcome.headAt = options.now();
  addHeaders(exchange, response.headers);
  if (outcome.whole || response.body === null) {
    const { capture, held } = exchange;
    if (capture !== null && held !== null) capture.reply(typeof held === "string" ? Buffer.from(held) : held);
    settle(exchange, options);
    return response;
  }
  const { observers, recast } = exchange;
  const isObserved = observers.length > 0;
  if (!isObserved) {
    settle(exchange, options);
    exchange.connection.allowSilence(options.replySilenceSeconds);
    if (recast === null) return response;
  }
  const { status, headers } = response;
  const observer = isObserved ? observe(exchange, options) : nobody;
  const tapped = tap(response.body, observer, recast ?? undefined);
  if (!exchange.drains || !exchange.request.signal.aborted) return new Response(outlet(tapped), { status, headers });
  // Nobody would pull it.
  void tapped.leave(exchange.request.signal.reason);
  return new Response(null, { status: 499 });
};

const refuse = (exchange: Exchange, thrown: unknown, options: ExchangeOptions, outlet: Outlet): Response => {
  const error = toProxyError(thrown);
  exchange.outcome.error = null;
  noteFailure(exchange.outcome, error);
  const { status, headers } = toErrorHead(error);
  const reply = replyWhole(exchange, options.toErrorBody(error, exchange), { status, headers });
  return deliver(exchange, reply, options, outlet);
};

/** Begins an exchange for a request; nothing of its body is read. */
export const openExchange = (
  request: Request,
  connection: Connection,
  { now, createWait }: Pick<ExchangeOptions, "now" | "createWait">,
): Exchange => {
  const { path, search } = splitUrl(request.url);
  return {
    id: toRequestId(request.headers.get("x-request-id")),
    request,
    method: request.method,
    path,
    search,
    dialect: toClientDialect(path, request.headers),
    startedAt: now(),
    connection,
    wait: createWait(),
    received: null,
    sending: null,
    observers: [],
    held: null,
    recast: null,
    drains: false,
    trace: null,
    capture: null,
    replyHeaders: [],
    outcome: {
      status: 0,
      provider: null,
      providerType: null,
      priceType: "",
      model: null,
      targetModel: null,
      route: null,
      upstreamDialect: null,
      stream: false,
      attempts: 0,
      upstreamRequestId: null,
      dropped: [],
      usage: null,
      usageSource: null,
      told: null,
      cost: null,
      replyModel: null,
      serviceTier: null,
      inputEstimate: null,
      watch: null,
      requestBytes: 0,
      bytes: 0,
      whole: false,
      receivedAt: 0,
      sentAt: 0,
      repliedAt: 0,
      headAt: 0,
      firstChunkAt: 0,
      lastChunkAt: 0,
      endAt: 0,
      ending: "complete",
      error: null,
    },
  };
};

/**
 * Runs an exchange to its reply; whatever is thrown becomes one, and every observer is told of the end exactly once.
 *
 * A body that somebody observes or recasts is tapped, once, and handed out by `outlet`; any other is the upstream's own object.
 */
export const answerExchange = (
  exchange: Exchange,
  options: ExchangeOptions,
  outlet: Outlet,
): Response | Promise<Response> => {
  options.waits.begin(exchange);
  try {
    const response = options.handler(exchange);
    return response instanceof Promise
      ? response.then(
          (whole) => deliver(exchange, whole, options, outlet),
          (thrown: unknown) => refuse(exchange, thrown, options, outlet),
        )
      : deliver(exchange, response, options, outlet);
  } catch (thrown) {
    return refuse(exchange, thrown, options, outlet);
  }
};
