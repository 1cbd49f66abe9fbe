import { overheadOf, type Exchange, type Outcome, type Stage } from "../pipeline.ts";
import type { Pricing } from "../pricing/pricing.ts";
import type { ExchangeRecord, Sink, Times, TraceIds } from "../record.ts";
import { createSample, type Sample } from "../wire/sample.ts";
import { estimateOutcome, priceOutcome } from "./account.ts";

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

const maxNameChars = 200;
const short = (text: string): string => (text.length > maxNameChars ? `${text.slice(0, maxNameChars)}…` : text);

const toTimes = (outcome: Readonly<Outcome>, startedAt: number): Times => {
  const since = (at: number): number | null => (at === 0 ? null : at - startedAt);
  return {
    receivedMs: since(outcome.receivedAt),
    sentMs: since(outcome.sentAt),
    repliedMs: outcome.sentAt === 0 ? null : since(outcome.repliedAt),
    headMs: since(outcome.headAt),
    firstChunkMs: since(outcome.firstChunkAt),
    lastChunkMs: since(outcome.lastChunkAt),
    totalMs: outcome.endAt - startedAt,
  };
};

/** What there is to know of an exchange that is over. */
const toRecord = (exchange: Exchange, at: number, client: string, bodies: ExchangeRecord["bodies"]): ExchangeRecord => {
  const { outcome, startedAt } = exchange;
  const { error } = outcome;
  return {
    id: exchange.id,
    at,
    client,
    method: exchange.method,
    path: short(exchange.path),
    dialect: exchange.dialect,
    model: outcome.model === null ? null : short(outcome.model),
    provider: outcome.provider,
    providerType: outcome.providerType,
    targetModel: outcome.targetModel === null ? null : short(outcome.targetModel),
    replyModel: outcome.replyModel === null ? null : short(outcome.replyModel),
    upstreamDialect: outcome.upstreamDialect,
    route: outcome.route,
    deadlines: exchange.sending?.timeouts ?? null,
    serviceTier: outcome.serviceTier === null ? null : short(outcome.serviceTier),
    stream: outcome.stream,
    attempts: outcome.attempts,
    status: outcome.status,
    ending: outcome.ending,
    errorCode: error?.code ?? null,
    errorSource: error?.row.source ?? null,
    usage: outcome.usage,
    usageSource: outcome.usage === null ? null : outcome.usageSource,
    cost: outcome.cost,
    times: toTimes(outcome, startedAt),
    overheadMs: overheadOf(outcome, startedAt, outcome.headAt),
    requestBytes: outcome.requestBytes,
    replyBytes: outcome.bytes,
    dropped: outcome.dropped,
    upstreamRequestId: outcome.upstreamRequestId === null ? null : short(outcome.upstreamRequestId),
    trace: exchange.trace,
    key: null,
    bodies,
  };
};

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
      const record = toRecord(exchange, at, client, captured);
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
