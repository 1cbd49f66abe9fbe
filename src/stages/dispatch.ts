import { ProxyError } from "../errors.ts";
import { noteWhole, replyWhole, type Exchange } from "../pipeline.ts";
import type { Credential, Provider } from "../providers/provider.ts";
import { toKeyHeader } from "../wire/client-key.ts";
import { createAllowance, type Share } from "../wire/allowance.ts";
import { handOn, holdBody } from "../wire/hold.ts";
import { stripReplyHeaders, toUpstreamHeaders, type HeaderFields } from "../wire/headers.ts";
import { setTraceHeaders } from "../wire/trace-context.ts";
import { toUpstreamError } from "../wire/transport-error.ts";
import { beginSending, endHeadWait, paceOf } from "./deadlines.ts";

/** A request body ready to go. */
export interface Outgoing {
  /** Whole; made of the provider's base URL, never of anything a client could lead elsewhere. */
  readonly url: string;
  /** The key to send, null when there is none or the provider authorizes each request by itself. */
  readonly credential: Credential | null;
  /** Set over the client's headers. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  /** Whether the reply is wanted whole before its head goes on, up to `maxHeldBytes` of it. */
  readonly hold?: boolean;
  /** The `content-length` of a stream, null for whole bodies and streams of unknown length. */
  readonly length: string | null;
  /** Rejects when the client's side of an upload fails; the request upstream is then given up. */
  readonly failed?: Promise<never>;
}

/** Sends an exchange's request to a provider and gives its reply. */
export type Dispatch = (exchange: Exchange, provider: Provider, outgoing: Outgoing) => Promise<Response>;

/** A reply of at most so many bytes is read whole: cheaper than piping it, and its cut can still become a 502. */
const wholeReplyBytes = 65_536;

/** A reply that is wanted whole passes unheld from here on. */
const maxHeldBytes = 16_777_216;

/** And so does one that makes all that are held together longer than this, in bytes. */
const maxHeldTogetherBytes = 268_435_456;

/**
 * One that was held is given to the client's socket at once up to here, and counts no more: less than a stream takes whose client
 * reads nothing (`bench/README.md`). A longer one is handed on at the client's pace.
 */
const maxGivenBytes = 1_048_576;

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
  // A `Response` cannot have it; told before the body is read.
  if (upstream.status < 200 || upstream.status > 599) {
    refuse(new ProxyError("upstream_invalid_response", `The upstream answered with the status ${upstream.status}`));
  }
  if ((upstream.status === 401 || upstream.status === 403) && isOurKey) {
    refuse(
      new ProxyError("upstream_auth_error", `The upstream refused the proxy's own key (status ${upstream.status})`),
    );
  }
};

const isStream = (fields: HeaderFields): boolean => {
  const type = fields["content-type"];
  return (
    type?.startsWith("text/event-stream") === true || type?.startsWith("application/vnd.amazon.eventstream") === true
  );
};

const isShort = (method: string, fields: HeaderFields): boolean => {
  const length = fields["content-length"];
  if (length === undefined || Number(length) > wholeReplyBytes || method === "HEAD") return false;
  return !isStream(fields);
};

const isHeld = ({ hold = false }: Outgoing, fields: HeaderFields): boolean =>
  hold && !isStream(fields) && !(Number(fields["content-length"] ?? 0) > maxHeldBytes);

