import { toMatcher } from "../wire/glob.ts";

/** Finds what is kept for the name of a model. */
export interface Names<T> {
  readonly find: (name: string) => T | null;
}

/** A model as a row names it. */
interface Pattern<T> {
  /** A name, or a glob with `*`. */
  readonly pattern: string;
  readonly value: T;
}

interface Glob<T> {
  readonly matches: (name: string) => boolean;
  /** Letters that are not `*`: how much it says. */
  readonly letters: number;
  readonly value: T;
}

/** Names come from clients and upstreams: longer ones are none, and no more than so many are remembered. */
const maxNameLength = 200;
const maxRemembered = 1000;

/**
 * The end of a dated snapshot: `-2026-03-05` (OpenAI), `-20250929` (Anthropic; `@` on Vertex AI), `-001`,
 * `-preview-09-2025` and `-preview-05-20` (Google).
 */
const date = /(?:-20\d\d-\d\d-\d\d|[-@]20\d{6}|-00\d|-preview-\d\d-(?:\d\d|20\d\d))$/;

const toGlob = <T>({ pattern, value }: Pattern<T>): Glob<T> => ({
  matches: toMatcher(pattern),
  letters: pattern.replaceAll("*", "").length,
  value,
});

/**
 * Makes the search for a model among the patterns: the name itself, or whatever says most of it, a glob or the name
 * without the date of its snapshot (which goes first where both say as much).
 *
 * Of equal patterns the first counts. What was found is remembered, a thousand names at most, so that finding costs
 * one look-up in a map.
 */
export const createNames = <T>(patterns: readonly Pattern<T>[]): Names<T> => {
  const exact = new Map<string, T>();
  for (const { pattern, value } of patterns) {
    if (!pattern.includes("*") && !exact.has(pattern)) exact.set(pattern, value);
  }
  const globs = patterns
    .filter(({ pattern }) => pattern.includes("*"))
    .map(toGlob)
    .sort((one, other) => other.letters - one.letters);
  const remembered = new Map<string, T | null>();

  const search = (name: string): T | null => {
    const found = exact.get(name);
    if (found !== undefined) return found;
    const undated = name.replace(date, "");
    const snapshot = undated === name ? undefined : exact.get(undated);
    const glob = globs.find(({ matches }) => matches(name));
    if (glob === undefined || (snapshot !== undefined && undated.length >= glob.letters)) return snapshot ?? null;
    return glob.value;
  };

  return {
    find: (name) => {
      const known = remembered.get(name);
      if (known !== undefined) return known;
      if (name.length > maxNameLength) return null;
      const found = search(name);
      if (remembered.size >= maxRemembered) remembered.clear();
      remembered.set(name, found);
      return found;
    },
  };
};
