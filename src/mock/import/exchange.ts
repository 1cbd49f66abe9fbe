// A request and its reply, as another tool recorded them.
import type { Path } from "../../config/faults.ts";
import type { Mark } from "../../cassette/file/event-rows.ts";
import type { Tell } from "./report.ts";

export type Pairs = readonly (readonly [name: string, value: string])[];

export interface Exchange {
  readonly path: Path;
  /** Milliseconds since 1970, null where the file does not say. */
  readonly startedAt: number | null;
  readonly method: string;
  readonly url: string;
  readonly request: { readonly headers: Pairs; readonly body: Uint8Array };
  readonly response: {
    readonly status: number;
    readonly headers: Pairs;
    /** null where the file has none although there was one. */
    readonly body: Uint8Array | null;
    /** When its pieces came; never empty. */
    readonly marks: (length: number, body: Uint8Array) => readonly Mark[];
  };
}

/** The recordings of a file; one that cannot be read stands as the reason why. */
export type Recorded =
  | { readonly kind: "ok"; readonly entries: Iterable<Exchange | Unreadable> }
  | { readonly kind: "other"; readonly why: string };

export interface Unreadable {
  readonly path: Path;
  readonly why: string;
  /** Whether it may be of no interest: nothing tells where it went. */
  readonly url: string | null;
}

export type ReadRecording = (value: unknown, tell: Tell) => Recorded;

/** Signs a header cannot have: what was redacted to something odd is left away. */
const fits = (name: string, value: string): boolean =>
  // oxlint-disable-next-line no-control-regex -- these are what it looks for
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

/** Headers that can be sent; the signs of HTTP/2 (`:path`) are none. */
export const toHeaders = (pairs: Pairs): Headers => {
  const headers = new Headers();
  for (const [name, value] of pairs) if (fits(name, value)) headers.append(name, value);
  return headers;
};

/** All of it at one instant. */
export const atOnce =
  (ms: number) =>
  (length: number): readonly Mark[] => [{ end: length, ms }];
