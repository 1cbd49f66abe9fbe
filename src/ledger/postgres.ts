import { SQL } from "bun";
import { checkSchema, makeSchema } from "./postgres-schema.ts";
import { retainInPostgres } from "./postgres-retain.ts";
import type { ReportQuery } from "./query.ts";
import { toReport, toReportSql, type Report } from "./report.ts";
import { insertIntoPostgres } from "./schema.ts";
import { StoreError, toLine } from "./store-error.ts";
import type { Store } from "./store.ts";

/** Seconds; what a firewall swallows has to end sometime. */
const connectSeconds = 5;
const insertMs = 10_000;
/** A report or a clean-up may have to read a lot. */
const longMs = 60_000;

/** Of SQLSTATE: wrong data, a violated rule, a missing table or right. The rest is the server's own trouble. */
const refusals = /^(?:21|22|23|42)/;

const isRefusal = (thrown: unknown): boolean =>
  thrown instanceof SQL.PostgresError && refusals.test(thrown.errno ?? "");

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const passwordsOf = (url: string): readonly string[] => {
  const written = /^[^:]+:\/\/[^:@/]*:([^@]*)@/.exec(url)?.[1] ?? "";
  return [...new Set([url, written, decode(written)])].filter((secret) => secret !== "");
};

const toStoreError = (thrown: unknown, url: string): StoreError => {
  if (thrown instanceof StoreError) return thrown;
  let line = toLine(thrown);
  for (const secret of passwordsOf(url)) line = line.replaceAll(secret, "[redacted]");
  return new StoreError(`PostgreSQL: ${line}`, isRefusal(thrown));
};

const connect = (url: string, max: number): SQL =>
  new SQL({
    url,
    max,
    adapter: "postgres",
    connectionTimeout: connectSeconds,
    // Without names for statements it works behind a pooler too.
    prepare: false,
    connection: { application_name: "qlite" },
  });

const discard = (client: SQL): void => void client.close({ timeout: 0 }).catch(() => {});

const readReport = async (client: SQL, query: ReportQuery): Promise<Report> => {
  const found = await client.unsafe<unknown[][]>(toReportSql(query, "postgres"), [String(query.since)]).values();
  return toReport(query, found);
};

/** Gives what `work` gives, or rejects after so many milliseconds. */
const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StoreError(`PostgreSQL: no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/**
 * Makes a store in a PostgreSQL database; tables are made when they are not there, in the first schema of the search path.
 *
 * It is on this thread, because nothing of it is synchronous. A connection that failed is not used again, and the next
 * request makes a new one. `writer` is a name for this process that no other has.
 */
export const createPostgresStore = (url: string, writer: string): Store => {
  let connected: { readonly client: SQL; readonly ready: Promise<void> } | null = null;

  const use = async <T>(ms: number, work: (client: SQL) => Promise<T>): Promise<T> => {
    if (connected === null) {
      const client = connect(url, 3);
      connected = { client, ready: makeSchema(client) };
    }
    const mine = connected;
    const run = async (): Promise<T> => {
      await mine.ready.catch((thrown: unknown) => {
        // Of the tables and not of the rows: these are not refused.
        throw new StoreError(toStoreError(thrown, url).message);
      });
      return work(mine.client);
    };
    try {
      return await within(ms, run());
    } catch (thrown) {
      if (!isRefusal(thrown)) {
        if (connected === mine) connected = null;
        discard(mine.client);
      }
      throw toStoreError(thrown, url);
    }
  };

  return {
    insert: ({ json, number }) =>
      use(insertMs, async (client) => {
        await client.unsafe(insertIntoPostgres, [json, writer, String(number)]);
      }),
    retain: (limits) => use(longMs, (client) => retainInPostgres(client, limits)),
    report: (query) => use(longMs, (client) => readReport(client, query)),
    close: async () => {
      const client = connected?.client;
      connected = null;
      if (client !== undefined) discard(client);
    },
  };
};

/**
 * Reads a report from a database and writes nothing, not even tables.
 *
 * @throws {StoreError} when it cannot be reached, or holds no ledger
 */
export const reportFromPostgres = async (url: string, query: ReportQuery): Promise<Report> => {
  const client = connect(url, 1);
  try {
    return await within(
      longMs,
      checkSchema(client).then(() => readReport(client, query)),
    );
  } catch (thrown) {
    throw toStoreError(thrown, url);
  } finally {
    discard(client);
  }
};
