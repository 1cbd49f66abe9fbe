import type { FixtureSet } from "../fixture.ts";
import { createFixtureSet } from "../fixtures/fixture-set.ts";

const isPlaced = (field: string): boolean => field === "endpoint" || field === "path";

const known = new WeakMap<FixtureSet, { readonly placed: FixtureSet | null }>();

/** Of a set the fixtures that name their address, `endpoint` or `path`; null when there are none. */
export const placedOf = (set: FixtureSet): FixtureSet | null => {
  const before = known.get(set);
  if (before !== undefined) return before.placed;
  const fixtures = set.fixtures.filter(({ conditions }) => conditions.some(({ field }) => isPlaced(field)));
  const placed = fixtures.length === 0 ? null : createFixtureSet(fixtures);
  known.set(set, { placed });
  return placed;
};
