import type { Grouping, ReportQuery } from "./query.ts";
import { table } from "./schema.ts";
import { StoreError } from "./store-error.ts";

/** What some exchanges sum up to. */
export interface Sums {
  readonly requests: number;
  /** Of them: answered with a status of 400 or more, or cut; a client that left is none. */
  readonly errors: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input. */
  readonly cachedInputTokens: number;
  /** Of the output. */
  readonly reasoningTokens: number;
  /** Billionths of a US dollar, exact; null when no cost of any is known. */
  readonly costNanoUsd: bigint | null;
  /** Requests that cost something nobody knows: their cost is not in the sum. */
  readonly unpricedRequests: number;
  /** Requests whose tokens were counted here, since the upstream told none. */
  readonly estimatedRequests: number;
}

export interface ReportRow extends Sums {
  /** What its exchanges have in common, in the order asked for; null where they have none. Days are of UTC. */
  readonly group: readonly (string | null)[];
}

export interface Report extends ReportQuery {
  /** Days in their order, then the dearest first. */
  readonly rows: readonly ReportRow[];
  readonly total: Sums;
  /** How many groups there are in all; more than `rows` where they are too many to list. */
  readonly groups: number;
}

/** So many groups are listed; clients can invent model names without end. */
export const maxGroups = 1000;

type Engine = "sqlite" | "postgres";

const days: Readonly<Record<Engine, string>> = {
  sqlite: `strftime('%Y-%m-%d', "time" / 1000, 'unixepoch')`,
  postgres: `to_char(to_timestamp("time" / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
};

const groupOf = (grouping: Grouping, engine: Engine): string => (grouping === "day" ? days[engine] : `"${grouping}"`);

const unknownCost =
  "cost_nano_usd IS NULL AND (input_tokens IS NOT NULL OR (attempts > 0 AND status < 300 AND model IS NOT NULL))";

const sums = [
  ["requests", "COUNT(*)"],
  ["errors", "SUM(CASE WHEN ending <> 'client_gone' AND (status >= 400 OR ending <> 'complete') THEN 1 ELSE 0 END)"],
  ["input", "COALESCE(SUM(input_tokens), 0)"],
  ["output", "COALESCE(SUM(output_tokens), 0)"],
  ["cached", "COALESCE(SUM(cached_input_tokens), 0)"],
  ["reasoning", "COALESCE(SUM(reasoning_tokens), 0)"],
  ["cost", "SUM(cost_nano_usd)"],
  ["unpriced", `SUM(CASE WHEN ${unknownCost} THEN 1 ELSE 0 END)`],
  ["estimated", "SUM(CASE WHEN usage_source = 'estimated' THEN 1 ELSE 0 END)"],
] as const;

/**
 * Gives the query of a report: one parameter, `since`; each row is texts, the sums of `sums`, the number of groups in the row
 * of the total and null in any other, then the groups. Sums go as text: their 64 bits are more than a number holds.
 */
export const toReportSql = ({ by }: ReportQuery, engine: Engine): string => {
  const parameter = engine === "sqlite" ? "?1" : "$1::text::bigint";
  const groups = by.map((grouping, index) => `${groupOf(grouping, engine)} AS g${index}`);
  const names = by.map((_, index) => `g${index}`);
  const newestFirst = by.flatMap((grouping, index) => (grouping === "day" ? [`g${index} DESC`] : []));
  const texts = sums.map(([name]) => `CAST(${name} AS TEXT)`).join(", ");
  const totals = sums.map(([name]) => `CAST(${name === "cost" ? "SUM(cost)" : `COALESCE(SUM(${name}), 0)`} AS TEXT)`);
  return `WITH grouped AS (
    SELECT ${groups.join(", ")}, ${sums.map(([name, sum]) => `${sum} AS ${name}`).join(", ")}
    FROM ${table} WHERE "time" >= ${parameter} GROUP BY ${names.join(", ")}
  ), listed AS (
    SELECT * FROM grouped ORDER BY ${[...newestFirst, "cost DESC NULLS LAST", "requests DESC"].join(", ")} LIMIT ${maxGroups}
  )
  SELECT ${texts}, NULL AS number, ${names.join(", ")} FROM listed
  UNION ALL SELECT ${totals.join(", ")}, CAST(COUNT(*) AS TEXT), ${names.map(() => "NULL").join(", ")} FROM grouped`;
};

const toRow = (cells: readonly unknown[], group: ReportRow["group"]): ReportRow => {
  const numberAt = (cell: number): number => Number(cells[cell]);
  const cost = cells[6];
  return {
    group,
    requests: numberAt(0),
    errors: numberAt(1),
    inputTokens: numberAt(2),
    outputTokens: numberAt(3),
    cachedInputTokens: numberAt(4),
    reasoningTokens: numberAt(5),
    costNanoUsd: typeof cost === "string" ? BigInt(cost) : null,
    unpricedRequests: numberAt(7),
    estimatedRequests: numberAt(8),
  };
};

const toGroup = (cell: unknown): string | null => (typeof cell === "string" ? cell : null);

const compareCosts = (a: bigint | null, b: bigint | null): number => {
  if (a === b) return 0;
  return (b ?? -1n) > (a ?? -1n) ? 1 : -1;
};

const compare = (by: readonly Grouping[], a: ReportRow, b: ReportRow): number => {
  const day = by.indexOf("day");
  const order = day === -1 ? 0 : (a.group[day] ?? "").localeCompare(b.group[day] ?? "");
  return order || compareCosts(a.costNanoUsd, b.costNanoUsd) || b.requests - a.requests;
};

/**
 * Makes the report of what `toReportSql` found.
 *
 * @throws {StoreError} when the row of the total is missing
 */
export const toReport = (query: ReportQuery, found: readonly (readonly unknown[])[]): Report => {
  const number = sums.length;
  const total = found.find((cells) => cells[number] !== null);
  if (total === undefined) throw new StoreError("the store gave no total");
  const rows = found
    .filter((cells) => cells[number] === null)
    .map((cells) => toRow(cells, cells.slice(number + 1).map(toGroup)));
  return {
    ...query,
    rows: rows.sort((a, b) => compare(query.by, a, b)),
    total: toRow(total, []),
    groups: Number(total[number]),
  };
};
