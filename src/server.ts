import type { Server } from "bun";
import { toErrorHead, toErrorText, toProxyError } from "./errors.ts";
import { answerExchange, openExchange, type ExchangeOptions } from "./exchange.ts";
import { toSocket } from "./wire/outlet.ts";

type BunServer = Server<undefined>;

export interface ServerOptions extends ExchangeOptions {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
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

/** An address that cannot be had; its `code` is that of the system, such as `EADDRINUSE`. */
export class ListenError extends Error {
  readonly hostname: string;
  readonly port: number;
  readonly code: string | null;

  constructor(hostname: string, port: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "ListenError";
    this.hostname = hostname;
    this.port = port;
    this.code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : null;
  }
}

/**
 * Listens with what every server of ours shares: no development page, stack or text of a foreign error leaves the
 * process, and bodies are limited by who reads them, so that a 413 has the right shape.
 */
const listen = ({ hostname, port, idleSeconds, fetch }: Listening): BunServer => {
  try {
    return serve({ hostname, port, idleSeconds, fetch });
  } catch (thrown) {
    throw new ListenError(hostname, port, thrown);
  }
};

const serve = ({ hostname, port, idleSeconds, fetch }: Listening): BunServer =>
  Bun.serve({
    hostname,
    port,
    development: false,
    // Without this Bun lets two processes share a port once `development` is false, and neither learns of it.
    reusePort: false,
    idleTimeout: idleSeconds,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    fetch,
    error: (thrown) => {
      const error = toProxyError(thrown);
      return new Response(toErrorText(error), toErrorHead(error));
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
      let address: string | null = null;
      const connection = {
        allowSilence: (seconds: number): void => server.timeout(request, seconds),
        // Asked for twice it would cost 3 us twice.
        address: (): string => (address ??= server.requestIP(request)?.address ?? ""),
      };
      const exchange = openExchange(request, connection, options);
      if (probePaths.has(exchange.path) && (request.method === "GET" || request.method === "HEAD")) {
        const response = probe(exchange.path, isReady);
        if (response !== null) return response;
      }
      return answerExchange(exchange, options, toSocket);
    },
  });
  return toRunning(bun, hostname, port, () => {
    isReady = false;
  });
};

/** The socket a request came by. */
export interface PlainSocket {
  /** The client's end; null when it has left, or is no TCP client. */
  readonly peer: () => { readonly address: string; readonly port: number } | null;
  /** The port that is listened at. */
  readonly port: number;
  /** Lets it be silent for as long as its reply takes; without this, 60 s. */
  readonly allowSilence: () => void;
}

/**
 * Serves a plain function of a request, such as the mock's `fetch`.
 *
 * Whoever takes his time says so: to allow it to every request costs 4 us each (`bench/mock.ts`).
 */
export const startPlainServer = (
  hostname: string,
  port: number,
  fetch: (request: Request, socket: PlainSocket) => Response | Promise<Response>,
): RunningServer => {
  const bun = listen({
    hostname,
    port,
    idleSeconds: 60,
    fetch: (request, server) =>
      fetch(request, {
        peer: () => server.requestIP(request),
        port: server.port ?? port,
        allowSilence: () => server.timeout(request, 0),
      }),
  });
  return toRunning(bun, hostname, port, () => {});
};
