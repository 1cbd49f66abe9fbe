import { durationPattern, toMs } from "../config/units.ts";
import { toMatcher } from "../wire/glob.ts";
import { nearest } from "../wire/nearest.ts";
import { UsageError } from "./exit.ts";
import { numberOf, type Row } from "./tail-row.ts";

/** Tells whether an exchange is to be shown. */
export type RowFilter = (row: Row) => boolean;

const texts = [
  "id",
  "client",
  "key",
  "method",
  "path",
  "dialect",
  "model",
  "provider",
  "target_model",
  "route",
  "ended",
  "error",
  "usage_source",
  "stream",
] as const;

const numbers = [
  "status",
  "attempts",
  "input_tokens",
  "output_tokens",
  "cost_usd",
  "ttfb_ms",
  "total_ms",
  "overhead_ms",
  "request_bytes",
  "reply_bytes",
] as const;

const compare: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
};

const toNumber = (name: string, written: string): number => {
  if (name.endsWith("_ms") && durationPattern.test(written)) return toMs(written);
  if (/^\d+(?:\.\d+)?$/.test(written)) return Number(written);
  const form = name.endsWith("_ms") ? "a number of milliseconds or a duration such as 2s" : "a number";
  throw new UsageError(`--filter: ${name} is compared with ${form}, not with "${written}"`);
};

/** A number that is not known fits no condition but that of being another. */
const numberCondition = (name: string, sign: string, written: string): RowFilter => {
  const wanted = toNumber(name, written);
  const holds = compare[sign];
  return (row) => {
    const value = numberOf(row, name);
    return value === null ? sign === "!=" : holds?.(value, wanted) === true;
  };
};

const textCondition = (name: string, sign: string, written: string): RowFilter => {
  if (sign !== "=" && sign !== "!=") {
    throw new UsageError(`--filter: ${name} is text, so it is compared by = or !=, not by ${sign}`);
  }
  const matches = toMatcher(written);
  return (row) => {
    const value = row[name];
    const isThat = matches(typeof value === "string" || typeof value === "boolean" ? String(value) : "");
    return isThat === (sign === "=");
  };
};

const toCondition = (written: string): RowFilter => {
  const [, name, sign, value] = /^\s*([a-z_]+)\s*(!=|>=|<=|=|>|<)\s*(.*?)\s*$/s.exec(written) ?? [];
  if (name === undefined || sign === undefined || value === undefined) {
    throw new UsageError(`--filter: "${written}" is no condition such as model=gpt-* or status>=400`);
  }
  if (numbers.some((known) => known === name)) return numberCondition(name, sign, value);
  if (texts.some((known) => known === name)) return textCondition(name, sign, value);
  const names = [...texts, ...numbers];
  const meant = nearest(name, names);
  const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
  throw new UsageError(`--filter: there is no field "${name}"; ${hint}`);
};

/**
 * Makes the filter of conditions with commas between, all of which must hold; a * in a text stands for any letters, and
 * an empty text for none (`error!=`).
 *
 * @throws {UsageError} for a condition that cannot be read
 */
export const parseFilter = (written: string | undefined): RowFilter => {
  if (written === undefined) return () => true;
  const conditions = written.split(",").map(toCondition);
  return (row) => conditions.every((holds) => holds(row));
};
