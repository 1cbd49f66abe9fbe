import { expect, test } from "bun:test";
import { parseQuery } from "../../src/ledger/query.ts";
import { toPlainUsd } from "../../src/wire/usd.ts";

const now = Date.UTC(2026, 10, 22, 12);
const hour = 3_600_000;

test("without a word it is by model, of the last seven days", () => {
  expect(parseQuery(null, null, now)).toEqual({ kind: "ok", query: { by: ["model"], since: now - 168 * hour } });
});

test.each([
  ["30m", now - hour / 2],
  ["24h", now - 24 * hour],
  ["2w", now - 336 * hour],
  ["999999w", 0],
  ["2026-11-01", Date.UTC(2026, 10, 1)],
  ["2026-11-01T12:30Z", Date.UTC(2026, 10, 1, 12, 30)],
  ["2026-11-01T12:30:15.250+02:00", Date.UTC(2026, 10, 1, 10, 30, 15, 250)],
])("since %s", (written, since) => {
  expect(parseQuery("day, key", written, now)).toEqual({ kind: "ok", query: { by: ["day", "key"], since } });
});

test.each([
  "",
  "7",
  "7y",
  "-7d",
  "7 d",
  "1.5d",
  "yesterday",
  "2026-02-30",
  "2026-13-01",
  "2026-11-01T25:00Z",
  "2026-11-01T12:00",
  "99999999d",
])("since %p is refused by name", (since) => {
  expect(parseQuery(null, since, now)).toMatchObject({ kind: "faulty", fault: { param: "since" } });
});

test.each(["", "modl", "model,", "model,model", "model;key", "Model", "time; DROP TABLE x"])(
  "by %p is refused by name",
  (by) => {
    const parsed = parseQuery(by, null, now);
    expect(parsed).toMatchObject({ kind: "faulty", fault: { param: "by" } });
    expect(JSON.stringify(parsed)).toContain("model, key, provider, day");
  },
);

test.each([
  [0n, "0"],
  [1n, "0.000000001"],
  [75_000n, "0.000075"],
  [1_000_000_000n, "1"],
  [1_230_000_000n, "1.23"],
  [9_223_372_036_854_775_807n, "9223372036.854775807"],
])("%p billionths of a dollar are %s USD", (nanoUsd, usd) => {
  expect(toPlainUsd(nanoUsd)).toBe(usd);
});
