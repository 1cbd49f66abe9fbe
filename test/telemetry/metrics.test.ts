import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { Registry } from "prom-client";
import { measureLoopDelay } from "../../src/telemetry/metrics-loop.ts";
import type { ExchangeRecord } from "../../src/record.ts";
import { until } from "../support/until.ts";
import { costOf, readText, recordOf, startMetrics, usageOf, valueOf, type Line } from "./metrics-support.ts";

const read = async (metrics: { readonly text: () => Promise<string> }): Promise<Line[]> =>
  readText(await metrics.text());

/** A request that was refused before a provider was asked. */
const refused = (changes: Partial<ExchangeRecord> = {}): ExchangeRecord =>
  recordOf({
    provider: null,
    providerType: null,
    targetModel: null,
    status: 404,
    ending: "error",
    errorCode: "model_not_found",
    errorSource: "client",
    usage: null,
    usageSource: null,
    cost: null,
    times: { ...recordOf().times, sentMs: null, repliedMs: null, firstChunkMs: null, lastChunkMs: null },
    ...changes,
  });
const failed = (status: number): ExchangeRecord =>
  recordOf({ status, stream: false, usage: null, usageSource: null, cost: null });

test("an exchange is counted by provider, model, endpoint, stream, status and ending", async () => {
  using metrics = startMetrics();
  metrics.sink(recordOf());
  metrics.sink(recordOf());
  metrics.sink(recordOf({ path: "/v1/messages", provider: "claude", targetModel: "claude-sonnet-5", stream: false }));
  metrics.sink(recordOf({ status: 0, ending: "client_gone", errorCode: "client_closed_request" }));
  metrics.sink(refused());
  const lines = await read(metrics);
  const requests = lines.filter(({ name }) => name === "qlite_requests_total");
  const openai = { provider: "openai", model: "gpt-5.4-mini", endpoint: "chat", stream: "true" };
  const claude = { provider: "claude", model: "claude-sonnet-5", endpoint: "messages", stream: "false" };
  expect(requests.map(({ labels, value }): unknown => [labels, value])).toEqual([
    [{ ...openai, status: "2xx", ending: "complete" }, 2],
    [{ ...claude, status: "2xx", ending: "complete" }, 1],
    [{ ...openai, status: "none", ending: "client_gone" }, 1],
    [{ ...openai, provider: "none", status: "4xx", ending: "error" }, 1],
  ]);
});

test("the bounds of a histogram are within their buckets, buckets hold those below them, and the last one is all", async () => {
  using metrics = startMetrics();
  for (const overheadMs of [0.05, 0.051, 0.1, 99, 5000]) metrics.sink(recordOf({ overheadMs }));
  const lines = await read(metrics);
  const bucket = (le: string) => valueOf(lines, "qlite_proxy_overhead_seconds_bucket", { le });
  expect(
    ["0.00005", "0.0001", "0.00015", "0.05", "0.1", "+Inf"].map((le) => bucket(le) ?? bucket(String(Number(le)))),
  ).toEqual([1, 3, 3, 3, 4, 5]);
  expect(valueOf(lines, "qlite_proxy_overhead_seconds_sum")).toBeCloseTo(5.099201, 12);
  expect(valueOf(lines, "qlite_proxy_overhead_seconds_count")).toBe(5);
});

test("the GenAI metrics name operation, provider, model and error as the conventions do", async () => {
  using metrics = startMetrics();
  metrics.sink(
    recordOf({
      provider: "google",
      path: "/v1beta/models/gemini-3.5-pro:streamGenerateContent",
      targetModel: "gemini-3.5-pro",
    }),
  );
  metrics.sink(failed(429));
  metrics.sink(recordOf({ path: "/v1/embeddings", stream: false }));
  const lines = await read(metrics);
  const google = {
    gen_ai_operation_name: "generate_content",
    gen_ai_provider_name: "gcp.gemini",
    gen_ai_request_model: "gemini-3.5-pro",
  };
  const openai = {
    gen_ai_operation_name: "chat",
    gen_ai_provider_name: "openai",
    gen_ai_request_model: "gpt-5.4-mini",
  };
  const counts = (name: string): unknown =>
    lines.filter((line) => line.name === `${name}_count`).map(({ labels }) => labels);
  expect(counts("gen_ai_client_operation_duration_seconds")).toEqual([
    google,
    { ...openai, error_type: "429" },
    { ...openai, gen_ai_operation_name: "embeddings" },
  ]);
  expect(counts("gen_ai_server_time_to_first_token_seconds")).toEqual([google]);
  const sum = (name: string, labels: Record<string, string> = google) => valueOf(lines, `${name}_sum`, labels);
  expect(sum("gen_ai_client_operation_duration_seconds")).toBe(0.501);
  expect(sum("gen_ai_server_request_duration_seconds")).toBe(0.503);
  expect(sum("gen_ai_server_time_to_first_token_seconds")).toBe(0.302);
  expect(sum("gen_ai_server_time_per_output_token_seconds")).toBeCloseTo(0.02, 12);
  expect(sum("gen_ai_client_token_usage", { ...google, gen_ai_token_type: "input" })).toBe(100);
  expect(sum("gen_ai_client_token_usage", { ...google, gen_ai_token_type: "output" })).toBe(11);
});

