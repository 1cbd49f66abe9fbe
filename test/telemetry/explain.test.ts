import { expect, test } from "bun:test";
import { join } from "node:path";
import { explain } from "../../src/telemetry/explain.ts";
import { summarize } from "../../src/telemetry/explain-summary.ts";
import { kinds, makeRecord, usageOf } from "./explain-records.ts";

// What an explanation says is read by people, so a person reads the golden file whenever it changes.
// `QLITE_GOLDEN=write bun test test/telemetry/explain.test.ts` writes it anew.
const path = join(import.meta.dir, "../fixtures/explain.golden.json");
const isWriting = process.env["QLITE_GOLDEN"] === "write";
const explained = Object.fromEntries(Object.entries(kinds).map(([kind, record]) => [kind, explain(record)]));
if (isWriting) await Bun.write(path, `${JSON.stringify(explained, null, 2)}\n`);
const golden: Readonly<Record<string, unknown>> = await Bun.file(path).json();

test.each(Object.keys(kinds))("an exchange is explained: %s", (kind) => {
  expect(JSON.parse(JSON.stringify(explained[kind]))).toEqual(golden[kind]);
});

test("the golden file holds no kind that is gone", () => {
  expect(Object.keys(golden)).toEqual(Object.keys(kinds));
});

test("no sentence of any explanation is without its facts", () => {
  const text = JSON.stringify(explained);
  for (const hole of ["undefined", "null calls", "NaN", "[object", '\\"null\\"']) expect(text).not.toContain(hole);
});

test("an unknown cost is null and never 0, and says what to do about it", () => {
  expect(explain(makeRecord({ cost: null })).cost).toEqual({
    usd: null,
    why: expect.stringContaining("Add a row to prices"),
  });
  expect(summarize(makeRecord({ cost: null })).cost_usd).toBeNull();
});

test("the parts of a cost are given in dollars without the noise of floating point", () => {
  const record = makeRecord({
    cost: {
      nanoUsd: 123_000_000 + 30_000_000,
      parts: [
        { kind: "input", count: 1_230_000, usd: 0.1 },
        { kind: "web_search", count: 3, usd: 0.01 },
      ],
      price: { provider: "openai", model: "m", date: "2026-11-22", source: "s" },
    },
  });
  expect(explain(record).cost).toMatchObject({
    usd: 0.153,
    nano_usd: 153_000_000,
    parts: [
      { kind: "input", count: 1_230_000, usd_per_million: 0.1, usd: 0.123 },
      { kind: "web_search", count: 3, usd_each: 0.01, usd: 0.03 },
    ],
  });
});

test("details of a usage that the provider did not tell are left out, a 0 that it told is not", () => {
  const usage: unknown = explain(makeRecord({ usage: usageOf(3, 4, { cachedInputTokens: 0 }) })).usage;
  expect(usage).toEqual({
    source: "reported",
    input_tokens: 3,
    output_tokens: 4,
    cached_input_tokens: 0,
    why: "The provider's own numbers.",
  });
});

test("a record is summarized in one flat object", () => {
  expect(summarize(kinds["stream"]!)).toEqual({
    id: "r-2",
    at: "2026-11-22T10:21:33.412Z",
    client: "127.0.0.1",
    key: null,
    method: "POST",
    path: "/v1/chat/completions",
    dialect: "openai-chat",
    model: "smart",
    provider: "openai",
    target_model: "gpt-5.4",
    route: "route smart",
    stream: true,
    attempts: 1,
    status: 200,
    ended: "complete",
    error: null,
    input_tokens: 1200,
    output_tokens: 56,
    usage_source: "reported",
    cost_usd: 0.002925,
    ttfb_ms: 211,
    total_ms: 1410.5,
    overhead_ms: 0.38,
    request_bytes: 4096,
    reply_bytes: 812,
    dropped: [],
  });
});
