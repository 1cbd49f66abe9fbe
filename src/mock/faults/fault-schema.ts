import * as z from "zod/mini";
import { formatPath } from "../../config/faults.ts";
import { block, flag, integer, text } from "../../config/fields.ts";
import { describeIssue, toComplaints } from "../../config/messages.ts";
import type { Fault, FaultEffect, FaultWhen, FaultWhere } from "../fault.ts";
import * as parts from "./fault-parts.ts";
import { effectNames, misplaced } from "./fitting-keys.ts";
import { readText, refuse } from "./short-form.ts";

/** A fault as files, the control API and the header `x-qlite-fault` write it. */
export const faultSchema = block({
  on: parts.maybe(parts.when, "The requests it strikes, counted over those its fixture was found for; all without it."),
  at: parts.maybe(z.enum(["before", "head", "end"]), "Before the head, behind it, or behind the whole body."),
  after: parts.maybe(parts.after, "How far the reply has come when it strikes."),
  status: parts.maybe(integer(400, 599), "An error reply in the dialect's own shape."),
  code: parts.maybe(parts.filled(), "The error's code; the words of one provider become those of the dialect."),
  message: parts.maybe(parts.filled(), "What the error says."),
  retry_after: parts.maybe(integer(0, 86_400), "Seconds, sent as Retry-After."),
  retry_after_ms: parts.maybe(
    integer(0, 86_400_000),
    "Milliseconds, sent as retry-after-ms, which OpenAI's SDKs read.",
  ),
  should_retry: parts.maybe(flag(), "Sent as x-should-retry, which OpenAI's and Anthropic's SDKs obey."),
  close: parts.maybe(parts.close, "End the connection: by a FIN, or by a reset."),
  stall: parts.maybe(parts.stall, "Send nothing for so long; forever is until the client leaves."),
  slow: parts.maybe(parts.slow, "Wait before the pieces of the answer, whatever its own pace is."),
  truncate: parts.maybe(parts.truncate, "End well, but too early."),
  malformed: parts.maybe(z.enum(["json", "sse", "utf8"]), "Spoil the syntax of one event, or of a whole body."),
  drop: parts.maybe(
    parts.drop,
    "Leave out one event: [DONE] or what stands for it, the one with the finish reason, or a place.",
  ),
  duplicate: parts.maybe(parts.count(1), "Send the event at this place twice."),
  reorder: parts.maybe(parts.count(1), "Send the event at this place behind the one after it."),
  error_event: parts.maybe(parts.errorEvent, "An error inside a reply of status 200, and nothing behind it."),
  split: parts.maybe(
    z.enum(["every_byte", "inside_utf8", "crlf", "concat"]),
    "Cut the bytes: each alone, inside characters, at line ends turned into CRLF, or all in one.",
  ),
  wrong_content_type: parts.maybe(
    z.union([parts.yes(), text(/^[\w.+-]+\/[\w.+-]+(?:\s*;.*)?$/, "must be a media type such as text/html, or true")]),
    "Another content type; true is text/plain.",
  ),
  empty_body: parts.maybe(parts.yes(), "The head, and no body."),
  html_502: parts.maybe(parts.yes(), "The page of a proxy in between whose upstream has failed."),
}).check(
  z.check((payload) => {
    const { value, issues } = payload;
    const named = effectNames.filter((name) => value[name] !== undefined);
    if (named.length !== 1) {
      const message = `needs exactly one of ${effectNames.join(", ")}${named.length === 0 ? "" : `; it has ${named.join(" and ")}`}`;
      issues.push({ code: "custom", message, input: value });
      return;
    }
    for (const { key, message } of misplaced(value)) {
      issues.push({ code: "custom", message, input: value[key], path: [key] });
    }
  }),
);

/** A fault as the schema gives it. */
export type WrittenFault = z.output<typeof faultSchema>;

const toWhen = (on: WrittenFault["on"]): FaultWhen => {
  if (on?.first !== undefined) return { kind: "first", count: on.first };
  if (on?.nth !== undefined) return { kind: "nth", places: typeof on.nth === "number" ? [on.nth] : on.nth };
  if (on?.every !== undefined) return { kind: "every", count: on.every };
  return on?.probability === undefined ? { kind: "always" } : { kind: "probability", share: on.probability };
};

const toWhere = ({ at, after }: WrittenFault, usual: FaultWhere): FaultWhere => {
  if (at !== undefined) return { kind: at };
  if (after?.events !== undefined) return { kind: "after", unit: "events", count: after.events };
  if (after?.bytes !== undefined) return { kind: "after", unit: "bytes", count: after.bytes };
  return after?.ms === undefined ? usual : { kind: "after", unit: "ms", count: after.ms };
};

