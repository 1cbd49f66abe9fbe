import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Family } from "./metrics-groups.ts";

// Of the others some are always 0 on Bun (handles, requests, resources, heap spaces, collections of garbage), some say
// what is not so (`process_heap_bytes` is address space, `nodejs_version_info` a Node that is not there), and the
// event loop has a metric of ours.
const processMetrics = [
  "process_cpu_user_seconds_total",
  "process_cpu_system_seconds_total",
  "process_cpu_seconds_total",
  "process_start_time_seconds",
  "process_resident_memory_bytes",
  "process_virtual_memory_bytes",
  "process_open_fds",
  "process_max_fds",
  "nodejs_heap_size_total_bytes",
  "nodejs_heap_size_used_bytes",
  "nodejs_external_memory_bytes",
];

const addProcessMetrics = (register: Registry): void => {
  const every = new Registry();
  // It measures the event loop whether it is wanted or not: at most once in 24 days.
  collectDefaultMetrics({ register: every, eventLoopMonitoringPrecision: 2_147_483_647 });
  for (const name of processMetrics) {
    const metric = every.getSingleMetric(name);
    if (metric !== undefined) register.registerMetric(metric);
  }
};

/** Gives a turn of the event loop each, one after the other. */
const createTurns = (): (() => Promise<void>) => {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return last;
  };
};

/**
 * A registry asks a metric for `get()` alone (prom-client 15.1.3, `lib/registry.js`), whatever else it is.
 *
 * Each is collected and written in a turn of its own: of 200 models all of them take 40 ms (`bench/micro/metrics.ts`).
 */
const register = (registry: Registry, { name, help, type, collect }: Family, turn: () => Promise<void>): void => {
  const carrier = new Gauge({ name, help, registers: [] });
  const get = async () => {
    await turn();
    return { name, help, type, values: [...collect()] };
  };
  registry.registerMetric(Object.assign(carrier, { type, get }));
};

/**
 * Gives what writes all metrics as text, those of the process behind ours.
 *
 * CPU seconds count from here on, not from the start of the process.
 */
export const createExposition = (families: readonly Family[]): (() => Promise<string>) => {
  const registry = new Registry();
  const turn = createTurns();
  for (const family of families) register(registry, family, turn);
  addProcessMetrics(registry);
  return () => registry.metrics();
};
