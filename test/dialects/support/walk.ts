// Walking through JSON: every place in it, and the same value with one place changed.
import { isObject } from "../../../src/dialects/fields.ts";

export type Path = readonly (string | number)[];

/** Every place in a value, itself included, but for those below a key that `stops`. */
export const placesOf = (value: unknown, stops: ReadonlySet<string>, path: Path = []): readonly Path[] => {
  const last = path.at(-1);
  if (typeof last === "string" && stops.has(last)) return [path];
  if (Array.isArray(value)) return [path, ...value.flatMap((item, index) => placesOf(item, stops, [...path, index]))];
  if (!isObject(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => placesOf(item, stops, [...path, key]))];
};

export const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((one, key) => {
    if (Array.isArray(one)) return typeof key === "number" ? one[key] : undefined;
    return isObject(one) ? one[key] : undefined;
  }, value);

/** The same with another value in one place. */
export const replaced = (value: unknown, [key, ...rest]: Path, made: unknown): unknown => {
  if (key === undefined) return made;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? replaced(item, rest, made) : item));
  if (!isObject(value)) throw new Error(`there is no ${key} in ${String(value)}`);
  return { ...value, [key]: replaced(value[key], rest, made) };
};

/** The keys of an object that has no others than its type says. */
export const keysOf = <T extends object>(object: T): readonly (keyof T)[] =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a literal of the type has its keys alone
  Object.keys(object) as (keyof T)[];

/** Freezes a value all the way down, so that writing to it throws. */
export const frozen = <T>(value: T): T => {
  if (typeof value !== "object" || value === null || JSON.isRawJSON(value)) return value;
  for (const item of Object.values(value)) frozen(item);
  return Object.freeze(value);
};

/** Where in an output stands what JSON cannot say. */
export const unsayable = (value: unknown, path = ""): readonly string[] => {
  if (value === undefined || typeof value === "function" || typeof value === "symbol") return [path];
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (typeof value !== "object" || value === null || JSON.isRawJSON(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => unsayable(item, `${path}.${key}`));
};
