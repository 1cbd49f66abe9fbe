import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { expect, test } from "bun:test";
import { toProviderName } from "../../src/telemetry/labels.ts";
import { names, toRoute } from "../../src/telemetry/span-names.ts";
import type { ExchangeRecord } from "../../src/record.ts";
import { setTraceHeaders } from "../../src/wire/trace-context.ts";
import { startOtlpReceiver, type ReceivedSpan } from "../support/otlp-receiver.ts";
import { until } from "../support/until.ts";
import { emptyUsage } from "../../src/dialects/empty-usage.ts";
import { parentId, spanId, toRecord, traceId, upstreamSpanId } from "./traces-record.ts";
import { startTraces, type StartTracesOptions } from "./traces-start.ts";

/** Sends records through all of it and gives the spans that a collector has then, and what the export was like. */
const sendAll = async (records: readonly ExchangeRecord[], options: StartTracesOptions = {}) => {
  await using receiver = startOtlpReceiver();
  const traces = startTraces(receiver.url, options);
  for (const record of records) traces.sink(record);
  await traces.close();
  expect(receiver.faults).toEqual([]);
  expect(traces.errors).toEqual([]);
  return { spans: receiver.spans, exports: receiver.exports, dropped: traces.dropped() };
};

const pairOf = async (record: ExchangeRecord): Promise<readonly [ReceivedSpan, ReceivedSpan]> => {
  const { spans } = await sendAll([record]);
  const [server, client] = spans;
  if (server === undefined || client === undefined || spans.length !== 2) throw new Error("wanted two spans");
  return [server, client];
};

test("an exchange is a SERVER span of what the client saw and a CLIENT span of what the upstream was asked", async () => {
  const [server, client] = await pairOf(toRecord());
  expect(server).toMatchObject({
    traceId,
    spanId,
    parentSpanId: null,
    name: "POST /v1/chat/completions",
    kind: "SERVER",
    start: 1_790_000_000_000_000_000n,
    end: 1_790_000_000_251_000_000n,
    status: "UNSET",
    isSampled: true,
    scope: "qlite 1.2.3",
    resource: { "service.name": "my-gateway", "service.version": "1.2.3" },
  });
  expect(server.attributes).toEqual({
    "http.request.method": "POST",
    "url.scheme": "http",
    "url.path": "/v1/chat/completions",
    "http.route": "/v1/chat/completions",
    "http.response.status_code": 200,
    "qlite.request_id": "req-1",
    "qlite.ending": "complete",
    "qlite.overhead_ms": 1,
    "qlite.route": "route smart",
  });
  expect(client).toMatchObject({
    traceId,
    spanId: upstreamSpanId,
    parentSpanId: spanId,
    hasRemoteParent: false,
    name: "chat gpt-x",
    kind: "CLIENT",
    start: 1_790_000_000_001_250_000n,
    end: 1_790_000_000_250_500_000n,
    status: "UNSET",
    events: [],
  });
  expect(client.attributes).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-x",
    "gen_ai.response.model": "gpt-x-2026-10-01",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "qlite.provider": "my-openai",
    "qlite.model": "smart",
    "qlite.attempts": 1,
    "qlite.usage_source": "reported",
    "qlite.cost_usd": 0.001_25,
  });
});

test("the export goes to the configured address with its headers", async () => {
  const { exports } = await sendAll([toRecord()], { headers: { "x-api-key": "k-1", authorization: "Bearer b" } });
  expect(exports.map(({ path }) => path)).toEqual(["/v1/traces"]);
  expect(exports[0]?.headers.get("x-api-key")).toBe("k-1");
  expect(exports[0]?.headers.get("authorization")).toBe("Bearer b");
});

