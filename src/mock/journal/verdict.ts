import type { EndpointName } from "../asked.ts";
import type { NearMiss } from "../fixture.ts";

/** How a request of the mock ended. */
export type MockOutcome =
  /** A fixture, a recording, a provider, or the mock itself answered. */
  | "matched"
  | "replayed"
  | "recorded"
  | "live"
  | "auto"
  /** Nothing was found: `mock_no_match`. */
  | "unmatched"
  /** A fault changed or replaced the answer. */
  | "faulted"
  /** The request itself is wrong: a 4xx as the real API would give it. */
  | "refused"
  /** The client left before the end. */
  | "aborted";

/** One request, as the journal tells it. No secret stands in it. */
export interface JournalEntry {
  /** The `x-request-id` it was answered with. */
  readonly id: string;
  readonly scope: string;
  /** Its place in its scope, from 0. */
  readonly ordinal: number;
  /** Milliseconds of the mock's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** null for an address that the mock does not have. */
  readonly endpoint: EndpointName | null;
  readonly model: string | null;
  readonly stream: boolean;
  /** Redacted. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, redacted, its beginning where it is longer than the limit. */
  readonly body: string;
  readonly isBodyCut: boolean;
  readonly outcome: MockOutcome;
  readonly status: number;
  readonly fixture: string | null;
  /** The recording it was answered from, or became. */
  readonly interaction: string | null;
  /** In words, such as `status 429 (first 2)`. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** Why it was not matched. */
  readonly nearest: readonly NearMiss[];
  /** Of a recording, one line a difference; of a scope that cannot be, why. */
  readonly diff: readonly string[];
  /** Whole events, and bytes, that were handed to the client. */
  readonly events: number;
  readonly bytes: number;
  /** Milliseconds of the mock's clock from the request to the end of its reply; null while it goes on. */
  readonly durationMs: number | null;
}

/** What a run comes to. */
export interface Verdict {
  readonly requests: number;
  readonly outcomes: Readonly<Record<MockOutcome, number>>;
  /** The first of them, as many as are kept; `outcomes.unmatched` counts all. */
  readonly unmatched: readonly JournalEntry[];
  /** Fixtures that no request was matched by. */
  readonly unused: readonly { readonly id: string; readonly file: string | null; readonly line: number | null }[];
  readonly unusedRecordings: readonly string[];
  readonly stale: readonly string[];
  readonly refusedRecordings: readonly string[];
  readonly warnings: readonly string[];
}

/** Says what a verdict means for an exit code: 3 unmatched, 4 unused, 5 stale, or not recorded, 0 well. */
export const exitCodeOf = (
  { outcomes, unused, unusedRecordings, stale, refusedRecordings }: Verdict,
  { failsUnused, failsStale }: { readonly failsUnused: boolean; readonly failsStale: boolean },
): 0 | 3 | 4 | 5 => {
  if (outcomes.unmatched > 0) return 3;
  if (failsUnused && unused.length + unusedRecordings.length > 0) return 4;
  if (refusedRecordings.length > 0 || (failsStale && stale.length > 0)) return 5;
  return 0;
};
