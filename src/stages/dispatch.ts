import { ProxyError } from "../errors.ts";
import { replyWhole, type Exchange, type Observer } from "../pipeline.ts";
import type { Credential, Provider } from "../providers/provider.ts";
import { toKeyHeader } from "../wire/client-key.ts";
import { stripReplyHeaders, toUpstreamHeaders, type HeaderFields } from "../wire/headers.ts";
import { toUpstreamError } from "../wire/transport-error.ts";

/** A request body ready to go. */
export interface Outgoing {
  /** Whole; made of the provider's base URL, never of anything a client could lead elsewhere. */
  readonly url: string;
  /** The key to send, null when there is none or the provider authorizes each request by itself. */
  readonly credential: Credential | null;
  /** Set over the client's headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  /** The `content-length` of a stream, null for whole bodies and streams of unknown length. */
  readonly length: string | null;
  /** Rejects when the client's side of an upload fails; the request upstream is then given up. */
  readonly failed?: Promise<never>;
}

/** Sends an exchange's request to a provider and gives its reply. */
export type Dispatch = (exchange: Exchange, provider: Provider, outgoing: Outgoing) => Promise<Response>;

/** A reply of at most so many bytes is read whole: cheaper than piping it, and its cut can still become a 502. */
const wholeReplyBytes = 65_536;

const within = (ms: number | null): string => `within the limit of ${ms} ms`;

// The deadlines are functions of the exchange and not closures over it: one of each for all exchanges.

const headExpired = ({ sending }: Exchange): void =>
  sending?.controller.abort(
    new ProxyError("upstream_head_timeout", `The upstream sent no reply ${within(sending.timeouts.headTimeoutMs)}`),
  );

const totalExpired = ({ sending }: Exchange): void =>
  sending?.controller.abort(
    new ProxyError("upstream_total_timeout", `The exchange was not over ${within(sending.timeouts.totalTimeoutMs)}`),
  );

/**
 * `fetch` does not tell when it has connected. So a request without a head after half of the connect timeout asks with
 * a connection of its own, and is given up when that one cannot be made in the other half.
 */
const askReachable = ({ sending }: Exchange): void => {
  const connectTimeoutMs = sending?.timeouts.connectTimeoutMs ?? null;
  if (sending === null || sending.reach === null || connectTimeoutMs === null) return;
  void sending.reach(connectTimeoutMs / 2).then((isReachable) => {
    if (isReachable || sending.hasHead) return;
    sending.controller.abort(
      new ProxyError("upstream_connect_timeout", `No connection to the upstream ${within(connectTimeoutMs)}`),
    );
  });
};

const awaitHead = ({ wait, sending }: Exchange): void => {
  wait.since = 0;
  wait.limitMs = sending?.timeouts.headTimeoutMs ?? Infinity;
  wait.expired = headExpired;
};

/** Sets the deadlines up to the head. They are checked by one sweep, see `routing/waits.ts`. */
const beginSending = (exchange: Exchange, provider: Provider, now: () => number): AbortController => {
  const { wait } = exchange;
  const { timeouts, probe: reach } = provider;
  const controller = new AbortController();
  exchange.sending = { controller, timeouts, reach, awaitHead, hasHead: false };
  awaitHead(exchange);
  if (timeouts.totalTimeoutMs !== null) {
    wait.totalAt = exchange.startedAt + timeouts.totalTimeoutMs;
    wait.totalExpired = totalExpired;
  }
  if (timeouts.connectTimeoutMs !== null && reach !== null) {
    wait.probeAt = now() + timeouts.connectTimeoutMs / 2;
    wait.probe = askReachable;
  }
  return controller;
};

const gotHead = ({ wait, sending }: Exchange): void => {
  wait.probeAt = Infinity;
  if (sending !== null) sending.hasHead = true;
};

/** Moves the wait between the two sides as chunks pass: a silent upstream is one thing, a reader who stopped another. */
const paceOf = (
  exchange: Exchange,
  idleTimeoutMs: number | null,
  writeTimeoutMs: number | null,
  controller: AbortController,
): Observer => {
  const { wait, outcome } = exchange;
  const silent = (): void =>
    controller.abort(new ProxyError("upstream_idle_timeout", `The upstream sent nothing ${within(idleTimeoutMs)}`));
  const stalled = (): void => {
    outcome.error = new ProxyError("client_stalled", `The client took nothing ${within(writeTimeoutMs)}`);
    // A write that never ends cannot be called back; the socket's own limit, now the shortest, breaks it.
    exchange.connection.allowSilence(1);
  };
  return {
    pull: () => {
      wait.since = 0;
      wait.limitMs = idleTimeoutMs ?? Infinity;
      wait.expired = silent;
    },
    chunk: () => {
      wait.since = 0;
      wait.limitMs = writeTimeoutMs ?? Infinity;
      wait.expired = stalled;
    },
  };
};

const empty = new Uint8Array(0);

const setHeader = (headers: Headers, header: readonly [name: string, value: string] | null): void => {
  if (header !== null) headers.set(...header);
};

