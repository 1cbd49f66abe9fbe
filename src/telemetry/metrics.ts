import type { Sink } from "../record.ts";
import { createGenAiFamilies, createOwnFamilies } from "./metrics-families.ts";
import type { Family } from "./metrics-groups.ts";
import { createHouseFamilies, type HouseOptions } from "./metrics-house.ts";
import { watchLoopDelay } from "./metrics-loop.ts";
import { addRecord, createSeriesSet, type SeriesOptions } from "./series.ts";

export interface MetricsOptions extends SeriesOptions, Omit<HouseOptions, "loopDelay"> {}

/** The metrics of a gateway. */
export interface Metrics {
  /** Counts an exchange; about 0.5 us (`bench/micro/metrics.ts`). */
  readonly sink: Sink;
  /** All metrics in the text format of Prometheus. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
  /** Ends the measuring of the event loop. */
  readonly close: () => void;
}

/** As prom-client says it, which is not loaded before the first scrape. */
const contentType = "text/plain; version=0.0.4; charset=utf-8";

/** Loading takes 10 ms or more in the executable and nobody may ever scrape, so it waits for the first who does. */
const load = async (families: readonly Family[]): Promise<() => Promise<string>> => {
  const { createExposition } = await import("./metrics-exposition.ts");
  return createExposition(families);
};

/**
 * Makes the metrics: they are counted here, in plain numbers, and given to prom-client at a scrape.
 *
 * Labels are bounded, see `createSeriesSet`. The model of a label is the one the provider was asked for.
 */
export const createMetrics = (options: MetricsOptions): Metrics => {
  const { find, all } = createSeriesSet(options);
  const loopDelay = watchLoopDelay();
  const families = [
    ...createOwnFamilies(all),
    ...createGenAiFamilies(all),
    ...createHouseFamilies({ ...options, loopDelay }),
  ];
  let exposition: Promise<() => Promise<string>> | null = null;
  return {
    sink: (record) => addRecord(find(record), record),
    text: async () => {
      exposition ??= load(families);
      try {
        return await (
          await exposition
        )();
      } catch (thrown) {
        // The next scrape tries again.
        exposition = null;
        throw thrown;
      }
    },
    contentType,
    close: loopDelay.close,
  };
};
