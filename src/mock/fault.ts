/** When a fault strikes, counted over the requests its fixture (or its scope, for a fault without one) was found for. */
export type FaultWhen =
  | { readonly kind: "always" }
  | { readonly kind: "first"; readonly count: number }
  /** Counted from 1. */
  | { readonly kind: "nth"; readonly places: readonly number[] }
  | { readonly kind: "every"; readonly count: number }
  /** Drawn from seed, scope and ordinal. 0 to 1. */
  | { readonly kind: "probability"; readonly share: number };

/** Where in the reply it strikes. */
export type FaultWhere =
  | { readonly kind: "before" }
  | { readonly kind: "head" }
  | { readonly kind: "after"; readonly unit: "events" | "bytes" | "ms"; readonly count: number }
  | { readonly kind: "end" };

/** What happens. */
export type FaultEffect =
  /** A reply in the dialect's error shape in place of the answer. */
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code: string | null;
      readonly message: string | null;
      /** Seconds; milliseconds. */
      readonly retryAfter: number | null;
      readonly retryAfterMs: number | null;
      readonly shouldRetry: boolean | null;
    }
  | { readonly kind: "close"; readonly how: "fin" | "reset" }
  /** Milliseconds, Infinity until the client leaves. */
  | { readonly kind: "stall"; readonly ms: number }
  | { readonly kind: "slow"; readonly ttftMs: number; readonly gapMs: number }
  | { readonly kind: "truncate"; readonly unit: "bytes" | "events" | "fraction"; readonly count: number }
  | { readonly kind: "malformed"; readonly what: "json" | "sse" | "utf8" }
  /** An event by its place from 1, or by what it is. */
  | { readonly kind: "drop"; readonly what: "done" | "finish" | number }
  | { readonly kind: "duplicate"; readonly event: number }
  /** Two neighbours change places. */
  | { readonly kind: "reorder"; readonly event: number }
  /** An error inside a reply of status 200. */
  | { readonly kind: "error_event"; readonly code: string | null; readonly message: string | null }
  | { readonly kind: "split"; readonly how: "every_byte" | "inside_utf8" | "crlf" | "concat" }
  | { readonly kind: "wrong_content_type"; readonly contentType: string }
  | { readonly kind: "empty_body" }
  | { readonly kind: "html_502" };

export interface Fault {
  readonly when: FaultWhen;
  readonly where: FaultWhere;
  readonly effect: FaultEffect;
}