/** Gives what `work` gives, or rejects as soon as the signal, which has not fired yet, does. */
const orAborted = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
};

/** Sets what authorizes this one request, once all else of it is settled. */
const authorize = async (
  { authorize: sign }: Provider,
  { url, body }: Outgoing,
  method: string,
  headers: Headers,
  signal: AbortSignal,
): Promise<void> => {
  if (sign === null) return;
  if (body instanceof ReadableStream) {
    throw new ProxyError("unsupported_feature", "This provider takes no uploads, since it wants every request signed");
  }
  // Before it begins: nobody would hear how it ends.
  signal.throwIfAborted();
  for (const header of await orAborted(sign({ url, method, body: body ?? empty }), signal)) headers.set(...header);
};

const isRedirect = (status: number): boolean => status >= 301 && status <= 308 && status !== 304 && status !== 305;

/** Refuses what must not reach the client: a redirect would leave the config, a 401 about our key reads as the client's. */
const checkReply = (upstream: Response, isOurKey: boolean, controller: AbortController): void => {
  const refuse = (error: ProxyError): never => {
    controller.abort(error);
    throw error;
  };
  if (isRedirect(upstream.status)) {
    refuse(new ProxyError("upstream_invalid_response", "The upstream answered with a redirect, which is not followed"));
  }
  if ((upstream.status === 401 || upstream.status === 403) && isOurKey) {
    refuse(
      new ProxyError("upstream_auth_error", `The upstream refused the proxy's own key (status ${upstream.status})`),
    );
  }
};

const isShort = (method: string, fields: HeaderFields): boolean => {
  const length = fields["content-length"];
  if (length === undefined || Number(length) > wholeReplyBytes || method === "HEAD") return false;
  return fields["content-type"]?.startsWith("text/event-stream") !== true;
};

/**
 * Makes the one place that sends: deadlines, the client's abort, and the map from failure to error exist here only.
 *
 * The client's leaving aborts the request upstream in every phase. The upstream's reply keeps its status, its headers
 * but for the denied ones, and its body: the same object when nobody observes, or read whole when it is short.
 * `now` gives milliseconds of a monotonic clock; `writeTimeoutMs` is how long a client may take no byte.
 *
 * @throws {ProxyError} any `upstream_*` code, or `client_closed_request`
 */
export const createDispatch =
  (now: () => number, writeTimeoutMs: number | null): Dispatch =>
  async (exchange, provider, outgoing) => {
    const { request, outcome, wait } = exchange;
    const { signal } = request;
    const controller = beginSending(exchange, provider, now);
    const leave = (): void =>
      controller.abort(new ProxyError("client_closed_request", "The client left before the reply was whole"));
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    outgoing.failed?.catch((reason: unknown) => controller.abort(reason));

    const headers = toUpstreamHeaders(request.headers, provider.passes);
    for (const name in provider.headers) if (!headers.has(name)) headers.set(name, provider.headers[name] ?? "");
    for (const name in outgoing.headers) headers.set(name, outgoing.headers[name] ?? "");
    const { credential } = outgoing;
    if (credential?.kind === "ours") headers.set(credential.name, credential.value);
    else if (credential !== null) setHeader(headers, toKeyHeader(credential.scheme, request.headers, exchange.search));
    if (outgoing.length !== null) headers.set("content-length", outgoing.length);
    headers.set("x-request-id", exchange.id);
    outcome.provider = provider.name;

    try {
      if (provider.authorize !== null) {
        await authorize(provider, outgoing, exchange.method, headers, controller.signal);
      }
      const upstream = await provider.send(outgoing.url, {
        method: exchange.method,
        headers,
        body: outgoing.body,
        signal: controller.signal,
        redirect: "manual",
        decompress: false,
        timeout: provider.silence,
      });
      gotHead(exchange);
      checkReply(upstream, credential?.kind === "ours" || provider.authorize !== null, controller);
      const fields = stripReplyHeaders(upstream.headers);
      const upstreamId = fields["x-request-id"];
      if (upstreamId !== undefined) {
        outcome.upstreamRequestId = upstreamId;
        upstream.headers.set("x-upstream-request-id", upstreamId);
      }
      const init = { status: upstream.status, headers: upstream.headers };
      if (isShort(exchange.method, fields)) return replyWhole(exchange, await upstream.bytes(), init);
      if (exchange.observers.length > 0 || wait.totalAt !== Infinity) {
        exchange.observers.push(paceOf(exchange, provider.timeouts.idleTimeoutMs, writeTimeoutMs, controller));
      }
      return new Response(upstream.body, init);
    } catch (thrown) {
      gotHead(exchange);
      const isOurs = thrown instanceof ProxyError && !controller.signal.aborted;
      const error = isOurs ? thrown : toUpstreamError(thrown, controller.signal);
      // A head that makes no `Response` leaves a body behind that nobody would read or end.
      controller.abort(error);
      throw error;
    }
  };
