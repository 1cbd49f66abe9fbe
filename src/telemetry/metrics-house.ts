import type { Family, Sample } from "./metrics-groups.ts";

/** The event loop's delay. */
export interface LoopDelay {
  /** Of the last minute, in milliseconds; all are 0 when nothing was measured. */
  readonly read: () => { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  readonly close: () => void;
}

/** What the metrics ask for at a scrape; counts that are left out are not shown. */
export interface HouseOptions {
  readonly build: { readonly version: string; readonly commit: string; readonly bun: string };
  readonly exchangesInFlight: () => number;
  readonly loopDelay?: LoopDelay | undefined;
  /** Since the start; none of them ever falls. */
  readonly logLinesDropped?: (() => number) | undefined;
  readonly ledgerRowsDropped?: (() => number) | undefined;
  readonly tracesDropped?: (() => number) | undefined;
}

const alone = (value: number): readonly Sample[] => [{ labels: {}, value }];

const toCounter = (name: string, help: string, read: (() => number) | undefined): Family[] =>
  read === undefined ? [] : [{ name, help, type: "counter", collect: () => alone(read()) }];

const toLoopFamily = ({ read }: LoopDelay): Family => ({
  name: "qlite_event_loop_delay_seconds",
  help: "How late timers were in the last minute: half of them, 99 of 100, and the latest.",
  type: "gauge",
  collect: () => {
    const { p50Ms, p99Ms, maxMs } = read();
    return [
      { labels: { stat: "p50" }, value: p50Ms / 1000 },
      { labels: { stat: "p99" }, value: p99Ms / 1000 },
      { labels: { stat: "max" }, value: maxMs / 1000 },
    ];
  },
});

/** Makes the metrics of the house itself: its build, its load, and what it had to drop. */
export const createHouseFamilies = ({ build, exchangesInFlight, loopDelay, ...dropped }: HouseOptions): Family[] => [
  {
    name: "qlite_build_info",
    help: "The version that runs, always 1.",
    type: "gauge",
    collect: () => [{ labels: { ...build }, value: 1 }],
  },
  {
    name: "qlite_exchanges_in_flight",
    help: "Exchanges that are not over.",
    type: "gauge",
    collect: () => alone(exchangesInFlight()),
  },
  ...(loopDelay === undefined ? [] : [toLoopFamily(loopDelay)]),
  ...toCounter("qlite_log_lines_dropped_total", "Log lines dropped because stdout took none.", dropped.logLinesDropped),
  ...toCounter(
    "qlite_ledger_rows_dropped_total",
    "Rows dropped because the ledger's store took none.",
    dropped.ledgerRowsDropped,
  ),
  ...toCounter("qlite_traces_dropped_total", "Traces dropped because the collector took none.", dropped.tracesDropped),
];
