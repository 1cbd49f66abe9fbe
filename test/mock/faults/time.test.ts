import { expect, test } from "bun:test";
import { createClock } from "../../../src/mock/clocks/create-clock.ts";
import { parseFault } from "../../../src/mock/faults/fault-schema.ts";
import { strikes } from "../../../src/mock/faults/plan.ts";
import { createWaits } from "../../../src/mock/faults/waits.ts";
import { createDraw } from "../../../src/mock/seed.ts";
import type { Wait } from "../../../src/mock/shape.ts";
import { createVirtualClock } from "../../../src/mock/clocks/virtual-clock.ts";
import { rejectionOf } from "../../support/until.ts";
import { serveFaults } from "./serve-faults.ts";

const never = new AbortController().signal;

const struck = (on: object): number[] =>
  Array.from({ length: 6 }, (_, place) => place).filter(
    (place) => strikes([parseFault({ status: 429, on })], place, () => 0).length > 0,
  );

test("a fault strikes the requests it names", () => {
  expect(struck({ first: 2 })).toEqual([0, 1]);
  expect(struck({ nth: [1, 3] })).toEqual([0, 2]);
  expect(struck({ nth: 6 })).toEqual([5]);
  expect(struck({ every: 3 })).toEqual([2, 5]);
  expect(struck({ probability: 1 })).toHaveLength(6);
  expect(struck({ probability: 0 })).toEqual([]);
  expect(strikes([parseFault("html_502")], 9, () => 0)).toHaveLength(1);
});

test("a probability is drawn from the seed alone, and struck as often as it says", () => {
  const faults = [parseFault({ status: 500, on: { probability: 0.2 } })];
  const run = (seed: number): boolean[] =>
    Array.from(
      { length: 5000 },
      (_, ordinal) => strikes(faults, ordinal, createDraw(`${seed}/s/${ordinal}`)).length > 0,
    );
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
  const share = run(1).filter(Boolean).length / 5000;
  expect(share).toBeGreaterThan(0.17);
  expect(share).toBeLessThan(0.23);
});

test("waits are the first for the first piece, the other for each further one, and the same for one seed", () => {
  const ttft: Wait = { kind: "fixed", ms: 300 };
  const next = createWaits({ ttft, gap: { kind: "uniform", minMs: 10, maxMs: 20 } }, createDraw("x"));
  expect(next()).toBe(300);
  const gaps = Array.from({ length: 1000 }, next);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(20);
  const again = createWaits({ ttft, gap: { kind: "uniform", minMs: 10, maxMs: 20 } }, createDraw("x"));
  again();
  expect(Array.from({ length: 1000 }, again)).toEqual(gaps);
});

const drawn = (gap: Wait): number[] => {
  const next = createWaits({ ttft: gap, gap }, createDraw("percentiles"));
  return Array.from({ length: 20_000 }, next).sort((a, b) => a - b);
};

test("a lognormal wait has the percentiles it was given, a normal one its mean; none is negative or above an hour", () => {
  const lognormal = drawn({ kind: "lognormal", p50Ms: 18, p99Ms: 90 });
  expect(Math.abs((lognormal[10_000] ?? 0) - 18)).toBeLessThan(1);
  expect(Math.abs((lognormal[19_800] ?? 0) - 90)).toBeLessThan(8);
  const normal = drawn({ kind: "normal", meanMs: 100, deviationMs: 10 });
  expect(Math.abs((normal[10_000] ?? 0) - 100)).toBeLessThan(1);
  expect(drawn({ kind: "normal", meanMs: 0, deviationMs: 10 })[0]).toBe(0);
  expect(drawn({ kind: "normal", meanMs: 3_600_000, deviationMs: 10_000 }).at(-1)).toBe(3_600_000);
  expect(drawn({ kind: "lognormal", p50Ms: 0, p99Ms: 0 }).at(-1)).toBe(0);
});

