import type { PriceRow } from "../config/price-schema.ts";
import type { Usage } from "../dialects/reply.ts";
import type { Cost } from "../record.ts";
import { toBill } from "./bill.ts";
import { createNames, type Names } from "./names.ts";
import { createRateCard, type RateCard } from "./rates.ts";

/** Whose price is asked for. */
export interface Priced {
  /** The provider's name. */
  readonly provider: string;
  /**
   * Its type, whose built-in prices it has. A server of somebody else's in the dialect of a type is not of that type: for
   * an `openai` with a `base_url` of its own this is any other word, such as the empty string.
   */
  readonly providerType: string;
  /** What the provider was asked for. */
  readonly model: string;
  /** What answered as the reply names it (a dated snapshot), null when that is not known. */
  readonly replyModel: string | null;
  /** As the reply tells it, null when it does not. */
  readonly serviceTier: string | null;
}

/** Prices, and what requests cost by them. */
export interface Pricing {
  /** null when no price is known, or none of something that was used: never a part of a sum, and never 0 for want of a price. */
  readonly costOf: (asked: Priced, usage: Usage) => Cost | null;
}

interface Found {
  readonly price: Cost["price"];
  readonly card: () => RateCard;
}

const dayMs = 86_400_000;

/** The models of each provider or type of provider. */
type Table = ReadonlyMap<string, Names<Found>>;

/** `gemini` is another word for `google` in a config. */
const toProvider = (name: string): string => (name === "gemini" ? "google" : name);

const toFound = (row: PriceRow): { readonly pattern: string; readonly value: Found }[] => {
  let made: RateCard | undefined;
  // Most rows are never asked for, so a card is made when it is.
  const card = (): RateCard => (made ??= createRateCard(row));
  return row.models.map((model) => {
    const price = { provider: row.provider, model, date: row.date, source: row.source };
    return { pattern: model, value: { price, card } };
  });
};

const toTable = (rows: readonly PriceRow[]): Table => {
  const byProvider = Map.groupBy(rows, ({ provider }) => toProvider(provider));
  return new Map([...byProvider].map(([provider, own]) => [provider, createNames(own.flatMap(toFound))] as const));
};

const beginOf = ({ from }: PriceRow): number => (from === undefined ? -Infinity : Date.parse(from));
const endOf = ({ until }: PriceRow): number => (until === undefined ? Infinity : Date.parse(until) + dayMs);

/** The instants at which a price begins or ends, in order. */
const changesOf = (rows: readonly PriceRow[]): readonly number[] =>
  rows
    .flatMap((row) => [beginOf(row), endOf(row)])
    .filter(Number.isFinite)
    .sort((a, b) => a - b);

/**
 * Makes the prices from rows, those in `own` first; `nowMs` gives milliseconds since 1970, for prices that hold for a time.
 *
 * A row of `own` is for a provider of that name or type, any other for a type alone: what a provider of another type
 * charges for the same model is another price. In each of the two the model that answered is looked for before the one
 * that was asked for, each by its name, then by the glob or the dated snapshot that says most of it.
 *
 * @throws {RangeError} when a price of `own` cannot be reckoned with exactly
 */
export const createPricing = (rows: readonly PriceRow[], own: readonly PriceRow[], nowMs: () => number): Pricing => {
  for (const row of own) createRateCard(row);
  const changes = changesOf([...rows, ...own]);
  let builtIn: Table = new Map();
  let first: Table = new Map();
  let nextChange = -Infinity;
  const refresh = (now: number): void => {
    const holds = (row: PriceRow): boolean => now >= beginOf(row) && now < endOf(row);
    builtIn = toTable(rows.filter(holds));
    first = toTable(own.filter(holds));
    nextChange = changes.find((change) => change > now) ?? Infinity;
  };

  const findOwn = ({ provider, providerType }: Priced, model: string): Found | null =>
    first.get(toProvider(provider))?.find(model) ?? first.get(toProvider(providerType))?.find(model) ?? null;
  const findBuiltIn = ({ providerType }: Priced, model: string): Found | null =>
    builtIn.get(toProvider(providerType))?.find(model) ?? null;

  const find = (asked: Priced): Found | null => {
    const { model, replyModel } = asked;
    if (first.size > 0) {
      const found = (replyModel === null ? null : findOwn(asked, replyModel)) ?? findOwn(asked, model);
      if (found !== null) return found;
    }
    return (replyModel === null ? null : findBuiltIn(asked, replyModel)) ?? findBuiltIn(asked, model);
  };

  return {
    costOf: (asked, usage) => {
      const now = nowMs();
      if (now >= nextChange) refresh(now);
      const found = find(asked);
      if (found === null) return null;
      const bill = toBill(found.card(), usage, asked.serviceTier);
      return bill === null ? null : { nanoUsd: bill.nanoUsd, parts: bill.parts, price: found.price };
    },
  };
};
