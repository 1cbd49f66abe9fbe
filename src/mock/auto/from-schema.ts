import { Validator } from "@cfworker/json-schema";
import type { JsonObject as Fields } from "../../dialects/conversation.ts";
import { isObject as isFields } from "../../dialects/fields.ts";
import { createDraw } from "../seed.ts";
import { mergeSchemas } from "./merge-schema.ts";
import { isOfType, listAt, othersOf, typeOf } from "./schema-facts.ts";
import { createFollow, createHeights } from "./schema-tree.ts";
import { numberAt, pickOf, toNumber, toText, type Draw } from "./scalars.ts";

/** Below this depth, or past this many values, only what a schema demands is generated. */
const fullDepth = 6;
const fullValues = 500;
/** Past these a schema demands too much, or demands itself without end: `null` stands for the rest. */
const mostDepth = 48;
const mostValues = 10_000;
/** References, `allOf` and choices of one place that are followed. */
const mostSteps = 64;
/** How often another value is tried for a schema that a first one does not fit. */
const mostTries = 12;

const first: Draw = () => 0;

/** Keywords that are not made to fit: a value is looked at, and another tried. */
const unsure = ["oneOf", "not", "if", "dependentSchemas", "dependencies", "unevaluatedProperties", "unevaluatedItems"];

interface Made {
  readonly value: unknown;
  readonly isUnsure: boolean;
}

const make = (root: unknown, start: Draw): Made => {
  const follow = createFollow(root);
  const heightOf = createHeights(follow);
  let draw = start;
  let values = 0;
  let isUnsure = false;
  const pick = (count: number): number => pickOf(draw)(count);

  const choose = (options: readonly unknown[], isScarce: boolean): unknown => {
    if (!isScarce) return options[pick(options.length)];
    const heights = options.map(heightOf);
    return options[heights.indexOf(Math.min(...heights))];
  };

  /** A schema without references and choices; null when it does not end. */
  const flatten = (given: Fields, isScarce: boolean): Fields | null => {
    let schema = given;
    for (let steps = 0; steps < mostSteps; steps += 1) {
      if (unsure.some((key) => schema[key] !== undefined)) isUnsure = true;
      const { $ref, allOf, anyOf, oneOf, if: condition, then, else: _, ...rest } = schema;
      if (typeof $ref === "string") {
        const target = follow($ref);
        const { $ref: __, ...beside } = schema;
        if (!isFields(target)) schema = beside;
        else schema = Object.keys(beside).length === 0 ? target : mergeSchemas(target, beside);
      } else if (Array.isArray(allOf)) {
        const { allOf: __, ...beside } = schema;
        schema = allOf.filter(isFields).reduce<Fields>((all, one) => {
          const target = typeof one["$ref"] === "string" ? follow(one["$ref"]) : one;
          return isFields(target) ? mergeSchemas(all, target) : all;
        }, beside);
      } else if (Array.isArray(anyOf) || Array.isArray(oneOf)) {
        const key = Array.isArray(anyOf) ? "anyOf" : "oneOf";
        const chosen = choose(listAt(schema, key), isScarce);
        const { [key]: __, ...beside } = schema;
        schema = isFields(chosen) ? mergeSchemas(beside, chosen) : beside;
      } else if (isFields(condition)) {
        schema = [condition, then].filter(isFields).reduce(mergeSchemas, rest);
      } else return schema;
    }
    return null;
  };

  const generate = (given: unknown, depth: number): unknown => {
    values += 1;
    if (depth > mostDepth || values > mostValues) return null;
    if (!isFields(given)) return given === undefined || given === true ? {} : null;
    const isScarce = depth >= fullDepth || values > fullValues;
    if (isScarce && given["nullable"] === true) return null;
    const schema = flatten(given, isScarce);
    if (schema === null) return null;
    if (schema["const"] !== undefined) return schema["const"];
    const options = listAt(schema, "enum").filter((value) => isOfType(value, schema["type"]));
    if (options.length > 0 || listAt(schema, "enum").length > 0) {
      isUnsure ||= Object.keys(schema).some((key) => key !== "enum" && key !== "type" && key !== "description");
      return options.length > 0 ? options[pick(options.length)] : listAt(schema, "enum")[0];
    }
    switch (typeOf(schema, pick)) {
      case "object":
        return toObject(schema, depth, isScarce);
      case "array":
        return toArray(schema, depth, isScarce);
      case "string": {
        const text = toText(schema, draw);
        isUnsure ||= text === null;
        return text ?? "";
      }
      case "integer":
        return toNumber(schema, true, draw);
      case "number":
        return toNumber(schema, false, draw);
      case "boolean":
        return pick(2) === 0;
      case "null":
        return null;
      default:
        return {};
    }
  };

  const newName = (schema: Fields, at: number): string => {
    const { propertyNames } = schema;
    const [pattern] = Object.keys(isFields(schema["patternProperties"]) ? schema["patternProperties"] : {});
    const before = draw;
    if (at > 0) draw = createDraw(`name/${at}/${before()}`);
    const name = isFields(propertyNames)
      ? generate({ type: "string", ...propertyNames }, mostDepth - 1)
      : schema["additionalProperties"] === false && pattern !== undefined
        ? toText({ pattern }, draw)
        : `key${at + 1}`;
    draw = before;
    return String(name);
  };

  const toObject = (schema: Fields, depth: number, isScarce: boolean): unknown => {
    const properties = isFields(schema["properties"]) ? schema["properties"] : {};
    const required = new Set(listAt(schema, "required").map(String));
    const most = numberAt(schema, "maxProperties") ?? Infinity;
    const least = Math.min(numberAt(schema, "minProperties") ?? 0, mostValues);
    const made = new Map<string, unknown>();
    const names = Object.keys(properties).filter((name) => properties[name] !== false);
    const optional = new Set(names.filter((name) => !required.has(name)).slice(0, Math.max(0, most - required.size)));
    for (const name of names) {
      const isWanted = required.has(name) || (optional.has(name) && (!isScarce || made.size < least));
      if (isWanted) made.set(name, generate(properties[name], depth + 1));
    }
    for (const name of required) {
      if (!made.has(name)) made.set(name, generate(othersOf(schema, name), depth + 1));
    }
    for (let at = 0; made.size < least && at < least * 3; at += 1) {
      const name = newName(schema, at);
      if (!made.has(name)) made.set(name, generate(othersOf(schema, name), depth + 1));
    }
    return Object.fromEntries(made);
  };

  /** An item that is not among those before, after some tries. */
  const another = (schema: unknown, before: readonly unknown[], depth: number): unknown => {
    const seen = new Set(before.map((value) => JSON.stringify(value)));
    const usual = draw;
    let item = generate(schema, depth);
    for (let tries = 0; tries < mostTries * 3 && seen.has(JSON.stringify(item)); tries += 1) {
      draw = createDraw(`item/${before.length}/${tries}`);
      item = generate(schema, depth);
    }
    draw = usual;
    isUnsure ||= seen.has(JSON.stringify(item));
    return item;
  };

  const toArray = (schema: Fields, depth: number, isScarce: boolean): unknown => {
    const { items, contains } = schema;
    const tuple = Array.isArray(items) ? items : listAt(schema, "prefixItems");
    const rest = Array.isArray(items) ? schema["additionalItems"] : items;
    const wanted = contains === undefined ? 0 : (numberAt(schema, "minContains") ?? 1);
    const least = Math.max(numberAt(schema, "minItems") ?? 0, tuple.length + wanted);
    const most = Math.min(numberAt(schema, "maxItems") ?? mostValues, rest === false ? tuple.length : mostValues);
    const usual = isScarce ? 0 : 1 + pick(3);
    const length = Math.min(Math.max(least, usual), Math.max(most, 0), mostValues);
    const made: unknown[] = [];
    for (let at = 0; at < length; at += 1) {
      if (values > mostValues) break;
      const isContained = at >= tuple.length && at < tuple.length + wanted;
      const plain = at < tuple.length ? tuple[at] : rest;
      const item =
        isContained && isFields(contains) ? (isFields(plain) ? mergeSchemas(plain, contains) : contains) : plain;
      made.push(schema["uniqueItems"] === true ? another(item, made, depth + 1) : generate(item, depth + 1));
    }
    if (contains !== undefined && schema["maxContains"] !== undefined) isUnsure = true;
    return made;
  };

  return { value: generate(root, 0), isUnsure };
};

