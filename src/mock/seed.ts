/** 2023-11-14T22:13:20Z: every answer of the mock was created then. Unix seconds. */
export const createdAt = 1_700_000_000;

/** Names the things of one answer: the same seed, ordinal, prefix and index give the same name, always. */
export type NameIds = (prefix: string, index?: number) => string;

const toHex = (hash: number): string => hash.toString(16).padStart(8, "0");

/** Mixes 32 bits so that each changes all others; no two numbers give the same. The last step of MurmurHash3. */
const mix = (bits: number): number => {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

/**
 * Makes the ids of a mock: for every request, by its ordinal, a function that gives ids such as `chatcmpl-9f3c…`.
 *
 * An id is its prefix and 16 hex digits, a hash of seed, scope and ordinal with the index added to it, so that an answer
 * and its request id have the same digits; the scope `""` is everybody's.
 */
export const createIds = (seed: number, scope = ""): ((ordinal: number) => NameIds) => {
  const root = scope === "" ? String(seed) : `${seed}/${scope}`;
  const rootHigh = Bun.hash.xxHash32(root, 0);
  const rootLow = Bun.hash.xxHash32(root, 1);
  return (ordinal) => {
    const high = toHex(mix(rootHigh ^ ordinal));
    const low = mix(rootLow ^ ordinal);
    const first = high + toHex(low);
    return (prefix, index = 0) => prefix + (index === 0 ? first : high + toHex((low + index) >>> 0));
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
