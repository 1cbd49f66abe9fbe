import type { Ending } from "../record.ts";
import type { ExchangeRecord } from "../record.ts";
import {
  createModelLabel,
  errorTypes,
  none,
  other,
  toEndpoint,
  toErrorIndex,
  toOperation,
  toProviderName,
  type Endpoint,
} from "./labels.ts";
import { bounds, createHistogram, observe, type Histogram } from "./series-histogram.ts";
import { addUsage, tokenKinds } from "./series-usage.ts";

/** What exchanges that are counted together have in common. */
export interface SeriesLabels {
  /** Its name in the config. */
  readonly provider: string;
  /** As OpenTelemetry calls it; null when none was asked. */
  readonly providerName: string | null;
  readonly model: string;
  readonly endpoint: Endpoint;
  /** null where no model answers with tokens. */
  readonly operation: string | null;
  readonly isStream: boolean;
  /** `2xx` and so on, `none` when the client had left before. */
  readonly status: string;
  readonly ending: Ending;
  readonly errorType: string | null;
}

/** What they came to. A histogram is null until it has something to count. */
export interface Series {
  readonly labels: SeriesLabels;
  requests: number;
  droppedFields: number;
  /** Tokens in the order of `tokenKinds`. */
  readonly reported: number[];
  readonly estimated: number[];
  /** Billionths of a US dollar; whole up to nine million dollars. */
  nanoUsd: number;
  costUnknown: number;
  usageUnknown: number;
  overhead: Histogram | null;
  firstByte: Histogram | null;
  firstToken: Histogram | null;
  perToken: Histogram | null;
  perTokenFine: Histogram | null;
  operation: Histogram | null;
  request: Histogram | null;
  inputTokens: Histogram | null;
  outputTokens: Histogram | null;
}

export interface SeriesOptions {
  /** All of the config; the type decides what OpenTelemetry calls it. */
  readonly providers: readonly { readonly name: string; readonly type: string }[];
  /** Models that the config names: each is a label of its own. */
  readonly models: readonly string[];
  /** How many models that came through a glob become labels, 200 by default. */
  readonly modelSlots?: number;
  /** How many combinations are kept apart, 5000 by default; of what comes on top provider and model are `other`. */
  readonly maxSeries?: number;
}

const endpointIndexes: Readonly<Record<Endpoint, number>> = {
  chat: 0,
  responses: 1,
  messages: 2,
  gemini: 3,
  completions: 4,
  embeddings: 5,
  moderations: 6,
  images: 7,
  audio: 8,
  count_tokens: 9,
  models: 10,
  files: 11,
  batches: 12,
  other: 13,
};
const endings: Readonly<Record<Ending, number>> = {
  complete: 0,
  client_gone: 1,
  upstream_cut: 2,
  deadline: 3,
  error: 4,
};
const statusClasses = [none, "1xx", "2xx", "3xx", "4xx", "5xx"];
const toStatusClass = (status: number): number => (status < 100 ? 0 : Math.min(5, Math.floor(status / 100)));

/** One number for all but provider and model, so that finding a series makes no text. */
const toCode = (record: ExchangeRecord, endpoint: Endpoint): number => {
  const outcome = toStatusClass(record.status) * 5 + endings[record.ending];
  return ((endpointIndexes[endpoint] * 30 + outcome) * 2 + Number(record.stream)) * 128 + toErrorIndex(record) + 1;
};

const zeros = (): number[] => tokenKinds.map(() => 0);

const createSeries = (labels: SeriesLabels): Series => ({
  labels,
  requests: 0,
  droppedFields: 0,
  reported: zeros(),
  estimated: zeros(),
  nanoUsd: 0,
  costUnknown: 0,
  usageUnknown: 0,
  overhead: null,
  firstByte: null,
  firstToken: null,
  perToken: null,
  perTokenFine: null,
  operation: null,
  request: null,
  inputTokens: null,
  outputTokens: null,
});

const seen = (histogram: Histogram | null, limits: readonly number[], value: number): Histogram => {
  const into = histogram ?? createHistogram(limits);
  observe(into, value);
  return into;
};

