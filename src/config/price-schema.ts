// What a row of prices may say.
import * as z from "zod/mini";
import { block, describe, integer } from "./fields.ts";

const usd = z
  .pipe(
    z.union([z.number(), z.string().check(z.regex(/^\s*[\d.]/, "must be a price in USD, such as 2.5"))]),
    z.transform((written) => Number(written)),
  )
  .check(
    z.refine(
      (value) => Number.isFinite(value) && value >= 0 && value <= 1_000_000,
      "must be a price in USD, such as 2.5",
    ),
  );
/** Nine decimals, and three of a multiplier, are what can be reckoned with exactly. */
const decimals = (most: number) =>
  z.refine<number>(
    (value) => Math.round(value * 10 ** most) / 10 ** most === value,
    `must have at most ${most} decimals`,
  );
const isDay = (written: string): boolean => {
  const at = Date.parse(written);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(written);
};
const needsDay = "must be a day such as 2026-11-22";
const rate = (what: string) => describe(z.optional(usd.check(decimals(9))), `USD per million tokens: ${what}.`);
const date = z.string(needsDay).check(z.regex(/^\d{4}-\d{2}-\d{2}$/, needsDay), z.refine(isDay, "is no day there is"));
const rates = {
  input: rate("input"),
  output: rate("output, reasoning included unless it has a price of its own"),
  cached_input: rate("input read from the provider's cache"),
  cache_write: rate("input written to the provider's cache"),
  cache_write_long: rate("input written to the provider's long-lived cache"),
  reasoning: rate("output that is reasoning"),
  audio_input: rate("audio in"),
  audio_output: rate("audio out"),
  image_input: rate("images in"),
  image_output: rate("images out"),
};

type Written = Readonly<Partial<Record<keyof typeof rates, number | undefined>>>;

const isPriced = (written: Written): boolean => {
  for (const name in rates) if (Object.hasOwn(written, name)) return true;
  return false;
};

interface WrittenRow extends Written {
  readonly web_search?: number | undefined;
  readonly above?: readonly Written[] | undefined;
  readonly tiers?: Readonly<Record<string, Written>> | undefined;
}

/** Whether there is a price in a row; a multiplier is none. */
const hasPrice = (row: WrittenRow): boolean =>
  row.web_search !== undefined || [row, ...(row.above ?? []), ...Object.values(row.tiers ?? {})].some(isPriced);

/** One row of prices, as `config/prices.yaml` and `prices` of a config write it. */
export const priceSchema = block({
  provider: describe(
    z.string().check(z.minLength(1)),
    "The type of provider the price is of, such as openai; or the name of one of yours.",
  ),
  models: describe(
    z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
    "The models; a * stands for any letters. A dated snapshot of a model has its price without being listed.",
  ),
  ...rates,
  /** USD each, not per million. */
  web_search: describe(z.optional(usd.check(decimals(9))), "USD for each web search."),
  above: describe(
    z.optional(
      z.array(
        block({ input_tokens: describe(integer(1), "The longest input that still has the usual prices."), ...rates }),
      ),
    ),
    "Other prices of a request whose input is longer than so many tokens; what is missing stays as it is.",
  ),
  tiers: describe(
    z.optional(
      z.record(
        z.string(),
        block({
          ...rates,
          multiplier: describe(
            z.optional(usd.check(decimals(3))),
            "What to multiply the usual prices by, such as 0.5.",
          ),
        }),
      ),
    ),
    "Other prices by service tier, such as batch, flex or priority: prices, or what to multiply all of them by.",
  ),
  from: describe(z.optional(date), "The first day it holds, in UTC."),
  until: describe(z.optional(date), "The last day it holds, in UTC; of a promotion."),
  date: describe(date, "When the price was read."),
  source: describe(z.string().check(z.minLength(1)), "Where it was read."),
}).check(
  z.refine(
    ({ from, until }) => from === undefined || until === undefined || from <= until,
    "holds on no day, because from is later than until",
  ),
  z.refine(hasPrice, "has no price in it; give at least one, such as input and output"),
);

export type PriceRow = z.output<typeof priceSchema>;
