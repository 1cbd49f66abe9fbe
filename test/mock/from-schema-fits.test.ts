// Whatever the schema, the generated value fits it; a validator of other people's is the judge.
import { Validator } from "@cfworker/json-schema";
import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { fromSchema } from "../../src/mock/auto/from-schema.ts";

type Schema = Record<string, unknown>;

const formats = ["date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"];
const patterns = [
  "^[a-z]{3,5}$",
  "^\\d{4}-\\d{2}$",
  "[A-Z]+",
  "^(foo|bar)\\w*$",
  "^#[0-9a-fA-F]{6}$",
  "^\\S+@\\S+\\.com$",
];

const length = fc.nat({ max: 12 });

const string = fc.oneof(
  fc.record({ minLength: length, more: length }).map(({ minLength, more }) => ({
    type: "string",
    minLength,
    maxLength: minLength + more,
  })),
  fc.constantFrom(...formats).map((format) => ({ type: "string", format })),
  fc.constantFrom(...patterns).map((pattern) => ({ type: "string", pattern })),
);

const bound = fc.integer({ min: -50, max: 50 });

const number = fc.oneof(
  fc.record({ minimum: bound, more: fc.nat({ max: 20 }) }).map(({ minimum, more }) => ({
    type: "integer",
    minimum,
    maximum: minimum + more,
  })),
  fc
    .record({ exclusiveMinimum: bound, more: fc.double({ min: 0.01, max: 5, noNaN: true }) })
    .map(({ exclusiveMinimum, more }) => ({
      type: "number",
      exclusiveMinimum,
      exclusiveMaximum: exclusiveMinimum + more,
    })),
  fc
    .record({ minimum: bound, multipleOf: fc.constantFrom(1, 2, 3, 0.5, 0.25, 7, 0.1) })
    .map(({ minimum, multipleOf }) => ({
      type: "number",
      minimum,
      multipleOf,
    })),
  fc
    .record({ maximum: bound, multipleOf: fc.constantFrom(1, 4, 2.5) })
    .map(({ maximum, multipleOf }) => ({ type: "integer", maximum, multipleOf })),
);

const scalar = fc.oneof(
  string,
  number,
  fc.constant({ type: "boolean" }),
  fc.constant({ type: "null" }),
  fc
    .array(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), { minLength: 1, maxLength: 4 })
    .map((values) => ({ enum: values })),
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ const: value })),
);

const names = ["a", "b", "c", "d-e", "__proto__x", "größe"];

const schemaOf = (depth: number): fc.Arbitrary<Schema> => {
  if (depth === 0) return scalar;
  const below = schemaOf(depth - 1);
  const object = fc
    .record({
      properties: fc.dictionary(fc.constantFrom(...names), below, { maxKeys: 4 }),
      takes: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      additionalProperties: fc.boolean(),
    })
    .map(({ properties, takes, additionalProperties }) => ({
      type: "object",
      properties: Object.assign({}, properties),
      required: Object.keys(properties).filter((_, at) => takes[at]),
      additionalProperties,
    }));
  const map = fc
    .record({ additionalProperties: below, minProperties: fc.nat({ max: 3 }) })
    .map((rest) => Object.assign(rest, { type: "object" }));
  const array = fc
    .record({ items: below, minItems: fc.nat({ max: 4 }), more: fc.nat({ max: 3 }) })
    .map(({ items, minItems, more }) => ({ type: "array", items, minItems, maxItems: minItems + more }));
  const tuple = fc
    .record({ prefixItems: fc.array(below, { minLength: 1, maxLength: 3 }) })
    .map((rest) => Object.assign(rest, { type: "array", items: false }));
  const unique = fc.nat({ max: 4 }).map((minItems) => ({
    type: "array",
    items: { type: "integer", minimum: 0, maximum: 9 },
    uniqueItems: true,
    minItems,
  }));
  const anyOf = fc.array(below, { minLength: 1, maxLength: 3 }).map((options) => ({ anyOf: options }));
  const oneOf = fc
    .uniqueArray(fc.constantFrom("string", "integer", "boolean", "null", "object"), { minLength: 1 })
    .map((types) => ({ oneOf: types.map((type) => ({ type })) }));
  const allOf = fc.tuple(object, fc.constantFrom("x", "y"), below).map(([one, name, other]) => ({
    allOf: [
      { ...one, additionalProperties: true },
      { type: "object", properties: { [name]: other }, required: [name] },
    ],
  }));
  const nullable = fc.constantFrom("string", "integer", "array", "object").map((type) => ({ type: [type, "null"] }));
  return fc.oneof(scalar, object, map, array, tuple, unique, anyOf, oneOf, allOf, nullable);
};

const fitting = (schema: Schema, seed: number): void => {
  const value = fromSchema(schema, seed);
  const { valid, errors } = new Validator(structuredClone(schema), "2020-12").validate(value);
  if (!valid)
    throw new Error(`${JSON.stringify(value)} of ${JSON.stringify(schema)}: ${JSON.stringify(errors.at(-1))}`);
  expect(JSON.stringify(fromSchema(schema, seed))).toBe(JSON.stringify(value));
};

test("a value fits its schema, whatever the schema and the seed, and is the same again", () => {
  fc.assert(fc.property(schemaOf(3), fc.constantFrom(1, 1, 2, 99), fitting), { numRuns: 1500 });
});

const person = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };

