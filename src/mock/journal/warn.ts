// What a run should know that no request tells.
import type { MockState } from "../engine-parts.ts";
import type { Scope } from "../request/scopes.ts";
import type { Tape } from "../tape.ts";

/** Tells it in the verdict of the run and in that of the scope. */
export const warn = (
  scope: Pick<Scope, "warnings">,
  warning: string,
  { journal }: Pick<MockState, "journal">,
): void => {
  scope.warnings.add(warning);
  journal.warn(warning);
};

/** Why a scope is answered by none of the recordings that it names, null when it may be. */
export const whyNoCassette = (scope: string, cassette: string, tape: Tape | null): string | null => {
  const named = `the scope ${scope} names the cassette ${cassette}`;
  if (tape === null) return `${named}, and this run has no recordings: name their folder (cassettes)`;
  return tape.lacks(cassette) ? `${named}, which has no recordings, and the mode replay makes none` : null;
};
