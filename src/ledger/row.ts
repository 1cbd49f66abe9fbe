import type { ExchangeRecord } from "../record.ts";

/** What a column holds; `whole` is a whole number within 2^53, `part` one with a fraction. */
type ColumnKind = "text" | "whole" | "part" | "flag";

/** A cell of a row, as JSON carries it. */
export type Cell = string | number | boolean | null;

interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
}

const column =
  (kind: ColumnKind) =>
  (name: string): Column => ({ name, kind });
const text = column("text");
const whole = column("whole");
const part = column("part");
const flag = column("flag");

/**
 * The columns of a row, in the order of the cells that `toRow` gives.
 *
 * `time` is milliseconds since 1970 when the request came, `cost_nano_usd` billionths of a US dollar, null where it is
 * unknown. `ttfb_ms` counts to the first chunk of a stream, of any other reply to its head. The client's address is
 * personal data and in no column.
 */
export const columns: readonly Column[] = [
  whole("time"),
  text("id"),
  text("key"),
  text("method"),
  text("path"),
  text("dialect"),
  text("model"),
  text("route"),
  text("provider"),
  text("provider_type"),
  text("target_model"),
  text("reply_model"),
  text("upstream_dialect"),
  text("service_tier"),
  flag("stream"),
  whole("attempts"),
  whole("status"),
  text("ending"),
  text("error_code"),
  text("error_source"),
  text("usage_source"),
  whole("input_tokens"),
  whole("output_tokens"),
  whole("cached_input_tokens"),
  whole("cache_write_tokens"),
  whole("cache_write_long_tokens"),
  whole("audio_input_tokens"),
  whole("image_input_tokens"),
  whole("tool_input_tokens"),
  whole("reasoning_tokens"),
  whole("audio_output_tokens"),
  whole("image_output_tokens"),
  whole("accepted_prediction_tokens"),
  whole("rejected_prediction_tokens"),
  whole("web_searches"),
  whole("cost_nano_usd"),
  text("price_date"),
  whole("overhead_us"),
  part("ttfb_ms"),
  part("total_ms"),
  whole("request_bytes"),
  whole("reply_bytes"),
  text("dropped"),
  text("upstream_request_id"),
  text("trace_id"),
  text("request_body"),
  text("reply_body"),
];

/** What is no whole number is rounded; what no column of 64 bits and no JSON number can hold exactly becomes null. */
const toWhole = (value: number | null | undefined): number | null => {
  if (value === null || value === undefined) return null;
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : null;
};

const toPart = (ms: number | null): number | null => (ms === null ? null : Math.round(ms * 100) / 100);

/** The cells of an exchange, one for each of `columns`: a list, since it is half of the JSON that objects would make. */
export const toRow = (record: ExchangeRecord): readonly Cell[] => {
  const { usage, cost, times, trace, bodies, dropped } = record;
  return [
    toWhole(record.at),
    record.id,
    record.key,
    record.method,
    record.path,
    record.dialect,
    record.model,
    record.route,
    record.provider,
    record.providerType,
    record.targetModel,
    record.replyModel,
    record.upstreamDialect,
    record.serviceTier,
    record.stream,
    toWhole(record.attempts),
    toWhole(record.status),
    record.ending,
    record.errorCode,
    record.errorSource,
    record.usageSource,
    toWhole(usage?.inputTokens),
    toWhole(usage?.outputTokens),
    toWhole(usage?.cachedInputTokens),
    toWhole(usage?.cacheWriteTokens),
    toWhole(usage?.cacheWriteLongTokens),
    toWhole(usage?.audioInputTokens),
    toWhole(usage?.imageInputTokens),
    toWhole(usage?.toolInputTokens),
    toWhole(usage?.reasoningTokens),
    toWhole(usage?.audioOutputTokens),
    toWhole(usage?.imageOutputTokens),
    toWhole(usage?.acceptedPredictionTokens),
    toWhole(usage?.rejectedPredictionTokens),
    toWhole(usage?.webSearches),
    toWhole(cost?.nanoUsd),
    cost?.price.date ?? null,
    toWhole(record.overheadMs * 1000),
    toPart(times.firstChunkMs ?? times.headMs),
    toPart(times.totalMs),
    toWhole(record.requestBytes),
    toWhole(record.replyBytes),
    dropped.length === 0 ? null : dropped.join(", "),
    record.upstreamRequestId,
    trace?.traceId ?? null,
    bodies?.request ?? null,
    bodies?.reply ?? null,
  ];
};
