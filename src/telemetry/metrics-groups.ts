import type { Series, SeriesLabels } from "./series.ts";
import { addHistogram, createHistogram, type Histogram } from "./series-histogram.ts";

/** Values by label; a label that does not apply is left out. */
export type Labels = Readonly<Record<string, string | number>>;

/** One line of the exposition. `sharedLabels` are written behind the others, and kept as text between two scrapes. */
export interface Sample {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly sharedLabels?: Labels;
  readonly value: number;
}

/** A metric as it is asked for at a scrape. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly collect: () => readonly Sample[];
}

/** Series that one family does not tell apart. */
interface Group {
  readonly labels: Labels;
  readonly members: Series[];
}

/** Gives the labels of a series in one family, null when it is not in it. */
export type ToLabels = (labels: SeriesLabels) => Labels | null;

/** Puts series into groups; each of them once, since its labels never change. */
const createGroups = (all: readonly Series[], toLabels: ToLabels): (() => Iterable<Group>) => {
  const groups = new Map<string, Group>();
  let grouped = 0;
  return () => {
    for (const series of all.slice(grouped)) {
      const labels = toLabels(series.labels);
      if (labels === null) continue;
      const group = groups.getOrInsertComputed(JSON.stringify(labels), () => ({ labels, members: [] }));
      group.members.push(series);
    }
    grouped = all.length;
    return groups.values();
  };
};

const nothing: Labels = {};

const total = (members: readonly Series[], toValue: (series: Series) => number): number =>
  members.reduce((sum, series) => sum + toValue(series), 0);

interface CounterOptions {
  /** How many are one, so that a sum of whole numbers stays one. */
  readonly unit?: number;
  /** Leaves out what is 0 because it is not known. */
  readonly isUnknown?: (series: Series) => boolean;
}

/** Makes a counter out of a number in each series. */
export const createCounter =
  (all: readonly Series[]) =>
  (
    name: string,
    help: string,
    toLabels: ToLabels,
    toValue: (series: Series) => number,
    { unit = 1, isUnknown }: CounterOptions = {},
  ): Family => {
    const groups = createGroups(all, toLabels);
    const collect = (): Sample[] =>
      Array.from(groups())
        .map(({ labels, members }) => ({ labels, members, value: total(members, toValue) / unit }))
        .filter(({ members, value }) => value > 0 || isUnknown === undefined || !members.some(isUnknown))
        .map(({ labels, value }) => ({ labels: nothing, sharedLabels: labels, value }));
    return { name, help, type: "counter", collect };
  };

/** Makes a counter that splits each series further; a part that is 0 is not shown. */
export const createSplitCounter =
  (all: readonly Series[]) =>
  (
    name: string,
    help: string,
    toLabels: ToLabels,
    parts: readonly { readonly labels: Labels; readonly toValue: (series: Series) => number }[],
  ): Family => {
    const groups = createGroups(all, toLabels);
    const collect = (): Sample[] =>
      Array.from(groups()).flatMap(({ labels, members }) =>
        parts
          .map((part) => ({
            labels: part.labels,
            sharedLabels: labels,
            value: total(members, part.toValue),
          }))
          .filter(({ value }) => value > 0),
      );
    return { name, help, type: "counter", collect };
  };

const sumOf = (members: readonly Series[], pick: (series: Series) => Histogram | null): Histogram | null => {
  let sum: Histogram | null = null;
  for (const series of members) {
    const histogram = pick(series);
    if (histogram === null) continue;
    sum ??= createHistogram(histogram.bounds);
    addHistogram(sum, histogram);
  }
  return sum;
};

/** Writes the lines of a histogram: each bucket with all below it, then sum and count. */
const toSamples = (name: string, own: Labels, shared: Labels, { bounds, counts, sum }: Histogram): Sample[] => {
  let count = 0;
  const samples = counts.map((inBucket, at): Sample => {
    count += inBucket;
    const labels = { ...own, le: bounds[at] ?? "+Inf" };
    return { metricName: `${name}_bucket`, labels, sharedLabels: shared, value: count };
  });
  samples.push(
    { metricName: `${name}_sum`, labels: own, sharedLabels: shared, value: sum },
    { metricName: `${name}_count`, labels: own, sharedLabels: shared, value: count },
  );
  return samples;
};

/** Makes a histogram out of one or more in each series, told apart by labels of their own; an empty one is not shown. */
export const createHistogramFamily =
  (all: readonly Series[]) =>
  (
    name: string,
    help: string,
    toLabels: ToLabels,
    parts: readonly { readonly labels: Labels; readonly pick: (series: Series) => Histogram | null }[],
  ): Family => {
    const groups = createGroups(all, toLabels);
    const collect = (): Sample[] =>
      Array.from(groups()).flatMap(({ labels, members }) =>
        parts.flatMap((part) => {
          const sum = sumOf(members, part.pick);
          return sum === null ? [] : toSamples(name, part.labels, labels, sum);
        }),
      );
    return { name, help, type: "histogram", collect };
  };
