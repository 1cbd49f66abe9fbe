// What a schema says, as far as values are made of it.
import type { JsonObject as Fields } from "../../dialects/conversation.ts";
import { isObject as isFields } from "../../dialects/fields.ts";

/** The items of a list of a schema; none of anything else. */
export const listAt = (schema: Fields, key: string): readonly unknown[] => {
  const value = schema[key];
  return Array.isArray(value) ? value : [];
};

/** The type that a value of a schema gets, in lower case; `any` where it says nothing. */
export const typeOf = (schema: Fields, pick: (count: number) => number): string => {
  const declared = schema["type"];
  const types: readonly unknown[] = Array.isArray(declared) ? declared : [declared];
  const useful = types.filter((name) => name !== "null");
  const type = useful[pick(useful.length)] ?? types[0];
  if (typeof type === "string") return type.toLowerCase();
  if (isFields(schema["properties"]) || schema["required"] !== undefined) return "object";
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) return "array";
  if (schema["pattern"] !== undefined || schema["minLength"] !== undefined) return "string";
  return schema["minimum"] !== undefined || schema["maximum"] !== undefined ? "number" : "any";
};

/** Whether a value is of the `type` of a schema. */
export const isOfType = (value: unknown, type: unknown): boolean => {
  if (type === undefined) return true;
  if (Array.isArray(type)) return type.some((one) => isOfType(value, one));
  const name = typeof type === "string" ? type.toLowerCase() : "";
  switch (name) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isFields(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === name;
  }
};

const isMatch = (pattern: string, name: string): boolean => {
  try {
    return new RegExp(pattern, "u").test(name);
  } catch {
    return false;
  }
};

/** What a property must fit that is not among `properties`. */
export const othersOf = (schema: Fields, name: string): unknown => {
  const patterns = isFields(schema["patternProperties"]) ? schema["patternProperties"] : {};
  const found = Object.keys(patterns).find((pattern) => isMatch(pattern, name));
  return found === undefined ? schema["additionalProperties"] : patterns[found];
};
