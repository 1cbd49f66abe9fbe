import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { openExchange } from "../../src/exchange.ts";
import type { Exchange, Wait } from "../../src/pipeline.ts";
import { createWait, createWaits } from "../../src/routing/waits.ts";

const sweepMs = 100;
let clock = 0;
const now = (): number => clock;

beforeEach(() => {
  clock = 1000;
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Lets time pass, sweep by sweep. */
const pass = (ms: number): void => {
  for (let passed = 0; passed < ms; passed += sweepMs) {
    clock += sweepMs;
    jest.advanceTimersByTime(sweepMs);
  }
};

interface Watched {
  readonly exchange: Exchange;
  readonly calls: string[];
}

/** An exchange begun now that writes down when each of its limits is called out. */
const watch = (limits: Partial<Wait> = {}): Watched => {
  const calls: string[] = [];
  const startedAt = clock;
  const note = (what: string): void => {
    calls.push(`${what} at ${clock - startedAt}`);
  };
  const connection = { allowSilence: (seconds: number) => note(`silence ${seconds}`), address: () => "" };
  const exchange = openExchange(new Request("http://h/"), connection, { now, createWait });
  Object.assign(exchange.wait, {
    expired: () => note("expired"),
    totalExpired: () => note("total"),
    probe: () => note("probe"),
    patient: true,
    ...limits,
  });
  return { exchange, calls };
};

const begin = (...watched: readonly Watched[]) => {
  const waits = createWaits(now);
  for (const { exchange } of watched) waits.begin(exchange);
  return waits;
};

test.each([
  ["nothing, without any limit", {}, []],
  ["a wait from its first sweep on, one sweep late at most", { limitMs: 250 }, ["expired at 400"]],
  ["a wait with a beginning of its own", { limitMs: 250, since: 1000 }, ["expired at 300"]],
  ["a wait that is over to the millisecond", { limitMs: 300, since: 1000 }, ["expired at 300"]],
  ["the whole exchange", { totalAt: 1500 }, ["total at 500"]],
  ["a probe", { probeAt: 1150 }, ["probe at 200"]],
  [
    "each limit once",
    { limitMs: 100, since: 1000, totalAt: 1250, probeAt: 1001 },
    ["expired at 100", "probe at 100", "total at 300"],
  ],
  ["an exchange that takes long, so that its socket may be silent", { patient: false }, ["silence 0 at 400"]],
] satisfies [string, Partial<Wait>, string[]][])("the sweep calls out %s", (_, limits, calls) => {
  const watched = watch(limits);
  begin(watched);
  pass(2000);
  expect(watched.calls).toEqual(calls);
});

test("a wait that is moved on begins anew", () => {
  const watched = watch({ limitMs: 300 });
  begin(watched);
  for (let chunk = 0; chunk < 5; chunk += 1) {
    pass(200);
    watched.exchange.wait.since = 0;
  }
  expect(watched.calls).toEqual([]);
  pass(500);
  expect(watched.calls).toEqual(["expired at 1400"]);
});

test("a wait may be given a new limit by the one that expired", () => {
  const watched = watch({ limitMs: 100, since: 1000 });
  const { wait } = watched.exchange;
  const first = wait.expired;
  wait.expired = () => {
    first(watched.exchange);
    wait.limitMs = 200;
    wait.since = 0;
    wait.expired = first;
  };
  begin(watched);
  pass(1000);
  expect(watched.calls).toEqual(["expired at 100", "expired at 400"]);
});

test("exchanges are called out each for itself, and not after their end", () => {
  const [short, long, ended] = [watch({ totalAt: 1200 }), watch({ totalAt: 1800 }), watch({ totalAt: 1500 })];
  const waits = begin(short, long, ended);
  expect(waits.count()).toBe(3);
  pass(300);
  waits.end(ended.exchange);
  pass(1000);
  expect([short.calls, long.calls, ended.calls]).toEqual([["total at 200"], ["total at 800"], []]);
});

test("an exchange may end, and another begin, while the sweep calls out", () => {
  const [first, second, third] = [watch({ totalAt: 1100 }), watch({ totalAt: 1100 }), watch({ totalAt: 1300 })];
  const waits = begin(first, second);
  let calledOut = 0;
  for (const { exchange } of [first, second]) {
    exchange.wait.totalExpired = () => {
      calledOut += 1;
      waits.end(first.exchange);
      waits.end(second.exchange);
      waits.begin(third.exchange);
    };
  }
  pass(1000);
  expect([calledOut, third.calls, waits.count()]).toEqual([1, ["total at 300"], 1]);
});

test("no timer runs before the first exchange, one while there are some, none a sweep after the last", () => {
  const waits = createWaits(now);
  expect(jest.getTimerCount()).toBe(0);
  const watched = [watch(), watch()];
  for (const { exchange } of watched) waits.begin(exchange);
  pass(500);
  expect(jest.getTimerCount()).toBe(1);
  for (const { exchange } of watched) waits.end(exchange);
  expect(waits.count()).toBe(0);
  pass(sweepMs);
  expect(jest.getTimerCount()).toBe(0);
});

test("a sweep that stopped starts again with the next exchange", () => {
  const first = watch();
  const waits = begin(first);
  waits.end(first.exchange);
  pass(1000);
  const second = watch({ totalAt: clock + 200 });
  waits.begin(second.exchange);
  pass(1000);
  expect(second.calls).toEqual(["total at 200"]);
});
