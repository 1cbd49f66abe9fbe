import { createHistogram, monitorEventLoopDelay, type Histogram } from "node:perf_hooks";
import type { LoopDelay } from "./metrics-house.ts";

/** What is told is of the last six of these, and of the one that has begun. */
const partMs = 10_000;
const parts = 6;

/** Nanoseconds, up to a thousand seconds, to two digits. */
const range = { lowest: 1, highest: 1e12, figures: 2 };

/** Adds up; `add` takes any histogram of Node's, which its types do not say. */
const sumOf = (histograms: readonly Histogram[]): Histogram => {
  const sum: Histogram & { add(other: Histogram): void } = createHistogram(range);
  for (const histogram of histograms) if (histogram.count > 0) sum.add(histogram);
  return sum;
};

/**
 * Begins to measure how late the event loop is, 50 times a second; it keeps no process alive.
 *
 * What is read stays: for whoever reads, and however often, it is of the last minute, so that each of several scrapers that come
 * at least once a minute sees every stall.
 */
export const measureLoopDelay = (ms: number = partMs): LoopDelay => {
  const current = monitorEventLoopDelay({ resolution: 20 });
  const past: Histogram[] = [];
  const timer = setInterval(() => {
    past.push(sumOf([current]));
    if (past.length > parts) past.shift();
    current.reset();
  }, ms);
  timer.unref();
  current.enable();
  // What was measured before is still in it.
  current.reset();
  return {
    read: () => {
      const sum = sumOf([...past, current]);
      return { p50Ms: sum.percentile(50) / 1e6, p99Ms: sum.percentile(99) / 1e6, maxMs: sum.max / 1e6 };
    },
    close: () => {
      clearInterval(timer);
      current.disable();
    },
  };
};

let shared: LoopDelay | null = null;
let users = 0;

/**
 * The same for all in this process, until the last of them has closed it: there is one event loop, and Bun 1.4.5 has one histogram
 * for it, whose end is the end of every other's.
 */
export const watchLoopDelay = (): LoopDelay => {
  const { read, close } = (shared ??= measureLoopDelay());
  users += 1;
  let isOpen = true;
  return {
    read,
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      users -= 1;
      if (users > 0) return;
      shared = null;
      close();
    },
  };
};