test("tokens are counted once each, by kind and source", async () => {
  using metrics = startMetrics();
  metrics.sink(
    recordOf({ usage: usageOf(1000, 300, { cachedInputTokens: 600, cacheWriteTokens: 100, reasoningTokens: 250 }) }),
  );
  metrics.sink(recordOf({ usage: usageOf(7, 5), usageSource: "estimated" }));
  const lines = await read(metrics);
  const tokens = lines.filter(({ name }) => name === "qlite_tokens_total");
  expect(tokens.map(({ labels, value }) => [labels["kind"], labels["source"], value])).toEqual([
    ["input", "reported", 300],
    ["input", "estimated", 7],
    ["cached_input", "reported", 600],
    ["cache_write", "reported", 100],
    ["output", "reported", 50],
    ["output", "estimated", 5],
    ["reasoning", "reported", 250],
  ]);
});

test("what is written for long to a cache is told among what is written, and counted once", async () => {
  using metrics = startMetrics();
  metrics.sink(
    recordOf({ usage: usageOf(131, 53, { cachedInputTokens: 17, cacheWriteTokens: 30, cacheWriteLongTokens: 20 }) }),
  );
  const lines = await read(metrics);
  const kinds = ["input", "cached_input", "cache_write", "cache_write_long"];
  expect(kinds.map((kind) => valueOf(lines, "qlite_tokens_total", { kind }))).toEqual([84, 17, 10, 20]);
});

test("parts that are told to be more than their total are cut to it, so that the kinds add up to the total", async () => {
  using metrics = startMetrics();
  metrics.sink(recordOf({ usage: usageOf(10, 5, { cachedInputTokens: 7, cacheWriteTokens: 9, reasoningTokens: 50 }) }));
  const tokens = (await read(metrics)).filter(({ name }) => name === "qlite_tokens_total");
  expect(tokens.map(({ labels, value }): unknown => [labels["kind"], value])).toEqual([
    ["cached_input", 7],
    ["cache_write", 3],
    ["reasoning", 5],
  ]);
});

test("costs add up exactly", async () => {
  using metrics = startMetrics();
  // In floating point 0.1 and 0.2 USD are 0.30000000000000004.
  metrics.sink(recordOf({ cost: costOf(100_000_000) }));
  metrics.sink(recordOf({ cost: costOf(200_000_000), stream: false }));
  expect(valueOf(await read(metrics), "qlite_cost_usd_total")).toBe(0.3);
});

test("an exchange without a price, and one without tokens, is counted as unknown and never as free", async () => {
  using metrics = startMetrics();
  metrics.sink(recordOf({ cost: null }));
  metrics.sink(recordOf({ cost: null, usage: null, usageSource: null }));
  metrics.sink(failed(500));
  const lines = await read(metrics);
  expect(valueOf(lines, "qlite_cost_unknown_total")).toBe(1);
  expect(valueOf(lines, "qlite_usage_unknown_total")).toBe(1);
  expect(valueOf(lines, "qlite_cost_usd_total")).toBeUndefined();
});

test("an upstream's errors are counted by status or code, a client's and ours are not among them", async () => {
  using metrics = startMetrics();
  for (const status of [429, 429, 503, 418]) metrics.sink(failed(status));
  metrics.sink(recordOf({ ending: "upstream_cut", errorCode: "upstream_stream_interrupted", errorSource: "upstream" }));
  metrics.sink(recordOf({ ending: "client_gone", errorCode: "client_closed_request", errorSource: "client" }));
  metrics.sink(recordOf({ status: 500, ending: "error", errorCode: "internal_error", errorSource: "proxy" }));
  metrics.sink(refused());
  const errors = (await read(metrics)).filter(({ name }) => name === "qlite_upstream_errors_total");
  expect(errors.map(({ labels, value }) => [labels["code"], value])).toEqual([
    ["429", 2],
    ["503", 1],
    ["_OTHER", 1],
    ["upstream_stream_interrupted", 1],
  ]);
});

