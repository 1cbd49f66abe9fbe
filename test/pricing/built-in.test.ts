import { expect, test } from "bun:test";
import { join } from "node:path";
import * as z from "zod/mini";
import { priceSchema } from "../../src/config/price-schema.ts";
import { providerTypes } from "../../src/config/provider-types.ts";
import { builtInPrices } from "../../src/pricing/built-in.ts";
import { createPricing } from "../../src/pricing/pricing.ts";
import { createRateCard } from "../../src/pricing/rates.ts";
import { toUsage } from "./usage.ts";

const today = (): number => Date.UTC(2026, 10, 22);

const listed = z.object({ name: z.string(), type: z.string(), models: z.array(z.string()) });

test.each(builtInPrices.map((row) => [`${row.provider} ${row.models.join(" ")}`, row] as const))(
  "%s is a row",
  (_, row) => {
    expect(priceSchema.parse(row)).toEqual(row);
    expect(() => createRateCard(row)).not.toThrow();
  },
);

test("every row is for a type of provider that there is, under the name that prices are kept by", () => {
  const types = new Set(builtInPrices.map(({ provider }) => provider));
  expect([...types].filter((type) => !Object.hasOwn(providerTypes, type) || type === "gemini")).toEqual([]);
});

test("providers that sell the models of others, or none, have no built-in prices", () => {
  const types = new Set(builtInPrices.map(({ provider }) => provider));
  const resellers = [
    "azure",
    "bedrock",
    "vertex",
    "openrouter",
    "mock",
    "ollama",
    "vllm",
    "lmstudio",
    "llamacpp",
    "litellm",
  ];
  expect(resellers.filter((type) => types.has(type))).toEqual([]);
});

test("no model of a provider stands in two rows that hold on one day", () => {
  const odd = builtInPrices.filter((row, index) =>
    builtInPrices.some(
      (other, place) =>
        place < index &&
        other.provider === row.provider &&
        other.models.some((model) => row.models.includes(model)) &&
        (other.until ?? "9999-12-31") >= (row.from ?? "0000-01-01") &&
        (row.until ?? "9999-12-31") >= (other.from ?? "0000-01-01"),
    ),
  );
  expect(odd).toEqual([]);
});

test("every row names the page it was read on, and a day that had come", () => {
  const odd = builtInPrices.filter(
    ({ date, source }) =>
      !source.startsWith("https://") || Number.isNaN(Date.parse(date)) || Date.parse(date) > Date.now(),
  );
  expect(odd).toEqual([]);
});

test("a longer request never costs less, cached input never more than fresh, and a batch never more than that", () => {
  const odd = builtInPrices.filter(({ input = 0, output = 0, cached_input = 0, above = [], tiers = {} }) =>
    [
      cached_input > input,
      above.some((level) => (level.input ?? input) < input || (level.output ?? output) < output),
      (tiers["batch"]?.multiplier ?? 1) > 1,
    ].includes(true),
  );
  expect(odd.map(({ models }) => models)).toEqual([]);
});

test("every model that the documented config lists has a price", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../config/config.yaml")).text();
  const { providers } = z.object({ providers: z.array(listed) }).parse(Bun.YAML.parse(text));
  const { costOf } = createPricing(builtInPrices, [], today);
  const unpriced = providers.flatMap(({ name, type, models }) =>
    models.filter((model) => {
      const asked = { provider: name, providerType: type, model, replyModel: null, serviceTier: null };
      const outputTokens = model.includes("embedding") ? 0 : 1;
      return costOf(asked, toUsage({ inputTokens: 1, outputTokens })) === null;
    }),
  );
  expect(providers.length).toBeGreaterThan(2);
  expect(unpriced).toEqual([]);
});