test("a stream tells when its head came, its first chunk passed and its head was sent", async () => {
  const times = { ...toRecord().times, repliedMs: 100, headMs: 101, firstChunkMs: 350, lastChunkMs: 900, totalMs: 901 };
  const [server, client] = await pairOf(toRecord({ stream: true, times, overheadMs: 2.432_137_000_000_011_5 }));
  expect(server.attributes).toMatchObject({ "qlite.overhead_ms": 2.432 });
  expect(server.events).toEqual([{ name: "qlite.head_sent", at: 1_790_000_000_101_000_000n }]);
  expect(client.events).toEqual([
    { name: "qlite.reply_head", at: 1_790_000_000_100_000_000n },
    { name: "qlite.first_chunk", at: 1_790_000_000_350_000_000n },
  ]);
  expect(client.end).toBe(1_790_000_000_900_000_000n);
  expect(client.attributes).toMatchObject({
    "gen_ai.request.stream": true,
    "gen_ai.response.time_to_first_chunk": 0.348_75,
  });
});

test("the kinds of tokens, the service tier, the key's name and what was left out have attributes where known", async () => {
  const usage = { ...emptyUsage, inputTokens: 9, outputTokens: 8, cachedInputTokens: 7, cacheWriteTokens: 6 };
  const [server, client] = await pairOf(
    toRecord({
      usage: { ...usage, reasoningTokens: 0 },
      usageSource: "estimated",
      serviceTier: "flex",
      key: "team-a",
      upstreamRequestId: "up-1",
      dropped: ["seed", "logit_bias"],
    }),
  );
  expect(server.attributes).toMatchObject({ "qlite.key": "team-a" });
  expect(client.attributes).toMatchObject({
    "gen_ai.usage.input_tokens": 9,
    "gen_ai.usage.output_tokens": 8,
    "gen_ai.usage.cache_read.input_tokens": 7,
    "gen_ai.usage.cache_creation.input_tokens": 6,
    "gen_ai.usage.reasoning.output_tokens": 0,
    "qlite.usage_source": "estimated",
    "qlite.service_tier": "flex",
    "qlite.upstream_request_id": "up-1",
    "qlite.dropped": ["seed", "logit_bias"],
  });
});

test("what is unknown has no attribute: no usage and no cost is not 0", async () => {
  const [, client] = await pairOf(toRecord({ usage: null, usageSource: null, cost: null, replyModel: null }));
  expect(Object.keys(client.attributes).filter((name) => /usage|cost|response/.test(name))).toEqual([]);
});

const cut = { status: 200, ending: "upstream_cut", errorCode: "upstream_stream_interrupted" } as const;
const gone = { status: 0, ending: "client_gone", errorCode: "client_closed_request", errorSource: "client" } as const;
const late = { status: 504, ending: "deadline", errorCode: "upstream_head_timeout", errorSource: "upstream" } as const;

type Said = readonly [status: ReceivedSpan["status"], errorType: string | undefined];
const failures: readonly (readonly [string, Partial<ExchangeRecord>, Said, Said])[] = [
  ["that timed out upstream", late, ["ERROR", "upstream_head_timeout"], ["ERROR", "upstream_head_timeout"]],
  [
    "cut in mid-stream",
    { ...cut, errorSource: "upstream" },
    ["ERROR", "upstream_stream_interrupted"],
    ["ERROR", "upstream_stream_interrupted"],
  ],
  ["left by its client", gone, ["UNSET", "client_closed_request"], ["UNSET", undefined]],
  ["that the upstream answered with 429", { status: 429 }, ["UNSET", undefined], ["ERROR", "429"]],
  ["that the upstream answered with 503", { status: 503 }, ["ERROR", "503"], ["ERROR", "503"]],
  [
    "that broke here",
    { status: 500, ending: "error", errorCode: "internal_error", errorSource: "proxy" },
    ["ERROR", "internal_error"],
    ["ERROR", "internal_error"],
  ],
];

test.each(failures)("an exchange %s is told with its status and error.type", async (_, changes, server, client) => {
  const spans = await pairOf(toRecord(changes));
  const told: unknown = spans.map(({ status, attributes }) => [status, attributes["error.type"]]);
  expect(told).toEqual([server, client]);
});

test("an exchange that asked no upstream is one span", async () => {
  const { spans } = await sendAll([
    toRecord({
      attempts: 0,
      status: 404,
      ending: "error",
      errorCode: "model_not_found",
      errorSource: "client",
      provider: null,
      usage: null,
      cost: null,
    }),
  ]);
  expect(spans.map(({ kind, status }) => [kind, status])).toEqual([["SERVER", "UNSET"]]);
  expect(spans[0]?.attributes).toMatchObject({ "error.type": "model_not_found", "http.response.status_code": 404 });
});

