import { describe, expect, test } from "bun:test";
import type { PriceRow } from "../../src/config/price-schema.ts";
import { builtInPrices } from "../../src/pricing/built-in.ts";
import { createPricing, type Priced } from "../../src/pricing/pricing.ts";
import { toUsage } from "./usage.ts";

const today = (): number => Date.UTC(2026, 10, 22);

const row = (given: Partial<PriceRow>): PriceRow => ({
  provider: "openai",
  models: ["m"],
  date: "2026-11-22",
  source: "a test",
  ...given,
});

const asked = (given: Partial<Priced> = {}): Priced => ({
  provider: "mine",
  providerType: "openai",
  model: "m",
  replyModel: null,
  serviceTier: null,
  ...given,
});

const used = toUsage({ inputTokens: 1000, outputTokens: 100 });

const costOf = (rows: readonly PriceRow[], own: readonly PriceRow[], of: Partial<Priced> = {}, usage = used) =>
  createPricing(rows, own, today).costOf(asked(of), usage);

/** The price of the input. */
const usdOf = (...args: Parameters<typeof costOf>) => costOf(...args)?.parts[0]?.usd ?? null;

describe("a price is found", () => {
  const one = row({ input: 1, output: 1 });
  const two = row({ input: 2, output: 2 });

  test("by the type of the provider, whatever its name", () => {
    expect(usdOf([one], [])).toBe(1);
    expect(usdOf([one], [], { provider: "openai", providerType: "azure" })).toBeNull();
  });

  test("of one's own before a built-in one, by type or by name", () => {
    expect(usdOf([one], [two])).toBe(2);
    expect(usdOf([one], [row({ ...two, provider: "mine" })])).toBe(2);
    expect(usdOf([one], [row({ ...two, provider: "theirs" })])).toBe(1);
  });

  test("of one's own for a name before one for its type", () => {
    expect(usdOf([], [one, row({ ...two, provider: "mine" })])).toBe(2);
  });

  test("of one's own glob before a built-in name", () => {
    expect(usdOf([one], [row({ ...two, models: ["*"] })])).toBe(2);
  });

  test("of one's own for any provider, where no built-in one is borrowed", () => {
    const anything = { provider: "local", providerType: "ollama", model: "llama" };
    expect(usdOf([row({ ...one, models: ["*"] })], [], anything)).toBeNull();
    expect(usdOf([], [row({ ...two, provider: "local", models: ["*"] })], anything)).toBe(2);
  });

  test("of the model that answered before the one asked for", () => {
    const rows = [row({ ...one, models: ["asked"] }), row({ ...two, models: ["answered"] })];
    expect(usdOf(rows, [], { model: "asked", replyModel: "answered" })).toBe(2);
    expect(usdOf(rows, [], { model: "asked", replyModel: "nobody-knows" })).toBe(1);
    expect(usdOf(rows, [], { model: "asked" })).toBe(1);
  });

  test("of one's own, too, for the model that answered before the one asked for", () => {
    const own = [row({ ...one, models: ["asked"] }), row({ ...two, models: ["answered"] })];
    expect(usdOf([], own, { model: "asked", replyModel: "answered" })).toBe(2);
  });

  test("of one's own for the model asked for before a built-in one for the model that answered", () => {
    expect(usdOf([row({ ...one, models: ["answered"] })], [two], { replyModel: "answered" })).toBe(2);
  });

  test("under both names of Google", () => {
    const rows = [row({ ...one, provider: "google" })];
    expect(usdOf(rows, [], { providerType: "gemini" })).toBe(1);
    expect(usdOf([], [row({ ...one, provider: "gemini" })], { providerType: "google" })).toBe(1);
  });
});

