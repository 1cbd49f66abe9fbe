import type { Usage } from "../dialects/reply.ts";
import type { CostPart } from "../record.ts";
import { tokenKinds, type RateCard, type Rates, type TokenKind } from "./rates.ts";

/** How many of each kind, in the order of `tokenKinds`; every token of a usage is in one of them alone. */
type Counts = number[];

/** A count as it can be billed: upstreams send what they like. */
const toCount = (count: number | null): number =>
  count !== null && count > 0 ? Math.min(Math.floor(count), Number.MAX_SAFE_INTEGER) : 0;

/** Of so many tokens that are told to be of a kind, those that its total has left. */
const within = (count: number | null, left: number): number => Math.min(toCount(count), left);

/** Tells the tokens of a usage apart; parts that are told to be more than their total are cut to it, in this order. */
const toCounts = (usage: Usage): Counts => {
  const inputs = toCount(usage.inputTokens);
  const cached = within(usage.cachedInputTokens, inputs);
  const written = within(usage.cacheWriteTokens, inputs - cached);
  const writtenLong = within(usage.cacheWriteLongTokens, written);
  const audioIn = within(usage.audioInputTokens, inputs - cached - written);
  const imageIn = within(usage.imageInputTokens, inputs - cached - written - audioIn);
  const outputs = toCount(usage.outputTokens);
  const audioOut = within(usage.audioOutputTokens, outputs);
  const imageOut = within(usage.imageOutputTokens, outputs - audioOut);
  const reasoning = within(usage.reasoningTokens, outputs - audioOut - imageOut);
  return [
    inputs - cached - written - audioIn - imageIn,
    cached,
    written - writtenLong,
    writtenLong,
    audioIn,
    imageIn,
    outputs - audioOut - imageOut - reasoning,
    reasoning,
    audioOut,
    imageOut,
  ];
};

/** What a kind without a price of its own is billed as, each after those that end in it. */
const billedAs = [
  ["cache_write_long", "cache_write"],
  ["cache_write", "input"],
  ["cached_input", "input"],
  ["audio_input", "input"],
  ["image_input", "input"],
  ["reasoning", "output"],
  ["audio_output", "output"],
  ["image_output", "output"],
] as const satisfies readonly (readonly [TokenKind, TokenKind])[];

/** The same by their places in `tokenKinds`: to look counts up by name takes longer than all the rest. */
const fallbacks = billedAs.map(([kind, other]) => ({
  kind,
  at: tokenKinds.indexOf(kind),
  otherAt: tokenKinds.indexOf(other),
}));

/** The same by way of big integers, for what is more than a number tells exactly. */
const toLargeNanos = (counts: Counts, rates: Rates): number => {
  let sum = 0n;
  for (const [at, kind] of tokenKinds.entries()) sum += BigInt(counts[at] ?? 0) * BigInt(rates[kind]?.nanos ?? 0);
  const unit = BigInt(rates.unitTokens);
  return Number((2n * sum + unit) / (2n * unit));
};

/** Rounds once, half up. */
const toNanos = (sum: number, counts: Counts, rates: Rates): number => {
  // Had a product or a sum on the way not been exact, it would be larger than this.
  if (sum > Number.MAX_SAFE_INTEGER) return toLargeNanos(counts, rates);
  const rest = sum % rates.unitTokens;
  return (sum - rest) / rates.unitTokens + (2 * rest >= rates.unitTokens ? 1 : 0);
};

/** What a usage comes to. */
export interface Bill {
  readonly nanoUsd: number;
  readonly parts: readonly CostPart[];
}

/**
 * Reckons what a usage comes to, exactly, in nano-dollars that are rounded once.
 *
 * A kind of tokens without a price of its own costs what the rest of its total costs. null when the card has no price for
 * something that was used, for such a tier, or when the sum is more than a safe integer.
 */
export const toBill = (card: RateCard, usage: Usage, serviceTier: string | null): Bill | null => {
  const rates = card.ratesOf(serviceTier, toCount(usage.inputTokens));
  if (rates === null) return null;
  const counts = toCounts(usage);
  for (const { kind, at, otherAt } of fallbacks) {
    const count = counts[at] ?? 0;
    if (count === 0 || rates[kind] !== null) continue;
    counts[otherAt] = (counts[otherAt] ?? 0) + count;
    counts[at] = 0;
  }
  const parts: CostPart[] = [];
  let sum = 0;
  for (let at = 0; at < counts.length; at += 1) {
    const kind = tokenKinds[at];
    const count = counts[at] ?? 0;
    if (count === 0 || kind === undefined) continue;
    const rate = rates[kind];
    if (rate === null) return null;
    sum += count * rate.nanos;
    parts.push({ kind, count, usd: rate.usd });
  }
  let nanoUsd = toNanos(sum, counts, rates);
  const searches = toCount(usage.webSearches);
  if (searches > 0) {
    if (card.webSearch === null) return null;
    nanoUsd += searches * card.webSearch.nanos;
    parts.push({ kind: "web_search", count: searches, usd: card.webSearch.usd });
  }
  return Number.isSafeInteger(nanoUsd) ? { nanoUsd, parts } : null;
};
