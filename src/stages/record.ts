import type { Redactor } from "../log.ts";
import type { Exchange, Stage } from "../pipeline.ts";
import type { Pricing } from "../pricing/pricing.ts";
import type { ExchangeRecord, Sink } from "../record.ts";
import { createSample, type Sample } from "../wire/sample.ts";
import type { TraceIds } from "../wire/trace-context.ts";
import { estimateOutcome, priceOutcome } from "./account.ts";
import { toRecord } from "./to-record.ts";

/** A record whose names from outside hold no secret; the same one where none was suspected. */
const clean = (record: ExchangeRecord, { suspects, redact }: Redactor): ExchangeRecord => {
  const { id, path, model, targetModel, replyModel, serviceTier, upstreamRequestId, dropped } = record;
  // Each by itself, for a text put together would first have to be copied; most names are there twice.
  const isSuspect = (name: string | null): boolean => name !== null && suspects(name);
  if (
    !suspects(id) &&
    !suspects(path) &&
    !isSuspect(model) &&
    (targetModel === model || !isSuspect(targetModel)) &&
    (replyModel === model || !isSuspect(replyModel)) &&
    !isSuspect(serviceTier) &&
    !isSuspect(upstreamRequestId) &&
    !dropped.some(suspects)
  )
    return record;
  const orNull = (text: string | null): string | null => (text === null ? null : redact(text));
  return {
    ...record,
    id: redact(id),
    path: redact(path),
    model: orNull(model),
    targetModel: orNull(targetModel),
    replyModel: orNull(replyModel),
    serviceTier: orNull(serviceTier),
    upstreamRequestId: orNull(upstreamRequestId),
    dropped: dropped.map(redact),
  };
};

interface RecordParts {
  readonly sinks: readonly Sink[];
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly costOf: Pricing["costOf"];
  /** Counts the tokens of a text in a model's own way; null leaves the estimate at a glance. */
  readonly count: ((model: string, text: string) => Promise<{ readonly tokens: number }>) | null;
  /** Gives an exchange its place in a trace; null while traces are off. */
  readonly beginTrace: ((headers: Headers) => TraceIds) | null;
  /** How much of each body is kept, in bytes; null keeps none. */
  readonly maxBodyBytes: number | null;
  /** Takes the secrets out of bodies, and out of names that are none. */
  readonly redactor: Redactor;
}

const decoder = new TextDecoder();

/** Keeps the beginnings of both bodies; gives them when they are wanted. */
const keepBodies = (
  exchange: Exchange,
  maxBytes: number,
  { redact, redactCut }: Redactor,
): (() => NonNullable<ExchangeRecord["bodies"]>) => {
  const request = createSample(maxBytes);
  const reply = createSample(maxBytes);
  exchange.capture = { request: request.push, reply: reply.push };
  exchange.observers.push({ chunk: reply.push });
  const textOf = (sample: Sample): string => {
    const kept = sample.kept();
    const text = decoder.decode(kept);
    return sample.total() > kept.length ? redactCut(text) : redact(text);
  };
  return () => ({ request: textOf(request), reply: textOf(reply) });
};

/**
 * Makes the record of each exchange when it is over and hands it to every sink.
 *
 * Where the usage had to be estimated from words, they are counted first, off the event loop; nobody waits for it but the record.
 */
export const createRecord =
  ({ sinks, nowMs, costOf, count, beginTrace, maxBodyBytes, redactor }: RecordParts): Stage =>
  (next) =>
  (exchange) => {
    const at = nowMs();
    const client = exchange.connection.address();
    const { outcome } = exchange;
    if (beginTrace !== null) exchange.trace = beginTrace(exchange.request.headers);
    const kept = maxBodyBytes === null ? null : keepBodies(exchange, maxBodyBytes, redactor);
    const emit = (): void => {
      const record = clean(
        toRecord(exchange, outcome, { at, client, bodies: kept === null ? null : kept() }),
        redactor,
      );
      for (const sink of sinks) sink(record);
    };
    const end = (): void => {
      const said = count === null || outcome.usageSource !== "estimated" ? null : (outcome.watch?.said() ?? null);
      if (count === null || said === null || said.text === "" || outcome.targetModel === null) {
        emit();
        return;
      }
      count(outcome.targetModel, said.text).then(({ tokens }) => {
        estimateOutcome(outcome, Math.ceil(tokens * said.scale));
        priceOutcome(outcome, costOf);
        emit();
      }, emit);
    };
    exchange.observers.push({ end });
    return next(exchange);
  };
