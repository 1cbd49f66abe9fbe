import type { MockOutcome } from "./verdict.ts";

/** How many requests ended in which way. */
export type OutcomeCounts = Record<MockOutcome, number>;

export const noOutcomes = (): OutcomeCounts => ({
  matched: 0,
  replayed: 0,
  recorded: 0,
  live: 0,
  auto: 0,
  unmatched: 0,
  faulted: 0,
  refused: 0,
  aborted: 0,
});

export const outcomeNames = [
  "matched",
  "replayed",
  "recorded",
  "live",
  "auto",
  "unmatched",
  "faulted",
  "refused",
  "aborted",
] as const satisfies readonly MockOutcome[];
