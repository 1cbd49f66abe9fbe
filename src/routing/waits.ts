import type { Exchange, Wait, Waits } from "../pipeline.ts";

/** Milliseconds between two sweeps: deadlines are met this late at most, plus one sweep for the start of a wait. */
const sweepMs = 100;

/** An exchange older than this may outlive the socket's own silence limit, which is then left to its deadlines. */
const patienceMs = 400;

const nothing = (): void => {};

/** A wait without any limit. */
export const createWait = (): Wait => ({
  since: 0,
  limitMs: Infinity,
  expired: nothing,
  totalAt: Infinity,
  totalExpired: nothing,
  probeAt: Infinity,
  probe: nothing,
  patient: false,
  index: -1,
});

const sweep = (exchange: Exchange, now: number): void => {
  const { wait } = exchange;
  if (wait.since === 0) wait.since = now;
  else if (now - wait.since >= wait.limitMs) {
    wait.limitMs = Infinity;
    wait.expired(exchange);
  }
  if (now >= wait.totalAt) {
    wait.totalAt = Infinity;
    wait.totalExpired(exchange);
  }
  if (now >= wait.probeAt) {
    wait.probeAt = Infinity;
    wait.probe(exchange);
  }
  if (!wait.patient && now - exchange.startedAt >= patienceMs) {
    wait.patient = true;
    exchange.connection.allowSilence(0);
  }
};

/**
 * Keeps all exchanges under way and calls out those that wait too long.
 *
 * The sweep runs only while there is something to sweep; `now` gives milliseconds of a monotonic clock.
 */
export const createWaits = (now: () => number): Waits => {
  // A list in no order, each exchange knowing its place: cheaper to enter and to leave than a `Set`.
  const underWay: Exchange[] = [];
  let timer: ReturnType<typeof setInterval> | null = null;
  const sweepAll = (): void => {
    if (underWay.length === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
      return;
    }
    const at = now();
    // From the end, because an exchange that leaves is replaced by the last one.
    for (let index = underWay.length - 1; index >= 0; index -= 1) {
      const exchange = underWay[index];
      if (exchange !== undefined) sweep(exchange, at);
    }
  };
  return {
    begin: (exchange) => {
      exchange.wait.index = underWay.length;
      underWay.push(exchange);
      timer ??= setInterval(sweepAll, sweepMs);
    },
    end: ({ wait }) => {
      const last = wait.index === -1 ? undefined : underWay.pop();
      if (last === undefined) return;
      if (last.wait !== wait) {
        underWay[wait.index] = last;
        last.wait.index = wait.index;
      }
      wait.index = -1;
    },
    abort: (reason) => {
      // A copy: who ends leaves it.
      for (const { sending } of underWay.slice()) sending?.controller.abort(reason);
    },
    count: () => underWay.length,
  };
};
