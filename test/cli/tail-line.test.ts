import { expect, test } from "bun:test";
import { toLayout, toLine, toTitles } from "../../src/cli/tail-line.ts";
import { parseRow, type Row } from "../../src/cli/tail-row.ts";
import { fit, paintAnsi, paintNothing, toHarmless } from "../../src/cli/tail-text.ts";
import { summarize } from "../../src/telemetry/explain-summary.ts";
import { kinds, makeRecord } from "../telemetry/explain-records.ts";
import type { ExchangeRecord } from "../../src/record.ts";

const rowOf = (record: ExchangeRecord): Row => parseRow(JSON.stringify(summarize(record)))!;
const ownColours = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, "g");
const plain = (record: ExchangeRecord, width: number | null = null): string =>
  toLine(rowOf(record), width, paintNothing).replaceAll(/ +/g, " ");

test.each([
  ["unary", "10:21:33.412 200 smart -> openai/gpt-5.4 1200>56 $0.002925 811ms 811ms 0.38ms complete"],
  ["stream", "10:21:33.412 200 smart -> openai/gpt-5.4 1200>56 $0.002925 211ms 1.41s 0.38ms complete"],
  ["translated", "10:21:33.412 200 claude-opus-5-5 -> claude 1200>56 $0.002925 811ms 811ms 0.38ms complete"],
  ["cut stream", "10:21:33.412 200 smart -> openai/gpt-5.4 ~1200>31 ~$0.002925 211ms 1.41s 0.38ms upstream_cut"],
  ["late head", "10:21:33.412 504 smart -> openai/gpt-5.4 - - 600s 600s 0.38ms upstream_head_timeout"],
  ["client gone before the head", "10:21:33.412 499 smart -> openai/gpt-5.4 - - 90ms 90ms 0.38ms client_gone"],
  ["unknown model", "10:21:33.412 404 gtp-5 - - 0.40ms 0.40ms 0.30ms model_not_found"],
  ["unknown price", "10:21:33.412 200 up/llama-5 1200>56 - 811ms 811ms 0.38ms complete"],
  ["broken JSON", "10:21:33.412 400 POST /v1/chat/completions - - 0.40ms 0.40ms 0.30ms invalid_json"],
  ["passthrough", "10:21:33.412 200 GET /v1/files -> openai - - 811ms 811ms 0.38ms complete"],
])("one line tells an exchange: %s", (kind, line) => {
  expect(plain(kinds[kind]!)).toBe(line);
});

test.each([
  [0, "$0"],
  [1, "<$0.000001"],
  [999, "<$0.000001"],
  [1000, "$0.000001"],
  [123_456_789, "$0.123457"],
  [12_345_678_900, "$12.35"],
])("%d nano-dollars are told as %s", (nanoUsd, text) => {
  expect(plain(makeRecord({ cost: { ...kinds["unary"]!.cost!, nanoUsd } }))).toContain(` ${text} `);
});

test("a client that had left before has no status", () => {
  expect(plain(makeRecord({ status: 0 }))).toContain(" --- smart");
});

test("an exchange of a newer gateway, of which little is known, is told as far as it goes", () => {
  for (const line of ["{}", '{"status":"200","model":7,"ended":{"a":1},"cost_usd":"x"}']) {
    expect(() => toLine(parseRow(line)!, 100, paintAnsi)).not.toThrow();
  }
});

const nasty = makeRecord({
  model: "a\u001b[31mb\u009b2J\u202ec\u200d\n\u0007\u2028d",
  path: "/\u001b",
  ending: "error",
});

test("nothing that came from outside can steer a terminal", () => {
  const line = toLine(rowOf(nasty), null, paintAnsi);
  expect(line).toContain(String.raw`a\u001b[31mb\u009b2J\u202ec\u200d\u000a\u0007\u2028d`);
  // What is left of escapes are our own colours.
  expect(line.replaceAll(ownColours, "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(toLine(rowOf(nasty), null, paintNothing)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test("a JSON text made harmless is the same value", () => {
  const value = { text: "a\u009b\u202e\u{e0041}\u001b\\ \ud800 é模" };
  const text = toHarmless(JSON.stringify(value));
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  expect(JSON.parse(text)).toEqual(value);
});

test("no line is wider than its terminal, whatever is in it", () => {
  const wide = makeRecord({
    model: "模型".repeat(100),
    provider: "👩‍👩‍👧‍👦".repeat(50),
    errorCode: "upstream_stream_interrupted",
  });
  for (const record of [...Object.values(kinds), nasty, wide]) {
    for (let width = 20; width <= 220; width += 1) {
      expect(Bun.stringWidth(toLine(rowOf(record), width, paintAnsi))).toBeLessThanOrEqual(width);
    }
  }
});

const titles = (width: number): string => toTitles(width, paintNothing).replaceAll(/ +/g, " ");

test("a narrow terminal loses whole columns, the model and the status last", () => {
  expect(titles(150)).toBe("TIME (UTC) STA MODEL -> PROVIDER IN>OUT COST TTFB TOTAL PROXY ENDED");
  expect(titles(100)).toBe("TIME (UTC) STA MODEL -> PROVIDER IN>OUT COST TTFB TOTAL ENDED");
  expect(titles(60)).toBe("STA MODEL -> PROVIDER TOTAL ENDED");
  expect(titles(20)).toBe("STA MODEL -> PROVID…");
  expect(toLayout(150).length).toBe(9);
});

test("columns stand below each other", () => {
  const lines = Object.values(kinds).map((record) => toLine(rowOf(record), 150, paintNothing));
  for (const line of lines) expect(line.slice(12, 17)).toMatch(/^ \d{3} $/);
  expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf("ms ")).length)).size).toBe(1);
});

const colours = (kind: string): string[] =>
  [...toLine(rowOf(kinds[kind]!), 150, paintAnsi).matchAll(ownColours)]
    .map(([, code]) => code!)
    .filter((code) => code !== "0");

test("a status, an ending and a dim column have colours of their own", () => {
  expect(colours("unary")).toEqual(["2", "32", "36", "2", "2"]);
  expect(colours("unknown model")).toEqual(["2", "33", "36", "2", "31"]);
  expect(colours("late head")).toEqual(["2", "31", "36", "2", "31"]);
  expect(colours("client gone in mid-stream")).toEqual(["2", "32", "36", "2", "35"]);
});

test("a text is filled or cut to its columns, two of them for a wide sign", () => {
  expect(fit("ab", 4)).toBe("ab  ");
  expect(fit("ab", 4, "right")).toBe("  ab");
  expect(fit("abcdef", 4)).toBe("abc…");
  expect(fit("模型模型", 4)).toBe("模… ");
  expect(fit("abcdef", null)).toBe("abcdef");
});