/** What a client's leaving does: nothing to a request whose reply is read to its end anyway. */
const watchClient = (exchange: Exchange, controller: AbortController, failed: Promise<never> | undefined): void => {
  const { signal } = exchange.request;
  const leave = (): void => {
    if (exchange.drains && exchange.outcome.sentAt !== 0) return;
    controller.abort(new ProxyError("client_closed_request", "The client left before the reply was whole"));
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  failed?.catch((reason: unknown) => controller.abort(reason));
};

/** Makes the reply that is wanted whole; one that does not fit passes as the stream it came as. */
const hold = async (
  exchange: Exchange,
  body: ReadableStream<Uint8Array>,
  share: Share,
  pace: ReturnType<typeof paceOf>,
  init: ResponseInit,
): Promise<Response> => {
  try {
    const held = await holdBody(body, maxHeldBytes, share, pace.pull);
    if (held.kind === "long") {
      exchange.observers.push(pace);
      return new Response(held.stream, init);
    }
    if (held.bytes.length > maxGivenBytes) {
      noteWhole(exchange, held.bytes);
      return new Response(handOn(held.bytes, share.close), init);
    }
    share.close();
    return replyWhole(exchange, held.bytes, init);
  } catch (thrown) {
    share.close();
    throw thrown;
  }
};

/** The headers of the request upstream. */
const toHeaders = (exchange: Exchange, provider: Provider, outgoing: Outgoing): Headers => {
  const { request, trace } = exchange;
  const headers = toUpstreamHeaders(request.headers, provider.passes);
  for (const name in provider.headers) if (!headers.has(name)) headers.set(name, provider.headers[name] ?? "");
  for (const name in outgoing.headers) headers.set(name, outgoing.headers[name] ?? "");
  const { credential } = outgoing;
  if (credential?.kind === "ours") headers.set(credential.name, credential.value);
  else if (credential !== null) setHeader(headers, toKeyHeader(credential.scheme, request.headers, exchange.search));
  if (outgoing.length !== null) headers.set("content-length", outgoing.length);
  headers.set("x-request-id", exchange.id);
  if (trace !== null) setTraceHeaders(headers, trace);
  return headers;
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
export const createDispatch = (now: () => number, writeTimeoutMs: number | null): Dispatch => {
  const allowance = createAllowance(maxHeldTogetherBytes);
  return async (exchange, provider, outgoing) => {
    const { outcome, wait } = exchange;
    const { credential } = outgoing;
    const controller = beginSending(exchange, provider, now);
    exchange.drains = provider.drains;
    watchClient(exchange, controller, outgoing.failed);
    const headers = toHeaders(exchange, provider, outgoing);
    outcome.provider = provider.name;
    outcome.providerType = provider.type;
    outcome.priceType = provider.priceType;

    try {
      if (provider.authorize !== null) {
        await authorize(provider, outgoing, exchange.method, headers, controller.signal);
      }
      outcome.attempts += 1;
      outcome.sentAt = now();
      const upstream = await provider.send(outgoing.url, {
        method: exchange.method,
        headers,
        body: outgoing.body,
        signal: controller.signal,
        redirect: "manual",
        decompress: false,
        timeout: provider.silence,
      });
      outcome.repliedAt = now();
      endHeadWait(exchange);
      checkReply(upstream, credential?.kind === "ours" || provider.authorize !== null, controller);
      const fields = stripReplyHeaders(upstream.headers);
      const upstreamId = fields["x-request-id"];
      if (upstreamId !== undefined) {
        outcome.upstreamRequestId = upstreamId;
        upstream.headers.set("x-upstream-request-id", upstreamId);
      }
      // A proxy before this one, such as nginx, may hold up what it hands on.
      if (isStream(fields)) upstream.headers.set("x-accel-buffering", "no");
      const init = { status: upstream.status, headers: upstream.headers };
      if (isShort(exchange.method, fields)) {
        const whole = replyWhole(exchange, await upstream.bytes(), init);
        outcome.repliedAt = now();
        return whole;
      }
      const pace = paceOf(exchange, provider.timeouts.idleTimeoutMs, writeTimeoutMs, controller);
      if (upstream.body !== null && isHeld(outgoing, fields)) {
        const response = await hold(exchange, upstream.body, allowance.open(), pace, init);
        outcome.repliedAt = now();
        return response;
      }
      if (exchange.observers.length > 0 || wait.totalAt !== Infinity) exchange.observers.push(pace);
      return new Response(upstream.body, init);
    } catch (thrown) {
      endHeadWait(exchange);
      const isOurs = thrown instanceof ProxyError && !controller.signal.aborted;
      const error = isOurs ? thrown : toUpstreamError(thrown, controller.signal);
      // A head that makes no `Response` leaves a body behind that nobody would read or end.
      controller.abort(error);
      throw error;
    }
  };
};
