import { expect, test } from "bun:test";
import { toRequestId } from "../../src/wire/request-id.ts";

const made = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test.each(["a", "req_123", "A.b-C:9_z", "0f8b2c9e-1d2a-4c5b-9e0f-1a2b3c4d5e6f", "x".repeat(128)])(
  "%s is kept",
  (given) => {
    expect(toRequestId(given)).toBe(given);
  },
);

test.each([
  null,
  "",
  " ",
  " a",
  "a ",
  "a b",
  "a\n",
  "a\r\nx-evil: 1",
  "a\u0000",
  "a\u001b[31m",
  "é",
  'a"b',
  "a/b",
  "{}",
  "x".repeat(129),
])("%j is replaced by a new one", (given) => {
  expect(toRequestId(given)).toMatch(made);
});

test("new ids differ, and sort in the order they were made", () => {
  const ids = Array.from({ length: 1000 }, () => toRequestId(null));
  expect(new Set(ids).size).toBe(1000);
  expect(ids.toSorted()).toEqual(ids);
});
