import { isObject, toFlag, toList, toObject, toText } from "../fields.ts";
import type { JsonObject } from "../conversation.ts";
import { camel } from "./proto.ts";

const typeNames: ReadonlySet<string> = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]);

/** Written as strings, as proto JSON writes an int64. */
const counts = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"] as const;

const toCount = (value: unknown): unknown =>
  typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;

const inOrder = (properties: JsonObject, order: readonly unknown[]): JsonObject => {
  const first = order.filter((name) => typeof name === "string" && Object.hasOwn(properties, name)).map(String);
  const names = new Set([...first, ...Object.keys(properties)]);
  return Object.fromEntries([...names].map((name) => [name, toSubschema(properties[name])]));
};

const withNull = (schema: Record<string, unknown>): void => {
  const { type } = schema;
  if (typeof type === "string") schema["type"] = [type, "null"];
  if (Array.isArray(schema["enum"])) schema["enum"] = [...toList(schema["enum"]), null];
  if (Array.isArray(schema["anyOf"])) schema["anyOf"] = [...toList(schema["anyOf"]), { type: "null" }];
};

/**
 * Gives the JSON Schema of a `Schema`, Google's subset of OpenAPI 3.0.3.
 *
 * Types become lower case, `nullable` a type `null`, `example` one of `examples`, counts in strings numbers;
 * properties are put into
 * the order of `propertyOrdering`, and `format: enum`, which says nothing more, goes. Anything else stays as it is.
 *
 * @see npm `@google/genai` 3.1.0, dist/genai.d.ts (Schema)
 */
export const toJsonSchema = (source: JsonObject): JsonObject => {
  const { type, nullable, example, propertyOrdering, properties, items, anyOf, ...rest } = camel(source);
  const schema: Record<string, unknown> = {};
  const name = toText(type);
  if (name !== null && name !== "TYPE_UNSPECIFIED") schema["type"] = typeNames.has(name) ? name.toLowerCase() : name;
  else if (Array.isArray(type)) schema["type"] = type;
  Object.assign(schema, rest);
  if (schema["format"] === "enum") delete schema["format"];
  for (const key of counts) if (key in schema) schema[key] = toCount(schema[key]);
  const held = toObject(properties);
  if (held !== null) schema["properties"] = inOrder(held, toList(propertyOrdering));
  else if (properties !== undefined) schema["properties"] = properties;
  if (items !== undefined) schema["items"] = toSubschema(items);
  if (anyOf !== undefined) schema["anyOf"] = Array.isArray(anyOf) ? anyOf.map(toSubschema) : anyOf;
  if (example !== undefined) schema["examples"] = [example];
  if (toFlag(nullable) === true) withNull(schema);
  return schema;
};

const toSubschema = (value: unknown): unknown => (isObject(value) ? toJsonSchema(value) : value);
