// Readers of the dialects refuse numbers out of bounds, as the services do; whether the mock does is a setting.
import type { Conversation, JsonObject } from "../../dialects/conversation.ts";
import type { Dialect } from "../../dialects/dialect.ts";
import { isObject } from "../../dialects/fields.ts";
import { ProxyError } from "../../errors.ts";

/** A request that was read, and the first thing that the reader had against it. */
export interface Lenient {
  readonly conversation: Conversation;
  readonly objection: ProxyError | null;
}

/** One of them is within the bounds of any number. */
const fillers = [0, 1, 1024];
const mostTries = 24;

const numbers = [
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "presencePenalty",
  "frequencyPenalty",
  "topLogprobs",
] as const;

const at = (value: unknown, [key, ...rest]: readonly string[]): unknown =>
  key === undefined ? value : isObject(value) ? at(value[key], rest) : undefined;

const put = (object: JsonObject, [key = "", ...rest]: readonly string[], value: unknown): JsonObject => {
  const inner = object[key];
  return { ...object, [key]: rest.length > 0 && isObject(inner) ? put(inner, rest, value) : value };
};

/** What is read with others in their place, as it was asked for. */
const restore = (
  conversation: Conversation,
  { fieldNames }: Dialect,
  asked: ReadonlyMap<string, number>,
): Conversation => {
  if (asked.size === 0) return conversation;
  const found = numbers.flatMap((field) => {
    const value = asked.get(fieldNames[field] ?? field);
    return value === undefined ? [] : [[field, value] as const];
  });
  return { ...conversation, ...Object.fromEntries(found) };
};

/**
 * Reads a request whose numbers may be out of bounds, and which may choose among tools that are not there.
 *
 * @throws {ProxyError} whatever else the reader refuses
 */
export const readLeniently = (
  body: JsonObject,
  dialect: Dialect,
  read: (body: JsonObject) => Conversation,
): Lenient => {
  const asked = new Map<string, number>();
  let objection: ProxyError | null = null;
  let written = body;
  for (let tries = 0; ; tries += 1) {
    try {
      return { conversation: restore(read(written), dialect, asked), objection };
    } catch (thrown) {
      if (!(thrown instanceof ProxyError) || thrown.param === null || tries === mostTries) throw thrown;
      const path = thrown.param.split(".");
      const value = at(written, path);
      objection ??= thrown;
      if (thrown.param === "tool_choice" && written["tools"] === undefined && value !== undefined) {
        written = put(written, path, undefined);
        continue;
      }
      if (typeof value !== "number") throw thrown;
      const filler = asked.has(thrown.param) ? fillers[fillers.indexOf(value) + 1] : fillers[0];
      if (filler === undefined) throw thrown;
      if (!asked.has(thrown.param)) asked.set(thrown.param, value);
      written = put(written, path, filler);
    }
  }
};
