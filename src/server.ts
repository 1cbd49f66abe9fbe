import type { Server } from "bun";
import { toErrorReply, toProxyError, type ProxyError } from "./errors.ts";
import type { Ending, Exchange, Handler, Wait, Waits } from "./pipeline.ts";
import { splitUrl } from "./wire/path.ts";
import { toRequestId } from "./wire/request-id.ts";
import { tap, type Failure, type TapObserver } from "./wire/tap.ts";

type BunServer = Server<undefined>;

export interface ServerOptions {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly handler: Handler;
  readonly waits: Waits;
  readonly createWait: () => Wait;
  /** Names a failure after the head. */
  readonly toStreamError: (thrown: unknown) => ProxyError;
  /** Seconds a socket may be silent while a request arrives and between two requests, 1 to 255. */
  readonly idleSeconds: number;
  /** Seconds a reply that nobody observes may be silent; 0 is for ever. */
  readonly replySilenceSeconds: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export interface RunningServer {
  readonly hostname: string;
  readonly port: number;
  /** Requests whose reply is not over. */
  readonly pending: () => number;
  /** Answers `/readyz` with 503 from now on. */
  readonly retire: () => void;
  /** Takes no new connections; resolves when the replies under way are over. */
  readonly stop: () => Promise<void>;
  /** Ends every connection at once. */
  readonly kill: () => Promise<void>;
}

const endingOf = (error: ProxyError): Ending => {
  if (error.code === "client_closed_request" || error.code === "client_stalled") return "client_gone";
  if (error.row.status === 504) return "deadline";
  return error.code === "upstream_stream_interrupted" ? "upstream_cut" : "error";
};

const settle = (exchange: Exchange, options: ServerOptions): void => {
  const { outcome, wait } = exchange;
  options.waits.end(exchange);
  wait.limitMs = Infinity;
  if (wait.patient) exchange.connection.allowSilence(options.idleSeconds);
  outcome.endAt = options.now();
  for (const observer of exchange.observers) observer.end?.(outcome);
};

/** Feeds a body's observers and closes the exchange with it. */
const observe = (exchange: Exchange, options: ServerOptions): TapObserver => {
  const { observers, outcome } = exchange;
  const onChunk = observers.flatMap((observer) => (observer.chunk === undefined ? [] : [observer.chunk]));
  const onPull = observers.flatMap((observer) => (observer.pull === undefined ? [] : [observer.pull]));
  const fail = ({ by, reason }: Failure): void => {
    if (by === "reader") outcome.ending = "client_gone";
    else {
      outcome.error ??= options.toStreamError(reason);
      outcome.ending = endingOf(outcome.error);
    }
  };
  return {
    pull: () => {
      for (const pulled of onPull) pulled();
    },
    chunk: (bytes) => {
      outcome.bytes += bytes.length;
      for (const chunk of onChunk) chunk(bytes);
    },
    end: (failure) => {
      if (failure !== null) fail(failure);
      settle(exchange, options);
    },
  };
};

const addHeaders = (exchange: Exchange, headers: Headers): void => {
  headers.set("x-request-id", exchange.id);
  for (const [name, value] of exchange.replyHeaders) headers.append(name, value);
};

const deliver = (exchange: Exchange, response: Response, options: ServerOptions): Response => {
  const { outcome } = exchange;
  outcome.status = response.status;
  outcome.headAt = options.now();
  addHeaders(exchange, response.headers);
  if (outcome.whole || response.body === null) {
    settle(exchange, options);
    return response;
  }
  if (exchange.observers.length === 0) {
    settle(exchange, options);
    exchange.connection.allowSilence(options.replySilenceSeconds);
    return response;
  }
  const { status, headers } = response;
  return new Response(tap(response.body, observe(exchange, options)), { status, headers });
};

const refuse = (exchange: Exchange, thrown: unknown, options: ServerOptions): Response => {
  const error = toProxyError(thrown);
  const { status, headers, body } = toErrorReply(error);
  const { outcome } = exchange;
  outcome.error = error;
  outcome.ending = endingOf(error);
  outcome.whole = true;
  outcome.bytes = Buffer.byteLength(body);
  return deliver(exchange, new Response(body, { status, headers }), options);
};

const open = (request: Request, bun: BunServer, options: ServerOptions): Exchange => {
  const { path, search } = splitUrl(request.url);
  const startedAt = options.now();
  return {
    id: toRequestId(request.headers.get("x-request-id")),
    request,
    method: request.method,
    path,
    search,
    startedAt,
    connection: {
      allowSilence: (seconds) => bun.timeout(request, seconds),
      address: () => bun.requestIP(request)?.address ?? "",
    },
    wait: options.createWait(),
    observers: [],
    replyHeaders: [],
    outcome: {
      status: 0,
      provider: null,
      model: null,
      stream: false,
      upstreamRequestId: null,
      bytes: 0,
      whole: false,
      headAt: 0,
      endAt: 0,
      ending: "complete",
      error: null,
    },
  };
};

const answer = (exchange: Exchange, options: ServerOptions): Response | Promise<Response> => {
  options.waits.begin(exchange);
  try {
    const response = options.handler(exchange);
    return response instanceof Promise
      ? response.then(
          (whole) => deliver(exchange, whole, options),
          (thrown: unknown) => refuse(exchange, thrown, options),
        )
      : deliver(exchange, response, options);
  } catch (thrown) {
    return refuse(exchange, thrown, options);
  }
};

/** Answers the probes, which are neither authenticated nor logged. */
const probe = (path: string, isReady: boolean): Response | null => {
  switch (path) {
    case "/health":
      return Response.json({ status: "ok" });
    case "/livez":
      return new Response("ok\n");
    case "/readyz":
      return isReady ? new Response("ok\n") : new Response("draining\n", { status: 503 });
    default:
      return null;
  }
};

const probePaths = new Set(["/health", "/livez", "/readyz"]);

interface Listening {
  readonly hostname: string;
  readonly port: number;
  readonly idleSeconds: number;
  readonly fetch: (request: Request, server: BunServer) => Response | Promise<Response>;
}

/**
 * Listens with what every server of ours shares: no development page, stack or text of a foreign error leaves the
 * process, and bodies are limited by who reads them, so that a 413 has the right shape.
 */
const listen = ({ hostname, port, idleSeconds, fetch }: Listening): BunServer =>
  Bun.serve({
    hostname,
    port,
    development: false,
    idleTimeout: idleSeconds,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch,
    error: (thrown) => {
      const { status, headers, body } = toErrorReply(toProxyError(thrown));
      return new Response(body, { status, headers });
    },
  });

const toRunning = (bun: BunServer, hostname: string, port: number, retire: () => void): RunningServer => ({
  hostname: bun.hostname ?? hostname,
  port: bun.port ?? port,
  pending: () => bun.pendingRequests,
  retire,
  stop: () => bun.stop(),
  kill: () => bun.stop(true),
});

/**
 * Serves the gateway: turns each request into an exchange and each thrown value into a reply.
 *
 * @throws {Error} with a `code` such as `EADDRINUSE` when the address cannot be had
 */
export const startServer = (options: ServerOptions): RunningServer => {
  const { hostname, port, idleSeconds } = options;
  let isReady = true;
  const bun = listen({
    hostname,
    port,
    idleSeconds,
    fetch: (request, server) => {
      const exchange = open(request, server, options);
      if (probePaths.has(exchange.path) && (request.method === "GET" || request.method === "HEAD")) {
        const response = probe(exchange.path, isReady);
        if (response !== null) return response;
      }
      return answer(exchange, options);
    },
  });
  return toRunning(bun, hostname, port, () => {
    isReady = false;
  });
};

/** Serves a plain function of a request, such as the mock's `fetch`; a stream may be silent for ever. */
export const startPlainServer = (
  hostname: string,
  port: number,
  fetch: (request: Request) => Response | Promise<Response>,
): RunningServer => {
  const bun = listen({
    hostname,
    port,
    idleSeconds: 60,
    fetch: (request, server) => {
      server.timeout(request, 0);
      return fetch(request);
    },
  });
  return toRunning(bun, hostname, port, () => {});
};
