import type { JournalEntry } from "../mock/journal/verdict.ts";
import type { Backend } from "./backend.ts";
import type { SeenRequest } from "./library.ts";
import { toWritten } from "./written.ts";

const parse = ({ body, isBodyCut }: JournalEntry): unknown => {
  if (isBodyCut) return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

/** A request of the journal, with its body read. */
export const toSeen = (backend: Backend, entry: JournalEntry): SeenRequest => ({
  id: entry.id,
  scope: entry.scope,
  ordinal: entry.ordinal,
  method: entry.method,
  path: entry.path,
  endpoint: entry.endpoint,
  model: entry.model,
  stream: entry.stream,
  headers: entry.headers,
  body: parse(entry),
  outcome: entry.outcome,
  status: entry.status,
  fixture: entry.fixture,
  faults: entry.faults,
  warnings: entry.warnings,
  events: entry.events,
  bytes: entry.bytes,
  expect: (match) => {
    const why = backend.whyNot(entry, toWritten(match));
    if (why.length === 0) return;
    const lines = why.map((line) => `\n  ${line}`).join("");
    throw new Error(
      `request ${entry.ordinal + 1} of scope ${entry.scope}, ${entry.method} ${entry.path}, is another:${lines}`,
    );
  },
});
