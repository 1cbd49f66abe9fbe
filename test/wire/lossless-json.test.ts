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
  "12345678.123456789",
  "-1234567.1234567891",
  "0.0000001",
  "-0.00000012",
  "-0e1",
])("%s is written back as it was spelled, wherever it stands", (number) => {
  for (const text of [number, `[${number}]`, `{"a":{"b":[1,${number},2]},"c":${number}}`]) {
    expect(JSON.stringify(parseJson(text))).toBe(text);
  }
});

/** A number in any spelling that JSON has, those at the edge of what a double gives back more often. */
const spelling = fc
  .record({
    sign: fc.constantFrom("", "-"),
    whole: fc.stringMatching(/^(?:0|[1-9][0-9]{0,18})$/),
    fraction: fc.oneof(fc.constant(""), fc.stringMatching(/^\.0{0,8}[0-9]{1,18}$/)),
    exponent: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/)),
  })
  .map(({ sign, whole, fraction, exponent }) => sign + whole + fraction + exponent);

const space = fc.stringMatching(/^[ \t\n\r]{0,2}$/);

/** Where a number may stand, N in its place and ~ for white space that may be. */
const places = [
  "~N~",
  "[~N~]",
  "[~N~,~N~,~7~]",
  '{~"a"~:~N~}',
  '{~"1e5"~:~N~,~"b"~:~[~true~,~N~]~}',
  String.raw`{"a":"\"","b":~N~}`,
] as const;

test("any number at any place comes back as it was spelled, with white space of all four kinds", () => {
  fc.assert(
    fc.property(spelling, space, fc.constantFrom(...places), (number, white, place) => {
      const text = place.replaceAll("N", number).replaceAll("~", white);
      expect(JSON.stringify(parseJson(text))).toBe(place.replaceAll("N", number).replaceAll("~", ""));
    }),
    { numRuns: 20_000 },
  );
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