const toTruncate = ({ bytes, events, fraction }: NonNullable<WrittenFault["truncate"]>): FaultEffect => {
  if (bytes !== undefined) return { kind: "truncate", unit: "bytes", count: bytes };
  if (events !== undefined) return { kind: "truncate", unit: "events", count: events };
  return { kind: "truncate", unit: "fraction", count: fraction ?? 0 };
};

const toErrorEvent = (written: NonNullable<WrittenFault["error_event"]>): FaultEffect =>
  written === true
    ? { kind: "error_event", code: null, message: null }
    : { kind: "error_event", code: written.code ?? null, message: written.message ?? null };

const toEffect = (written: WrittenFault): FaultEffect => {
  const { status, close, stall, slow, truncate, malformed, drop, duplicate, reorder, split } = written;
  if (status !== undefined) {
    return {
      kind: "status",
      status,
      code: written.code ?? null,
      message: written.message ?? null,
      retryAfter: written.retry_after ?? null,
      retryAfterMs: written.retry_after_ms ?? null,
      shouldRetry: written.should_retry ?? null,
    };
  }
  if (close !== undefined) return { kind: "close", how: close };
  if (stall !== undefined) return { kind: "stall", ms: stall };
  if (slow !== undefined) return { kind: "slow", ttftMs: slow.ttft ?? 0, gapMs: slow.gap ?? 0 };
  if (truncate !== undefined) return toTruncate(truncate);
  if (malformed !== undefined) return { kind: "malformed", what: malformed };
  if (drop !== undefined) return { kind: "drop", what: drop };
  if (duplicate !== undefined) return { kind: "duplicate", event: duplicate };
  if (reorder !== undefined) return { kind: "reorder", event: reorder };
  if (written.error_event !== undefined) return toErrorEvent(written.error_event);
  if (split !== undefined) return { kind: "split", how: split };
  const contentType = written.wrong_content_type;
  if (contentType !== undefined) {
    return {
      kind: "wrong_content_type",
      contentType: contentType === true ? "text/plain; charset=utf-8" : contentType,
    };
  }
  return written.empty_body === true ? { kind: "empty_body" } : { kind: "html_502" };
};

/** Where an effect strikes that does not say it: what replaces the answer and what ends it before the head. */
const usualPlace = ({ kind }: FaultEffect): FaultWhere => {
  const isBefore = kind === "status" || kind === "html_502" || kind === "close" || kind === "stall";
  return { kind: isBefore ? "before" : "head" };
};

/** Gives the fault that was written. */
export const toFault = (written: WrittenFault): Fault => {
  const effect = toEffect(written);
  return { when: toWhen(written.on), where: toWhere(written, usualPlace(effect)), effect };
};

/** The most faults of one header or one call. */
const mostFaults = 100;

const parseOne = (value: unknown): Fault => {
  const parsed = faultSchema.safeParse(value, { error: describeIssue, jitless: true });
  if (parsed.success) return toFault(parsed.data);
  const told = parsed.error.issues
    .flatMap((issue) => toComplaints(issue))
    .map(({ path, message }) => (path.length === 0 ? message : `${formatPath(path)} ${message}`));
  throw refuse(`cannot be read: ${told.join("; ")}`);
};

/**
 * Reads one fault or a list of them: values, JSON, or the short form of the header `x-qlite-fault`.
 *
 * The short form has `key=value` with a `;` between two, and a `,` between two faults: `status=429; on=first 2`,
 * `close=reset; after=3 events`, `stall=30s`, `html_502`.
 *
 * @throws {ProxyError} `invalid_request` - the message names what is wrong
 */
export const parseFaults = (value: unknown): readonly Fault[] => {
  const read: unknown = typeof value === "string" ? readText(value) : value;
  if (!Array.isArray(read)) return [parseOne(read)];
  if (read.length > mostFaults) throw refuse(`list has ${read.length} entries, the limit is ${mostFaults}`);
  return read.map(parseOne);
};

/**
 * Reads one fault, in any of the forms of `parseFaults`.
 *
 * @throws {ProxyError} `invalid_request` - also when there are several
 */
export const parseFault = (value: unknown): Fault => {
  const [fault, second] = parseFaults(value);
  if (fault === undefined || second !== undefined) throw refuse("is wanted here, exactly one");
  return fault;
};
