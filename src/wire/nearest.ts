/**
 * Counts the single-letter edits (insert, delete, replace, swap of two neighbours) between two words.
 *
 * @see https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance, the "optimal string alignment" form
 */
const distance = (a: string, b: string): number => {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const replaced = (previous[column - 1] ?? 0) + (same ? 0 : 1);
      const edited = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, replaced);
      current.push(swapped ? Math.min(edited, (older[column - 2] ?? 0) + 1) : edited);
    }
    older = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
};

/**
 * Gives the candidate that `word` was most likely meant to be, for a "did you mean".
 *
 * Letter case is ignored. A candidate further away than a third of the longer word is no match, so that a wild word gets
 * no silly advice and a huge one (a client may send any model name) costs a comparison of lengths only. At a tie the
 * first candidate wins.
 */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const limit = Math.floor(Math.max(word.length, candidate.length) / 3);
    if (Math.abs(word.length - candidate.length) > limit) continue;
    const found = distance(wanted, candidate.toLowerCase());
    if (found > limit || found >= bestDistance) continue;
    best = candidate;
    bestDistance = found;
  }
  return best;
};
