import type { JsonObject } from "../../dialects/conversation.ts";
import { toCanonical } from "../key/section.ts";

const isEqual = (one: unknown, other: unknown): boolean => toCanonical(one) === toCanonical(other);

/** The items of a list that were changed, by what they were. */
const changedItems = (before: readonly unknown[], after: readonly unknown[]): ReadonlyMap<string, unknown> =>
  new Map(
    before.flatMap((item, index) => (isEqual(item, after[index]) ? [] : [[toCanonical(item), after[index]] as const])),
  );

const carryField = (value: unknown, before: unknown, after: unknown): unknown => {
  if (isEqual(value, before)) return after;
  if (!Array.isArray(value) || !Array.isArray(before) || !Array.isArray(after)) return value;
  if (before.length !== after.length) return value;
  const changed = changedItems(before, after);
  return value.map((item: unknown) => {
    const key = toCanonical(item);
    return changed.has(key) ? changed.get(key) : item;
  });
};

/**
 * Makes in one body the edit that lies between two others: a field, or a message of a list, that is as it was before becomes
 * what it is now. So the later turns of a conversation follow the edit of its first one.
 */
export const carryEdit = (body: JsonObject, before: JsonObject, after: JsonObject): JsonObject => {
  const carried = new Map(Object.entries(body));
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (name === "stream" || isEqual(before[name], after[name])) continue;
    const value = carryField(body[name], before[name], after[name]);
    if (value === undefined) carried.delete(name);
    else carried.set(name, value);
  }
  return Object.fromEntries(carried);
};