test("an exchange that its client left before the head has no status code", async () => {
  const [server] = await pairOf(toRecord(gone));
  expect(Object.keys(server.attributes)).not.toContain("http.response.status_code");
  expect(server.attributes).toMatchObject({ "qlite.ending": "client_gone" });
});

test.each([
  ["/v1/completions", "text_completion gpt-x", "POST /v1/completions"],
  ["/v1/embeddings", "embeddings gpt-x", "POST /v1/embeddings"],
  ["/v1/messages", "chat gpt-x", "POST /v1/messages"],
  [
    "/v1beta/models/gemini-3:streamGenerateContent",
    "generate_content gpt-x",
    "POST /v1beta/models/{model}:streamGenerateContent",
  ],
  ["/v1/models/a/b:embedContent", "embeddings gpt-x", "POST /v1/models/{model}:embedContent"],
  ["/v1beta/models/gemini-3:countTokens", "POST", "POST /v1beta/models/{model}:countTokens"],
  ["/v1/files/file-123/content", "POST", "POST"],
  ["/v1/audio/speech", "POST", "POST /v1/audio/speech"],
])("spans of %s are named %j and %j, without what a client may invent in a path", async (path, client, server) => {
  const spans = await pairOf(toRecord({ path }));
  expect(spans.map(({ name }) => name)).toEqual([server, client]);
  expect(spans[0].attributes["url.path"]).toBe(path);
  expect(spans[0].attributes["http.route"]).toBe(toRoute(path) ?? undefined);
});

test("a method that HTTP does not know is told as such", async () => {
  const [server] = await pairOf(toRecord({ method: "BREW", path: "/v1/pots" }));
  expect(server.name).toBe("HTTP");
  expect(server.attributes).toMatchObject({ "http.request.method": "_OTHER", "http.request.method_original": "BREW" });
});

test("names are those of OpenTelemetry's conventions", () => {
  const known: ReadonlySet<unknown> = new Set(Object.values(conventions));
  expect(Object.values(names).filter((name) => !known.has(name))).toEqual([]);
  const providers: ReadonlySet<unknown> = new Set(
    Object.entries(conventions).flatMap(([name, value]) =>
      name.startsWith("GEN_AI_PROVIDER_NAME_VALUE_") ? [value] : [],
    ),
  );
  const types = ["openai", "anthropic", "google", "gemini", "vertex", "azure", "bedrock", "mistral", "xai"];
  const more = ["groq", "deepseek", "perplexity", "cohere"];
  expect([...types, ...more].map(toProviderName).filter((name) => !providers.has(name))).toEqual([]);
});

test("a client's traceparent is the parent of the exchange's span, and its flag decides", async () => {
  await using receiver = startOtlpReceiver();
  const traces = startTraces(receiver.url, { sample: 0 });
  const ids = traces.begin(new Headers({ traceparent: `00-${traceId}-${parentId}-01` }));
  traces.sink(toRecord({ trace: ids }));
  const unsampled = traces.begin(new Headers({ traceparent: `00-${"b".repeat(32)}-${parentId}-00` }));
  traces.sink(toRecord({ trace: unsampled }));
  await traces.close();
  const [server, client] = receiver.spans;
  expect(receiver.spans).toHaveLength(2);
  expect(server).toMatchObject({ traceId, parentSpanId: parentId, hasRemoteParent: true, isSampled: true });
  expect(client).toMatchObject({ traceId, parentSpanId: ids.spanId, hasRemoteParent: false });
  // The upstream's spans hang below the CLIENT span.
  const sent = new Headers();
  setTraceHeaders(sent, ids);
  expect(sent.get("traceparent")).toBe(`00-${traceId}-${client?.spanId}-01`);
  setTraceHeaders(sent, unsampled);
  expect(sent.get("traceparent")).toEndWith("-00");
});

