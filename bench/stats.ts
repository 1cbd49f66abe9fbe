/** The value below which the part `q` (0 to 1) of `values` lies, nearest rank; NaN of nothing. Sorts a copy. */
export const quantile = (values: readonly number[], q: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Median, smallest and largest of the blocks' figures. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export const toSpread = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** The order of a block: the list rotated by the block's number, every second block reversed. */
export const rotated = <T>(items: readonly T[], block: number): readonly T[] => {
  const at = block % Math.max(1, items.length);
  const turned = [...items.slice(at), ...items.slice(0, at)];
  return block % 2 === 0 ? turned : turned.toReversed();
};
