import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseJson } from "../../src/wire/lossless-json.ts";

test.each([
  "9007199254740993",
  "-9007199254740993",
  "1.0",
  "0.10",
  "1e400",
  "1E5",
  "1e-7",
  "-0",
  "-0.0",
  "100",
  "3.14",
  "0.1",
  "12345678901234567890.123456789",
])("%s is written back as it was spelled, wherever it stands", (number) => {
  for (const text of [number, `[${number}]`, `{"a":{"b":[1,${number},2]},"c":${number}}`]) {
    expect(JSON.stringify(parseJson(text))).toBe(text);
  }
});

test("an ordinary number is a number, a precarious one stays a text that JSON knows as a number", () => {
  expect(parseJson('{"a":1,"b":1.5}')).toEqual({ a: 1, b: 1.5 });
  const { a, b } = JSON.parse('{"a":0,"b":0}', (key, value: unknown) =>
    key === "" ? parseJson('{"a":1.0,"b":2}') : value,
  );
  expect([JSON.isRawJSON(a), b]).toEqual([true, 2]);
});

test.each([
  String.raw`{"a":"1.0","b":"say \"1.0\"","c":1}`,
  String.raw`{"a":"\\","b":1.0}`,
  String.raw`{"a":"\\\"1.0","b":2}`,
  String.raw`["\\\\",1.0,"1.0"]`,
])("%s: numbers are told from texts, whatever is escaped in them", (text) => {
  expect(JSON.stringify(parseJson(text))).toBe(text);
});

test("a text that looks like a number costs no other its speed: what is no number is parsed as ever", () => {
  expect(parseJson('{"id":"msg_0c7a68e5f1","n":1}')).toEqual({ id: "msg_0c7a68e5f1", n: 1 });
});

test("texts that look like numbers stay texts", () => {
  const text = '{"9007199254740993":"1.0","b":"9007199254740993"}';
  expect(JSON.stringify(parseJson(text))).toBe(text);
});

test("whatever JSON can hold comes back", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }),
  );
});

test.each([
  ["arrays", (levels: number) => "[".repeat(levels) + "]".repeat(levels)],
  ["objects", (levels: number) => `${'{"[":'.repeat(levels)}"${"{".repeat(999)}"${"}".repeat(levels)}`],
  ["arrays around a number to be kept", (levels: number) => `${"[".repeat(levels)}1.0${"]".repeat(levels)}`],
] as const)("%s nest up to 512 levels deep, what is deeper is a SyntaxError", (_, make) => {
  expect(JSON.stringify(parseJson(make(512)))).toBe(make(512));
  for (const levels of [513, 50_000, 1_000_000]) expect(() => parseJson(make(levels))).toThrow(SyntaxError);
});

test("brackets beside each other are not deep", () => {
  const text = `[${Array.from({ length: 2000 }, () => '{"a":[]}').join()}]`;
  expect(JSON.stringify(parseJson(text))).toBe(text);
});

test("what is no JSON is a SyntaxError", () => {
  expect(() => parseJson("{")).toThrow(SyntaxError);
  expect(() => parseJson("01.0")).toThrow(SyntaxError);
});
