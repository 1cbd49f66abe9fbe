import type { PriceRow } from "../config/price-schema.ts";
import { multiply, toDecimal, toNumber, toWhole, type Decimal } from "./decimal.ts";

/** What tokens are told apart by, as a row of prices names it, in the order in which the parts of a cost are told. */
export const tokenKinds = [
  "input",
  "cached_input",
  "cache_write",
  "cache_write_long",
  "audio_input",
  "image_input",
  "output",
  "reasoning",
  "audio_output",
  "image_output",
] as const;

export type TokenKind = (typeof tokenKinds)[number];

/** One price. */
export interface Rate {
  /** Nano-dollars for `unitTokens` of the rates it stands in. */
  readonly nanos: number;
  /** USD per million. */
  readonly usd: number;
}

/** The prices of one request; null for what has none of its own. */
export interface Rates extends Readonly<Record<TokenKind, Rate | null>> {
  /** The fewest tokens, a power of ten, for which every price is a whole number of nano-dollars. */
  readonly unitTokens: number;
}

/** The prices of a row by service tier and length of the request. */
export interface RateCard {
  /** null when the row tells no prices for such a request. */
  readonly ratesOf: (serviceTier: string | null, inputTokens: number) => Rates | null;
  /** Nano-dollars and USD for each web search, the same in every tier; null for none. */
  readonly webSearch: Rate | null;
}

type Written = Readonly<Partial<Record<TokenKind, number | undefined>>>;
type Decimals = Partial<Record<TokenKind, Decimal>>;

/** Tokens of a unit, and the power of ten between USD per million tokens and nano-dollars per unit. */
const units = [
  [1_000, 6],
  [1_000_000, 9],
  [1_000_000_000, 12],
] as const;

const inexact = ({ provider, models }: PriceRow): RangeError =>
  new RangeError(`a price of ${provider} ${models.join(", ")} has more decimals than can be reckoned with exactly`);

const read = (written: Written, times: Decimal | null): Decimals => {
  const decimals: Decimals = {};
  for (const kind of tokenKinds) {
    const usd = written[kind];
    if (usd === undefined) continue;
    decimals[kind] = times === null ? toDecimal(usd) : multiply(toDecimal(usd), times);
  }
  return decimals;
};

const toRates = (row: PriceRow, decimals: Decimals): Rates => {
  const unit = units.find(([, power]) => Object.values(decimals).every((decimal) => toWhole(decimal, power) !== null));
  if (unit === undefined) throw inexact(row);
  const [unitTokens, power] = unit;
  const rate = (kind: TokenKind): Rate | null => {
    const decimal = decimals[kind];
    return decimal === undefined ? null : { nanos: toWhole(decimal, power) ?? 0, usd: toNumber(decimal) };
  };
  return {
    unitTokens,
    input: rate("input"),
    cached_input: rate("cached_input"),
    cache_write: rate("cache_write"),
    cache_write_long: rate("cache_write_long"),
    audio_input: rate("audio_input"),
    image_input: rate("image_input"),
    output: rate("output"),
    reasoning: rate("reasoning"),
    audio_output: rate("audio_output"),
    image_output: rate("image_output"),
  };
};

/** The rates of requests that are longer than `above` tokens. */
interface Level {
  readonly above: number;
  readonly rates: Rates | null;
}

type Tier = NonNullable<PriceRow["tiers"]>[string];

const toLevels = (row: PriceRow, tier: Tier | null): readonly Level[] => {
  const times = tier?.multiplier === undefined ? null : toDecimal(tier.multiplier);
  const own = read(tier ?? {}, null);
  const hasOwn = Object.keys(own).length > 0;
  const decimals = read(row, times);
  const levels: Level[] = [{ above: -1, rates: toRates(row, { ...decimals, ...own }) }];
  for (const above of [...(row.above ?? [])].sort((one, other) => one.input_tokens - other.input_tokens)) {
    Object.assign(decimals, read(above, times));
    // Prices written for a tier are those of a short request; what a long one costs in it is then not known.
    levels.push({ above: above.input_tokens, rates: hasOwn ? null : toRates(row, decimals) });
  }
  return levels;
};

/** The providers' words for no tier in particular (Groq's is `on_demand`). */
const standardTiers: ReadonlySet<string> = new Set(["", "default", "standard", "auto", "on_demand"]);

const toWebSearch = (row: PriceRow): Rate | null => {
  if (row.web_search === undefined) return null;
  const nanos = toWhole(toDecimal(row.web_search), 9);
  if (nanos === null) throw inexact(row);
  return { nanos, usd: row.web_search };
};

/**
 * Makes the prices of a row ready to be reckoned with, all in whole nano-dollars.
 *
 * A request longer than one of the `above` has that one's prices as a whole, which is how the providers say it. A tier's
 * multiplier is for tokens, long requests included; where a tier writes prices of its own, those count, and a long
 * request in it has no known price. A tier that the row does not name has none either.
 *
 * @throws {RangeError} when a price times its multiplier has more than 12 decimals, or is too large to be kept exactly
 */
export const createRateCard = (row: PriceRow): RateCard => {
  const standard = toLevels(row, null);
  const tiers = new Map(Object.entries(row.tiers ?? {}).map(([name, tier]) => [name, toLevels(row, tier)] as const));
  return {
    ratesOf: (serviceTier, inputTokens) => {
      const isStandard = serviceTier === null || standardTiers.has(serviceTier);
      const levels = isStandard ? standard : tiers.get(serviceTier);
      if (levels === undefined) return null;
      let rates: Rates | null = null;
      for (const level of levels) if (inputTokens > level.above) rates = level.rates;
      return rates;
    },
    webSearch: toWebSearch(row),
  };
};