test("what a translation dropped is counted, not named", async () => {
  using metrics = startMetrics();
  metrics.sink(recordOf({ dropped: ["logit_bias", "seed"] }));
  expect(valueOf(await read(metrics), "qlite_dropped_fields_total")).toBe(2);
});

test("counts that are given are shown at the scrape, counts that are not are absent", async () => {
  let dropped = 0;
  using metrics = startMetrics({ logLinesDropped: () => dropped });
  dropped = 5;
  const lines = await read(metrics);
  expect(valueOf(lines, "qlite_log_lines_dropped_total")).toBe(5);
  expect(valueOf(lines, "qlite_ledger_rows_dropped_total")).toBeUndefined();
  expect(valueOf(lines, "qlite_exchanges_in_flight")).toBe(3);
  expect(valueOf(lines, "qlite_build_info", { version: "1.2.3", commit: "abc1234", bun: "1.4.5" })).toBe(1);
});

const stall = (): void => {
  const end = performance.now() + 150;
  while (performance.now() < end);
};

const longest = async (metrics: ReturnType<typeof startMetrics>): Promise<number> =>
  valueOf(await read(metrics), "qlite_event_loop_delay_seconds", { stat: "max" }) ?? -1;

test("a stall of the event loop is seen by every scraper, whoever comes first", async () => {
  using metrics = startMetrics();
  await until(async () => {
    stall();
    return (await longest(metrics)) > 0.1;
  });
  for (const _ of [1, 2, 3]) expect(await longest(metrics)).toBeGreaterThan(0.1);
});

test("a stall of the event loop is forgotten once its time is over", async () => {
  const delay = measureLoopDelay(20);
  await until(() => {
    stall();
    return delay.read().maxMs > 100;
  });
  await until(() => delay.read().maxMs < 100);
  delay.close();
});

test("that other metrics of the process end, as at a reload, ends no measuring of the event loop", async () => {
  using after = startMetrics();
  const before = startMetrics();
  before.close();
  before.close();
  await until(async () => {
    stall();
    return (await longest(after)) > 0.1;
  });
});

test("the content type is that of the text format of prom-client", () => {
  using metrics = startMetrics();
  expect(metrics.contentType).toBe(Registry.PROMETHEUS_CONTENT_TYPE);
});

