import type { JournalEntry, Verdict } from "../mock/journal/verdict.ts";

/** A fixture, a `match`, or a part of one, in the words of fixture files; it may hold functions. */
export type Written = Readonly<Record<string, unknown>>;

/**
 * What the library asks of a mock, in this process or in another; null is the mock as a whole.
 *
 * Every call answers at once: a test reads best without an `await` at each line.
 */
export interface Backend {
  /** @throws {Error} a name out of form */
  readonly open: (
    scope: string,
    options: { readonly seed?: number | undefined; readonly cassette?: string | undefined },
  ) => void;
  readonly drop: (scope: string) => void;
  /** Takes a fixture in place of the one of the same id, else behind those there are. @throws {Error} all that is wrong with it */
  readonly put: (scope: string | null, id: string, fixture: Written) => void;
  readonly requests: (scope: string | null) => readonly JournalEntry[];
  /** In what a request is another, a line each; empty when it fits. @throws {Error} what is no match */
  readonly whyNot: (entry: JournalEntry, match: Written) => readonly string[];
  readonly verdict: (scope: string | null) => Verdict;
  /** Forgets requests, counters, fixtures and faults made at run time. */
  readonly reset: (scope: string | null) => void;
}
