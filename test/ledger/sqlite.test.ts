import { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { openSqliteFile } from "../../src/ledger/sqlite-file.ts";
import { makeFolder } from "../support/folder.ts";
import { rejectionOf, until } from "../support/until.ts";
import { recordOf } from "./records.ts";
import { fileConfig, openLedger, type TestLedger } from "./stores.ts";

const root = makeFolder();
afterAll(() => root[Symbol.dispose]());
let folders = 0;
const folder = (): string => {
  folders += 1;
  const path = join(root.path, String(folders));
  mkdirSync(path);
  return path;
};

const ask = (path: string, sql: string): unknown => {
  const db = new Database(path, { readonly: true });
  try {
    db.run("PRAGMA busy_timeout = 2000");
    return db.prepare(sql).values()[0]?.[0];
  } finally {
    db.close();
  }
};
const rowsIn = (path: string): number => Number(ask(path, "SELECT COUNT(*) FROM qlite_exchanges"));
const check = (path: string): unknown => ask(path, "PRAGMA integrity_check");
const send = (ledger: TestLedger, rows: number): void => {
  for (let row = 0; row < rows; row++) ledger.sink(recordOf());
};
const sinceEver = { by: ["model"], since: 0 } as const;

/** What a child said last. */
interface Said {
  readonly sent: number;
  readonly written: number;
  readonly dropped: number;
  readonly told: readonly string[];
}

const startChild = (path: string, rows: number, everyMs: number, through: readonly string[] = []) => {
  const child = Bun.spawn(
    [...through, process.execPath, join(import.meta.dir, "child.ts"), path, `${rows}`, `${everyMs}`],
    {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  let text = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) text += decoder.decode(chunk, { stream: true });
  })();
  const last = (): Said =>
    JSON.parse(
      text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1) || '{"sent":0,"written":0,"dropped":0,"told":[]}',
    );
  return {
    pid: child.pid,
    last,
    kill: async () => {
      child.kill("SIGKILL");
      await child.exited;
      await reading;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
    end: async (): Promise<Said> => {
      await child.stdin.end();
      expect(await child.exited).toBe(0);
      await reading;
      return last();
    },
  };
};

test("the file is its owner's alone, and a folder needs to be there", async () => {
  const path = folder();
  const config = fileConfig(join(path, "later"));
  await using ledger = openLedger(config);
  send(ledger, 3);
  await until(() => ledger.told.length > 0);
  expect(ledger.told).toEqual([
    expect.stringContaining(`the folder ${join(path, "later")} of the ledger is not there`),
  ]);
  expect({ written: ledger.written(), dropped: ledger.dropped() }).toEqual({ written: 0, dropped: 0 });
  mkdirSync(join(path, "later"));
  await until(() => ledger.written() === 3);
  for (const name of ["qlite.db", "qlite.db-wal"]) expect(statSync(join(path, "later", name)).mode & 0o777).toBe(0o600);
});

test("what waits is written when the ledger is closed, and the file is then whole by itself", async () => {
  const config = fileConfig(folder());
  const ledger = openLedger(config, { batchMs: 60_000 });
  send(ledger, 1234);
  await ledger.close();
  expect({ written: ledger.written(), dropped: ledger.dropped() }).toEqual({ written: 1234, dropped: 0 });
  expect(existsSync(`${config.path}-wal`)).toBe(false);
  expect(rowsIn(config.path)).toBe(1234);
  ledger.sink(recordOf());
  expect(ledger.dropped()).toBe(1);
});

test("a file that is no database is told by name and stays as it is", async () => {
  const config = fileConfig(folder());
  const text = "these are the notes of somebody\n".repeat(100);
  writeFileSync(config.path, text);
  const ledger = openLedger(config);
  send(ledger, 5);
  await until(() => ledger.told.length > 0);
  await ledger.close();
  expect(ledger.told).toEqual([expect.stringContaining(`${config.path} is no SQLite database`)]);
  expect(ledger.dropped()).toBe(5);
  expect(readFileSync(config.path, "utf8")).toBe(text);
  expect(existsSync(`${config.path}-wal`)).toBe(false);
});

