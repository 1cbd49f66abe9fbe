/** Both lists, one after the other; one of them itself where the other is empty. */
export const joined = <T>(first: readonly T[], second: readonly T[]): readonly T[] => {
  if (second.length === 0) return first;
  return first.length === 0 ? second : [...first, ...second];
};
