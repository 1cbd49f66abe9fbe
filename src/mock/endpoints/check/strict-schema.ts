// What OpenAI asks of a schema whose answer it shall hold to it (`strict: true`).
// https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas" (read 2026-11-22)
import type { JsonObject } from "../../../dialects/conversation.ts";
import { isObject, toText } from "../../../dialects/fields.ts";

/** Keywords that are taken nowhere. */
const notPermitted = ["oneOf", "allOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else"] as const;
const mostDepth = 64;

/** A place in a schema as the service writes it: `('properties', 'a')`, `('items',)`. */
const toContext = (path: readonly string[]): string => {
  const [only] = path;
  if (path.length === 1 && only !== undefined) return `('${only}',)`;
  return `(${path.map((step) => `'${step}'`).join(", ")})`;
};

const isObjectType = ({ type }: JsonObject): boolean =>
  type === "object" || (Array.isArray(type) && type.includes("object"));

const objectionToObject = (schema: JsonObject, context: string): string | null => {
  if (schema["additionalProperties"] !== false) {
    return `In context=${context}, 'additionalProperties' is required to be supplied and to be false.`;
  }
  const names = isObject(schema["properties"]) ? Object.keys(schema["properties"]) : [];
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const missing = names.find((name) => !required.includes(name));
  if (missing !== undefined) {
    return `In context=${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
  }
  const extra = required.filter((name) => typeof name === "string").find((name) => !names.includes(name));
  return extra === undefined
    ? null
    : `In context=${context}, 'required' is required to be supplied and to be an array including every key in properties. Extra required key '${extra}' supplied.`;
};

/** The schemas a schema holds, each with its place. */
const childrenOf = (schema: JsonObject): (readonly [steps: readonly string[], child: unknown])[] => {
  const children: (readonly [readonly string[], unknown])[] = [];
  for (const key of ["properties", "$defs", "definitions"]) {
    const named = schema[key];
    if (isObject(named)) for (const [name, child] of Object.entries(named)) children.push([[key, name], child]);
  }
  if (isObject(schema["items"])) children.push([["items"], schema["items"]]);
  for (const key of ["anyOf", "prefixItems"]) {
    const list = schema[key];
    if (Array.isArray(list)) list.forEach((child, at) => children.push([[key, String(at)], child]));
  }
  return children;
};

const objectionIn = (value: unknown, path: readonly string[]): string | null => {
  if (!isObject(value) || path.length > mostDepth) return null;
  const context = toContext(path);
  const refused = notPermitted.find((keyword) => value[keyword] !== undefined);
  if (refused !== undefined) return `In context=${context}, '${refused}' is not permitted.`;
  const own = isObjectType(value) ? objectionToObject(value, context) : null;
  if (own !== null) return own;
  for (const [steps, child] of childrenOf(value)) {
    const found = objectionIn(child, [...path, ...steps]);
    if (found !== null) return found;
  }
  return null;
};

/** Why a schema cannot be used strictly, in OpenAI's words; null when it can. */
export const strictObjection = (schema: JsonObject): string | null => {
  if (schema["type"] !== "object") {
    return `schema must be a JSON Schema of 'type: "object"', got 'type: "${toText(schema["type"]) ?? "None"}"'.`;
  }
  return objectionIn(schema, []);
};
