import { expect, test } from "bun:test";
import { createQueue, type QueueLimits } from "../../src/ledger/batches.ts";
import { columns, toRow } from "../../src/ledger/row.ts";
import type { ExchangeRecord } from "../../src/record.ts";
import { costOf, recordOf, usageOf } from "./records.ts";

const named = (record: ExchangeRecord) =>
  Object.fromEntries(toRow(record).map((cell, index) => [columns[index]?.name, cell]));

test("a row says all that was known of an exchange, and not the client's address", () => {
  const record = recordOf({
    usage: usageOf({ cachedInputTokens: 40, cacheWriteTokens: 3, reasoningTokens: 7, webSearches: 2 }),
    dropped: ["logit_bias", "seed"],
    trace: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", parentId: null, isSampled: true },
    key: "team-a",
    bodies: { request: '{"a":1}', reply: "data: x" },
  });
  expect(named(record)).toEqual({
    time: 1_795_348_800_000,
    id: "019ab0e2-0000-7000-8000-000000000001",
    key: "team-a",
    method: "POST",
    path: "/v1/chat/completions",
    dialect: "openai-chat",
    model: "gpt-5.4-mini",
    route: "listed by up",
    provider: "up",
    provider_type: "openai",
    target_model: "gpt-5.4-mini",
    reply_model: "gpt-5.4-mini-2026-03-05",
    upstream_dialect: "openai-chat",
    service_tier: "default",
    stream: true,
    attempts: 1,
    status: 200,
    ending: "complete",
    error_code: null,
    error_source: null,
    usage_source: "reported",
    input_tokens: 100,
    output_tokens: 20,
    cached_input_tokens: 40,
    cache_write_tokens: 3,
    cache_write_long_tokens: null,
    audio_input_tokens: null,
    image_input_tokens: null,
    tool_input_tokens: null,
    reasoning_tokens: 7,
    audio_output_tokens: null,
    image_output_tokens: null,
    accepted_prediction_tokens: null,
    rejected_prediction_tokens: null,
    web_searches: 2,
    cost_nano_usd: 75_000,
    price_date: "2026-11-01",
    overhead_us: 312,
    ttfb_ms: 81.13,
    total_ms: 120.5,
    request_bytes: 512,
    reply_bytes: 2048,
    dropped: "logit_bias, seed",
    upstream_request_id: "req_1",
    trace_id: "0af7651916cd43dd8448eb211c80319c",
    request_body: '{"a":1}',
    reply_body: "data: x",
  });
  expect(JSON.stringify(toRow(record))).not.toContain(record.client);
});

test("a cost that is not known is null and not 0", () => {
  expect(named(recordOf({ cost: null }))).toMatchObject({ cost_nano_usd: null, price_date: null });
  expect(named(recordOf({ cost: costOf(0) }))).toMatchObject({ cost_nano_usd: 0 });
});

test.each([
  [1.5, 2],
  [1e300, null],
  [Number.POSITIVE_INFINITY, null],
  [Number.NaN, null],
])("a count of %p, which no upstream should tell, becomes %p", (inputTokens, cell) => {
  expect(named(recordOf({ usage: usageOf({ inputTokens }) }))["input_tokens"]).toBe(cell);
});

const limits: QueueLimits = { maxRows: 10, maxBytes: 100_000, batchRows: 4, batchBytes: 50_000 };

test("a queue takes so many rows and no more, and again when some have gone", () => {
  const queue = createQueue(limits);
  expect(Array.from({ length: 12 }, () => queue.add(recordOf())).filter(Boolean)).toHaveLength(10);
  expect(queue.take()?.rows).toBe(4);
  expect(queue.add(recordOf())).toBe(true);
  expect(queue.clear()).toBe(7);
  expect(queue.take()).toBeNull();
});

test("a queue takes so many bytes of bodies and no more, and a batch has at least one row", () => {
  const queue = createQueue(limits);
  const large = recordOf({ bodies: { request: "x".repeat(30_000), reply: "y".repeat(30_000) } });
  expect(queue.add(large)).toBe(true);
  expect(queue.add(large)).toBe(false);
  expect(queue.add(recordOf())).toBe(true);
  expect(queue.take()?.rows).toBe(1);
  expect(queue.take()?.rows).toBe(1);
  expect(queue.add(large)).toBe(true);
});

test("what no database takes in a text is replaced, in the rows that have it", () => {
  const queue = createQueue(limits);
  queue.add(recordOf({ model: "a\0b\ud800c", id: "backslash \\u0000 stays" }));
  queue.add(recordOf({ model: "😀" }));
  const rows: unknown = JSON.parse(queue.take()?.json ?? "");
  expect(rows).toMatchObject([
    expect.arrayContaining(["a\ufffdb\ufffdc", "backslash \\u0000 stays"]),
    expect.arrayContaining(["😀"]),
  ]);
});
