// The last step: a reply goes out, and the journal is told how far it came.
import type { Call } from "../request/decide.ts";
import type { EngineParts, MockState } from "../engine-parts.ts";
import type { Fault } from "../fault.ts";
import { warn } from "../journal/warn.ts";
import { deliver } from "../faults/deliver.ts";
import type { Ending, Progress } from "../faults/progress.ts";
import type { Outgoing, Source } from "./answer.ts";
import type { Said } from "../said.ts";

/** A header's value: what is no plain text is escaped. */
const toValue = (text: string): string =>
  /[^\x20-\x7e]/.test(text) ? text.replaceAll(/[^\x20-\x7e]/gu, encodeURIComponent) : text;

/** What the mock says of a reply in its head. */
export const headersOf = (
  { requestId, dialect }: Pick<Call, "requestId" | "dialect">,
  source: Source,
  fixture: string | null,
  isTranscoded: boolean,
): Record<string, string> => {
  const headers: Record<string, string> = { "x-qlite-source": source, "x-request-id": requestId };
  // the name that service has for it, and its SDK reads
  if (dialect === "anthropic") headers["request-id"] = requestId;
  if (fixture !== null) headers["x-qlite-fixture"] = toValue(fixture);
  if (isTranscoded) headers["x-qlite-replay"] = "transcoded";
  return headers;
};

const sizeOf = ({ body }: Said): number => {
  if (body.kind === "stream") return 0;
  return typeof body.bytes === "string" ? Buffer.byteLength(body.bytes) : body.bytes.length;
};

/** Closes the journal's entry of a call, once. */
export const closeCall = ({ noted, scope }: Call, { clock }: EngineParts, { journal }: MockState): void => {
  if (noted.durationMs !== null) return;
  noted.durationMs = clock.now() - noted.at;
  scope.outcomes[noted.outcome] += 1;
  for (const warning of noted.warnings) scope.warnings.add(warning);
  journal.close(noted);
};

/** Of a client that left early: what it did not wait for was recorded to its end. */
const tellWhole = ({ noted, scope }: Call, state: MockState): void => {
  const warning = `${noted.interaction ?? "recording"}: the client left before the end (counted as aborted); the recording is whole`;
  noted.warnings = [...noted.warnings, warning];
  warn(scope, warning, state);
};

const follow = (call: Call, isKept: Outgoing["isKept"], parts: EngineParts, state: MockState): Progress => {
  const { noted } = call;
  return {
    handed: (events, bytes) => {
      noted.events += events;
      noted.bytes += bytes;
    },
    missed: (warning) => {
      noted.warnings = [...noted.warnings, warning];
    },
    ended: (how: Ending) => {
      if (how === "aborted" && noted.outcome === "recorded") {
        void isKept?.then((isWhole) => isWhole && tellWhole(call, state));
      }
      if (how === "aborted" && noted.outcome !== "unmatched" && noted.outcome !== "faulted") noted.outcome = "aborted";
      closeCall(call, parts, state);
    },
  };
};

const isPlain = (said: Said, faults: readonly Fault[], waitMs: number): boolean =>
  said.body.kind === "whole" && waitMs === 0 && faults.length === 0;

/** Sends what is said, struck by its faults, at the pace of the mock's clock. */
export const sendReply = (
  call: Call,
  { said, source, isTranscoded, faults, waitMs, isKept }: Outgoing,
  parts: EngineParts,
  state: MockState,
): Response | Promise<Response> => {
  const { noted, request, requestId } = call;
  noted.status = said.status;
  const headers = headersOf(call, source, noted.fixture, isTranscoded);
  if (isPlain(said, faults, waitMs) && said.body.kind === "whole") {
    noted.bytes = sizeOf(said);
    closeCall(call, parts, state);
    return new Response(said.body.bytes, { status: said.status, headers: Object.assign(headers, said.headers) });
  }
  call.connection?.allowSilence?.();
  return deliver(said, headers, {
    clock: parts.clock,
    signal: request.signal,
    waitMs,
    faults,
    dialect: call.dialect,
    requestId,
    connection: call.connection?.socket ?? null,
    progress: follow(call, isKept, parts, state),
  });
};
