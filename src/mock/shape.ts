/** A wait, in milliseconds: always the same, or drawn from a distribution by the seed. */
export type Wait =
  | { readonly kind: "fixed"; readonly ms: number }
  | { readonly kind: "uniform"; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: "normal"; readonly meanMs: number; readonly deviationMs: number }
  | { readonly kind: "lognormal"; readonly p50Ms: number; readonly p99Ms: number };

/** How an answer is cut into a stream, and how fast it comes. */
export interface StreamShape {
  /** The pieces of a text: of so many tokens, or characters, each, or so many pieces of nearly equal length. */
  readonly chunk: { readonly by: "token" | "char" | "pieces"; readonly size: number };
  /** Before the first piece, or before a whole answer. */
  readonly ttft: Wait;
  /** Before each further piece. */
  readonly gap: Wait;
}

const atOnce: Wait = { kind: "fixed", ms: 0 };

/** A token an event, and no wait. */
export const wholeShape: StreamShape = { chunk: { by: "token", size: 1 }, ttft: atOnce, gap: atOnce };
