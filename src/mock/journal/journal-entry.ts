import { withoutKey } from "../../wire/path.ts";
import type { NearMiss } from "../fixture.ts";
import type { Noted } from "./noted.ts";
import type { JournalEntry } from "./verdict.ts";

/** Takes secrets out of a text; `redactCut` of one whose end is missing, where half a secret may stand. */
export interface Redact {
  readonly redact: (text: string) => string;
  readonly redactCut: (text: string) => string;
}

/** Changes nothing; for a mock whose journal nobody reads. */
export const redactNothing: Redact = { redact: (text) => text, redactCut: (text) => text };

/** Names of headers and fields of a query that carry credentials, whoever made them up: `xi-api-key`, `x-auth-token`. */
const isSecret = (name: string): boolean =>
  /(?:^|[-_])(?:key|auth|authorization|token|secret|password|signature|sig|credential|cookie)$|apikey|set-cookie/i.test(
    name,
  );

const tellHeaders = (headers: Headers, { redact }: Redact): Record<string, string> => {
  const told: Record<string, string> = {};
  for (const [name, value] of headers) told[name] = isSecret(name) ? "[redacted]" : redact(value);
  return told;
};

const tellPath = (path: string, { redact }: Redact): string => {
  const at = path.indexOf("?");
  if (at === -1) return redact(path);
  const search = withoutKey(path.slice(at)).replaceAll(/([?&])([^=&]*)=[^&]*/g, (field, sign: string, name: string) =>
    isSecret(name) ? `${sign}${name}=[redacted]` : field,
  );
  return redact(path.slice(0, at) + search);
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