test("another program's database is told and stays as it is, and so does one of a newer qlite", async () => {
  const config = fileConfig(folder());
  const other = new Database(config.path);
  other.run("CREATE TABLE notes (text)");
  other.close();
  const bytes = readFileSync(config.path);
  expect(() => openSqliteFile(config.path, "write")).toThrow("is a database of another program");
  expect(readFileSync(config.path).equals(bytes)).toBe(true);

  const path = join(folder(), "newer.db");
  openSqliteFile(path, "write").close();
  const newer = new Database(path);
  newer.run("PRAGMA user_version = 99");
  newer.close();
  expect(() => openSqliteFile(path, "write")).toThrow("was written by a newer qlite (schema 99, known is 1)");
  expect(() => openSqliteFile(path, "read")).toThrow("newer qlite");
});

test("to read makes no file", () => {
  const path = join(folder(), "none.db");
  expect(() => openSqliteFile(path, "read")).toThrow(`there is no ledger at ${path}`);
  expect(existsSync(path)).toBe(false);
});

test("rows wait for a database that is locked, and a report is read meanwhile", async () => {
  const config = fileConfig(folder());
  await using ledger = openLedger(config);
  send(ledger, 10);
  await until(() => ledger.written() === 10);
  const locker = new Database(config.path);
  locker.run("BEGIN IMMEDIATE");
  send(ledger, 20);
  await until(() => ledger.told.length > 0, 5000);
  expect(ledger.told[0]).toContain("database is locked");
  expect(ledger.written()).toBe(10);
  expect((await ledger.report(sinceEver)).total.requests).toBe(10);
  locker.run("ROLLBACK");
  locker.close();
  await until(() => ledger.written() === 30, 5000);
  expect(ledger.dropped()).toBe(0);
});

test("closing waits for a locked database two seconds and a half at most, and counts what is lost", async () => {
  const config = fileConfig(folder());
  const ledger = openLedger(config);
  send(ledger, 10);
  await until(() => ledger.written() === 10);
  const locker = new Database(config.path);
  locker.run("BEGIN IMMEDIATE");
  send(ledger, 20);
  const begun = performance.now();
  await ledger.close();
  expect(performance.now() - begun).toBeLessThan(2500);
  expect({ written: ledger.written(), dropped: ledger.dropped() }).toEqual({ written: 10, dropped: 20 });
  locker.close();
});

test("rows beyond what may wait are dropped and counted, and a problem is told once a minute", async () => {
  let at = 0;
  await using ledger = openLedger(fileConfig(join(folder(), "none")), { maxRows: 100, batchRows: 10 }, () => at);
  send(ledger, 500);
  await until(() => ledger.told.length > 0);
  send(ledger, 500);
  // Up to ten are under way beside the hundred that wait.
  expect(ledger.dropped()).toBeGreaterThanOrEqual(890);
  expect(ledger.told).toHaveLength(1);
  at = 60_000;
  send(ledger, 1);
  expect(ledger.told).toHaveLength(2);
  expect(ledger.told[1]).toMatch(/; 1[01]\d rows wait, (?:89|90)\d rows dropped so far$/);
});

const readOnly = (): string => {
  // Root may write everywhere but here.
  if (userInfo().uid === 0) return "/sys/kernel";
  const path = folder();
  chmodSync(path, 0o555);
  return path;
};
test.skipIf(process.platform !== "linux")("a folder that cannot be written to is told", async () => {
  const ledger = openLedger(fileConfig(readOnly()));
  send(ledger, 5);
  await until(() => ledger.told.length > 0);
  await ledger.close();
  expect(ledger.told[0]).toMatch(/the ledger cannot be (used|written): E(ACCES|PERM|ROFS)/);
  expect(ledger.dropped()).toBe(5);
});

test("a file that was moved away is followed by a new one", async () => {
  const config = fileConfig(folder());
  await using ledger = openLedger(config);
  send(ledger, 10);
  await until(() => ledger.written() === 10);
  renameSync(config.path, `${config.path}.old`);
  for (const end of ["-wal", "-shm"]) renameSync(`${config.path}${end}`, `${config.path}.old${end}`);
  send(ledger, 7);
  await until(() => ledger.written() === 17);
  expect(rowsIn(config.path)).toBe(7);
  expect(rowsIn(`${config.path}.old`)).toBe(10);
});

