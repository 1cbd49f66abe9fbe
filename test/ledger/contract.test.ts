import { afterAll, describe, expect, test } from "bun:test";
import { SQL } from "bun";
import type { LedgerConfig } from "../../src/config/observe-schema.ts";
import { columns, toRow } from "../../src/ledger/row.ts";
import type { Grouping } from "../../src/ledger/query.ts";
import { maxGroups } from "../../src/ledger/report.ts";
import { table } from "../../src/ledger/schema.ts";
import type { ExchangeRecord } from "../../src/record.ts";
import { makeFolder } from "../support/folder.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { until } from "../support/until.ts";
import { costOf, recordOf, usageOf } from "./records.ts";
import { fileConfig, hour, openLedger, type TestLedger } from "./stores.ts";

/** A store, and how to look into it from outside. */
interface Place {
  readonly name: string;
  readonly why: string | null;
  readonly config: () => LedgerConfig;
  readonly rows: (config: LedgerConfig) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

const folder = makeFolder();
const postgres = postgresMissing === null ? await startPostgres() : null;
afterAll(async () => {
  folder[Symbol.dispose]();
  await postgres?.[Symbol.asyncDispose]();
});

let count = 0;
const look = async (url: string, options: Bun.SQL.Options = {}) => {
  const client = new SQL(url, options);
  try {
    return await client.unsafe<Readonly<Record<string, unknown>>[]>(`SELECT * FROM ${table} ORDER BY seq`);
  } finally {
    await client.close({ timeout: 0 });
  }
};
const inDatabase = (change: string): string => {
  if (postgres === null) throw new Error("no PostgreSQL");
  const url = new URL(postgres.url);
  url.pathname = change;
  return url.href;
};

const places: readonly Place[] = [
  {
    name: "SQLite",
    why: null,
    config: () => fileConfig(makeFolderIn()),
    rows: ({ path }) => look(`sqlite://${path}`),
  },
  {
    name: "PostgreSQL",
    why: postgresMissing,
    config: () => fileConfig(folder.path, { url: makeDatabase() }),
    rows: ({ url }) => look(url ?? ""),
  },
];

const makeFolderIn = (): string => {
  count += 1;
  return Bun.spawnSync(["mktemp", "-d", "-p", folder.path]).stdout.toString().trim();
};
const databases: string[] = [];
const makeDatabase = (): string => inDatabase(databases.shift() ?? "");
if (postgres !== null) {
  const admin = new SQL(postgres.url);
  for (let number = 1; number <= 8; number++) {
    await admin.unsafe(`CREATE DATABASE test${number}`);
    databases.push(`test${number}`);
  }
  await admin.close({ timeout: 0 });
}

const write = async (ledger: TestLedger, records: readonly ExchangeRecord[]): Promise<void> => {
  const before = ledger.written();
  for (const record of records) ledger.sink(record);
  await until(() => ledger.written() === before + records.length, 5000, "all rows are written");
};

const noon = Date.UTC(2026, 10, 22, 12);
const exchanges: readonly ExchangeRecord[] = [
  recordOf({ at: noon, key: "a", cost: costOf(9_007_199_254_740_991) }),
  recordOf({
    at: noon + 1,
    key: "a",
    cost: costOf(9_007_199_254_740_991),
    usage: usageOf({ cachedInputTokens: 30, reasoningTokens: 5 }),
  }),
  recordOf({ at: noon + 2, key: "b", provider: "other", usageSource: "estimated", ending: "client_gone" }),
  recordOf({ at: noon - 24 * hour, model: "new-model", cost: null }),
  recordOf({
    at: noon - 24 * hour,
    model: "new-model",
    cost: null,
    usage: null,
    usageSource: null,
    status: 502,
    ending: "error",
    errorCode: "upstream_connect_error",
    errorSource: "upstream",
  }),
  recordOf({
    at: noon - 24 * hour,
    model: null,
    provider: null,
    attempts: 0,
    cost: null,
    usage: null,
    usageSource: null,
    path: "/v1/models",
  }),
  recordOf({ at: noon - 100 * hour, model: "too-old" }),
];

for (const place of places) {
  if (place.why !== null) {
    test.skip(`${place.name}: ${place.why}`, () => {});
    continue;
  }
  describe(place.name, () => {
    test("what is written can be read back, cell by cell", async () => {
      const config = place.config();
      await using ledger = openLedger(config);
      const record = recordOf({ model: '模型"\\\n😀\u001b', bodies: { request: "{}", reply: "x".repeat(60_000) } });
      await write(ledger, [record]);
      const [row] = await place.rows(config);
      const cells = columns.map(({ name, kind }) => {
        const value = row?.[name] ?? null;
        if (kind === "flag") return Boolean(value);
        return kind === "whole" && value !== null ? Number(value) : value;
      });
      expect(cells).toEqual([...toRow(record)]);
    });

    test("a report sums up exactly, and tells apart what is not known and what is estimated", async () => {
      await using ledger = openLedger(place.config());
      await write(ledger, exchanges);
      const report = await ledger.report({ by: ["model"], since: noon - 48 * hour });
      expect(report.rows).toEqual([
        {
          group: ["gpt-5.4-mini"],
          requests: 3,
          errors: 0,
          inputTokens: 300,
          outputTokens: 60,
          cachedInputTokens: 30,
          reasoningTokens: 5,
          costNanoUsd: 18_014_398_509_556_982n,
          unpricedRequests: 0,
          estimatedRequests: 1,
        },
        {
          group: ["new-model"],
          requests: 2,
          errors: 1,
          inputTokens: 100,
          outputTokens: 20,
          cachedInputTokens: 0,
          reasoningTokens: 0,
          costNanoUsd: null,
          unpricedRequests: 1,
          estimatedRequests: 0,
        },
        {
          group: [null],
          requests: 1,
          errors: 0,
          inputTokens: 0,
          outputTokens: 0,
          cachedInputTokens: 0,
          reasoningTokens: 0,
          costNanoUsd: null,
          unpricedRequests: 0,
          estimatedRequests: 0,
        },
      ]);
      expect(report.total).toMatchObject({
        requests: 6,
        errors: 1,
        costNanoUsd: 18_014_398_509_556_982n,
        unpricedRequests: 1,
      });
    });

    test.each<[Grouping[], (string | null)[][]]>([
      [["provider"], [["up"], ["other"], [null]]],
      [["key"], [["a"], ["b"], [null]]],
      [["day"], [["2026-11-21"], ["2026-11-22"]]],
      [
        ["day", "key"],
        [
          ["2026-11-21", null],
          ["2026-11-22", "a"],
          ["2026-11-22", "b"],
        ],
      ],
    ])("a report by %j has these groups, days in their order, else the dearest first", async (by, groups) => {
      const config = shared(place);
      await using ledger = openLedger(config);
      if ((await ledger.report({ by: ["day"], since: 0 }).catch(() => null))?.total.requests !== exchanges.length) {
        await write(ledger, exchanges);
      }
      const report = await ledger.report({ by, since: noon - 48 * hour });
      expect(report.rows.map(({ group }) => group)).toEqual(groups);
    });

    test("a report of nothing has a total of nothing", async () => {
      await using ledger = openLedger(shared(place));
      await until(async () => (await ledger.report({ by: ["model"], since: noon + hour }).catch(() => null)) !== null);
      const report = await ledger.report({ by: ["model"], since: noon + hour });
      expect(report).toMatchObject({ rows: [], groups: 0, total: { requests: 0, costNanoUsd: null, inputTokens: 0 } });
    });

    test("of more groups than are listed the dearest are, and the total is of all", async () => {
      await using ledger = openLedger(place.config());
      const records = Array.from({ length: maxGroups + 500 }, (_, index) =>
        recordOf({ model: `invented-${index}`, cost: costOf(index) }),
      );
      await write(ledger, records);
      const report = await ledger.report({ by: ["model"], since: 0 });
      expect(report).toMatchObject({ groups: maxGroups + 500, total: { requests: maxGroups + 500 } });
      expect(report.rows.map(({ costNanoUsd }) => costNanoUsd)).toEqual(
        Array.from({ length: maxGroups }, (_, index) => BigInt(maxGroups + 499 - index)),
      );
    });

    test("rows older than the retention go", async () => {
      await using ledger = openLedger(fresh(place, { retentionMs: hour }), { retainRows: 1 }, () => noon);
      const old = Array.from({ length: 250 }, () => recordOf({ at: noon - 2 * hour }));
      for (const record of [...old, recordOf({ at: noon }), recordOf({ at: noon - hour + 1 })]) ledger.sink(record);
      await until(() => ledger.written() === 252, 5000);
      await until(
        async () => (await ledger.report({ by: ["day"], since: 0 })).total.requests === 2,
        5000,
        "two rows are left",
      );
    });

    test("beyond its size the oldest rows go", async () => {
      const maxBytes = 400_000;
      await using ledger = openLedger(fresh(place, { maxBytes }), { retainRows: 1 });
      const bodies = { request: noise(5000), reply: "" };
      for (let number = 0; number < 20; number++) {
        await write(
          ledger,
          Array.from({ length: 20 }, (_, index) => recordOf({ at: noon + number * 20 + index, bodies })),
        );
      }
      const left = async () => (await ledger.report({ by: ["model"], since: 0 })).total.requests;
      await until(async () => (await left()) * 5000 < maxBytes, 5000, "it is small enough");
      expect(await left()).toBeGreaterThan(10);
      const newest = await ledger.report({ by: ["model"], since: noon + 395 });
      expect(newest.total.requests).toBe(5);
    });
  });
}

const known = new Map<string, LedgerConfig>();
const shared = (place: Place): LedgerConfig => {
  const config = known.get(place.name) ?? place.config();
  known.set(place.name, config);
  return config;
};
const fresh = (place: Place, changes: Partial<LedgerConfig>): LedgerConfig => ({ ...place.config(), ...changes });
/** Text that cannot be compressed. */
const noise = (length: number): string => crypto.getRandomValues(Buffer.alloc((length * 3) / 4)).toString("base64");
