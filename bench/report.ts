import type { MemorySample } from "./memory.ts";
import type { StartSample } from "./start.ts";
import { median, toSpread } from "./stats.ts";
import type { StreamSample } from "./stream.ts";
import type { Blocks, UnarySample } from "./unary.ts";

export type Results = {
  readonly machine: string;
  readonly date: string;
  readonly commit: string;
  readonly notes: readonly string[];
  readonly unary?: Blocks<UnarySample>;
  readonly stream?: Blocks<StreamSample>;
  readonly memory?: readonly MemorySample[];
  readonly start?: readonly StartSample[];
};

type Sample = { readonly variant: string; readonly block: number };

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? "---" : "--:")), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

export const show = (values: readonly number[], digits: number): string => {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return "–";
  const { median: middle, min, max } = toSpread(finite);
  return `${middle.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
};

const namesOf = (samples: readonly { readonly variant: string }[]): readonly string[] => [
  "direct",
  ...["nginx", "floor", "qlite", "qlite, log off"].filter((name) => samples.some((it) => it.variant === name)),
];

/** `pick` of each block for one variant; with `against`, combined with the other variant's figure of the same block. */
const series = <T extends Sample>(
  samples: readonly T[],
  variant: string,
  pick: (sample: T) => number,
  against?: { readonly variant: string; readonly combine: (own: number, other: number) => number },
): readonly number[] =>
  samples
    .filter((it) => it.variant === variant)
    .map((it) => {
      if (against === undefined) return pick(it);
      const other = samples.find((peer) => peer.variant === against.variant && peer.block === it.block);
      return other === undefined ? Number.NaN : against.combine(pick(it), pick(other));
    });

const ratio = (own: number, other: number) => own / other;
const minus = (own: number, other: number) => own - other;

const NOISY_STEAL = 0.02;
const NOISY_FOREIGN = 0.1;
const NOISY_P50 = 1.5;

const percent = (part: number) => `${(part * 100).toFixed(0)} %`;

/** The blocks in which the machine was disturbed; they stay in the figures, but the reader is told. `p50` is of `direct`. */
export const noisyBlocks = <T extends Sample & { readonly foreign: number }>(
  { samples, steal }: Blocks<T>,
  p50: (sample: T) => number,
): string => {
  const directP50 = series(samples, "direct", p50);
  const usual = median(directP50);
  const marked = steal.flatMap((stolen, block) => {
    const foreign = Math.max(...samples.filter((it) => it.block === block).map((it) => it.foreign));
    const reasons = [
      stolen > NOISY_STEAL && `steal ${percent(stolen)}`,
      foreign > NOISY_FOREIGN && `other processes ${percent(foreign)} of a core`,
      (directP50[block] ?? 0) > NOISY_P50 * usual && "direct slow",
    ].filter((reason) => reason !== false);
    return reasons.length === 0 ? [] : [`${block + 1} (${reasons.join(", ")})`];
  });
  return marked.length === 0
    ? "No block was disturbed."
    : `Disturbed blocks, kept in the figures: ${marked.join("; ")}.`;
};

const toUnary = (unary: Blocks<UnarySample>): string => {
  const { samples } = unary;
  const rows = namesOf(samples).map((name) => {
    const of = (pick: (sample: UnarySample) => number, digits: number) => show(series(samples, name, pick), digits);
    const against = (variant: string, pick: (it: UnarySample) => number, combine: typeof ratio, digits: number) =>
      name === "direct" ? "–" : show(series(samples, name, pick, { variant, combine }), digits);
    const failed = samples.filter((it) => it.variant === name).reduce((sum, it) => sum + it.failed, 0);
    return [
      name,
      name === "direct" ? "–" : of((it) => it.cpuUs, 1),
      against("floor", (it) => it.cpuUs, ratio, 2),
      against("nginx", (it) => it.cpuUs, ratio, 2),
      of((it) => it.perSecond, 0),
      of((it) => it.closed.p50, 0),
      against("direct", (it) => it.closed.p50, minus, 0),
      against("direct", (it) => it.closed.p99, minus, 0),
      against("direct", (it) => it.open.p50, minus, 0),
      against("direct", (it) => it.open.p99, minus, 0),
      String(failed),
    ];
  });
  const head = ["unary", "CPU us/request", "to floor", "to nginx", "requests/s", "P50 us, c=1"];
  const added = ["added P50, c=1", "added P99, c=1", "added P50, fixed rate", "added P99, fixed rate", "failed"];
  return `${table([...head, ...added], rows)}\n\n${noisyBlocks(unary, (it) => it.closed.p50)}`;
};

const toStream = (stream: Blocks<StreamSample>): string => {
  const { samples } = stream;
  const rows = namesOf(samples).map((name) => {
    const of = (pick: (sample: StreamSample) => number, digits: number) => show(series(samples, name, pick), digits);
    const against = (variant: string, pick: (it: StreamSample) => number, combine: typeof ratio, digits: number) =>
      name === "direct" ? "–" : show(series(samples, name, pick, { variant, combine }), digits);
    const own = samples.filter((it) => it.variant === name);
    return [
      name,
      name === "direct" ? "–" : of((it) => it.cpuUs, 1),
      against("floor", (it) => it.cpuUs, ratio, 2),
      against("nginx", (it) => it.cpuUs, ratio, 2),
      against("direct", (it) => it.delayP50, minus, 0),
      against("direct", (it) => it.delayP99, minus, 0),
      against("direct", (it) => it.firstP50, minus, 0),
      against("direct", (it) => it.firstP99, minus, 0),
      against("direct", (it) => it.totalP50, minus, 0),
      String(own.reduce((sum, it) => sum + it.gaps, 0)),
      of((it) => it.eventsPerRead, 2),
      String(own.reduce((sum, it) => sum + it.broken, 0)),
    ];
  });
  const head = ["stream", "CPU us/chunk", "to floor", "to nginx", "added delay P50", "added delay P99"];
  const added = [
    "added first byte P50",
    "added first byte P99",
    "added total P50",
    "gaps > 5 ms",
    "events/read",
    "broken",
  ];
  return `${table([...head, ...added], rows)}\n\n${noisyBlocks(stream, (it) => it.delayP50)}`;
};

const toMemory = (samples: readonly MemorySample[]): string =>
  table(
    [
      "memory, MiB resident (anonymous)",
      "idle",
      "loaded, peak",
      "10 s after",
      "2,000 streams",
      "broken",
      "50 stalled",
      "KiB each",
    ],
    samples.map((it) => [
      it.variant,
      ...[it.idle, it.loaded, it.afterLoad, it.streams].map((m) => `${m.rssMb.toFixed(1)} (${m.anonMb.toFixed(1)})`),
      String(it.brokenStreams),
      `${it.stalled.rssMb.toFixed(1)} (${it.stalled.anonMb.toFixed(1)})`,
      it.stalledKibEach.toFixed(0),
    ]),
  );

const toStart = (samples: readonly StartSample[]): string =>
  table(
    ["start to first 200", "ms", "runs"],
    [...new Set(samples.map((it) => it.variant))].map((name) => {
      const ms = samples.filter((it) => it.variant === name).map((it) => it.ms);
      return [name, show(ms, 1), String(ms.length)];
    }),
  );

/** The tables in Markdown: medians over the blocks, smallest and largest in brackets; all times in microseconds unless said. */
export const toMarkdown = (results: Results): string => {
  const { machine, date, commit, notes, unary, stream, memory, start } = results;
  const parts = [
    `${machine}; ${date}; commit ${commit}. Median over the blocks (smallest–largest).`,
    ...notes.map((note) => `* ${note}`),
    unary && toUnary(unary),
    stream && toStream(stream),
    memory && toMemory(memory),
    start && toStart(start),
  ];
  return parts.filter((part) => part !== undefined).join("\n\n");
};