describe("a cost", () => {
  test("tells its parts and the row it comes from, by the pattern that matched", () => {
    const rows = [row({ models: ["other", "m-*"], input: 2.5, cached_input: 0.25, output: 15, reasoning: 20 })];
    const usage = toUsage({ inputTokens: 1000, cachedInputTokens: 400, outputTokens: 100, reasoningTokens: 60 });
    expect(costOf(rows, [], { model: "m-1" }, usage)).toEqual({
      // 600 x 2.5 + 400 x 0.25 + 40 x 15 + 60 x 20 = 1500 + 100 + 600 + 1200
      nanoUsd: 3_400_000,
      parts: [
        { kind: "input", count: 600, usd: 2.5 },
        { kind: "cached_input", count: 400, usd: 0.25 },
        { kind: "output", count: 40, usd: 15 },
        { kind: "reasoning", count: 60, usd: 20 },
      ],
      price: { provider: "openai", model: "m-*", date: "2026-11-22", source: "a test" },
    });
  });

  test("tells the prices of a tier in its parts, as decimals", () => {
    const rows = [row({ input: 1.1, output: 4.4, tiers: { batch: { multiplier: 0.1 } } })];
    expect(costOf(rows, [], { serviceTier: "batch" })?.parts.map(({ usd }) => usd)).toEqual([0.11, 0.44]);
  });

  test("in a tier with prices and a multiplier has its prices, and the multiplier for the rest", () => {
    const rows = [row({ input: 1, output: 1, tiers: { odd: { multiplier: 3, output: 7 } } })];
    expect(costOf(rows, [], { serviceTier: "odd" })?.parts.map(({ usd }) => usd)).toEqual([3, 7]);
  });

  test.each([
    ["cached_input", { cachedInputTokens: 300 }],
    ["cache_write", { cacheWriteTokens: 300 }],
    ["audio_input", { audioInputTokens: 300 }],
    ["image_input", { imageInputTokens: 300 }],
    ["reasoning", { reasoningTokens: 30 }],
    ["audio_output", { audioOutputTokens: 30 }],
    ["image_output", { imageOutputTokens: 30 }],
  ])("counts %s without a price of its own as what the rest of its total is", (_, detail) => {
    const usage = toUsage({ inputTokens: 1000, outputTokens: 100, ...detail });
    expect(costOf([row({ input: 2, output: 10 })], [], {}, usage)).toEqual(costOf([row({ input: 2, output: 10 })], []));
  });

  test("counts a long cache write without a price of its own as a cache write", () => {
    const usage = toUsage({ inputTokens: 1000, cacheWriteTokens: 400, cacheWriteLongTokens: 100 });
    expect(costOf([row({ input: 1, cache_write: 2 })], [], {}, usage)?.nanoUsd).toBe(1_400_000);
  });

  test("has what tools of the provider brought in as input", () => {
    const usage = toUsage({ inputTokens: 1000, toolInputTokens: 900 });
    expect(costOf([row({ input: 1 })], [], {}, usage)?.parts).toEqual([{ kind: "input", count: 1000, usd: 1 }]);
  });

  test("of nothing is 0", () => {
    expect(costOf([row({ input: 1 })], [], {}, toUsage({}))).toMatchObject({ nanoUsd: 0, parts: [] });
  });

  test("is null when something was used that the row has no price for, not the sum of the rest", () => {
    expect(costOf([row({ input: 1 })], [])).toBeNull();
    expect(costOf([row({ output: 1 })], [])).toBeNull();
    expect(costOf([row({ input: 1, output: 1 })], [], {}, { ...used, webSearches: 1 })).toBeNull();
    expect(costOf([row({ cached_input: 1, output: 1 })], [], {}, { ...used, cachedInputTokens: 999 })).toBeNull();
  });

  test("needs no price for what was not used", () => {
    expect(costOf([row({ input: 1 })], [], {}, toUsage({ inputTokens: 1 }))?.nanoUsd).toBe(1000);
    const allCached = toUsage({ inputTokens: 5, cachedInputTokens: 5 });
    expect(costOf([row({ cached_input: 1 })], [], {}, allCached)?.nanoUsd).toBe(5000);
  });

  test("is null in a tier that the row does not name, and is the standard one in the words for none", () => {
    const rows = [row({ input: 1, output: 1, tiers: { flex: { multiplier: 0.5 } } })];
    const nanosIn = (serviceTier: string | null) => costOf(rows, [], { serviceTier })?.nanoUsd ?? null;
    expect(["priority", "Flex", "__proto__", "constructor"].map(nanosIn)).toEqual([null, null, null, null]);
    expect([null, "default", "standard", "auto", "on_demand", ""].map(nanosIn)).toEqual(
      Array.from({ length: 6 }, () => 1_100_000),
    );
    expect(nanosIn("flex")).toBe(550_000);
  });

  test("above several lengths is that of the highest, and what a level leaves out stays as it is", () => {
    const rows = [
      row({
        input: 1,
        output: 1,
        above: [
          { input_tokens: 20, output: 100 },
          { input_tokens: 10, input: 10, output: 10 },
        ],
      }),
    ];
    const nanosOf = (inputTokens: number) => costOf(rows, [], {}, toUsage({ inputTokens, outputTokens: 1 }))?.nanoUsd;
    expect([10, 11, 20, 21].map(nanosOf)).toEqual([11_000, 120_000, 210_000, 310_000]);
  });

  test("that is no safe integer is null", () => {
    const rows = [row({ input: 1_000_000 })];
    // A million dollars for a million tokens: 9,007,199 tokens are the last whole ones below 2^53 nano-dollars.
    const nanosOf = (inputTokens: number) => costOf(rows, [], {}, toUsage({ inputTokens }))?.nanoUsd ?? null;
    expect(nanosOf(9_007_199)).toBe(9_007_199_000_000_000);
    expect(nanosOf(9_007_200)).toBeNull();
  });

  test("is exact where the sum of its parts is not a safe integer", () => {
    // 90,071,993 x 100,000.001 nano-dollars = 9,007,199,390,071.993; a thousand times that is more than 2^53.
    const usage = toUsage({ inputTokens: 90_071_993 });
    expect(costOf([row({ input: 100.000_001 })], [], {}, usage)?.nanoUsd).toBe(9_007_199_390_072);
  });
});

