// The deadlines of a request upstream, of which `dispatch` alone begins some.
import { ProxyError } from "../errors.ts";
import type { Exchange, Observer } from "../pipeline.ts";
import type { Provider } from "../providers/provider.ts";

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
export const beginSending = (exchange: Exchange, provider: Provider, now: () => number): AbortController => {
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

/** The wait for a head is over, whatever became of it. */
export const endHeadWait = ({ wait, sending }: Exchange): void => {
  wait.probeAt = Infinity;
  if (sending !== null) sending.hasHead = true;
};

/** Moves the wait between the two sides as chunks pass: a silent upstream is one thing, a reader who stopped another. */
export const paceOf = (
  exchange: Exchange,
  idleTimeoutMs: number | null,
  writeTimeoutMs: number | null,
  controller: AbortController,
): Required<Pick<Observer, "pull" | "chunk">> => {
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