const addTokens = (series: Series, { usage, usageSource, cost }: ExchangeRecord): void => {
  if (usage === null) return;
  addUsage(usageSource === "estimated" ? series.estimated : series.reported, usage);
  if (cost === null) series.costUnknown += 1;
  else series.nanoUsd += cost.nanoUsd;
  if (series.labels.operation === null) return;
  series.inputTokens = seen(series.inputTokens, bounds.tokens, usage.inputTokens);
  series.outputTokens = seen(series.outputTokens, bounds.tokens, usage.outputTokens);
};

/** Of a stream of tokens that went well up to here. */
const addPace = (series: Series, { times, usage }: ExchangeRecord): void => {
  const { firstChunkMs, lastChunkMs } = times;
  if (firstChunkMs === null) return;
  series.firstToken = seen(series.firstToken, bounds.firstToken, firstChunkMs / 1000);
  if (usage === null || usage.outputTokens < 2 || lastChunkMs === null || lastChunkMs <= firstChunkMs) return;
  const perToken = (lastChunkMs - firstChunkMs) / 1000 / (usage.outputTokens - 1);
  series.perToken = seen(series.perToken, bounds.perToken, perToken);
  series.perTokenFine = seen(series.perTokenFine, bounds.perTokenFine, perToken);
};

/** Counts an exchange in its series. */
export const addRecord = (series: Series, record: ExchangeRecord): void => {
  series.requests += 1;
  series.droppedFields += record.dropped.length;
  addTokens(series, record);
  const { times, status } = record;
  if (times.sentMs === null) return;
  series.overhead = seen(series.overhead, bounds.overhead, record.overheadMs / 1000);
  const firstByteMs = times.firstChunkMs ?? times.headMs;
  if (firstByteMs !== null) series.firstByte = seen(series.firstByte, bounds.firstByte, firstByteMs / 1000);
  if (series.labels.operation === null) return;
  series.operation = seen(series.operation, bounds.durations, (times.totalMs - times.sentMs) / 1000);
  series.request = seen(series.request, bounds.durations, times.totalMs / 1000);
  if (status < 200 || status > 299) return;
  if (record.usage === null) series.usageUnknown += 1;
  if (record.stream) addPace(series, record);
};

/** All series there are. */
export interface SeriesSet {
  readonly find: (record: ExchangeRecord) => Series;
  /** In the order they were made; it only grows. */
  readonly all: readonly Series[];
}

/**
 * Makes the set of series: finds the one of a record, and makes it if it is new.
 *
 * Bounded, whatever clients send: names come from the config or have one of few slots, all else is of fixed sets.
 */
export const createSeriesSet = ({
  providers,
  models,
  modelSlots = 200,
  maxSeries = 5000,
}: SeriesOptions): SeriesSet => {
  const types = new Map(providers.map(({ name, type }) => [name, type]));
  const toModel = createModelLabel(models, modelSlots);
  const tree = new Map<string, Map<string, Map<number, Series>>>();
  const all: Series[] = [];

  const make = (record: ExchangeRecord, provider: string, model: string, endpoint: Endpoint, code: number): Series => {
    const type = types.get(provider);
    const errorIndex = toErrorIndex(record);
    const series = createSeries({
      provider,
      providerName: record.provider === null ? null : type === undefined ? other : toProviderName(type),
      model,
      endpoint,
      operation: toOperation(endpoint),
      isStream: record.stream,
      status: statusClasses[toStatusClass(record.status)] ?? none,
      ending: record.ending,
      errorType: errorTypes[errorIndex] ?? null,
    });
    const byModel = tree.getOrInsertComputed(provider, () => new Map<string, Map<number, Series>>());
    byModel.getOrInsertComputed(model, () => new Map<number, Series>()).set(code, series);
    all.push(series);
    return series;
  };

  const find = (record: ExchangeRecord): Series => {
    const asked = record.provider ?? none;
    const provider = types.has(asked) || asked === none ? asked : other;
    const model = toModel(record);
    const endpoint = toEndpoint(record.path);
    const code = toCode(record, endpoint);
    const found = tree.get(provider)?.get(model)?.get(code);
    if (found !== undefined) return found;
    if (all.length < maxSeries) return make(record, provider, model, endpoint, code);
    const rest = asked === none ? none : other;
    return tree.get(rest)?.get(other)?.get(code) ?? make(record, rest, other, endpoint, code);
  };

  return { find, all };
};
