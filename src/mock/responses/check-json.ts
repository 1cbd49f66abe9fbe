import { Validator, type OutputUnit } from "@cfworker/json-schema";
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";

/** Compiled schemas kept, the last used ones; a request brings its schema with it every time. */
const mostKept = 100;
/** Longer texts of schemas are compiled each time. */
const longestKept = 100_000;

const kept = new Map<string, Validator>();

const compile = (schema: JsonObject): Validator => {
  const key = JSON.stringify(schema);
  const found = kept.get(key);
  if (found !== undefined) {
    kept.delete(key);
    kept.set(key, found);
    return found;
  }
  const validator = new Validator({ ...schema }, "2020-12", false);
  if (key.length > longestKept) return validator;
  const [oldest] = kept.keys();
  if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
  kept.set(key, validator);
  return validator;
};

const articled = (name: string): string => {
  if (name === "null") return "null";
  return `${/^[aeio]/.test(name) ? "an" : "a"} ${name}`;
};

const nameOf = (value: unknown): string => {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return articled(typeof value);
};

const unescape = (step: string): string => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");

const stepsOf = (pointer: string): readonly string[] => pointer.split("/").slice(1).map(unescape);

const at = (root: unknown, pointer: string): unknown =>
  stepsOf(pointer).reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value[Number(step)];
    return isObject(value) ? value[step] : undefined;
  }, root);

const toPath = (pointer: string): string =>
  stepsOf(pointer).reduce((path, step) => {
    if (/^\d+$/.test(step)) return `${path}[${step}]`;
    return /^[A-Za-z_$][\w$]*$/.test(step) ? `${path}.${step}` : `${path}[${JSON.stringify(step)}]`;
  }, "$");

/** Keywords that tell of an error below them, which says more. */
const around = new Set([
  "properties",
  "items",
  "prefixItems",
  "additionalProperties",
  "$ref",
  "allOf",
  "patternProperties",
]);

const wantedTypes = (schema: JsonObject, pointer: string): string => {
  const type = at(schema, pointer);
  return [type]
    .flat()
    .map((name) => articled(String(name)))
    .join(" or ");
};

const tell = (value: unknown, schema: JsonObject, unit: OutputUnit): string => {
  const { keyword, instanceLocation, keywordLocation, error } = unit;
  const path = toPath(instanceLocation);
  // Behind a reference the place in the schema is none that can be looked up; the validator's own words tell it.
  if (keyword === "type" && !keywordLocation.includes("$ref")) {
    const wanted = wantedTypes(schema, keywordLocation);
    return `${path} is ${nameOf(at(value, instanceLocation))}, the request's schema wants ${wanted}`;
  }
  const named = /"(.*)"/s.exec(error)?.[1];
  if (keyword === "required" && named !== undefined) {
    return `${toPath(`${instanceLocation}/${named}`)} is missing, the request's schema wants it`;
  }
  return `${path} does not fit the request's schema: ${error.replace(/\.$/, "")}`;
};

/**
 * Says where a value does not fit a schema, null when it fits: `$.total is a string, the request's schema wants a number`.
 *
 * A schema that cannot be used, such as one with a reference to nowhere, refuses nothing.
 */
export const misfitOf = (value: unknown, schema: JsonObject): string | null => {
  try {
    const { valid, errors } = compile(schema).validate(value);
    if (valid) return null;
    const unit = errors.find(({ keyword }) => !around.has(keyword)) ?? errors[0];
    return unit === undefined ? "$ does not fit the request's schema" : tell(value, schema, unit);
  } catch {
    return null;
  }
};
