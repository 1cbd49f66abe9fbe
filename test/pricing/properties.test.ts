// Costs of any usage at any prices, against the same reckoned in BigInt. A run is the same each time; another one is had
// with `QLITE_SEED=7 bun test test/pricing/properties.test.ts`.
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import type { PriceRow } from "../../src/config/price-schema.ts";
import type { Usage } from "../../src/dialects/reply.ts";
import { createPricing, type Priced } from "../../src/pricing/pricing.ts";
import { tokenKinds, type TokenKind } from "../../src/pricing/rates.ts";
import { toUsage } from "./usage.ts";

const today = (): number => Date.UTC(2026, 10, 22);

const seed = Number(process.env["QLITE_SEED"] ?? 20_261_122);
const check = <T>(one: fc.Arbitrary<T>, holds: (value: T) => void, numRuns = 500): void =>
  fc.assert(fc.property(one, holds), { seed, numRuns });

const asked: Priced = { provider: "p", providerType: "t", model: "m", replyModel: null, serviceTier: null };
const base = { provider: "t", models: ["m"], date: "2026-11-22", source: "a test" };

type Counts = Readonly<Record<TokenKind, number>>;
type Prices = Readonly<Partial<Record<TokenKind, number>>>;

const none: Counts = {
  input: 0,
  cached_input: 0,
  cache_write: 0,
  cache_write_long: 0,
  audio_input: 0,
  image_input: 0,
  output: 0,
  reasoning: 0,
  audio_output: 0,
  image_output: 0,
};

/** Counts of every kind, each token in one of them. */
const countsUpTo = (max: number): fc.Arbitrary<Counts> => {
  const count = fc.oneof(fc.constant(0), fc.nat({ max: 1000 }), fc.nat({ max }));
  return fc.record({
    input: count,
    cached_input: count,
    cache_write: count,
    cache_write_long: count,
    audio_input: count,
    image_input: count,
    output: count,
    reasoning: count,
    audio_output: count,
    image_output: count,
  });
};

/** Billionths of a USD per million tokens; the totals have a price, a detail may have one. */
const pricesIn = (price: fc.Arbitrary<number>): fc.Arbitrary<Prices> => {
  const { input, output, ...details } = Object.fromEntries(tokenKinds.map((kind) => [kind, price]));
  return fc
    .tuple(fc.record({ input: input!, output: output! }), fc.record(details, { requiredKeys: [] }))
    .map(([totals, some]) => Object.assign({}, totals, some));
};

const rowOf = (prices: Prices): PriceRow => ({
  ...base,
  ...Object.fromEntries(Object.entries(prices).map(([kind, price]) => [kind, Number(`${price}e-9`)])),
});

const usageOf = (counts: Counts): Usage =>
  toUsage({
    inputTokens:
      counts.input +
      counts.cached_input +
      counts.cache_write +
      counts.cache_write_long +
      counts.audio_input +
      counts.image_input,
    cachedInputTokens: counts.cached_input,
    cacheWriteTokens: counts.cache_write + counts.cache_write_long,
    cacheWriteLongTokens: counts.cache_write_long,
    audioInputTokens: counts.audio_input,
    imageInputTokens: counts.image_input,
    outputTokens: counts.output + counts.reasoning + counts.audio_output + counts.image_output,
    reasoningTokens: counts.reasoning,
    audioOutputTokens: counts.audio_output,
    imageOutputTokens: counts.image_output,
  });

const inputs: ReadonlySet<string> = new Set([
  "input",
  "cached_input",
  "cache_write",
  "cache_write_long",
  "audio_input",
  "image_input",
]);

/** By hand: each token once, at its own price or at that of its total. */
const byHand = (counts: Counts, prices: Prices): bigint => {
  let sum = 0n;
  for (const kind of tokenKinds) {
    const total = inputs.has(kind) ? prices.input! : prices.output!;
    const longWrite = kind === "cache_write_long" ? prices.cache_write : undefined;
    sum += BigInt(counts[kind]) * BigInt(prices[kind] ?? longWrite ?? total);
  }
  return (2n * sum + 1_000_000n) / 2_000_000n;
};

const nanosOf = (row: PriceRow, usage: Usage): number | null =>
  createPricing([row], [], today).costOf(asked, usage)?.nanoUsd ?? null;

const fine = pricesIn(fc.nat({ max: 200_000_000_000 }));

test("any split of a usage into details costs what its tokens cost, each counted once", () => {
  check(fc.tuple(countsUpTo(2_000_000), fine), ([counts, prices]) => {
    const exact = byHand(counts, prices);
    expect(nanosOf(rowOf(prices), usageOf(counts))).toBe(Number(exact));
  });
});

