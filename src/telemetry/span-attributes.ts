import type { Attributes } from "@opentelemetry/api";
import type { ExchangeRecord } from "../record.ts";
import { toProviderName } from "./labels.ts";
import { toErrorType } from "./span-error.ts";
import { names, ownNames } from "./span-names.ts";

/** Bounds of what comes from outside. */
const maxLetters = 200;
const maxDropped = 20;

/** Cut to size, and never half of a surrogate pair: what is no Unicode could spoil a batch for its other spans. */
const shorten = (text: string): string => text.slice(0, maxLetters).toWellFormed();
const short = (text: string | null): string | null => (text === null ? null : shorten(text));

/** Microseconds are enough. */
const toMicro = (value: number, perUnit: number): number => Math.round(value * perUnit) / perUnit;

type Value = string | number | boolean;

/** What is unknown has no attribute; a 0 would be a claim. */
const withoutNulls = (pairs: readonly (readonly [name: string, value: Value | null])[]): Attributes => {
  const attributes: Attributes = {};
  for (const [name, value] of pairs) if (value !== null) attributes[name] = value;
  return attributes;
};

/** What the client saw. `method` is a known one, or `HTTP` for any other. */
export const toServerAttributes = (record: ExchangeRecord, method: string, route: string | null): Attributes =>
  withoutNulls([
    [names.httpMethod, method === "HTTP" ? "_OTHER" : method],
    [names.httpMethodOriginal, method === "HTTP" ? short(record.method) : null],
    [names.urlScheme, "http"],
    [names.urlPath, short(record.path)],
    [names.httpRoute, route],
    [names.httpStatus, record.status === 0 ? null : record.status],
    [names.errorType, toErrorType(record)],
    [ownNames.requestId, short(record.id)],
    [ownNames.ending, record.ending],
    [ownNames.overheadMs, toMicro(record.overheadMs, 1e3)],
    [ownNames.route, short(record.route)],
    [ownNames.key, short(record.key)],
  ]);

/** Seconds from the sending to the first chunk of a stream; null where there was none. */
const toFirstChunkSeconds = ({ times: { sentMs, firstChunkMs } }: ExchangeRecord): number | null =>
  sentMs === null || firstChunkMs === null ? null : toMicro((firstChunkMs - sentMs) / 1000, 1e6);

/** Gives the name of the span of a model call: the operation and the model; null where no model was asked. */
export const toCallName = (operation: string | null, { targetModel }: ExchangeRecord): string | null =>
  operation === null || targetModel === null ? operation : `${operation} ${shorten(targetModel)}`;

/** What was asked of the upstream, and what it came to. */
export const toClientAttributes = (
  record: ExchangeRecord,
  operation: string | null,
  errorType: string | null,
): Attributes => {
  const { usage, cost, model, targetModel, providerType, stream, dropped } = record;
  const attributes = withoutNulls([
    [names.operation, operation],
    [names.provider, providerType === null ? null : toProviderName(providerType)],
    [names.requestModel, short(targetModel)],
    [names.responseModel, short(record.replyModel)],
    [names.requestStream, stream ? true : null],
    [names.timeToFirstChunk, toFirstChunkSeconds(record)],
    [names.inputTokens, usage?.inputTokens ?? null],
    [names.outputTokens, usage?.outputTokens ?? null],
    [names.cacheReadTokens, usage?.cachedInputTokens ?? null],
    [names.cacheWriteTokens, usage?.cacheWriteTokens ?? null],
    [names.reasoningTokens, usage?.reasoningTokens ?? null],
    [names.errorType, errorType],
    [ownNames.provider, short(record.provider)],
    [ownNames.model, model === targetModel ? null : short(model)],
    [ownNames.attempts, record.attempts],
    [ownNames.usageSource, record.usageSource],
    [ownNames.costUsd, cost === null ? null : cost.nanoUsd / 1e9],
    [ownNames.serviceTier, short(record.serviceTier)],
    [ownNames.upstreamRequestId, short(record.upstreamRequestId)],
  ]);
  if (dropped.length > 0) {
    attributes[ownNames.dropped] = dropped.slice(0, maxDropped).map(shorten);
  }
  return attributes;
};
