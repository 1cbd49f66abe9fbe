import { withoutKey } from "../wire/path.ts";
import type { NearMiss } from "./fixture.ts";
import type { Noted } from "./noted.ts";
import type { JournalEntry } from "./verdict.ts";

/** Takes secrets out of a text; `redactCut` of one whose end is missing, where half a secret may stand. */
export interface Redact {
  readonly redact: (text: string) => string;
  readonly redactCut: (text: string) => string;
}

/** Changes nothing; for a mock whose journal nobody reads. */
export const redactNothing: Redact = { redact: (text) => text, redactCut: (text) => text };

const secretHeaders: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "x-api-key",
  "x-goog-api-key",
  "api-key",
  "cookie",
  "set-cookie",
]);

const tellHeaders = (headers: Headers, { redact }: Redact): Record<string, string> => {
  const told: Record<string, string> = {};
  for (const [name, value] of headers) told[name] = secretHeaders.has(name) ? "[redacted]" : redact(value);
  return told;
};

const tellPath = (path: string, { redact }: Redact): string => {
  const at = path.indexOf("?");
  return redact(at === -1 ? path : path.slice(0, at) + withoutKey(path.slice(at)));
};

const tellMiss = (miss: NearMiss, { redact }: Redact): NearMiss => ({
  ...miss,
  fields: miss.fields.map(({ field, wanted, objection }) => ({
    field,
    wanted,
    objection: objection === null ? null : redact(objection),
  })),
});

/** An entry as it may be shown to anybody who may read the journal. */
export const toEntry = (noted: Noted, redact: Redact): JournalEntry => ({
  id: noted.id,
  scope: noted.scope,
  ordinal: noted.ordinal,
  at: noted.at,
  method: noted.method,
  path: tellPath(noted.path, redact),
  endpoint: noted.endpoint,
  model: noted.model === null ? null : redact.redact(noted.model),
  stream: noted.stream,
  headers: tellHeaders(noted.headers, redact),
  body: noted.isBodyCut ? redact.redactCut(noted.body) : redact.redact(noted.body),
  isBodyCut: noted.isBodyCut,
  outcome: noted.outcome,
  status: noted.status,
  fixture: noted.fixture,
  interaction: noted.interaction,
  faults: noted.faults,
  warnings: noted.warnings.map(redact.redact),
  nearest: noted.nearest.map((miss) => tellMiss(miss, redact)),
  diff: noted.diff.map(redact.redact),
  events: noted.events,
  bytes: noted.bytes,
  durationMs: noted.durationMs,
});
