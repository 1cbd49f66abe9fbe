// Texts of other tools in the words of our fixtures.
import { isObject } from "../../dialects/fields.ts";

/** What would be read as a regular expression. */
const looksLikeRegex = (text: string): boolean => /^\/.+\/[a-z]*$/s.test(text);

/** A piece of a text. */
export const toPiece = (text: string): unknown => (looksLikeRegex(text) ? { contains: text } : text);

/** A whole name, whatever signs stand in it. */
export const toName = (name: string): unknown => (looksLikeRegex(name) || name.includes("*") ? { exact: name } : name);

const escapeForRegex = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/** A name, or one that goes on as `then` says. */
export const toPrefix = (name: string, then: string): string => `/^${escapeForRegex(name)}${then}/`;

/** A text in which no template stands: two braces stand for themselves. */
export const toLiteral = (text: string): string => text.replaceAll("{{", "{{ '{{' }}");

/** The same of every text in a value. */
export const toLiterals = (value: unknown): unknown => {
  if (typeof value === "string") return toLiteral(value);
  if (Array.isArray(value)) return value.map(toLiterals);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toLiterals(item)]));
};

/** A wait as it is written. */
export const toDuration = (ms: number): string => `${Math.round(ms)}ms`;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The arguments of a call: a map where the text of one loses nothing by it, else the text. */
export const toArguments = (written: unknown): unknown => {
  if (typeof written !== "string") return toLiterals(written ?? {});
  const value = parse(written);
  return toLiterals(isObject(value) && JSON.stringify(value) === written ? value : written);
};

/** A code, which some write as a number; `undefined` for none. */
export const toCode = (code: unknown): string | undefined => {
  if (typeof code === "number") return String(code);
  return typeof code === "string" && code !== "" ? code : undefined;
};

/** A map without the keys that hold nothing. */
export const compact = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
