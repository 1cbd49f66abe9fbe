import { expect, test } from "bun:test";
import { fromSchema } from "../../src/mock/auto/from-schema.ts";

const node = {
  type: "object",
  properties: { name: { type: "string" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
  required: ["name", "next"],
};

const cases: readonly [name: string, schema: unknown, wanted: unknown][] = [
  ["a const", { const: null }, null],
  ["the first of an enum", { enum: ["b", "a"] }, "b"],
  ["a text of a format", { type: "string", format: "date" }, "2026-01-01"],
  ["a text of a least length", { type: "string", minLength: 9 }, "lorem ips"],
  ["a text of a greatest length", { type: "string", maxLength: 2 }, "lo"],
  ["the first of several types that is not null", { type: ["null", "boolean"] }, true],
  ["null", { type: "null" }, null],
  ["an integer of at least a fraction", { type: "integer", minimum: 2.5 }, 3],
  ["an integer above a bound", { type: "integer", exclusiveMinimum: 4 }, 5],
  ["an integer below 0", { type: "integer", maximum: -3 }, -3],
  ["an integer below a bound of 1", { type: "integer", exclusiveMaximum: 1 }, 0],
  ["a number in a narrow range", { type: "number", minimum: 0.5, maximum: 0.9 }, 0.5],
  ["a multiple", { type: "integer", minimum: 7, multipleOf: 5 }, 10],
  ["an array of as many as are wanted", { type: "array", items: { type: "integer" }, minItems: 3 }, [1, 1, 1]],
  ["an array that must be empty", { type: "array", items: { type: "integer" }, maxItems: 0 }, []],
  ["a tuple", { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }] }, ["lorem", 1]],
  ["the first of anyOf", { anyOf: [{ type: "integer" }, { type: "string" }] }, 1],
  [
    "all of allOf",
    { allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] },
    { a: 1, b: 2 },
  ],
  ["an object by its properties alone", { properties: { a: { type: "boolean" } } }, { a: true }],
  ["a $ref with escapes", { $ref: "#/$defs/a~1b", $defs: { "a/b": { const: 3 } } }, 3],
  [
    "a property that is named __proto__",
    JSON.parse('{"properties":{"__proto__":{"const":1}}}'),
    JSON.parse('{"__proto__":1}'),
  ],
  [
    "Gemini's capitals and counts as text",
    { type: "ARRAY", minItems: "2", items: { type: "STRING" } },
    ["lorem", "lorem"],
  ],
  ["an empty object of a schema that says nothing", {}, {}],
  ["an empty object of no schema", undefined, {}],
];

for (const [name, schema, wanted] of cases)
  test(`a schema gives ${name}`, () => {
    expect(JSON.stringify(fromSchema(schema))).toBe(JSON.stringify(wanted));
  });

test("a schema that refers to itself ends where it may", () => {
  const text = JSON.stringify(fromSchema({ ...node, $defs: { node } }));
  expect(text).toStartWith('{"name":"lorem","next":{"name":"lorem"');
  expect(text).toContain('"next":null');
  const tree = {
    type: "object",
    properties: { children: { type: "array", items: { $ref: "#" } } },
    required: ["children"],
  };
  expect(JSON.stringify(fromSchema(tree))).toContain('"children":[]');
});

test("a schema that demands itself many times without end gives a bounded value", () => {
  const names = Array.from({ length: 10 }, (_, at) => `p${at}`);
  const endless = {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { $ref: "#" }])),
    required: names,
  };
  expect(JSON.stringify(fromSchema(endless)).length).toBeLessThan(200_000);
  expect(fromSchema({ $ref: "#" })).toBeNull();
  const huge = { type: "array", minItems: 1e9, items: { type: "array", minItems: 1e9, items: {} } };
  expect(JSON.stringify(fromSchema(huge)).length).toBeLessThan(200_000);
});