test("on a virtual clock who wakes first goes first, at no cost, and the clock tells when", async () => {
  const clock = createVirtualClock();
  const began = performance.now();
  const woken: [string, number][] = [];
  const sleeper = async (name: string, ...waits: number[]): Promise<void> => {
    for (const ms of waits) {
      await clock.sleep(ms, never);
      woken.push([name, clock.now()]);
    }
  };
  await Promise.all([
    sleeper("a", 3_600_000),
    sleeper("b", 1000, 1000, 1000),
    sleeper("c", 2000, 5000),
    sleeper("d", 1000),
  ]);
  expect(woken).toEqual([
    ["b", 1000],
    ["d", 1000],
    ["c", 2000],
    ["b", 2000],
    ["b", 3000],
    ["c", 7000],
    ["a", 3_600_000],
  ]);
  expect(performance.now() - began).toBeLessThan(1000);
});

test("a virtual clock moves on when it is told to, and whoever waited so long is awake by then", async () => {
  const clock = createVirtualClock();
  let isAwake = false;
  void clock.sleep(500, never).then(() => {
    isAwake = true;
  });
  await clock.advance(1000);
  expect([isAwake, clock.now()]).toEqual([true, 1000]);
});

test("whoever sleeps for ever sleeps on every clock until its signal aborts, and an abort ends every sleep", async () => {
  for (const setting of [{ kind: "real" }, { kind: "virtual" }, { kind: "scaled", by: 10 }] as const) {
    const clock = createClock(setting, () => performance.now());
    for (const ms of [Infinity, 3_000_000_000]) {
      if (ms !== Infinity && setting.kind === "virtual") continue;
      const abort = new AbortController();
      let isOver = false;
      const slept = clock.sleep(ms, abort.signal).finally(() => {
        isOver = true;
      });
      await Bun.sleep(10);
      expect(isOver).toBe(false);
      const reason = new Error("left");
      abort.abort(reason);
      expect(await rejectionOf(slept)).toBe(reason);
      expect(await rejectionOf(clock.sleep(1, abort.signal))).toBe(reason);
    }
  }
});

test("a sleeper that has left is passed over", async () => {
  const clock = createVirtualClock();
  const abort = new AbortController();
  const gone = rejectionOf(clock.sleep(50, abort.signal));
  const slept = clock.sleep(100, never);
  abort.abort(new Error("left"));
  await gone;
  await slept;
  expect(clock.now()).toBe(100);
});

test("a scaled clock goes so many times as fast", async () => {
  const clock = createClock({ kind: "scaled", by: 100 }, () => performance.now());
  const began = [performance.now(), clock.now()] as const;
  await clock.sleep(2000, never);
  expect(performance.now() - began[0]).toBeLessThan(1000);
  expect(clock.now() - began[1]).toBeGreaterThanOrEqual(1999);
});

test("fifty streams at once on a virtual clock write in the order of their times, and cost none", async () => {
  const clock = createVirtualClock();
  const written: { readonly at: number; readonly stream: number }[] = [];
  const began = performance.now();
  // The time goes by once all of them are there.
  const arrived = Promise.withResolvers<void>();
  let arrivals = 0;
  const servers = Array.from({ length: 50 }, (_, stream) => {
    let piece = 0;
    return serveFaults({
      clock,
      said: () => ({
        status: 200,
        headers: { "content-type": "text/event-stream" },
        body: {
          kind: "stream",
          framing: "sse",
          writes: {
            next: async () => {
              if (piece === 0) {
                arrivals += 1;
                if (arrivals === 50) arrived.resolve();
                await arrived.promise;
              }
              if (piece > 0) written.push({ at: clock.now(), stream });
              piece += 1;
              // Those that begin last are the fastest; 1 to 50 seconds a piece.
              return piece > 5 ? null : { bytes: `data: ${piece}\n\n`, afterMs: (50 - stream) * 1000 };
            },
          },
        },
      }),
    });
  });
  const bodies = await Promise.all(servers.map(async ({ url }) => (await fetch(url)).text()));
  expect(new Set(bodies).size).toBe(1);
  expect(performance.now() - began).toBeLessThan(5000);
  const times = written.map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(written[0]?.stream).toBe(49);
  for (const [stream, server] of servers.entries()) {
    const own = written.filter((write) => write.stream === stream).map(({ at }) => at);
    expect(own.map((at, place) => at - (own[place - 1] ?? at))).toEqual([0, ...Array(4).fill((50 - stream) * 1000)]);
    await server[Symbol.asyncDispose]();
  }
});