test.each([
  [0, 0, 0],
  [0.25, 400, 600],
  [1, 2000, 2000],
])("of 2,000 exchanges a share of %p is sampled", async (sample, least, most) => {
  await using traces = startTraces("http://127.0.0.1:1", { sample });
  const ids = Array.from({ length: 2000 }, () => traces.begin(new Headers()));
  const sampled = ids.filter(({ isSampled }) => isSampled).length;
  expect(sampled).toBeGreaterThanOrEqual(least);
  expect(sampled).toBeLessThanOrEqual(most);
  expect(new Set(ids.flatMap(({ traceId: trace, spanId: span }) => [trace, span])).size).toBe(4000);
});

test("records without a trace, and unsampled ones, are not sent", async () => {
  const { exports, dropped } = await sendAll([
    toRecord({ trace: null }),
    toRecord({ trace: { traceId, spanId, parentId: null, isSampled: false } }),
  ]);
  expect([exports.length, dropped]).toEqual([0, 0]);
});

test("spans go in batches as soon as one is full, and the rest after the delay", async () => {
  await using receiver = startOtlpReceiver();
  await using traces = startTraces(receiver.url, { limits: { batchSpans: 4, delayMs: 50 } });
  for (let count = 0; count < 5; count += 1) traces.add(toRecord());
  await until(() => receiver.spans.length === 10);
  expect(receiver.exports.map(({ spans }) => spans.length)).toEqual([4, 4, 2]);
});

test("prompts, answers, addresses and the collector's own key stand in no export", async () => {
  const canaries = ["prompt-canary", "answer-canary", "192.0.2.7", "collector-canary"];
  const { exports } = await sendAll([toRecord({ bodies: { request: "prompt-canary", reply: "answer-canary" } })], {
    headers: { "x-key": "collector-canary" },
  });
  const text = exports.map((sent) => sent.text).join("");
  expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
});

test("numbers of an upstream that are none do not spoil the batch", async () => {
  const usage = {
    ...emptyUsage,
    inputTokens: Infinity,
    outputTokens: 1.5,
    cachedInputTokens: 2 ** 60,
    reasoningTokens: -1,
  };
  const [, client] = await pairOf(toRecord({ usage, cost: null }));
  expect(client.attributes).toMatchObject({
    "gen_ai.usage.output_tokens": 1.5,
    "gen_ai.usage.cache_read.input_tokens": 2 ** 60,
    "gen_ai.usage.reasoning.output_tokens": -1,
  });
  expect(Object.keys(client.attributes)).not.toContain("gen_ai.usage.input_tokens");
});

test("what a JSON string has to escape arrives as it was", async () => {
  const odd = 'a"b\\c\n\u0000\u2028 é 漢 😀';
  const [server, client] = await pairOf(
    toRecord({ path: `/v1/${odd}`, targetModel: odd, provider: odd, dropped: [odd] }),
  );
  expect(server.attributes["url.path"]).toBe(`/v1/${odd}`);
  expect(client.attributes).toMatchObject({
    "gen_ai.request.model": odd,
    "qlite.provider": odd,
    "qlite.dropped": [odd],
  });
});

test("what comes from outside is cut to size", async () => {
  const long = "x".repeat(5000);
  const { exports } = await sendAll([
    toRecord({
      path: `/v1/${long}`,
      model: long,
      targetModel: `t${long}`,
      replyModel: long,
      serviceTier: long,
      upstreamRequestId: long,
      dropped: Array.from({ length: 500 }, () => long),
    }),
  ]);
  expect(exports[0]?.text.length).toBeLessThan(9000);
});

test("what is no Unicode, such as half of a pair, does not reach the collector", async () => {
  const half = "\ud83d";
  const emoji = "\u{1f600}".repeat(150);
  const { exports, spans } = await sendAll([
    toRecord({ path: `/v1/x${emoji}`, model: `m${half}`, targetModel: half, replyModel: emoji, dropped: [half] }),
    toRecord({ targetModel: `x${emoji}` }),
  ]);
  expect(exports[0]?.text).not.toMatch(/\\ud83d|\ufffd{2}/i);
  expect(spans.map(({ name }) => name.isWellFormed())).toEqual([true, true, true, true]);
});
