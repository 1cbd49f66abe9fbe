import { expect, test } from "bun:test";
import { toCsv } from "../../src/cli/usage-table.ts";
import type { Report, Sums } from "../../src/ledger/report.ts";

const sums: Sums = {
  requests: 1,
  errors: 0,
  inputTokens: 2,
  outputTokens: 3,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  costNanoUsd: -5n,
  unpricedRequests: 0,
  estimatedRequests: 0,
};
const reportOf = (names: readonly (string | null)[]): Report => ({
  by: ["model"],
  since: 0,
  rows: names.map((name) => ({ ...sums, group: [name] })),
  total: sums,
  groups: names.length,
});
const namesIn = (csv: string): string =>
  csv.replaceAll(/,1,0,2,3,0,0,-0\.000000005,0,0\r\n/g, "\n").replace(/^.*\r\n/, "");

test.each([
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@cf/meta", "'@cf/meta"],
  ["\t=1", "'\t=1"],
  ["\r=1", '"\'\r=1"'],
  ['=1,"2"', `"'=1,""2"""`],
  ["a=b", "a=b"],
  ["gpt-5.4", "gpt-5.4"],
])("in CSV the name %p is no formula to a spreadsheet", (name, cell) => {
  expect(namesIn(toCsv(reportOf([name]), (text) => text))).toBe(`${cell}\n`);
});

test("in CSV a name that is none is empty, and a number is never changed", () => {
  expect(namesIn(toCsv(reportOf([null]), (text) => text))).toBe("\n");
});
