import type { ExchangeRecord } from "../record.ts";
import { toProviderName } from "./labels.ts";
import { toErrorType } from "./span-error.ts";
import { names, ownNames } from "./span-names.ts";
import { toJsonText } from "./span-text.ts";

const maxDropped = 20;

/** Writes one attribute, a comma in front; nothing for null, for what is unknown has no attribute: a 0 would be a claim. */
type Write<T> = (value: T | null) => string;

const createWrite = <T>(name: string, kind: string, toJson: (value: T) => string | number): Write<T> => {
  const head = `,{"key":${JSON.stringify(name)},"value":{${JSON.stringify(kind)}:`;
  return (value) => (value === null ? "" : `${head}${toJson(value)}}}`);
};

const text = (name: string): Write<string> => createWrite(name, "stringValue", toJsonText);
/** Of a word of our own, which needs no quoting. */
const word = (name: string): Write<string> => createWrite(name, "stringValue", (value) => `"${value}"`);
const decimal = (name: string): Write<number> => {
  const writeOwn = createWrite(name, "doubleValue", (value: number) => value);
  // Upstreams count as they like: 1e400 is no number of JSON's any more, and would spoil a batch for its other spans.
  return (value) => (Number.isFinite(value) ? writeOwn(value) : "");
};
const whole = (name: string): Write<number> => {
  const writeOwn = createWrite(name, "intValue", (value: number) => value);
  const writeOther = decimal(name);
  return (value) => (Number.isSafeInteger(value) ? writeOwn(value) : writeOther(value));
};

const write = {
  httpMethod: word(names.httpMethod),
  httpMethodOriginal: text(names.httpMethodOriginal),
  urlScheme: word(names.urlScheme),
  urlPath: text(names.urlPath),
  httpRoute: word(names.httpRoute),
  httpStatus: whole(names.httpStatus),
  errorType: word(names.errorType),
  operation: word(names.operation),
  provider: word(names.provider),
  requestModel: text(names.requestModel),
  responseModel: text(names.responseModel),
  requestStream: createWrite<boolean>(names.requestStream, "boolValue", String),
  timeToFirstChunk: decimal(names.timeToFirstChunk),
  inputTokens: whole(names.inputTokens),
  outputTokens: whole(names.outputTokens),
  cacheReadTokens: whole(names.cacheReadTokens),
  cacheWriteTokens: whole(names.cacheWriteTokens),
  reasoningTokens: whole(names.reasoningTokens),
  requestId: text(ownNames.requestId),
  ending: word(ownNames.ending),
  overheadMs: decimal(ownNames.overheadMs),
  route: text(ownNames.route),
  key: text(ownNames.key),
  ownProvider: text(ownNames.provider),
  model: text(ownNames.model),
  attempts: whole(ownNames.attempts),
  usageSource: word(ownNames.usageSource),
  costUsd: decimal(ownNames.costUsd),
  serviceTier: text(ownNames.serviceTier),
  upstreamRequestId: text(ownNames.upstreamRequestId),
  dropped: createWrite<readonly string[]>(
    ownNames.dropped,
    "arrayValue",
    (value) => `{"values":[${value.map((name) => `{"stringValue":${toJsonText(name)}}`).join(",")}]}`,
  ),
} as const;

/** Microseconds are enough. */
const toMicro = (value: number, perUnit: number): number => Math.round(value * perUnit) / perUnit;

/** What the client saw. `method` is a known one, or `HTTP` for any other. */
export const toServerAttributes = (record: ExchangeRecord, method: string, route: string | null): string =>
  write.urlScheme("http") +
  write.httpMethod(method === "HTTP" ? "_OTHER" : method) +
  write.httpMethodOriginal(method === "HTTP" ? record.method : null) +
  write.urlPath(record.path) +
  write.httpRoute(route) +
  write.httpStatus(record.status === 0 ? null : record.status) +
  write.errorType(toErrorType(record)) +
  write.requestId(record.id) +
  write.ending(record.ending) +
  write.overheadMs(toMicro(record.overheadMs, 1e3)) +
  write.route(record.route) +
  write.key(record.key);

/** Seconds from the sending to the first chunk of a stream; null where there was none. */
const toFirstChunkSeconds = ({ times: { sentMs, firstChunkMs } }: ExchangeRecord): number | null =>
  sentMs === null || firstChunkMs === null ? null : toMicro((firstChunkMs - sentMs) / 1000, 1e6);

/** What was asked of the upstream, and what it came to. */
export const toClientAttributes = (
  record: ExchangeRecord,
  operation: string | null,
  errorType: string | null,
): string => {
  const { usage, cost, model, targetModel, providerType, stream, dropped } = record;
  return (
    write.attempts(record.attempts) +
    write.operation(operation) +
    write.provider(providerType === null ? null : toProviderName(providerType)) +
    write.requestModel(targetModel) +
    write.responseModel(record.replyModel) +
    write.requestStream(stream ? true : null) +
    write.timeToFirstChunk(toFirstChunkSeconds(record)) +
    write.inputTokens(usage?.inputTokens ?? null) +
    write.outputTokens(usage?.outputTokens ?? null) +
    write.cacheReadTokens(usage?.cachedInputTokens ?? null) +
    write.cacheWriteTokens(usage?.cacheWriteTokens ?? null) +
    write.reasoningTokens(usage?.reasoningTokens ?? null) +
    write.errorType(errorType) +
    write.ownProvider(record.provider) +
    write.model(model === targetModel ? null : model) +
    write.usageSource(record.usageSource) +
    write.costUsd(cost === null ? null : cost.nanoUsd / 1e9) +
    write.serviceTier(record.serviceTier) +
    write.upstreamRequestId(record.upstreamRequestId) +
    write.dropped(dropped.length === 0 ? null : dropped.slice(0, maxDropped))
  );
};