test.skipIf(process.platform === "win32")("rows do not go into a log of the file that was taken away", async () => {
  const config = fileConfig(folder());
  await using ledger = openLedger(config);
  send(ledger, 10);
  await until(() => ledger.written() === 10);
  for (const end of ["-wal", "-shm"]) unlinkSync(`${config.path}${end}`);
  send(ledger, 7);
  await until(() => ledger.written() === 17);
  expect([rowsIn(config.path), check(config.path)]).toEqual([17, "ok"]);
});

test("the file shrinks when rows go", async () => {
  const config = fileConfig(folder(), { maxBytes: 600_000 });
  await using ledger = openLedger(config, { retainMs: 60_000, retainRows: 4000 });
  send(ledger, 3999);
  await until(() => ledger.written() === 3999, 5000);
  const size = (): number =>
    Number(ask(config.path, "PRAGMA page_count")) * Number(ask(config.path, "PRAGMA page_size"));
  expect(size()).toBeGreaterThan(900_000);
  send(ledger, 1);
  await until(() => size() <= 610_000, 5000, "the file is small");
  const { total } = await ledger.report(sinceEver);
  expect(total.requests).toBeGreaterThan(1000);
  expect(total.requests).toBeLessThan(4000);
});

test("two processes write to one file, and every row is there", async () => {
  const { path } = fileConfig(folder());
  await using one = startChild(path, 20, 2);
  await using other = startChild(path, 20, 2);
  const children = [one, other];
  await until(() => children.every((child) => child.last().written > 2000), 15_000, "both have written");
  const ends = await Promise.all(children.map((child) => child.end()));
  expect(ends.map(({ sent, written, dropped }) => ({ lost: sent - written, dropped }))).toEqual([
    { lost: 0, dropped: 0 },
    { lost: 0, dropped: 0 },
  ]);
  expect(rowsIn(path)).toBe(ends.reduce((sum, { written }) => sum + written, 0));
  expect(check(path)).toBe("ok");
});

test("a process that is killed leaves a ledger that is whole, with every row it had confirmed", async () => {
  const { path } = fileConfig(folder());
  for (let round = 1; round <= 3; round++) {
    const before = existsSync(path) ? rowsIn(path) : 0;
    await using child = startChild(path, 20, 2);
    await until(() => child.last().written > 500, 15_000, "it has written");
    await child.kill();
    expect(check(path)).toBe("ok");
    expect(rowsIn(path)).toBeGreaterThanOrEqual(before + child.last().written);
  }
  const file = openSqliteFile(path, "read");
  expect(file.report(sinceEver).total.requests).toBe(rowsIn(path));
  file.close();
});

test.skipIf(process.platform !== "linux")(
  "a full disk drops rows, fails nothing, and is written to again when there is room",
  async () => {
    const { path } = fileConfig(folder());
    // A limit for each file is as good as a small disk, and needs no rights. The signal that comes with it ends a program.
    await using child = startChild(path, 20, 2, ["bash", "-c", 'trap "" XFSZ; ulimit -S -f 400; exec "$@"', "bash"]);
    await until(() => child.last().dropped > 1000, 15_000, "rows are dropped");
    const { told, written } = child.last();
    expect(told).toEqual([expect.stringMatching(/disk I\/O error|database or disk is full/)]);
    expect(rowsIn(path)).toBeGreaterThanOrEqual(written);
    expect(Bun.spawnSync(["prlimit", "--pid", `${child.pid}`, "--fsize=unlimited"]).exitCode).toBe(0);
    await until(() => child.last().written > written + 1000, 15_000, "rows are written again");
    const end = await child.end();
    expect(end.written + end.dropped).toBe(end.sent);
    expect(rowsIn(path)).toBe(end.written);
    expect(check(path)).toBe("ok");
  },
);

test("reports asked for at one time are bounded", async () => {
  await using ledger = openLedger(fileConfig(folder()));
  send(ledger, 1);
  await until(() => ledger.written() === 1);
  const asked = Array.from({ length: 12 }, () => ledger.report(sinceEver));
  const settled = await Promise.allSettled(asked);
  expect(settled.map(({ status }) => status)).toEqual([
    ...Array<"fulfilled">(8).fill("fulfilled"),
    ...Array<"rejected">(4).fill("rejected"),
  ]);
  expect(await rejectionOf(asked[11] ?? Promise.resolve())).toMatchObject({
    message: "8 reports are under way already",
  });
});
