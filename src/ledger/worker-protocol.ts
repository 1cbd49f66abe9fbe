import type { ReportQuery } from "./query.ts";
import type { Report } from "./report.ts";
import type { Limits } from "./store.ts";

/** What the worker is asked; `id` comes back with the answer. */
export type Ask = { readonly id: number } & (
  | { readonly kind: "insert"; readonly json: string }
  | { readonly kind: "retain"; readonly limits: Limits }
  | { readonly kind: "report"; readonly query: ReportQuery }
  | { readonly kind: "close" }
);

export type Answer = { readonly id: number } & (
  | { readonly kind: "done" }
  | { readonly kind: "retained"; readonly isMore: boolean }
  | { readonly kind: "report"; readonly report: Report }
  | { readonly kind: "failed"; readonly message: string; readonly isRefusal: boolean }
);

/** The first message of all: which file, and what for. */
export interface Opening {
  readonly path: string;
  readonly mode: "write" | "read";
}
