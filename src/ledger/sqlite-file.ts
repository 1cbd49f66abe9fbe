import { Database, SQLiteError } from "bun:sqlite";
import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { ReportQuery } from "./query.ts";
import { toReport, toReportSql, type Report } from "./report.ts";
import { insertIntoSqlite, migrations, table } from "./schema.ts";
import { StoreError, toLine } from "./store-error.ts";
import type { Limits } from "./store.ts";

/** An open ledger in a file of SQLite; all of it is synchronous. */
export interface SqliteFile {
  /** Writes the rows of a JSON text, all or none. */
  readonly insert: (json: string) => void;
  /** Takes some thousands of rows away at most, and gives their space back; answers whether more have to go. */
  readonly retain: (limits: Limits) => boolean;
  readonly report: (query: ReportQuery) => Report;
  /** Whether the path still leads to this file: who moves or removes it wants a new one. */
  readonly isCurrent: () => boolean;
  readonly close: () => void;
}

/** "qlit": marks a file as ours, so that no other program's database is taken for a ledger. */
const applicationId = 0x716c6974;
const version = migrations.sqlite.length;

/** How long to wait for a lock; the ledger tries again by itself. */
const busyMs = 1000;
/** Rows to delete in one go, and how often before others get their turn. */
const stepRows = 100;
const steps = 40;
/** The log beside the file is cut to this many bytes when it has been emptied into it. */
const maxWalBytes = 4_000_000;

const refusals = new Set(["SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_ERROR"]);

const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof SQLiteError && refusals.has((thrown.code ?? "").split("_", 2).join("_"));

/** Says what went wrong, and what SQLite calls it. */
export const toStoreError = (thrown: unknown): StoreError => {
  if (thrown instanceof StoreError) return thrown;
  const code = thrown instanceof SQLiteError && thrown.code !== undefined ? ` (${thrown.code})` : "";
  return new StoreError(`${toLine(thrown)}${code}`, isRefusal(thrown));
};

/** Runs a statement to its end; one that stayed open would keep the file's log from being put away at the end. */
const valuesOf = (db: Database, sql: string, ...parameters: number[]): unknown[][] => {
  using statement = db.prepare<unknown, number[]>(sql);
  return statement.values(...parameters);
};

const numberOf = (db: Database, sql: string): number => Number(valuesOf(db, sql)[0]?.[0] ?? 0);
const pragma = (db: Database, name: string): number => numberOf(db, `PRAGMA ${name}`);

const checkOurs = (db: Database, path: string): void => {
  const id = pragma(db, "application_id");
  const isEmpty = id === 0 && valuesOf(db, "SELECT 1 FROM sqlite_schema LIMIT 1").length === 0;
  if (id !== applicationId && !isEmpty) throw new StoreError(`${path} is a database of another program`);
  const found = pragma(db, "user_version");
  if (found > version)
    throw new StoreError(`${path} was written by a newer qlite (schema ${found}, known is ${version})`);
};

const migrate = (db: Database, path: string): void => {
  db.transaction(() => {
    // Asked again: two processes may have come at the same time.
    checkOurs(db, path);
    for (const statement of migrations.sqlite.slice(pragma(db, "user_version")).flat()) db.run(statement);
    db.run(`PRAGMA application_id = ${applicationId}`);
    db.run(`PRAGMA user_version = ${version}`);
  }).immediate();
};

/** Makes the file for its owner alone, since it tells who asked what; one that is there keeps its mode. */
const touch = (path: string): void => {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new StoreError(`the folder ${folder} of the ledger is not there`);
  closeSync(openSync(path, "a", 0o600));
};

const inWriting = (db: Database, path: string): void => {
  db.run(`PRAGMA busy_timeout = ${busyMs}`);
  checkOurs(db, path);
  // Works only while there are no tables, and before the log is on.
  db.run("PRAGMA auto_vacuum = INCREMENTAL");
  valuesOf(db, "PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = NORMAL");
  db.run(`PRAGMA journal_size_limit = ${maxWalBytes}`);
  if (pragma(db, "user_version") < version) migrate(db, path);
};

const inReading = (db: Database, path: string): void => {
  db.run(`PRAGMA busy_timeout = ${busyMs}`);
  checkOurs(db, path);
  const found = pragma(db, "user_version");
  if (found < version)
    throw new StoreError(found === 0 ? `${path} is empty` : `${path} is of an older qlite; start the gateway once`);
};

const open = (path: string, readonly: boolean): Database => {
  try {
    if (!readonly) touch(path);
    else if (!existsSync(path)) throw new StoreError(`there is no ledger at ${path}`);
    const db = new Database(path, readonly ? { readonly } : { readwrite: true });
    try {
      (readonly ? inReading : inWriting)(db, path);
      return db;
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  } catch (thrown) {
    if (thrown instanceof SQLiteError && thrown.code === "SQLITE_NOTADB") {
      throw new StoreError(`${path} is no SQLite database`);
    }
    throw toStoreError(thrown);
  }
};

/** Bytes of the pages that hold something. */
const usedBytes = (db: Database): number =>
  (pragma(db, "page_count") - pragma(db, "freelist_count")) * pragma(db, "page_size");

const oldest = `DELETE FROM ${table} WHERE seq IN (SELECT seq FROM ${table}`;

/** Deletes some rows that have to go; answers how many. */
const deleteSome = (db: Database, { before, maxBytes }: Limits): number => {
  const old = db.run(`${oldest} WHERE "time" < ?1 ORDER BY "time" LIMIT ${stepRows})`, [before]);
  if (old.changes > 0) return old.changes;
  const excess = usedBytes(db) - maxBytes;
  if (excess <= 0) return 0;
  const rows = numberOf(db, `SELECT COALESCE(MAX(seq) - MIN(seq) + 1, 0) FROM ${table}`);
  const some = Math.min(stepRows, Math.ceil((excess / (excess + maxBytes)) * rows));
  return db.run(`${oldest} ORDER BY seq LIMIT ?1)`, [some]).changes;
};

const retain = (db: Database, limits: Limits): boolean => {
  let left = steps;
  // An empty table is never too large: then nothing is deleted and there is nothing more to do.
  while (left > 0 && deleteSome(db, limits) > 0) left -= 1;
  // Each row of the answer is a page given back; they have to be read for it to go on.
  valuesOf(db, "PRAGMA incremental_vacuum(4096)");
  return left === 0;
};

type Cell = string | number | boolean | null;

/** Inserts the rows of a JSON text, all or none. */
const createInsert = (db: Database): ((json: string) => void) => {
  const insertAll = db.transaction((rows: readonly (readonly Cell[])[]) => {
    const row = db.query(insertIntoSqlite);
    for (const cells of rows) row.run(...cells);
  });
  return (json) => {
    const rows: readonly (readonly Cell[])[] = JSON.parse(json);
    insertAll.immediate(rows);
  };
};

/** Tells a file from another that has its name. */
const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;

/**
 * Opens a ledger to write, made if it is not there, or to read alone.
 *
 * @throws {StoreError} when it cannot be had, is another program's, or a newer qlite's; it is then as it was
 */
export const openSqliteFile = (path: string, mode: "write" | "read"): SqliteFile => {
  const db = open(path, mode === "read");
  const files = (): string => [path, ...(mode === "read" ? [] : [`${path}-wal`])].map(inodeOf).join();
  const opened = files();
  return {
    insert: createInsert(db),
    retain: (limits) => retain(db, limits),
    report: (query) => toReport(query, valuesOf(db, toReportSql(query, "sqlite"), query.since)),
    isCurrent: () => files() === opened,
    close: () => db.close(),
  };
};
