import * as z from "zod/mini";
import { fileSchema } from "./schema.ts";

const reference = String.raw`\$\{`;
const referenceText = { type: "string", pattern: reference } as const;

/** Lets a reference such as `${PORT:-8080}` stand where an editor would expect something narrower than text. */
const allowReference = (schema: z.core.JSONSchema.BaseSchema): void => {
  if (schema.type === "string" && schema.pattern !== undefined) {
    // A wrapper such as a default comes by again with the pattern of what it wraps.
    if (!schema.pattern.startsWith(reference)) schema.pattern = `${reference}|${schema.pattern}`;
    return;
  }
  const { type, enum: choices, minimum, maximum } = schema;
  if (choices === undefined && type !== "integer" && type !== "boolean") return;
  for (const key of ["type", "enum", "minimum", "maximum"] as const) delete schema[key];
  const narrow: z.core.JSONSchema.BaseSchema = {};
  if (type !== undefined) narrow.type = type;
  if (choices !== undefined) narrow.enum = choices;
  if (minimum !== undefined) narrow.minimum = minimum;
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) narrow.maximum = maximum;
  schema.anyOf = [narrow, referenceText];
};

/**
 * Gives the JSON Schema of a config file as an editor needs it: every key with its description and default.
 *
 * It describes what is written (snake_case, units, `${NAME}` allowed in every value), not what `parseConfig` gives.
 *
 * @see https://json-schema.org/draft/2020-12
 */
export const configJsonSchema = (): object => {
  const { required: _, ...schema } = z.toJSONSchema(fileSchema, {
    io: "input",
    override: ({ jsonSchema }) => allowReference(jsonSchema),
  });
  // A config of the mock alone needs no providers.
  return { title: "qlite configuration", ...schema, anyOf: [{ required: ["providers"] }, { required: ["mock"] }] };
};
