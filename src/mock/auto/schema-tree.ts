// Finding one's way in a schema: where a reference points, and how deep a value of it must be.
import type { JsonObject as Fields } from "../../dialects/conversation.ts";
import { isObject as isFields } from "../../dialects/fields.ts";

const unescape = (step: string): string => {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
};

const findAnchor = (root: unknown, anchor: string): unknown => {
  if (!isFields(root)) return undefined;
  for (const key of ["$defs", "definitions"]) {
    const definitions = root[key];
    if (!isFields(definitions)) continue;
    const found = Object.values(definitions).find(
      (one) => isFields(one) && (one["$anchor"] === anchor || one["$id"] === `#${anchor}` || one["$id"] === anchor),
    );
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Gives what a `$ref` points to: the root, a place in the same document, or an anchor among its definitions. */
export const createFollow =
  (root: unknown) =>
  (ref: string): unknown => {
    const pointer = ref.slice(ref.indexOf("#") + 1);
    if (ref === "#" || ref === "") return root;
    if (!ref.startsWith("#/")) return findAnchor(root, ref.startsWith("#") ? pointer : ref);
    let place = root;
    for (const step of pointer.split("/").slice(1)) {
      const name = unescape(step);
      if (Array.isArray(place)) place = place[Number(name)];
      else if (isFields(place) && Object.hasOwn(place, name)) place = place[name];
      else return undefined;
    }
    return place;
  };

/**
 * How deep the flattest value of a schema is: 0 for a text, Infinity for one that must hold itself.
 *
 * Each schema is looked at once; one that is being looked at counts as endless, which is what it is on that way.
 */
export const createHeights = (follow: (ref: string) => unknown): ((schema: unknown) => number) => {
  const known = new Map<Fields, number>();

  const measure = (schema: Fields): number => {
    if (schema["const"] !== undefined || Array.isArray(schema["enum"]) || schema["nullable"] === true) return 0;
    const { $ref, allOf, properties, required, items, minItems } = schema;
    const options = schema["anyOf"] ?? schema["oneOf"];
    let height = 0;
    if (typeof $ref === "string") height = Math.max(height, heightOf(follow($ref)));
    if (Array.isArray(options)) height = Math.max(height, Math.min(...options.map(heightOf)));
    if (Array.isArray(allOf)) height = Math.max(height, ...allOf.map(heightOf));
    const types: readonly unknown[] = [schema["type"]].flat();
    if (types.some((type) => type !== undefined && type !== "object" && type !== "array")) return height;
    const demanded: readonly unknown[] = Array.isArray(required) ? required : [];
    if (isFields(properties)) {
      for (const name of demanded) height = Math.max(height, 1 + heightOf(properties[String(name)]));
    }
    if (typeof minItems === "number" && minItems > 0) height = Math.max(height, 1 + heightOf(items));
    return height;
  };

  const heightOf = (schema: unknown): number => {
    if (!isFields(schema)) return 0;
    const found = known.get(schema);
    if (found !== undefined) return found;
    known.set(schema, Infinity);
    const height = measure(schema);
    known.set(schema, height);
    return height;
  };

  return heightOf;
};
