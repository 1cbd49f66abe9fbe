// Proto JSON: the service takes every field in camelCase and in snake_case, and one object where a list is wanted.
import { isObject, wrongType } from "../fields.ts";
import type { JsonObject } from "../conversation.ts";

const inner = /(?<=[A-Za-z0-9])_([a-z0-9])/g;

/** The name of a field as JSON spells it; the service takes snake_case too. */
export const toCamel = (key: string): string =>
  key.includes("_") ? key.replaceAll(inner, (_, letter: string) => letter.toUpperCase()) : key;

/**
 * Gives the object with its own keys in camelCase; where both spellings stand, the camelCase one counts.
 *
 * What lies below is not touched: arguments, schemas and labels have keys of the client's own.
 *
 * @see https://protobuf.dev/programming-guides/json/ (read 2026-11-22)
 */
export const camel = (object: JsonObject): JsonObject => {
  let hasSnake = false;
  for (const key in object) if (key.includes("_")) hasSnake = true;
  if (!hasSnake) return object;
  const renamed: Record<string, unknown> = {};
  for (const key in object) {
    const name = toCamel(key);
    if (name === key || !Object.hasOwn(object, name)) renamed[name] = object[key];
  }
  return renamed;
};

/** The items of a repeated field, none when it is absent; a single object stands for a list of one. */
export const maybeItems = (value: unknown, path: string): readonly unknown[] => {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  if (isObject(value)) return [value];
  throw wrongType(path, "an array", value);
};

/** Puts each field at its place, `a.b` into the object `a`, and makes the objects on the way. */
export const unflatten = (base: JsonObject, fields: JsonObject): JsonObject => {
  const whole: Record<string, unknown> = { ...base };
  for (const path in fields) {
    const dot = path.indexOf(".");
    if (dot === -1) whole[path] = fields[path];
    else {
      const key = path.slice(0, dot);
      const held = whole[key];
      whole[key] = unflatten(isObject(held) ? held : {}, { [path.slice(dot + 1)]: fields[path] });
    }
  }
  return whole;
};
