import type { SQL } from "bun";
import { migrations } from "./schema.ts";
import { StoreError } from "./store-error.ts";

const version = migrations.postgres.length;

/** "qlit"; with a second number that tells what is locked. */
export const lockSpace = 0x716c6974;
const schemaLock = 1;

const checkVersion = (found: number): void => {
  if (found > version) {
    throw new StoreError(`the ledger's tables are of a newer qlite (schema ${found}, known is ${version})`);
  }
};

// Not `to_regclass`: it may answer from what this connection learned before another process, for which it waited, made them.
const isThere = `SELECT EXISTS (
  SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'qlite_schema' AND pg_catalog.pg_table_is_visible(oid)
)`;

/** The version of the tables, 0 when there are none. */
const findVersion = async (client: SQL): Promise<number> => {
  const [there] = await client.unsafe<unknown[][]>(isThere).values();
  if (there?.[0] !== true) return 0;
  const [row] = await client.unsafe<unknown[][]>("SELECT COALESCE(MAX(version), 0)::text FROM qlite_schema").values();
  const found = Number(row?.[0] ?? 0);
  checkVersion(found);
  return found;
};

/**
 * Makes the tables, or brings older ones up to date, while no other process does; nothing is written when they are as they
 * should be, so that a user without the right to make tables will do then.
 *
 * @throws {StoreError} when they are of a newer qlite
 */
export const makeSchema = async (client: SQL): Promise<void> => {
  if ((await findVersion(client)) === version) return;
  await client.begin(async (transaction) => {
    await transaction.unsafe(`SELECT pg_advisory_xact_lock(${lockSpace}, ${schemaLock})`);
    const found = await findVersion(transaction);
    if (found === version) return;
    if (found === 0) await transaction.unsafe("CREATE TABLE IF NOT EXISTS qlite_schema (version integer NOT NULL)");
    for (const statement of migrations.postgres.slice(found).flat()) await transaction.unsafe(statement);
    await transaction.unsafe(`INSERT INTO qlite_schema (version) VALUES (${version})`);
  });
};

/** @throws {StoreError} when there are no tables, or tables of another version */
export const checkSchema = async (client: SQL): Promise<void> => {
  const found = await findVersion(client);
  if (found === 0) throw new StoreError("there is no ledger in this database");
  if (found < version) throw new StoreError("the ledger is of an older qlite; start the gateway once");
};
