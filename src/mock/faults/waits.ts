import type { StreamShape, Wait } from "../shape.ts";

/** The longest wait, in milliseconds. */
export const longestWaitMs = 3_600_000;

/** The place of the 99th percentile of a standard normal distribution. */
const z99 = 2.326_347_874_040_840_8;

/** A number of a standard normal distribution; draws twice. */
const drawNormal = (draw: () => number): number => {
  // 1 - draw() is never 0, whose logarithm there is not
  const radius = Math.sqrt(-2 * Math.log(1 - draw()));
  return radius * Math.cos(2 * Math.PI * draw());
};

const drawMs = (wait: Wait, draw: () => number): number => {
  switch (wait.kind) {
    case "fixed":
      return wait.ms;
    case "uniform":
      return wait.minMs + draw() * (wait.maxMs - wait.minMs);
    case "normal":
      return wait.meanMs + wait.deviationMs * drawNormal(draw);
    case "lognormal": {
      if (wait.p50Ms <= 0) return 0;
      const sigma = Math.log(Math.max(wait.p99Ms, wait.p50Ms) / wait.p50Ms) / z99;
      return wait.p50Ms * Math.exp(sigma * drawNormal(draw));
    }
  }
};

/**
 * Gives the milliseconds to wait: before the first piece of an answer, then before each further one.
 *
 * They depend on nothing but the draws, are never negative and never more than an hour.
 */
export const createWaits = ({ ttft, gap }: Pick<StreamShape, "ttft" | "gap">, draw: () => number): (() => number) => {
  let isFirst = true;
  return () => {
    const wait = isFirst ? ttft : gap;
    isFirst = false;
    return Math.min(longestWaitMs, Math.max(0, drawMs(wait, draw)));
  };
};
