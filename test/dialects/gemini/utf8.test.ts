import { expect, test } from "bun:test";
import { assert, constantFrom, property, string } from "fast-check";
import { toBytes, toUnits } from "../../../src/dialects/gemini/utf8.ts";

const text = string({ unit: constantFrom("a", "ü", "☔", "🌍", "\n"), maxLength: 40 });

test("a place before a character is the same place again, in bytes and in units", () => {
  assert(
    property(text, (said) => {
      let units = 0;
      for (const character of said) {
        const bytes = toBytes(said, units);
        expect(toUnits(said, bytes)).toBe(units);
        const size = new TextEncoder().encode(character).length;
        for (let inside = 1; inside < size; inside += 1) expect(toUnits(said, bytes + inside)).toBe(units);
        units += character.length;
      }
    }),
  );
});

test.each([
  [-1, 0],
  [99, 3],
  [Number.NaN, 0],
])("the byte %d is the unit %d of three", (bytes, units) => {
  expect(toUnits("a🌍", bytes)).toBe(units);
});
