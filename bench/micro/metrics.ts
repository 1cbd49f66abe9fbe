import { Counter, Histogram, Registry } from "prom-client";
import type { ExchangeRecord } from "../../src/record.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";
import { bounds } from "../../src/telemetry/series-histogram.ts";
import type { Case } from "./case.ts";

const recordsEach = 100;
const models = Array.from({ length: 20 }, (_, index) => `model-${index}`);

const usage = {
  inputTokens: 900,
  outputTokens: 120,
  cachedInputTokens: 500,
  cacheWriteTokens: null,
  cacheWriteLongTokens: null,
  audioInputTokens: null,
  imageInputTokens: null,
  toolInputTokens: null,
  reasoningTokens: 60,
  audioOutputTokens: null,
  imageOutputTokens: null,
  acceptedPredictionTokens: null,
  rejectedPredictionTokens: null,
  webSearches: null,
};
const price = { provider: "openai", model: "model-*", date: "2026-11-22", source: "bench" };

/** An exchange that went well; model, times and whether it streamed differ from one to the next. */
const toRecord = (index: number, model: string): ExchangeRecord => ({
  id: `01a202e5-ba99-7140-9f6c-0d083a14f${index}`,
  at: 1_795_000_000_000,
  client: "127.0.0.1",
  method: "POST",
  path: "/v1/chat/completions",
  dialect: "openai-chat",
  model,
  provider: "openai",
  providerType: "openai",
  targetModel: model,
  replyModel: model,
  upstreamDialect: "openai-chat",
  route: "listed by openai",
  deadlines: null,
  serviceTier: null,
  stream: index % 2 === 0,
  attempts: 1,
  status: 200,
  ending: "complete",
  errorCode: null,
  errorSource: null,
  usage,
  usageSource: "reported",
  cost: { nanoUsd: 1_234_500 + index, parts: [], price },
  times: {
    receivedMs: 0.1,
    sentMs: 0.2,
    repliedMs: 300 + index,
    headMs: 300.1 + index,
    firstChunkMs: index % 2 === 0 ? 301 + index : null,
    lastChunkMs: index % 2 === 0 ? 2000 + index : null,
    totalMs: 2001 + index,
  },
  overheadMs: 0.05 + index / 1000,
  requestBytes: 3000,
  replyBytes: 9000,
  dropped: [],
  upstreamRequestId: null,
  trace: null,
  key: null,
  bodies: null,
});

const records = Array.from({ length: recordsEach }, (_, index) => toRecord(index, models[index % models.length] ?? ""));

const start = (names: readonly string[]): Metrics =>
  createMetrics({
    providers: [{ name: "openai", type: "openai" }],
    models: names,
    build: { version: "bench", commit: "", bun: Bun.version },
    exchangesInFlight: () => 0,
  });

const ours = start(models);

/** Five of the metrics as prom-client counts them itself. */
const register = new Registry();
const registers = [register];
const requestLabels = ["provider", "model", "endpoint", "stream", "status", "ending"] as const;
const genAiLabels = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"] as const;
const help = "-";
const requests = new Counter({ name: "qlite_requests_total", help, labelNames: requestLabels, registers });
const cost = new Counter({ name: "qlite_cost_usd_total", help, labelNames: ["provider", "model"], registers });
const duration = new Histogram({
  name: "gen_ai_client_operation_duration_seconds",
  help,
  labelNames: genAiLabels,
  buckets: bounds.durations,
  registers,
});
const tokens = new Histogram({
  name: "gen_ai_client_token_usage",
  help,
  labelNames: [...genAiLabels, "gen_ai_token_type"],
  buckets: [...bounds.tokens],
  registers,
});
const overhead = new Histogram({
  name: "qlite_proxy_overhead_seconds",
  help,
  labelNames: ["provider", "endpoint", "stream"],
  buckets: [...bounds.overhead],
  registers,
});

const byPromClient = (record: ExchangeRecord): void => {
  const stream = String(record.stream);
  const model = record.targetModel ?? "none";
  const provider = record.provider ?? "none";
  requests.inc({ provider, model, endpoint: "chat", stream, status: "2xx", ending: record.ending });
  cost.inc({ provider, model }, (record.cost?.nanoUsd ?? 0) / 1e9);
  const labels = { gen_ai_operation_name: "chat", gen_ai_provider_name: "openai", gen_ai_request_model: model };
  duration.observe(labels, (record.times.totalMs - (record.times.sentMs ?? 0)) / 1000);
  tokens.observe({ ...labels, gen_ai_token_type: "input" }, record.usage?.inputTokens ?? 0);
  tokens.observe({ ...labels, gen_ai_token_type: "output" }, record.usage?.outputTokens ?? 0);
  overhead.observe({ provider, endpoint: "chat", stream }, record.overheadMs / 1000);
};

const countAll =
  (count: (record: ExchangeRecord) => void, text: () => Promise<string>): (() => () => Promise<string>) =>
  () => {
    for (const record of records) count(record);
    return text;
  };

/** The whole numbers of what both count: sums of fractions depend on the order of adding. */
const toCounts = async (result: unknown): Promise<string[]> => {
  const lines = String(typeof result === "function" ? await result() : "").split("\n");
  return lines
    .filter((line) => /^(?:qlite_requests_total|\w+_(?:duration_seconds|usage|overhead_seconds)_count)/.test(line))
    .filter((line) => !line.startsWith("gen_ai_server"))
    .map(
      (line) =>
        `${line.replace(/\{.*/, "")} ${line
          .replace(/.*\{|\}.*/g, "")
          .split(",")
          .toSorted()
          .join()} ${line.split(" ").at(-1)}`,
    )
    .toSorted();
};

const many = start(Array.from({ length: 200 }, (_, index) => `model-${index}`));
for (let index = 0; index < 400; index += 1) {
  many.sink(toRecord(index % 2, `model-${index >> 1}`));
  many.sink({ ...toRecord(index % 2, `model-${index >> 1}`), status: 429 });
}

export const metricsCases: readonly Case[] = [
  {
    name: "metrics: one record",
    per: recordsEach,
    toComparable: toCounts,
    variants: {
      "createMetrics: all of its metrics, counted in plain numbers": countAll(ours.sink, ours.text),
      "prom-client: five of them": countAll(byPromClient, () => register.metrics()),
    },
  },
  {
    name: "metrics: a scrape of 200 models, each with two outcomes, streamed and not",
    variants: { "createMetrics: text": async () => (await many.text()).length },
  },
];
