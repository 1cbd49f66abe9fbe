import type { Stage } from "../pipeline.ts";
import type { Pricing } from "../pricing/pricing.ts";
import type { Sink } from "../record.ts";
import { createSample, type Sample } from "../wire/sample.ts";
import type { TraceIds } from "../wire/trace-context.ts";
import { estimateOutcome, priceOutcome } from "./account.ts";
import { toRecord } from "./to-record.ts";

interface RecordParts {
  readonly sinks: readonly Sink[];
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly costOf: Pricing["costOf"];
  /** Counts the tokens of a text in a model's own way; null leaves the estimate at a glance. */
  readonly count: ((model: string, text: string) => Promise<{ readonly tokens: number }>) | null;
  /** Gives an exchange its place in a trace; null while traces are off. */
  readonly beginTrace: ((headers: Headers) => TraceIds) | null;
  /** How much of each body is kept, in bytes, and what takes the secrets out; null keeps none. */
  readonly bodies: { readonly maxBytes: number; readonly redact: (text: string) => string } | null;
}

const decoder = new TextDecoder();

/**
 * Makes the record of each exchange when it is over and hands it to every sink.
 *
 * Where the usage had to be estimated from words, they are counted first, off the event loop; nobody waits for it but the record.
 */
export const createRecord =
  ({ sinks, nowMs, costOf, count, beginTrace, bodies }: RecordParts): Stage =>
  (next) =>
  (exchange) => {
    const at = nowMs();
    const client = exchange.connection.address();
    const { outcome } = exchange;
    if (beginTrace !== null) exchange.trace = beginTrace(exchange.request.headers);
    const kept =
      bodies === null ? null : { request: createSample(bodies.maxBytes), reply: createSample(bodies.maxBytes) };
    if (kept !== null) exchange.capture = { request: kept.request.push, reply: kept.reply.push };
    const textOf = (sample: Sample): string => bodies?.redact(decoder.decode(sample.kept())) ?? "";
    const emit = (): void => {
      const captured = kept === null ? null : { request: textOf(kept.request), reply: textOf(kept.reply) };
      const record = toRecord(exchange, outcome, { at, client, bodies: captured });
      for (const sink of sinks) sink(record);
    };
    exchange.observers.push({
      ...(kept !== null && { chunk: kept.reply.push }),
      end: () => {
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
      },
    });
    return next(exchange);
  };
