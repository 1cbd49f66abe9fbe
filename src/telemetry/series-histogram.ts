/** How often a value fell between which bounds, and the sum of all. */
export interface Histogram {
  /** Upper bounds, each within its bucket, rising. */
  readonly bounds: readonly number[];
  /** One more than there are bounds; not cumulative. */
  readonly counts: number[];
  sum: number;
}

/** Makes an empty one. */
export const createHistogram = (bounds: readonly number[]): Histogram => ({
  bounds,
  counts: Array.from({ length: bounds.length + 1 }, () => 0),
  sum: 0,
});

/** Counts a value; one that is no number, infinite or negative is left out. */
export const observe = (histogram: Histogram, value: number): void => {
  if (!(value >= 0 && value < Infinity)) return;
  const { bounds, counts } = histogram;
  let at = 0;
  while (value > (bounds[at] ?? Infinity)) at += 1;
  counts[at] = (counts[at] ?? 0) + 1;
  histogram.sum += value;
};

/** Adds one of the same bounds to another. */
export const addHistogram = (total: Histogram, { counts, sum }: Histogram): void => {
  for (let at = 0; at < counts.length; at += 1) total.counts[at] = (total.counts[at] ?? 0) + (counts[at] ?? 0);
  total.sum += sum;
};

const durations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const firstToken = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * Bounds in seconds, of `tokens` in tokens: those that the GenAI conventions advise, finer ones where they are too wide.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md (read 2026-11-22)
 */
export const bounds = {
  durations,
  firstToken,
  // A reasoning model may think for minutes.
  firstByte: [...firstToken, 20, 40, 80, 160],
  perToken: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  // Fast models need about 1 ms for a token.
  perTokenFine: [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1],
  overhead: [0.00005, 0.0001, 0.00015, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1],
  tokens: [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
} as const;