test("the same holds where the sums are far beyond what a number tells exactly", () => {
  check(fc.tuple(countsUpTo(20_000_000_000), fine), ([counts, prices]) => {
    const exact = byHand(counts, prices);
    const expected = exact > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(exact);
    expect(nanosOf(rowOf(prices), usageOf(counts))).toBe(expected);
  });
});

test("where details have no prices of their own, no split of the same totals changes the cost", () => {
  check(fc.tuple(countsUpTo(100_000), fine), ([counts, { input, output }]) => {
    const usage = usageOf(counts);
    const { inputTokens, outputTokens } = usage;
    const row = rowOf({ input: input!, output: output! });
    expect(nanosOf(row, usage)).toBe(nanosOf(row, toUsage({ inputTokens, outputTokens })));
  });
});

test("costs of requests add up to the cost of their tokens, to the nano-dollar", () => {
  // Prices of at most three decimals are whole nano-dollars for each token, so that nothing is ever rounded.
  const coarse = pricesIn(fc.nat({ max: 200_000 }).map((price) => price * 1_000_000));
  check(fc.tuple(fc.array(countsUpTo(100_000), { maxLength: 20 }), coarse), ([requests, prices]) => {
    const row = rowOf(prices);
    const together: Record<TokenKind, number> = { ...none };
    for (const counts of requests) for (const kind of tokenKinds) together[kind] += counts[kind];
    const sum = requests.reduce((all, counts) => all + nanosOf(row, usageOf(counts))!, 0);
    expect(sum).toBe(nanosOf(row, usageOf(together))!);
  });
});

test("one more token of any kind never costs less", () => {
  const kind = fc.constantFrom(...tokenKinds);
  check(fc.tuple(countsUpTo(1_000_000), fine, kind), ([counts, prices, more]) => {
    const row = rowOf(prices);
    const before = nanosOf(row, usageOf(counts))!;
    expect(nanosOf(row, usageOf({ ...counts, [more]: counts[more] + 1 }))!).toBeGreaterThanOrEqual(before);
  });
});

const lie = fc.oneof(
  fc.constantFrom(null, Number.NaN, Infinity, -Infinity, -1, 0.5, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER),
  fc.integer(),
  fc.double(),
);

/** What an upstream that lies may tell. */
const anyUsage: fc.Arbitrary<Usage> = fc
  .tuple(
    fc.tuple(fc.oneof(fc.nat(), fc.double()), fc.oneof(fc.nat(), fc.double())),
    fc.record(
      Object.fromEntries(
        Object.keys(toUsage({}))
          .filter((key) => key !== "inputTokens" && key !== "outputTokens")
          .map((key) => [key, lie]),
      ),
    ),
  )
  .map(([[inputTokens, outputTokens], details]) => toUsage({ inputTokens, outputTokens, ...details }));

test("whatever an upstream tells, a cost is a safe integer of at least 0, or null", () => {
  check(fc.tuple(anyUsage, fine), ([usage, prices]) => {
    const nanoUsd = nanosOf({ ...rowOf(prices), web_search: 0.01 }, usage);
    expect(nanoUsd === null || (Number.isSafeInteger(nanoUsd) && nanoUsd >= 0)).toBe(true);
  });
});

test("details that are more than their total are cut to it: the parts add up to the totals", () => {
  const count = fc.nat({ max: 10_000 });
  const told = fc.tuple(count, count, fc.array(count, { minLength: 8, maxLength: 8 }));
  check(fc.tuple(told, fine), ([[inputTokens, outputTokens, [a, b, c, d, e, f, g, h]], prices]) => {
    const usage = toUsage({
      inputTokens,
      outputTokens,
      cachedInputTokens: a!,
      cacheWriteTokens: b!,
      cacheWriteLongTokens: c!,
      audioInputTokens: d!,
      imageInputTokens: e!,
      reasoningTokens: f!,
      audioOutputTokens: g!,
      imageOutputTokens: h!,
    });
    const parts = createPricing([rowOf(prices)], [], today).costOf(asked, usage)!.parts;
    const sumOf = (isOfIt: (kind: string) => boolean): number =>
      parts.reduce((all, { kind, count: some }) => (isOfIt(kind) ? all + some : all), 0);
    expect(parts.every(({ count: some }) => some > 0)).toBe(true);
    expect(sumOf((kind) => inputs.has(kind))).toBe(inputTokens);
    expect(sumOf((kind) => !inputs.has(kind))).toBe(outputTokens);
  });
});
