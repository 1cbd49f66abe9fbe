// Fields of a query, refused in OpenAI's words.
import type { Failure } from "../../dialects/reply.ts";
import { refusal } from "./check/refusal.ts";

interface Bounds {
  readonly min: number;
  readonly max?: number;
}

/** A whole number of a query; null where it is absent. */
export const readInteger = (
  query: URLSearchParams,
  name: string,
  { min, max = Number.MAX_SAFE_INTEGER }: Bounds,
): number | null | Failure => {
  const text = query.get(name);
  if (text === null) return null;
  if (!/^-?\d{1,15}$/.test(text)) {
    return refusal(name, `Invalid type for '${name}': expected an integer.`, "invalid_type");
  }
  const value = Number(text);
  if (value >= min && value <= max) return value;
  const isLow = value < min;
  const [side, sign, bound] = isLow ? ["below minimum", ">=", min] : ["above maximum", "<=", max];
  const message = `Invalid '${name}': integer ${side} value. Expected a value ${sign} ${bound}, but got ${value} instead.`;
  return refusal(name, message, isLow ? "integer_below_min_value" : "integer_above_max_value");
};

/** A flag of a query; null where it is absent. */
export const readFlag = (query: URLSearchParams, name: string): boolean | null | Failure => {
  const text = query.get(name);
  if (text === null) return null;
  if (text === "true" || text === "false") return text === "true";
  return refusal(name, `Invalid type for '${name}': expected a boolean.`, "invalid_type");
};