const createFits = (root: unknown): ((value: unknown) => boolean) => {
  if (!isFields(root)) return () => true;
  const validator = new Validator({ ...root }, "2020-12");
  return (value) => validator.validate(value).valid;
};

const drawOf = (seed: number, tries: number): Draw =>
  seed === 1 && tries === 0 ? first : createDraw(`${seed}/${tries}`);

/**
 * A JSON value that fits a JSON Schema: the same one every time, another one for another seed where the schema leaves a
 * choice. The seed 1 takes the first of all choices.
 *
 * Understands the keywords of draft 2020-12 and Gemini's dialect (types in capitals, `nullable`, counts as texts). What
 * is not made to fit from the start, `oneOf`, `not`, conditions, some patterns, is looked at, and other values are tried:
 * 12 of them, and the first stands when none fits. A schema that refers to itself ends where it allows an end, and at
 * 48 levels or 10,000 values with `null`.
 *
 * @see https://json-schema.org/draft/2020-12
 */
export const fromSchema = (root: unknown, seed = 1): unknown => {
  const made = make(root, drawOf(seed, 0));
  if (!made.isUnsure) return made.value;
  try {
    const fits = createFits(root);
    if (fits(made.value)) return made.value;
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const { value } = make(root, drawOf(seed, tries));
      if (fits(value)) return value;
    }
  } catch {
    // A schema that no validator takes, such as one with a broken pattern.
  }
  return made.value;
};