test("process metrics that mean something on Bun are there, the others are not", async () => {
  using metrics = startMetrics();
  const lines = await read(metrics);
  expect(valueOf(lines, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(valueOf(lines, "process_open_fds")).toBeGreaterThan(2);
  const started = valueOf(lines, "process_start_time_seconds") ?? 0;
  expect(Math.abs(started - (Date.now() / 1000 - process.uptime()))).toBeLessThan(5);
  expect(lines.filter(({ name }) => /^nodejs_(?!heap_size|external)|^process_heap/.test(name))).toEqual([]);
});

test("100,000 invented models, providers and paths make a bounded number of lines", async () => {
  using metrics = startMetrics();
  for (let index = 0; index < 100_000; index += 1) {
    const name = `invented-${index}`;
    metrics.sink(recordOf({ model: name, targetModel: name, path: `/v1/${name}`, stream: index % 2 === 0 }));
    metrics.sink(
      recordOf({ model: name, targetModel: name, ending: "complete", status: 404, usage: null, cost: null }),
    );
    metrics.sink(refused({ model: name, path: `/${name}` }));
    metrics.sink(recordOf({ provider: name, path: `/v1beta/models/${name}:generateContent` }));
  }
  const lines = await read(metrics);
  expect(valueOf(lines, "qlite_requests_total")).toBe(400_000);
  const models = new Set(lines.map(({ labels }) => labels["model"] ?? labels["gen_ai_request_model"]));
  models.delete(undefined);
  // 200 slots, `other`, and the one model of the list that was asked for.
  expect(models.size).toBe(202);
  expect(models).toContain("invented-199");
  expect(models).not.toContain("invented-200");
  expect(new Set(lines.map(({ labels }) => labels["provider"]))).toEqual(
    new Set(["openai", "none", "other", undefined]),
  );
  expect(lines.length).toBeLessThan(25_000);
}, 30_000);

test("100,000 invented models take no memory beyond their slots", async () => {
  using metrics = startMetrics();
  const fill = (from: number): void => {
    for (let index = from; index < from + 100_000; index += 1) {
      const name = `invented-${index}-${"x".repeat(150)}`;
      metrics.sink(recordOf({ model: name, targetModel: name }));
    }
  };
  fill(0);
  Bun.gc(true);
  const before = process.memoryUsage().heapUsed;
  fill(100_000);
  Bun.gc(true);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
}, 30_000);

test("a model that no provider has answered for gets no slot, so that nobody can use them up", async () => {
  using metrics = startMetrics({ modelSlots: 1 });
  for (let index = 0; index < 50; index += 1) metrics.sink(recordOf({ ...failed(404), targetModel: `wrong-${index}` }));
  metrics.sink(recordOf({ targetModel: "gpt-6" }));
  metrics.sink(recordOf({ targetModel: "gpt-7" }));
  metrics.sink(recordOf({ ...failed(500), targetModel: "gpt-6" }));
  const lines = await read(metrics);
  expect(valueOf(lines, "qlite_requests_total", { model: "gpt-6" })).toBe(2);
  expect(valueOf(lines, "qlite_requests_total", { model: "other" })).toBe(51);
});

test("above the limit of combinations provider and model are other, and nothing is lost", async () => {
  using metrics = startMetrics({ maxSeries: 4 });
  for (let index = 0; index < 30; index += 1) metrics.sink(recordOf({ targetModel: `model-${index}` }));
  const lines = await read(metrics);
  expect(lines.filter(({ name }) => name === "qlite_requests_total")).toHaveLength(5);
  expect(valueOf(lines, "qlite_requests_total")).toBe(30);
  expect(valueOf(lines, "qlite_requests_total", { provider: "other", model: "other", endpoint: "chat" })).toBe(26);
  expect(valueOf(lines, "gen_ai_client_operation_duration_seconds_count")).toBe(30);
});

test("above the limit of combinations a refused request and one that was sent stay apart", async () => {
  using metrics = startMetrics({ maxSeries: 0 });
  const outcome = { status: 404, ending: "error", errorCode: "model_not_found", stream: false } as const;
  metrics.sink(refused(outcome));
  metrics.sink(recordOf(outcome));
  const lines = await read(metrics);
  expect(valueOf(lines, "qlite_requests_total", { provider: "none" })).toBe(1);
  expect(valueOf(lines, "qlite_cost_usd_total")).toBe(0.00025);
});

const oddNames = [
  'quo"te',
  "new\nline",
  "back\\slash",
  "\\n",
  "tab\tand\rreturn",
  "é 🦊 日本",
  "half \ud83d",
  "half \ud83e",
  '{a="b"} 1',
  "",
  " ",
];

test("odd names of models stay valid lines, each its own", async () => {
  using metrics = startMetrics();
  for (const name of oddNames) metrics.sink(recordOf({ model: name, targetModel: name }));
  const lines = await read(metrics);
  const models = lines.filter(({ name }) => name === "qlite_requests_total").map(({ labels }) => labels["model"]);
  expect(models).toEqual([...new Set(oddNames.map((name) => name.toWellFormed()))]);
});

const records = fc.record({
  model: fc.constantFrom("gpt-5.4-mini", "claude-sonnet-5", "made up", "other"),
  status: fc.constantFrom(0, 200, 400, 429, 500),
  stream: fc.boolean(),
  overheadMs: fc.double({ min: 0, max: 1000, noNaN: true }),
  totalMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  tokens: fc.integer({ min: 0, max: 1_000_000 }),
});

test("whatever is counted: counters never fall, buckets rise to the count, and all counts agree", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(records, { maxLength: 20 }), { maxLength: 5 }), async (scrapes) => {
      using metrics = startMetrics();
      let before = new Map<string, number>();
      let sent = 0;
      for (const made of scrapes) {
        for (const { model, totalMs, tokens, ...rest } of made) {
          const times = { ...recordOf().times, totalMs, lastChunkMs: totalMs };
          metrics.sink(recordOf({ ...rest, targetModel: model, times, usage: usageOf(tokens, tokens) }));
        }
        sent += made.length;
        const lines = await read(metrics);
        const now = new Map(lines.map(({ name, labels, value }) => [`${name}${JSON.stringify(labels)}`, value]));
        for (const [key, value] of before) {
          if (/^\w+(?:_total|_bucket|_sum|_count)\b/.test(key)) expect(now.get(key)).toBeGreaterThanOrEqual(value);
        }
        before = now;
        expect(valueOf(lines, "qlite_requests_total") ?? 0).toBe(sent);
        const buckets = lines.filter(({ name }) => name.endsWith("_bucket"));
        for (const [at, { name, labels, value }] of buckets.entries()) {
          const { le, ...others } = labels;
          const count = now.get(`${name.replace(/_bucket$/, "_count")}${JSON.stringify(others)}`);
          const previous = buckets[at - 1];
          if (le === "+Inf") expect(value).toBe(count ?? -1);
          if (previous !== undefined && previous.labels["le"] !== "+Inf")
            expect(value).toBeGreaterThanOrEqual(previous.value);
        }
      }
    }),
    { numRuns: 30 },
  );
}, 30_000);
