// What a value must fit that must fit several schemas.
import type { JsonObject as Fields } from "../../dialects/conversation.ts";
import { isObject as isFields } from "../../dialects/fields.ts";
import { listAt, othersOf } from "./schema-facts.ts";

const typesOf = (schema: Fields): readonly unknown[] => [schema["type"] ?? []].flat();

const commonTypes = (a: Fields, b: Fields): unknown => {
  const [some, others] = [typesOf(a), typesOf(b)];
  if (some.length === 0) return b["type"];
  if (others.length === 0) return a["type"];
  const common = [
    ...some.filter((type) => others.includes(type) || (type === "integer" && others.includes("number"))),
    ...others.filter((type) => type === "integer" && some.includes("number") && !some.includes("integer")),
  ];
  return common.length === 1 ? common[0] : common;
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const both = (a: unknown, b: unknown): unknown => {
  if (a === undefined || same(a, b)) return b;
  if (b === undefined) return a;
  if (a === false || b === false) return false;
  return { allOf: [a, b] };
};

const mergeProperties = (a: Fields, b: Fields): Fields | undefined => {
  const some = isFields(a["properties"]) ? a["properties"] : null;
  const others = isFields(b["properties"]) ? b["properties"] : null;
  if (some === null && others === null) return undefined;
  const names = new Set([...Object.keys(some ?? {}), ...Object.keys(others ?? {})]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      both(
        some !== null && Object.hasOwn(some, name) ? some[name] : othersOf(a, name),
        others !== null && Object.hasOwn(others, name) ? others[name] : othersOf(b, name),
      ),
    ]),
  );
};

type Bound = (a: number, b: number) => number;

const bounds: Readonly<Record<string, Bound>> = {
  minimum: Math.max,
  exclusiveMinimum: Math.max,
  minLength: Math.max,
  minItems: Math.max,
  minProperties: Math.max,
  minContains: Math.max,
  maximum: Math.min,
  exclusiveMaximum: Math.min,
  maxLength: Math.min,
  maxItems: Math.min,
  maxProperties: Math.min,
};

const multipleOfBoth: Bound = (a, b) => {
  for (let times = 1; times <= 1000; times += 1) {
    const value = Number((a * times).toPrecision(12));
    if (Number.isInteger(Number((value / b).toPrecision(12)))) return value;
  }
  return a;
};

const mergeEnums = (a: Fields, b: Fields): readonly unknown[] | undefined => {
  if (a["enum"] === undefined || b["enum"] === undefined) return undefined;
  return listAt(a, "enum").filter((value) => listAt(b, "enum").some((other) => same(value, other)));
};

/** Keywords of which a schema has one alone, so that a second one is asked for beside it. */
const choices = ["anyOf", "oneOf"] as const;

/** One schema that asks for what two ask for, as far as one can; what it cannot say stays in `allOf` or is the second's. */
export const mergeSchemas = (a: Fields, b: Fields): Fields => {
  const merged: Record<string, unknown> = { ...a, ...b };
  const type = commonTypes(a, b);
  if (type !== undefined) merged["type"] = type;
  const properties = mergeProperties(a, b);
  if (properties !== undefined) merged["properties"] = properties;
  const required = new Set([...listAt(a, "required"), ...listAt(b, "required")]);
  if (required.size > 0) merged["required"] = [...required];
  const values = mergeEnums(a, b);
  if (values !== undefined) merged["enum"] = values;
  for (const [key, bound] of Object.entries({ ...bounds, multipleOf: multipleOfBoth })) {
    const [one, other] = [a[key], b[key]];
    if (typeof one === "number" && typeof other === "number") merged[key] = bound(one, other);
  }
  for (const key of ["items", "additionalProperties", "contains", "propertyNames"] as const) {
    const value = both(a[key], b[key]);
    if (value !== undefined) merged[key] = value;
  }
  const more: unknown[] = [...listAt(a, "allOf"), ...listAt(b, "allOf")];
  for (const key of choices) {
    if (a[key] === undefined || b[key] === undefined) continue;
    more.push({ [key]: a[key] });
  }
  if (more.length > 0) merged["allOf"] = more;
  return merged;
};
