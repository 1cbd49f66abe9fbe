import type { Usage } from "../dialects/reply.ts";
import type { CostPart, ExchangeRecord } from "../record.ts";
import { toUsdNumber } from "../wire/usd.ts";

const whySource = ({ usageSource, ending }: ExchangeRecord): string => {
  if (usageSource === "reported") return "The provider's own numbers.";
  return ending === "complete"
    ? "Counted here, because the provider told none."
    : "Counted here from what had passed, because the reply did not come to its end.";
};

const details = (usage: Usage) => ({
  cached_input_tokens: usage.cachedInputTokens,
  cache_write_tokens: usage.cacheWriteTokens,
  cache_write_long_tokens: usage.cacheWriteLongTokens,
  audio_input_tokens: usage.audioInputTokens,
  image_input_tokens: usage.imageInputTokens,
  tool_input_tokens: usage.toolInputTokens,
  reasoning_tokens: usage.reasoningTokens,
  audio_output_tokens: usage.audioOutputTokens,
  image_output_tokens: usage.imageOutputTokens,
  accepted_prediction_tokens: usage.acceptedPredictionTokens,
  rejected_prediction_tokens: usage.rejectedPredictionTokens,
  web_searches: usage.webSearches,
});

/** Tells the tokens and where the numbers come from; a detail the provider did not tell is left out. */
export const explainUsage = (record: ExchangeRecord) => {
  const { usage, usageSource, provider } = record;
  if (usage === null) {
    const why =
      provider === null
        ? "No provider was asked, so no tokens were used."
        : "No usage is known: the reply told none and nothing was counted, or reading it is off.";
    return { source: null, why };
  }
  return {
    source: usageSource,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    ...Object.fromEntries(Object.entries(details(usage)).filter(([, count]) => count !== null)),
    why: whySource(record),
  };
};

const toPart = ({ kind, count, usd }: CostPart) =>
  kind === "web_search"
    ? { kind, count, usd_each: usd, usd: toUsdNumber(Math.round(count * usd * 1e9)) }
    : { kind, count, usd_per_million: usd, usd: toUsdNumber(Math.round(count * usd * 1000)) };

const whyNoCost = ({ usage, provider, providerType, targetModel, model }: ExchangeRecord): string => {
  if (provider === null) return "No provider was asked, so there is no cost.";
  if (usage === null) return "Without usage there is no cost.";
  const name = targetModel ?? model;
  if (name === null) return "No model is known, so there is no price.";
  return `No price is known of "${name}" at ${providerType ?? provider}, so the cost is unknown, not 0. Add a row to prices in the config.`;
};

/** Tells what it cost by which row of prices, or why that is not known. */
export const explainCost = (record: ExchangeRecord) => {
  const { cost, serviceTier, usageSource } = record;
  if (cost === null) return { usd: null, why: whyNoCost(record) };
  const { price } = cost;
  const tier = serviceTier === null ? "" : ` The service tier was ${serviceTier}.`;
  const doubt = usageSource === "estimated" ? " The tokens are an estimate, so the cost is one too." : "";
  return {
    usd: toUsdNumber(cost.nanoUsd),
    nano_usd: cost.nanoUsd,
    service_tier: serviceTier,
    parts: cost.parts.map(toPart),
    price: { provider: price.provider, model: price.model, date: price.date, source: price.source },
    why: `Priced by the row "${price.model}" of ${price.provider}, read on ${price.date} at ${price.source}.${tier}${doubt}`,
  };
};
