// What a stream says when its pieces are put together: a secret may be split over them.
import { isObject } from "../../dialects/fields.ts";

/** Fields that tell which of several growing texts a piece belongs to. */
const selectors = ["index", "output_index", "content_index", "item_id", "choice"] as const;

const selectorOf = (object: Readonly<Record<string, unknown>>): string =>
  selectors.map((name) => (object[name] === undefined ? "" : JSON.stringify(object[name]))).join("/");

const collect = (value: unknown, path: string, into: Map<string, string[]>): void => {
  if (typeof value === "string") {
    const known = into.get(path);
    if (known === undefined) into.set(path, [value]);
    else known.push(value);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item, `${path}.${isObject(item) ? "" : index}`, into);
    return;
  }
  if (!isObject(value)) return;
  const own = `${path}(${selectorOf(value)})`;
  for (const [key, item] of Object.entries(value)) collect(item, `${own}.${key}`, into);
};

/**
 * Joins, field by field, the texts of the JSON values of a stream, whatever its dialect; a piece goes to the field of its
 * candidate, part or call.
 */
export const joinTexts = (values: readonly unknown[]): readonly string[] => {
  const fields = new Map<string, string[]>();
  for (const value of values) collect(value, "", fields);
  return [...fields.values()].map((pieces) => pieces.join(""));
};
