/** The tokens of an encoding by their bytes, one character a byte, each with its rank: the lower, the sooner it is merged. */
export type Ranks = ReadonlyMap<string, number>;

/** The longest piece that is merged at once, in bytes. */
export const maxMergeBytes = 65_536;

const none = -1;

/** Numbers of which the least is taken first; room for every pair of a piece, and for two new ones at each merge. */
const heap = new Float64Array(3 * maxMergeBytes);
let heapSize = 0;

const push = (key: number): void => {
  let at = heapSize;
  heapSize += 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const other = heap[above] ?? 0;
    if (other <= key) break;
    heap[at] = other;
    at = above;
  }
  heap[at] = key;
};

/** The least, `none` when there is no more. */
const pop = (): number => {
  if (heapSize === 0) return none;
  const least = heap[0] ?? none;
  heapSize -= 1;
  const key = heap[heapSize] ?? 0;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heapSize) break;
    if (below + 1 < heapSize && (heap[below + 1] ?? 0) < (heap[below] ?? 0)) below += 1;
    const other = heap[below] ?? 0;
    if (other >= key) break;
    heap[at] = other;
    at = below;
  }
  heap[at] = key;
  return least;
};

// Parts are named by the byte they begin at. One set of tables for all pieces: a merge is synchronous.
/** Where the part behind a part begins, which is where it ends. */
const next = new Int32Array(maxMergeBytes + 1);
const previous = new Int32Array(maxMergeBytes + 1);
/** The rank of a part together with the one behind it, `none` where they make no token. */
const pairRank = new Int32Array(maxMergeBytes + 1);

const offer = (bytes: string, ranks: Ranks, at: number): void => {
  const second = next[at] ?? bytes.length;
  const rank = second >= bytes.length ? undefined : ranks.get(bytes.slice(at, next[second]));
  pairRank[at] = rank ?? none;
  if (rank !== undefined) push(rank * maxMergeBytes + at);
};

/**
 * Counts the tokens that byte-pair merging makes of a piece of text: at each step the pair of the lowest rank, the
 * leftmost of equals.
 *
 * `bytes` holds a byte a character, at most `maxMergeBytes` of them. n log n of its length, where `js-tiktoken` and the
 * like look at every pair for every merge (`bench/micro/tokens.ts`).
 */
export const countMerged = (bytes: string, ranks: Ranks): number => {
  const { length } = bytes;
  heapSize = 0;
  for (let at = 0; at <= length; at += 1) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  for (let at = 0; at < length; at += 1) offer(bytes, ranks, at);
  let count = length;
  for (let key = pop(); key !== none; key = pop()) {
    const rank = Math.floor(key / maxMergeBytes);
    const at = key - rank * maxMergeBytes;
    // A pair that is no more, because one of its parts was merged with another.
    if (pairRank[at] !== rank) continue;
    const second = next[at] ?? length;
    const behind = next[second] ?? length;
    next[at] = behind;
    previous[behind] = at;
    pairRank[second] = none;
    count -= 1;
    offer(bytes, ranks, at);
    const before = previous[at] ?? none;
    if (before !== none) offer(bytes, ranks, before);
  }
  return count;
};
