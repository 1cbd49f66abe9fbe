import { SQL } from "bun";
import { afterAll, describe, expect, test } from "bun:test";
import { createQueue } from "../../src/ledger/batches.ts";
import { createPostgresStore, reportFromPostgres } from "../../src/ledger/postgres.ts";
import { postgresMissing, startPostgres, type Postgres } from "../support/postgres.ts";
import { rejectionOf, until } from "../support/until.ts";
import { recordOf } from "./records.ts";
import { fileConfig, openLedger, type TestLedger } from "./stores.ts";

const sinceEver = { by: ["model"], since: 0 } as const;

const send = (ledger: TestLedger, rows: number): void => {
  for (let row = 0; row < rows; row++) ledger.sink(recordOf());
};

/** Sends rows until it is told to stop; answers how many. */
const flow = (ledger: TestLedger) => {
  let sent = 0;
  const longest = { ms: 0 };
  const timer = setInterval(() => {
    const begun = performance.now();
    send(ledger, 20);
    longest.ms = Math.max(longest.ms, performance.now() - begun);
    sent += 20;
  }, 2);
  return {
    sent: () => sent,
    longest,
    stop: (): number => {
      clearInterval(timer);
      return sent;
    },
  };
};

const ask = async (server: Postgres, sql: string): Promise<unknown> => {
  const client = new SQL(server.url);
  try {
    return (await client.unsafe<unknown[][]>(sql).values())[0]?.[0];
  } finally {
    await client.close({ timeout: 0 });
  }
};
const rowsIn = async (server: Postgres): Promise<number> =>
  Number(await ask(server, "SELECT COUNT(*)::text FROM qlite_exchanges"));

if (postgresMissing !== null) test.skip(`PostgreSQL: ${postgresMissing}`, () => {});

