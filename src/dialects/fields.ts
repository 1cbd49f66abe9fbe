// Reading `unknown` out of parsed JSON: `toX` takes what comes (replies), `needX` and `maybeX` refuse with the path of the
// field (requests), in the words of the official services.
import { ProxyError } from "../errors.ts";
import type { JsonObject } from "./conversation.ts";

/** Whether a value is a JSON object; a number kept as it was spelled is none. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  // Asked only of what could be one: the call alone takes longer than all else here.
  !("rawJSON" in value && JSON.isRawJSON(value));

/** The object, null for anything else. */
export const toObject = (value: unknown): JsonObject | null => (isObject(value) ? value : null);

/** The items of a list; anything else has none. */
export const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The text, null for anything else. */
export const toText = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** The boolean, null for anything else. */
export const toFlag = (value: unknown): boolean | null => (typeof value === "boolean" ? value : null);

/** A number, also one that was kept as it was spelled (`wire/lossless-json.ts`). */
export const toNumber = (value: unknown): number | null => {
  if (typeof value === "number") return value;
  // What is no object is not asked for: most fields are not there at all.
  return typeof value === "object" && JSON.isRawJSON(value) ? Number(value.rawJSON) : null;
};

const nameOf = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (toNumber(value) !== null) return "a number";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};

/** The error for a field of the wrong type. */
export const wrongType = (path: string, wanted: string, value: unknown): ProxyError =>
  value === undefined
    ? new ProxyError("missing_required_parameter", `Missing required parameter: '${path}'`, { param: path })
    : new ProxyError("invalid_request", `Invalid type for '${path}': wanted ${wanted}, got ${nameOf(value)}`, {
        param: path,
      });

/** The error for a field of the right type whose value is none of those there are. */
export const wrongValue = (path: string, value: string, wanted: readonly string[]): ProxyError =>
  new ProxyError(
    "invalid_request",
    `Invalid value for '${path}': '${value.slice(0, 100)}'. Supported values are: ${wanted.map((one) => `'${one}'`).join(", ")}`,
    { param: path },
  );

const need =
  <T>(wanted: string, to: (value: unknown) => T | null) =>
  (value: unknown, path: string): T => {
    const found = to(value);
    if (found === null) throw wrongType(path, wanted, value);
    return found;
  };

const maybe = <T>(wanted: string, to: (value: unknown) => T | null) => {
  const given = need(wanted, to);
  return (value: unknown, path: string): T | null =>
    value === undefined || value === null ? null : given(value, path);
};

const listOrNull = (value: unknown): readonly unknown[] | null => (Array.isArray(value) ? value : null);

// `need` refuses anything else, an absent field too; `maybe` takes an absent field, and null, as null.
export const needObject = need("an object", toObject);
export const needText = need("a string", toText);
export const needList = need("an array", listOrNull);
export const maybeObject = maybe("an object", toObject);
export const maybeText = maybe("a string", toText);
export const maybeFlag = maybe("a boolean", toFlag);
export const maybeNumber = maybe("a number", toNumber);
export const maybeList = maybe("an array", listOrNull);

/** Gives the value when it is one of `wanted`, null when it is absent. */
export const maybeOneOf = <T extends string>(value: unknown, wanted: readonly T[], path: string): T | null => {
  const text = maybeText(value, path);
  if (text === null) return null;
  const found = wanted.find((one) => one === text);
  if (found === undefined) throw wrongValue(path, text, wanted);
  return found;
};

/** An object without the keys whose value is `undefined` or null: what was not given is not said. */
export const compact = (object: JsonObject): JsonObject => {
  const kept: Record<string, unknown> = {};
  for (const key in object) if (object[key] !== undefined && object[key] !== null) kept[key] = object[key];
  return kept;
};
