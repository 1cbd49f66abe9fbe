// Whether a provider still answers as it was recorded: the shape of its answer first, its words second.
import { isObject } from "../../dialects/fields.ts";
import { wordsIn, wordsOf } from "../../dialects/said.ts";
import type { EndpointName } from "../../mock/asked.ts";
import { dialectOf, noDrops } from "../dialect-of.ts";
import { toHunk } from "../key/difference.ts";
import type { RecordedBody, RecordedResponse } from "../file/interaction.ts";
import { joinTexts } from "../record/joined-texts.ts";
import { eventsOf } from "../transcode.ts";

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** The values of a body: one of a whole reply, one for each event of a stream. */
const valuesOf = (body: RecordedBody): readonly unknown[] => {
  if (body.kind === "json") return [body.value];
  if (body.kind === "text") return [body.text];
  if (body.kind !== "events" && body.kind !== "pieces") return [];
  try {
    return eventsOf(body).map(({ data }) => parse(data));
  } catch {
    return [];
  }
};

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
};

const addPaths = (value: unknown, path: string, into: Map<string, Set<string>>): void => {
  const types = into.get(path) ?? new Set<string>();
  types.add(typeOf(value));
  into.set(path, types);
  if (Array.isArray(value)) for (const item of value) addPaths(item, `${path}[]`, into);
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) addPaths(item, path === "" ? key : `${path}.${key}`, into);
};

/** The fields of the values and their types; those of an event that has a type stand under it. */
const pathsOf = (values: readonly unknown[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const paths = new Map<string, Set<string>>();
  for (const value of values) {
    const type = isObject(value) && typeof value["type"] === "string" && values.length > 1 ? `${value["type"]}: ` : "";
    addPaths(value, type, paths);
  }
  return paths;
};

const mostLines = 40;

/** The words of an answer; where its endpoint has no dialect its longest text. */
const saidOf = (endpoint: EndpointName, body: RecordedBody, values: readonly unknown[]): string => {
  const dialect = dialectOf(endpoint);
  const longest = (): string => joinTexts(values).reduce((one, text) => (text.length > one.length ? text : one), "");
  if (dialect === null || values.length === 0) return longest();
  try {
    const [value] = values;
    if (body.kind === "json" && isObject(value)) {
      return dialect
        .readReply(value, noDrops)
        .candidates.flatMap(({ content }) => content.map(wordsOf))
        .join("\n");
    }
    let text = "";
    const reader = dialect.readEvents((event) => {
      if (event.kind === "part" && text !== "") text += "\n";
      text += wordsIn(event);
    });
    for (const event of eventsOf(body)) reader.event(event);
    return text;
  } catch {
    return longest();
  }
};

/**
 * Compares two replies and tells each difference in a line: status, fields that came or went or changed their type, then one
 * hunk of what is said. Ids, times and counts are another each time and count for nothing.
 */
export const toDrift = (
  endpoint: EndpointName,
  recorded: RecordedResponse,
  live: RecordedResponse,
): readonly string[] => {
  const lines: string[] = [];
  if (recorded.status !== live.status) lines.push(`status: recorded ${recorded.status}, now ${live.status}`);
  if (recorded.body.kind !== live.body.kind) lines.push(`body: recorded ${recorded.body.kind}, now ${live.body.kind}`);
  const [before, after] = [valuesOf(recorded.body), valuesOf(live.body)];
  const [old, now] = [pathsOf(before), pathsOf(after)];
  const told: string[] = [];
  const isWithin = (path: string): boolean =>
    told.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`));
  for (const [path, types] of old) {
    const current = now.get(path);
    if (isWithin(path)) continue;
    if (current === undefined || types.isDisjointFrom(current)) told.push(path);
    if (current === undefined) lines.push(`- ${path}: is gone`);
    else if (types.isDisjointFrom(current)) {
      lines.push(`~ ${path}: recorded ${[...types].join(" or ")}, now ${[...current].join(" or ")}`);
    }
  }
  for (const path of now.keys()) {
    if (old.has(path) || isWithin(path)) continue;
    told.push(path);
    lines.push(`+ ${path}: is new`);
  }
  const one = saidOf(endpoint, recorded.body, before);
  const other = saidOf(endpoint, live.body, after);
  if (one !== other) lines.push("text differs (- recorded, + now):", ...toHunk(one, other));
  return lines.length > mostLines ? [...lines.slice(0, mostLines), `${lines.length - mostLines} more`] : lines;
};
