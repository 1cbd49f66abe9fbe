/** 2023-11-14T22:13:20Z: every answer of the mock was created then. Unix seconds. */
export const createdAt = 1_700_000_000;

/** Names the things of one answer: the same seed, ordinal and prefix give the same name, always. */
export type NameIds = (prefix: string, index?: number) => string;

const toHex = (hash: number): string => hash.toString(16).padStart(8, "0");

/**
 * Makes the ids of a mock: for every request, by its ordinal, a function that gives ids such as `chatcmpl-9f3c…`.
 *
 * An id is its prefix and 16 hex digits, a hash of seed, scope, ordinal, prefix and index; the scope `""` is everybody's.
 */
export const createIds = (seed: number, scope = ""): ((ordinal: number) => NameIds) => {
  const root = scope === "" ? String(seed) : `${seed}/${scope}`;
  return (ordinal) =>
    (prefix, index = 0) => {
      const name = `${root}/${ordinal}/${prefix}/${index}`;
      // Two hashes of 32 bits: one of 64 is a BigInt, which takes four times as long to write.
      return prefix + toHex(Bun.hash.xxHash32(name, 0)) + toHex(Bun.hash.xxHash32(name, 1));
    };
};

/** Steps a 32-bit state on and gives a number from 0 to below 1. */
const createMulberry = (start: number): (() => number) => {
  let state = start | 0;
  return () => {
    // mulberry32: one 32-bit state, equidistributed, and needing nothing but integer arithmetic
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
};

/** Gives numbers from 0 to below 1 that depend on nothing but `name`: of seed, scope, ordinal and what is drawn for. */
export const createDraw = (name: string): (() => number) => createMulberry(Bun.hash.xxHash32(name));

/**
 * A vector of length 1 that depends on nothing but its text and its number of dimensions.
 *
 * Fewer dimensions are the beginning of more, made length 1 again, as the shortened embeddings of the real API.
 */
export const unitVector = (text: string, dimensions: number): Float32Array => {
  const draw = createDraw(text);
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let at = 0; at < dimensions; at += 1) {
    const value = draw() * 2 - 1;
    vector[at] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  return vector.map((value) => value / length);
};
