import { overheadOf, type Exchange, type Outcome } from "../pipeline.ts";
import type { ExchangeRecord, Times } from "../record.ts";

const maxNameChars = 200;
/** A copy of its own: a slice would keep the whole text, of megabytes perhaps, for as long as the record is kept. */
const short = (text: string): string =>
  text.length > maxNameChars ? `${Buffer.from(text.slice(0, maxNameChars)).toString()}…` : text;

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
export const toRecord = (
  exchange: Exchange,
  outcome: Readonly<Outcome>,
  { at, client, bodies }: Pick<ExchangeRecord, "at" | "client" | "bodies">,
): ExchangeRecord => {
  const { startedAt } = exchange;
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
