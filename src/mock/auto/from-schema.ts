import type { JsonObject as Fields } from "../../dialects/conversation.ts";
import { isObject as isFields } from "../../dialects/fields.ts";

/** Below this depth, or past this many values, only what a schema demands is generated. */
const fullDepth = 6;
const fullValues = 500;
/** Past these a schema demands too much, or demands itself without end: `null` stands for the rest. */
const mostDepth = 48;
const mostValues = 10_000;

const formats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  time: "00:00:00Z",
  duration: "P1D",
  email: "lorem@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uuid: "00000000-0000-4000-8000-000000000000",
  uri: "https://example.com/",
};

/** A number of a schema; Gemini writes its counts as texts. */
const numberAt = (schema: Fields, key: string): number | undefined => {
  const value = schema[key];
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
};

const toText = (schema: Fields): string => {
  const format = schema["format"];
  const known = typeof format === "string" ? formats[format] : undefined;
  if (known !== undefined) return known;
  const text = "lorem".padEnd(Math.min(numberAt(schema, "minLength") ?? 0, mostValues), " ipsum");
  return text.slice(0, numberAt(schema, "maxLength") ?? text.length);
};

const toNumber = (schema: Fields, step: number): number => {
  const least = numberAt(schema, "minimum");
  const above = numberAt(schema, "exclusiveMinimum");
  const most = numberAt(schema, "maximum");
  const below = numberAt(schema, "exclusiveMaximum");
  const grid = numberAt(schema, "multipleOf") ?? step;
  const width = grid > 0 ? grid : 1;
  let value = Math.ceil((least ?? above ?? Math.min(1, most ?? below ?? 1)) / width) * width;
  if (above !== undefined && value <= above) value += width;
  if (most !== undefined && value > most) value = Math.floor(most / width) * width;
  if (below !== undefined && value >= below) value = (Math.ceil(below / width) - 1) * width;
  return value;
};

const typeOf = (schema: Fields): string => {
  const declared = schema["type"];
  const type: unknown = Array.isArray(declared) ? (declared.find((name) => name !== "null") ?? declared[0]) : declared;
  if (typeof type === "string") return type.toLowerCase();
  if (isFields(schema["properties"])) return "object";
  return schema["items"] === undefined ? "any" : "array";
};

const isNull = (schema: unknown): boolean => isFields(schema) && schema["type"] === "null";

/** What `$ref` points to: the root, or a place in the same document. */
const follow = (root: unknown, ref: string): unknown => {
  let place = root;
  for (const step of ref.replace(/^#\/?/, "").split("/")) {
    if (step === "") continue;
    if (!isFields(place)) return undefined;
    place = place[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return place;
};

/**
 * A JSON value that fits a JSON Schema, the same one every time.
 *
 * Understands `type`, `enum`, `const`, `properties`, `required`, `items`, `prefixItems`, `minItems`, `anyOf`, `oneOf`,
 * `allOf`, `$ref` inside the document, the bounds of numbers and lengths, the common formats, and Gemini's dialect
 * (types in capitals, `nullable`, counts as texts). `pattern`, `not` and conditions are not looked at. A schema
 * that refers to itself ends where it allows an end, and at 48 levels or 10,000 values with `null`.
 */
export const fromSchema = (root: unknown): unknown => {
  let values = 0;

  const generate = (schema: unknown, depth: number): unknown => {
    values += 1;
    if (depth > mostDepth || values > mostValues) return null;
    if (!isFields(schema)) return schema === undefined || schema === true ? {} : null;
    if (schema["const"] !== undefined) return schema["const"];
    if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) return schema["enum"][0];
    const isScarce = depth >= fullDepth || values > fullValues;
    if (isScarce && schema["nullable"] === true) return null;
    if (typeof schema["$ref"] === "string") return generate(follow(root, schema["$ref"]), depth + 1);
    const options: unknown = schema["anyOf"] ?? schema["oneOf"];
    if (Array.isArray(options)) {
      const nothing = options.find(isNull);
      return generate(isScarce && nothing !== undefined ? nothing : options[0], depth + 1);
    }
    if (Array.isArray(schema["allOf"])) return toAll(schema, schema["allOf"], depth);
    switch (typeOf(schema)) {
      case "object":
        return toObject(schema, depth, isScarce);
      case "array":
        return toArray(schema, depth, isScarce);
      case "string":
        return toText(schema);
      case "integer":
        return toNumber(schema, 1);
      case "number":
        return toNumber(schema, 0.5);
      case "boolean":
        return true;
      case "null":
        return null;
      default:
        return {};
    }
  };

  const toObject = (schema: Fields, depth: number, isScarce: boolean): unknown => {
    const properties = isFields(schema["properties"]) ? Object.entries(schema["properties"]) : [];
    const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
    const wanted = isScarce ? properties.filter(([name]) => required.includes(name)) : properties;
    return Object.fromEntries(wanted.map(([name, property]) => [name, generate(property, depth + 1)]));
  };

  const toArray = (schema: Fields, depth: number, isScarce: boolean): unknown => {
    const first: readonly unknown[] = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
    const least = Math.max(numberAt(schema, "minItems") ?? 0, first.length);
    const most = numberAt(schema, "maxItems") ?? mostValues;
    const length = Math.min(Math.max(least, isScarce ? 0 : 1), most, mostValues);
    return Array.from({ length }, (_, at) => generate(first[at] ?? schema["items"], depth + 1));
  };

  const toAll = (schema: Fields, members: readonly unknown[], depth: number): unknown => {
    const { allOf: _, ...rest } = schema;
    const parts = [...members, rest].map((member) =>
      isFields(member) && typeof member["$ref"] === "string" ? follow(root, member["$ref"]) : member,
    );
    const objects = parts.filter(isFields);
    const properties = Object.assign({}, ...objects.map((part) => part["properties"]));
    const required = objects.flatMap((part) => (Array.isArray(part["required"]) ? part["required"] : []));
    return generate({ ...Object.assign({}, ...objects), properties, required, allOf: undefined }, depth + 1);
  };

  return generate(root, 0);
};
