import { columns } from "./row.ts";

/** The table of rows, the same in SQLite and PostgreSQL. */
export const table = "qlite_exchanges";

type Engine = "sqlite" | "postgres";

const types = {
  sqlite: { text: "TEXT", whole: "INTEGER", part: "REAL", flag: "INTEGER" },
  postgres: { text: "text", whole: "bigint", part: "double precision", flag: "boolean" },
} as const;

const quoted = columns.map(({ name }) => `"${name}"`);

// Version 1 is all columns there are. The next version adds a column to `columns` and lists here, behind the first, what
// makes an older table like a new one; it must then say which columns version 1 had.
const definitions = (engine: Engine): string =>
  columns.map(({ name, kind }) => `"${name}" ${types[engine][kind]}`).join(", ");

/** What makes each version of the schema out of the one before; the first out of nothing. */
export const migrations: Readonly<Record<Engine, readonly (readonly string[])[]>> = {
  sqlite: [
    [
      `CREATE TABLE ${table} (seq INTEGER PRIMARY KEY, ${definitions("sqlite")}) STRICT`,
      `CREATE INDEX ${table}_time ON ${table} ("time")`,
    ],
  ],
  postgres: [
    [
      `CREATE TABLE ${table} (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${definitions("postgres")})`,
      `CREATE INDEX ${table}_time ON ${table} ("time")`,
      // The last batch of each process, so that one whose confirmation was lost is not written twice.
      "CREATE TABLE qlite_writers (writer text PRIMARY KEY, batch bigint NOT NULL, written_at timestamptz NOT NULL)",
    ],
  ],
};

const into = `INSERT INTO ${table} (${quoted.join(", ")})`;

/** Takes the cells of one row: 4 us in a transaction of many; out of JSON by SQLite itself it would be 18. */
export const insertIntoSqlite = `${into} VALUES (${columns.map(() => "?").join(", ")})`;

/**
 * Takes the JSON text of the rows, the name of the process and the number of the batch.
 *
 * It is made `jsonb`, since of `json` every cell would be parsed anew. A string given for a JSON parameter would become a JSON
 * string, so it goes as text.
 */
export const insertIntoPostgres = `WITH mark AS (
  INSERT INTO qlite_writers AS known (writer, batch, written_at) VALUES ($2::text, $3::text::bigint, now())
  ON CONFLICT (writer) DO UPDATE SET batch = excluded.batch, written_at = now() WHERE known.batch < excluded.batch
  RETURNING 1
) ${into} SELECT ${columns.map(({ kind }, cell) => `(cells ->> ${cell})::${types.postgres[kind]}`).join(", ")}
FROM jsonb_array_elements($1::text::jsonb) AS cells WHERE EXISTS (SELECT 1 FROM mark)`;