const hard: readonly (readonly [name: string, schema: Schema])[] = [
  [
    "a list that refers to itself",
    {
      $ref: "#/$defs/node",
      $defs: {
        node: {
          type: "object",
          properties: { value: { type: "integer" }, next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] } },
          required: ["value", "next"],
          additionalProperties: false,
        },
      },
    },
  ],
  [
    "an expression that refers to itself in each branch but the last",
    {
      $ref: "#/$defs/e",
      $defs: {
        e: {
          oneOf: [
            {
              type: "object",
              properties: { l: { $ref: "#/$defs/e" }, r: { $ref: "#/$defs/e" } },
              required: ["l", "r"],
            },
            { type: "number" },
          ],
        },
      },
    },
  ],
  [
    "a reference beside which more is said",
    {
      $ref: "#/$defs/p",
      required: ["age"],
      properties: { age: { type: "integer", minimum: 18 } },
      $defs: { p: person },
    },
  ],
  ["a reference to an anchor", { $ref: "#p", $defs: { p: { $anchor: "p", ...person } } }],
  [
    "a reference into a list",
    {
      type: "object",
      properties: { a: { anyOf: [{ type: "string", minLength: 9 }] }, b: { $ref: "#/properties/a/anyOf/0" } },
      required: ["a", "b"],
    },
  ],
  ["oneOf whose first branch fits the others too", { oneOf: [{ type: "number" }, { type: "integer" }] }],
  [
    "oneOf told apart by a const",
    {
      type: "object",
      properties: { kind: { type: "string" } },
      required: ["kind"],
      oneOf: [
        { properties: { kind: { const: "a" }, a: { type: "integer" } }, required: ["a"] },
        { properties: { kind: { const: "b" } } },
      ],
    },
  ],
  [
    "anyOf that only demands",
    {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "string" } },
      anyOf: [{ required: ["a"] }, { required: ["b"] }],
    },
  ],
  ["allOf of bounds", { allOf: [{ type: "integer", minimum: 3 }, { maximum: 9 }, { multipleOf: 4 }] }],
  ["allOf of enums", { allOf: [{ enum: ["a", "b", "c"] }, { enum: ["c", "d", "b"] }] }],
  [
    "allOf of which one allows nothing more",
    {
      allOf: [
        { properties: { a: { type: "integer" } }, additionalProperties: false },
        { properties: { b: { type: "integer" } }, type: "object" },
      ],
    },
  ],
  ["not", { type: "string", enum: ["a", "b"], not: { const: "a" } }],
  [
    "a condition",
    {
      type: "object",
      properties: { country: { enum: ["US", "DE"] } },
      required: ["country"],
      if: { properties: { country: { const: "US" } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { properties: { zip: { type: "string", pattern: "^\\d{5}$" } }, required: ["zip"] },
    },
  ],
  ["an enum of which the type leaves a part", { type: "integer", enum: ["a", 1.5, 7] }],
  ["an enum of which the bounds leave a part", { enum: [1, 2, 3, 40], minimum: 10 }],
  ["required names that are nowhere described", { type: "object", required: ["x", "y"] }],
  [
    "required names that a pattern describes",
    { type: "object", required: ["n1"], patternProperties: { "^n": { type: "integer" } }, additionalProperties: false },
  ],
  [
    "names of their own form",
    {
      type: "object",
      minProperties: 2,
      propertyNames: { pattern: "^[A-Z]{2}$" },
      additionalProperties: { type: "integer" },
    },
  ],
  ["contains", { type: "array", items: { type: "integer" }, contains: { minimum: 50 }, minContains: 2 }],
  [
    "different items of a small enum",
    { type: "array", items: { enum: ["a", "b", "c"] }, uniqueItems: true, minItems: 3 },
  ],
  ["a pattern of a least length", { type: "string", pattern: "^[a-z0-9-]+$", minLength: 36, maxLength: 36 }],
  [
    "a pattern with alternatives and a class that is negated",
    { type: "string", pattern: "^(?:[^a-z]{2}|x{3})-\\d+\\.\\w?$" },
  ],
  ["a number in a range that the grid does not meet", { type: "number", exclusiveMinimum: 0.1, exclusiveMaximum: 0.2 }],
  [
    "a list of maps with a choice of types",
    {
      type: "array",
      minItems: 2,
      items: { type: "object", properties: { v: { type: ["null", "number", "string"] } }, required: ["v"] },
    },
  ],
  ["true and false", { type: "object", properties: { a: true, b: false }, required: ["a"] }],
  ["a tuple of draft 7", { type: "array", items: [{ type: "integer" }, { type: "string" }], additionalItems: false }],
];

test.each(hard)("%s is met by each of ten seeds", (_, schema) => {
  for (let seed = 1; seed <= 10; seed += 1) fitting(schema, seed);
});

test("another seed gives another value where the schema leaves a choice, and the first takes the first", () => {
  const schema = {
    type: "object",
    properties: {
      colour: { enum: ["red", "green", "blue", "white"] },
      count: { type: "integer", minimum: 5, maximum: 500 },
      name: { type: "string" },
      only: { const: 7 },
    },
    required: ["colour", "count", "name", "only"],
  };
  expect(fromSchema(schema)).toEqual({ colour: "red", count: 5, name: "lorem", only: 7 });
  const texts = Array.from({ length: 20 }, (_, seed) => JSON.stringify(fromSchema(schema, seed)));
  expect(new Set(texts).size).toBeGreaterThan(15);
  expect(texts.every((text) => text.includes('"only":7'))).toBe(true);
});
