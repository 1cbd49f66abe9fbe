import type { EndpointName } from "../asked.ts";
import type { NearMiss } from "../fixture.ts";
import type { MockOutcome } from "./verdict.ts";

/** A request as the journal keeps it: as it came; secrets are taken out when it is told. */
export interface Noted {
  readonly id: string;
  readonly scope: string;
  readonly ordinal: number;
  readonly at: number;
  readonly method: string;
  /** With its query, without the prefix of a scope. */
  readonly path: string;
  readonly headers: Headers;
  /** The gateway's provider in whose place it was answered. */
  readonly provider: string | null;
  /** Its place among all requests, from 1. */
  place: number;
  endpoint: EndpointName | null;
  model: string | null;
  stream: boolean;
  body: string;
  isBodyCut: boolean;
  outcome: MockOutcome;
  status: number;
  fixture: string | null;
  interaction: string | null;
  faults: readonly string[];
  warnings: readonly string[];
  nearest: readonly NearMiss[];
  diff: readonly string[];
  events: number;
  bytes: number;
  durationMs: number | null;
}

type Begun = Pick<Noted, "id" | "scope" | "ordinal" | "at" | "method" | "path" | "headers" | "provider">;

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
