import type { JournalEntry } from "./verdict.ts";

/** What is known of a request as it arrives. */
type Known = "id" | "scope" | "ordinal" | "at" | "method" | "path";

/** What is filled in as a request goes on. */
type Filled = {
  -readonly [Field in Exclude<keyof JournalEntry, Known | "headers">]: JournalEntry[Field];
};

/** An entry of the journal while it is written: as the request came; secrets are taken out when it is told. */
export interface Noted extends Pick<JournalEntry, Known>, Filled {
  readonly headers: Headers;
  /** The gateway's provider in whose place it was answered. */
  readonly provider: string | null;
  /** Its place among all requests, from 1. */
  place: number;
}

type Begun = Pick<Noted, Known | "headers" | "provider">;

const none: readonly never[] = [];

/** What is known of a request when it arrives; the rest is filled in as it goes on. */
export const beginNoted = ({ id, scope, ordinal, at, method, path, headers, provider }: Begun): Noted => ({
  id,
  scope,
  ordinal,
  at,
  method,
  path,
  headers,
  provider,
  place: 0,
  endpoint: null,
  model: null,
  stream: false,
  body: "",
  isBodyCut: false,
  outcome: "refused",
  status: 0,
  fixture: null,
  interaction: null,
  faults: none,
  warnings: none,
  nearest: none,
  diff: none,
  events: 0,
  bytes: 0,
  durationMs: null,
});
