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

/** Texts, each with how often it was said; the first hundred of them. */
export interface Tally {
  readonly add: (text: string) => void;
  /** In the order in which they came: `text`, or `text (3 times)`. */
  readonly told: () => readonly string[];
  readonly clear: () => void;
}

const mostTexts = 100;

export const createTally = (): Tally => {
  const counts = new Map<string, number>();
  return {
    add: (text) => {
      const times = counts.get(text) ?? 0;
      if (times > 0 || counts.size < mostTexts) counts.set(text, times + 1);
    },
    told: () => [...counts].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`)),
    clear: () => counts.clear(),
  };
};

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
