import { monitorEventLoopDelay } from "node:perf_hooks";
import type { LoopDelay } from "./metrics-house.ts";

/**
 * Begins to measure how late the event loop is, 50 times a second; it keeps no process alive.
 *
 * What is taken is gone: each scrape sees the time since the one before it, so that a stall is seen once.
 */
export const watchLoopDelay = (): LoopDelay => {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  return {
    take: () => {
      const taken = {
        p50Ms: histogram.percentile(50) / 1e6,
        p99Ms: histogram.percentile(99) / 1e6,
        maxMs: histogram.max / 1e6,
      };
      histogram.reset();
      return taken;
    },
    close: () => void histogram.disable(),
  };
};
