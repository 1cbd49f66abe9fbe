import type { MockState } from "../engine-parts.ts";
import type { Fixture } from "../fixture.ts";
import { noOutcomes } from "./totals.ts";
import type { Tape } from "../tape.ts";
import type { Verdict } from "./verdict.ts";

type Unused = Verdict["unused"][number];

const toUnused = ({ id, source }: Fixture): Unused => ({
  id,
  file: source?.file ?? null,
  line: source?.line ?? null,
});

/** The fixtures no request was matched by; of a scope its own only. */
export const unusedOf = (state: MockState, scope: string | null): readonly Unused[] => {
  const isUnused = (fixture: Fixture): boolean => !state.used.has(fixture);
  if (scope !== null) return (state.scopes.find(scope)?.fixtures.list ?? []).filter(isUnused).map(toUnused);
  const files = state.fixtures?.fixtures ?? [];
  const own = [...state.scopes.all()].flatMap(({ fixtures }) => fixtures.list.filter(isUnused));
  return [...files.filter(({ id }) => !state.usedIds.has(id)), ...state.shared.list.filter(isUnused), ...own].map(
    toUnused,
  );
};

/** What the requests so far come to: all of them, or those of one scope. */
export const toVerdict = (state: MockState, tape: Tape | null, name: string | null): Verdict => {
  const { journal, scopes } = state;
  const unmatched = journal.unmatched().filter(({ scope }) => name === null || scope === name);
  const told = { unmatched: unmatched.map(journal.tell), unused: unusedOf(state, name) };
  if (name !== null) {
    const scope = scopes.find(name);
    return {
      requests: scope?.requests ?? 0,
      outcomes: scope === null ? noOutcomes() : { ...scope.outcomes },
      ...told,
      unusedRecordings: [],
      stale: [],
      refusedRecordings: [],
      warnings: scope?.warnings.told() ?? [],
    };
  }
  const { requests, outcomes, warnings } = journal.totals();
  const report = tape?.report() ?? { unused: [], stale: [], refused: [] };
  return {
    requests,
    outcomes,
    ...told,
    unusedRecordings: report.unused,
    stale: report.stale,
    refusedRecordings: report.refused,
    warnings,
  };
};
