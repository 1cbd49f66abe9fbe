import type { SQL } from "bun";
import { lockSpace } from "./postgres-schema.ts";
import { columns } from "./row.ts";
import { table } from "./schema.ts";
import type { Limits } from "./store.ts";

const retainLock = 2;
/** Rows to delete in one go. */
const stepRows = 5000;
/** Beside what its cells take: its head, and its places in two indexes. */
const rowOverhead = 100;

const isBody = (name: string): boolean => name.endsWith("_body");
const listOf = (wanted: boolean): string[] =>
  columns.filter(({ name }) => isBody(name) === wanted).map(({ name }) => `"${name}"`);

/** Bytes of a row; a body that lies outside of the table is not fetched for it. */
const rowSize = `pg_column_size(ROW(${listOf(false).join(", ")}))${listOf(true)
  .map((name) => ` + COALESCE(pg_column_size(${name}), 0)`)
  .join("")}`;

const sample = (order: string): string => `(SELECT ${rowSize} AS size FROM ${table} ORDER BY seq ${order} LIMIT 100)`;

/** How many rows there are, by their numbers, and what a row takes, by the first and the last of them. */
const sizeSql = `SELECT (SELECT COALESCE(MAX(seq) - MIN(seq) + 1, 0) FROM ${table})::text,
  (SELECT COALESCE(AVG(size), 0) FROM (${sample("ASC")} UNION ALL ${sample("DESC")}) AS sizes)::text`;

const oldest = `DELETE FROM ${table} WHERE seq IN (SELECT seq FROM ${table}`;

const excessOf = async (client: SQL, maxBytes: number): Promise<number> => {
  const [row] = await client.unsafe<unknown[][]>(sizeSql).values();
  const rows = Number(row?.[0] ?? 0);
  const bytesPerRow = Number(row?.[1] ?? 0) + rowOverhead;
  return Math.max(0, Math.ceil(rows - maxBytes / bytesPerRow));
};

/**
 * Takes rows away, some thousands at most, unless another process is at it; answers whether more have to go.
 *
 * PostgreSQL uses their space again and gives none of it back, so what counts is what the rows take, by estimate, and not the
 * size of its files.
 */
export const retainInPostgres = (client: SQL, { before, maxBytes }: Limits): Promise<boolean> =>
  client.begin(async (transaction) => {
    const lock = `SELECT pg_try_advisory_xact_lock(${lockSpace}, ${retainLock})`;
    const [mine] = await transaction.unsafe<unknown[][]>(lock).values();
    if (mine?.[0] !== true) return false;
    await transaction.unsafe("DELETE FROM qlite_writers WHERE written_at < now() - interval '30 days'");
    const old = await transaction.unsafe(
      `${oldest} WHERE "time" < $1::text::bigint ORDER BY "time" LIMIT ${stepRows})`,
      [String(before)],
    );
    if (old.count === stepRows) return true;
    const excess = await excessOf(transaction, maxBytes);
    if (excess > 0) await transaction.unsafe(`${oldest} ORDER BY seq LIMIT ${Math.min(excess, stepRows)})`);
    return excess > stepRows;
  });
