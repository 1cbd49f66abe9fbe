/** More tokens than a request can have; below it sums stay exact. */
const maxCount = 1e9;

const isCount = (count: number | null): boolean =>
  count === null || (Number.isInteger(count) && count >= 0 && count <= maxCount);

/** Whether each number is one that there can be of tokens, or is not told. Copies nothing. */
export const areCounts = <T extends string>(counts: Readonly<Record<T, number | null>>): boolean => {
  for (const name in counts) if (!isCount(counts[name])) return false;
  return true;
};
