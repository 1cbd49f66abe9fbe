import type { PriceRow } from "../config/price-schema.ts";
import file from "../../config/prices.yaml" with { type: "yaml" };

/** The rows of `config/prices.yaml`, part of the executable; that they are rows is checked by a test, not at startup. */
export const builtInPrices: readonly PriceRow[] = file.prices;