describe("a price of one's own that cannot be reckoned with exactly", () => {
  test.each([
    ["with more than 12 decimals", { input: 0.000_000_000_000_1 }],
    ["that has them only in a tier", { input: 0.123_456_789, tiers: { odd: { multiplier: 0.123_456_789 } } }],
    ["that is both large and fine", { input: 999_999.000_000_000_1 }],
    ["of a search with more than 9 decimals", { web_search: 0.000_000_000_1 }],
  ])("%s is refused at once, by provider and model", (_, given) => {
    expect(() => createPricing([], [row(given)], today)).toThrow(
      new RangeError("a price of openai m has more decimals than can be reckoned with exactly"),
    );
  });

  test("nine decimals are kept", () => {
    const usage = toUsage({ inputTokens: 1_000_000_000 });
    expect(costOf([], [row({ input: 0.000_000_001 })], {}, usage)?.nanoUsd).toBe(1000);
  });
});

test("the cost of a request with a known model takes less than 2 microseconds", () => {
  const pricing = createPricing(builtInPrices, [], today);
  const usage = toUsage({ inputTokens: 10_000, cachedInputTokens: 6000, outputTokens: 1000, reasoningTokens: 600 });
  const of = asked({ model: "gpt-5.4", replyModel: "gpt-5.4-2026-03-05", serviceTier: "default" });
  const round = (): number => {
    const start = Bun.nanoseconds();
    for (let index = 0; index < 50_000; index++) pricing.costOf(of, usage);
    return (Bun.nanoseconds() - start) / 50_000;
  };
  expect(Math.min(...Array.from({ length: 10 }, round))).toBeLessThan(2000);
});

test("a price holds from its first day to its last, in UTC", () => {
  let now = 0;
  const pricing = createPricing(
    [row({ until: "2026-11-30", input: 1 }), row({ from: "2026-12-01", until: "2026-12-31", input: 2 })],
    [],
    () => now,
  );
  const costAt = (iso: string): number | null => {
    now = Date.parse(iso);
    return pricing.costOf(asked(), toUsage({ inputTokens: 1000, outputTokens: 0 }))?.nanoUsd ?? null;
  };
  const before = costAt("2026-11-30T23:59:59.999Z");
  const after = costAt("2026-12-01T00:00:00Z");
  expect(before).toBeGreaterThan(0);
  expect(after).toBeGreaterThan(before!);
  expect(costAt("2027-01-01T00:00:00Z")).toBeNull();
});
