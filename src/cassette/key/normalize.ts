// What differs from run to run and means nothing is replaced, in what is recorded and in what is asked.
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import type { Normalization } from "../../mock/settings.ts";
import { mapFields, mapTexts } from "../record/secrets.ts";

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/gi;

/** ISO 8601 with a time, and the Unix time of this century in seconds or milliseconds where it stands by itself. */
const timestamp =
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:\.\d+)?\b|(?<![\w.-])1[6-9]\d{8}(?:\d{3})?(?![\w.-])/g;

type ChangeText = (text: string) => string;

const toChange = (entry: Normalization): ChangeText | null => {
  if (entry.kind === "regex") {
    const pattern = new RegExp(entry.pattern.source, [...new Set(`${entry.pattern.flags}g`)].join(""));
    // A replacement is a text: `$1` in it stands for itself.
    return (text) => text.replace(pattern, () => entry.as);
  }
  if (entry.name === "uuid") return (text) => text.replace(uuid, "<uuid>");
  return entry.name === "timestamps" ? (text) => text.replace(timestamp, "<time>") : null;
};

const idFields = new Set(["tool_call_id", "call_id", "tool_use_id"]);
const callTypes = new Set(["tool_use", "server_tool_use", "function_call", "custom_tool_call"]);

/** Whether an object is a call that others refer to by its `id`. */
const isCall = (object: JsonObject): boolean =>
  (typeof object["type"] === "string" && callTypes.has(object["type"])) ||
  (isObject(object["function"]) && typeof object["id"] === "string") ||
  (isObject(object["custom"]) && typeof object["id"] === "string");

const collectCallIds = (value: unknown, ids: Map<string, string>): void => {
  if (Array.isArray(value)) for (const item of value) collectCallIds(item, ids);
  if (!isObject(value)) return;
  const found: unknown[] = isCall(value) && value["call_id"] === undefined ? [value["id"]] : [];
  for (const [key, item] of Object.entries(value)) if (idFields.has(key)) found.push(item);
  for (const id of found) if (typeof id === "string" && !ids.has(id)) ids.set(id, `call_${ids.size + 1}`);
  for (const item of Object.values(value)) collectCallIds(item, ids);
};

/** Names the calls of tools by the order of their appearance, wherever their ids stand alone. */
export const renameCalls = (body: JsonObject): JsonObject => {
  const ids = new Map<string, string>();
  collectCallIds(body, ids);
  return ids.size === 0 ? body : mapFields(body, (text) => ids.get(text) ?? text);
};

/** Makes the function that normalises the body of a request; what it gives it leaves as it is when it is given that again. */
export const createNormalize = (entries: readonly Normalization[]): ((body: JsonObject) => JsonObject) => {
  const changes = entries.map(toChange).filter((change) => change !== null);
  const renames = entries.some((entry) => entry.kind === "builtin" && entry.name === "tool_call_ids");
  const change: ChangeText = (text) => changes.reduce((changed, next) => next(changed), text);
  return (body) => {
    const changed = changes.length === 0 ? body : mapFields(body, change);
    return renames ? renameCalls(changed) : changed;
  };
};

/** Half of a surrogate pair cannot be written to a file. */
export const toWellFormed = (body: JsonObject): JsonObject =>
  mapFields(body, (text) => (text.isWellFormed() ? text : text.toWellFormed()));

/** The same of any value. */
export const wellFormed = (value: unknown): unknown => mapTexts(value, (text) => text.toWellFormed());