describe.skipIf(postgresMissing !== null)("PostgreSQL", () => {
  let server: Postgres;
  const ready = (async () => {
    if (postgresMissing === null) server = await startPostgres();
  })();
  afterAll(() => server?.[Symbol.asyncDispose]());
  const open = (pace: Parameters<typeof openLedger>[1] = {}, url = server.url): TestLedger =>
    openLedger(fileConfig("/nowhere", { url }), pace);

  test("processes that come at the same time make the tables once", async () => {
    await ready;
    const ledgers = Array.from({ length: 6 }, () => open());
    for (const ledger of ledgers) send(ledger, 10);
    await until(() => ledgers.every((ledger) => ledger.written() === 10), 10_000);
    for (const ledger of ledgers) await ledger.close();
    expect(ledgers.flatMap(({ told }) => told)).toEqual([]);
    expect(await rowsIn(server)).toBe(60);
    expect(await ask(server, "SELECT COUNT(*)::text FROM qlite_schema")).toBe("1");
  });

  test("killed and started again while rows flow, it has every row that was confirmed, and rows flow again", async () => {
    await ready;
    const before = await rowsIn(server);
    const ledger = open({ maxRows: 3000 });
    const rows = flow(ledger);
    await until(() => ledger.written() > 500, 5000);
    await server.kill();
    await until(() => ledger.dropped() > 1000, 10_000, "rows are dropped");
    await server.start();
    const written = ledger.written();
    await until(() => ledger.written() > written + 4000, 15_000, "rows flow again");
    // Killed once more, at once: a batch that was under way may have been written without our hearing of it.
    await server.kill();
    await server.start();
    const sent = rows.stop();
    await until(() => ledger.written() + ledger.dropped() === sent, 15_000, "none waits");
    await ledger.close();
    expect(await rowsIn(server)).toBe(before + ledger.written());
    expect(ledger.told.length).toBe(1);
    expect(ledger.told.join()).not.toContain(server.password);
    expect(rows.longest.ms).toBeLessThan(50);
  }, 60_000);

  test("connections that the server breaks again and again cost no row and write none twice", async () => {
    await ready;
    const before = await rowsIn(server);
    const ledger = open();
    const rows = flow(ledger);
    for (let round = 0; round < 10; round++) {
      const written = ledger.written();
      await until(() => ledger.written() > written, 10_000);
      await ask(
        server,
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'qlite'",
      );
    }
    const sent = rows.stop();
    await until(() => ledger.written() === sent, 10_000);
    await ledger.close();
    expect(ledger.dropped()).toBe(0);
    expect(await rowsIn(server)).toBe(before + sent);
  }, 30_000);

  test("a batch that is sent again, because its confirmation was lost, is written once", async () => {
    await ready;
    const before = await rowsIn(server);
    const queue = createQueue({ maxRows: 10, maxBytes: 100_000, batchRows: 10, batchBytes: 100_000 });
    for (let row = 0; row < 3; row++) queue.add(recordOf());
    const batch = { number: 1, rows: 0, json: "[]", ...queue.take() };
    for (const writer of ["one", "two"]) {
      const store = createPostgresStore(server.url, writer);
      await store.insert(batch);
      await store.insert(batch);
      await store.insert({ ...batch, number: 2 });
      await store.close();
    }
    expect(await rowsIn(server)).toBe(before + 12);
  });

  test("a server that hangs holds up nobody, and closing ends in time", async () => {
    await ready;
    const ledger = open({ maxRows: 100 });
    send(ledger, 10);
    await until(() => ledger.written() === 10, 5000);
    server.freeze(true);
    try {
      send(ledger, 500);
      expect(ledger.dropped()).toBeGreaterThan(0);
      const begun = performance.now();
      await ledger.close();
      expect(performance.now() - begun).toBeLessThan(2500);
      expect(ledger.written() + ledger.dropped()).toBe(510);
    } finally {
      server.freeze(false);
    }
  }, 20_000);

  test("a wrong password is told without any password, and rows wait", async () => {
    await ready;
    const wrong = server.url.replace(server.password, "sk-wrong%21password");
    const ledger = open({}, wrong);
    send(ledger, 3);
    await until(() => ledger.told.length > 0, 10_000);
    const thrown = await rejectionOf(reportFromPostgres(wrong, sinceEver));
    await ledger.close();
    expect(ledger.told[0]).toMatch(/^the ledger cannot be (used|written): PostgreSQL: .*authentication/);
    for (const text of [...ledger.told, String(thrown)]) expect(text).not.toMatch(/wrong(%21|!)password/);
    expect({ written: ledger.written(), dropped: ledger.dropped() }).toEqual({ written: 0, dropped: 3 });
  }, 20_000);

  test("a batch that is refused is dropped after three tries, and the next one is written", async () => {
    await ready;
    const ledger = open();
    await ask(server, "ALTER TABLE qlite_exchanges ADD CONSTRAINT picky CHECK (path <> '/refused')");
    ledger.sink(recordOf({ path: "/refused" }));
    await until(() => ledger.dropped() === 1, 10_000);
    await ask(server, "ALTER TABLE qlite_exchanges DROP CONSTRAINT picky");
    send(ledger, 5);
    await until(() => ledger.written() === 5, 5000);
    await ledger.close();
    expect(ledger.told).toEqual([expect.stringContaining("picky")]);
    expect(ledger.told[0]).not.toContain("/refused");
  }, 20_000);

  test("tables of a newer qlite are not touched, and to read makes none", async () => {
    await ready;
    await ask(server, "CREATE DATABASE empty");
    const empty = server.url.replace(/postgres$/, "empty");
    expect(String(await rejectionOf(reportFromPostgres(empty, sinceEver)))).toContain(
      "there is no ledger in this database",
    );
    await ask(server, "INSERT INTO qlite_schema VALUES (99)");
    const ledger = open();
    send(ledger, 1);
    await until(() => ledger.told.length > 0, 5000);
    await ledger.close();
    await ask(server, "DELETE FROM qlite_schema WHERE version = 99");
    expect(ledger.told[0]).toContain("the ledger's tables are of a newer qlite (schema 99, known is 1)");
    expect(ledger.dropped()).toBe(1);
  }, 20_000);
});

test("a database that is not there is told, and the rows wait for it", async () => {
  await using ledger = openLedger(fileConfig("/nowhere", { url: "postgres://u:a-secret-word@127.0.0.1:1/d" }));
  send(ledger, 3);
  await until(() => ledger.told.length > 0, 10_000);
  expect(ledger.told[0]).toContain("PostgreSQL: ");
  expect(ledger.told[0]).not.toContain("a-secret-word");
  expect(ledger.dropped()).toBe(0);
});

describe.skipIf(postgresMissing !== null)("PostgreSQL that comes late", () => {
  test("gets the rows that waited for it", async () => {
    await using late = await startPostgres();
    await late.kill();
    await using ledger = openLedger(fileConfig("/nowhere", { url: late.url }));
    send(ledger, 30);
    await until(() => ledger.told.length > 0, 5000);
    await late.start();
    await until(() => ledger.written() === 30, 10_000);
    expect(await rowsIn(late)).toBe(30);
  }, 30_000);
});
