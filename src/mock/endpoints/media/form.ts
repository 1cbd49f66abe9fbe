import type { JsonObject } from "../../../dialects/conversation.ts";

/** Fields of a form that are numbers, or yes and no, and come as text. */
interface FormFields {
  readonly numbers: readonly string[];
  readonly flags: readonly string[];
}

const toFlag = (text: string): unknown => (text === "true" ? true : text === "false" ? false : text);
const toNumber = (text: string): unknown => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);

/** A body whose numbers and flags are what they are, also where a form wrote them as text; names lose their `[]`. */
export const readForm = (body: JsonObject, { numbers, flags }: FormFields): JsonObject =>
  Object.fromEntries(
    Object.entries(body).map(([key, value]) => {
      const name = key.endsWith("[]") ? key.slice(0, -2) : key;
      if (typeof value !== "string") return [name, value];
      if (numbers.includes(name)) return [name, toNumber(value)];
      return [name, flags.includes(name) ? toFlag(value) : value];
    }),
  );
