import type { ReportQuery } from "./query.ts";
import type { Report } from "./report.ts";

/** Rows on their way into the store. */
export interface Batch {
  /** Counts up from 1 for each batch of a process, so that one that was sent twice is written once. */
  readonly number: number;
  readonly rows: number;
  /** The rows as one JSON text, see `toRow`. */
  readonly json: string;
}

export interface Limits {
  /** Rows of before that go, in milliseconds since 1970. */
  readonly before: number;
  /** How many bytes the rows may take; the oldest go first. */
  readonly maxBytes: number;
}

/**
 * Where rows are kept.
 *
 * Every function rejects with a `StoreError` and with nothing else; a store that comes back is used again without being asked to.
 */
export interface Store {
  /** Resolves when the rows are written, all of them; none are when it rejects. */
  readonly insert: (batch: Batch) => Promise<void>;
  /** Takes rows away that are too old or too many, a few thousand at a time; answers whether there are more. */
  readonly retain: (limits: Limits) => Promise<boolean>;
  readonly report: (query: ReportQuery) => Promise<Report>;
  /** Ends it within half a second and never rejects; what is under way may be written or not. */
  readonly close: () => Promise<void>;
}
