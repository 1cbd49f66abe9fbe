import type { ExchangeRecord } from "../record.ts";
import { toUsdNumber } from "../wire/usd.ts";
import { ttfbOf } from "./explain-end.ts";

const round = (ms: number): number => Math.round(ms * 100) / 100;

/** Tells an exchange in one flat line of JSON: the fields of the log, and what tokens, cost and time it took. */
export const summarize = (record: ExchangeRecord) => ({
  id: record.id,
  at: new Date(record.at).toISOString(),
  client: record.client,
  key: record.key,
  method: record.method,
  path: record.path,
  dialect: record.dialect,
  model: record.model,
  provider: record.provider,
  target_model: record.targetModel,
  route: record.route,
  stream: record.stream,
  attempts: record.attempts,
  status: record.status,
  ended: record.ending,
  error: record.errorCode,
  input_tokens: record.usage?.inputTokens ?? null,
  output_tokens: record.usage?.outputTokens ?? null,
  usage_source: record.usageSource,
  cost_usd: record.cost === null ? null : toUsdNumber(record.cost.nanoUsd),
  ttfb_ms: ttfbOf(record.times),
  total_ms: round(record.times.totalMs),
  overhead_ms: round(record.overheadMs),
  request_bytes: record.requestBytes,
  reply_bytes: record.replyBytes,
  dropped: record.dropped,
});

export type Summary = ReturnType<typeof summarize>;
