import { expect, test } from "bun:test";
import { parseFilter } from "../../src/cli/tail-filter.ts";
import { parseRow, type Row } from "../../src/cli/tail-row.ts";
import { summarize } from "../../src/telemetry/explain-summary.ts";
import { kinds } from "../telemetry/explain-records.ts";

const rows = Object.entries(kinds).map(
  ([kind, record]) => [kind, parseRow(JSON.stringify(summarize(record)))!] as const satisfies readonly [string, Row],
);
const shown = (filter: string | undefined): string[] => {
  const isShown = parseFilter(filter);
  return rows.filter(([, row]) => isShown(row)).map(([kind]) => kind);
};

test.each([
  [undefined, Object.keys(kinds)],
  ["model=gtp-5", ["unknown model"]],
  ["model=claude-*", ["translated"]],
  ["status>=500", ["refused connection", "late head", "bug of ours"]],
  ["status >= 500 , ended != error", ["late head"]],
  ["status!=200,status<429", ["unknown model", "broken JSON"]],
  ["status<=400,status>200", ["broken JSON"]],
  ["total_ms>=2s", ["late head", "silent stream"]],
  ["total_ms>120000,total_ms<10m", ["silent stream"]],
  ["usage_source=estimated", ["cut stream", "client gone in mid-stream"]],
  ["model=", ["broken JSON", "passthrough"]],
  ["provider=,model!=", ["unknown model"]],
  ["stream=true,error!=", ["cut stream", "client gone in mid-stream", "silent stream"]],
  ["cost_usd>0.01", []],
  ["cost_usd!=0.002925,provider=up", ["unknown price"]],
])("%p shows %p", (filter, kindsShown) => {
  expect(shown(filter)).toEqual(kindsShown);
});

test.each([
  ["", '"" is no condition'],
  ["model", '"model" is no condition'],
  ["model=a,", '"" is no condition'],
  ["model==a,=b", '"=b" is no condition'],
  ["modle=a", "did you mean model?"],
  ["zzzzzz=a", "there are id, client"],
  ["__proto__=a", 'no field "__proto__"'],
  ["model>a", "compared by = or !="],
  ["status=abc", "compared with a number, not"],
  ["status=", "compared with a number, not"],
  ["status=0x10", "compared with a number, not"],
  ["total_ms=5x", "a duration such as 2s"],
])("%p is refused: %s", (filter, message) => {
  expect(() => parseFilter(filter)).toThrow(message);
});
