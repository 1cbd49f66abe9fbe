// The keys of an entry of another tool's file, each looked at once; what nobody looked at is told.
import type { Path } from "../../config/faults.ts";
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import type { Draft } from "./draft.ts";
import type { Tell } from "./report.ts";

/** What is made of a file: fixtures and what holds for all of them; or why it is no file of that tool. */
export type Converted =
  | { readonly kind: "ok"; readonly drafts: readonly Draft[]; readonly defaults: JsonObject }
  | { readonly kind: "other"; readonly why: string };

export type Convert = (value: unknown, tell: Tell) => Converted;

/** An entry that cannot be carried over. */
export class CannotCarry extends Error {
  override readonly name = "CannotCarry";
  readonly path: Path;
  readonly todo: string;
  constructor(path: Path, what: string, todo: string) {
    super(what);
    this.path = path;
    this.todo = todo;
  }
}

const kindOf = (value: unknown): string => {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
};

export interface Entry {
  readonly path: Path;
  /** The value of a key, `undefined` where it is missing or null. */
  readonly take: (key: string) => unknown;
  /** @throws {CannotCarry} another type */
  readonly text: (key: string) => string | undefined;
  readonly number: (key: string) => number | undefined;
  readonly flag: (key: string) => boolean | undefined;
  readonly map: (key: string) => Entry | undefined;
  readonly list: (key: string) => readonly unknown[] | undefined;
  readonly at: (key: PropertyKey) => Path;
  /** Keys nobody asked for. */
  readonly rest: () => readonly string[];
}

/** @throws {CannotCarry} what is no map */
export const toEntry = (value: unknown, path: Path): Entry => {
  if (!isObject(value)) throw new CannotCarry(path, `is ${kindOf(value)}, wanted a map`, "look at the file");
  const taken = new Set<string>();
  const take = (key: string): unknown => {
    taken.add(key);
    return Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined;
  };
  const at = (key: PropertyKey): Path => [...path, key];
  const refuse = (key: string, wanted: string): CannotCarry =>
    new CannotCarry(at(key), `is ${kindOf(value[key])}, wanted ${wanted}`, "look at the file");
  return {
    path,
    take,
    at,
    text: (key) => {
      const found = take(key);
      if (found === undefined || typeof found === "string") return found;
      throw refuse(key, "text");
    },
    number: (key) => {
      const found = take(key);
      if (found === undefined || (typeof found === "number" && Number.isFinite(found))) return found;
      throw refuse(key, "a number");
    },
    flag: (key) => {
      const found = take(key);
      if (found === undefined || typeof found === "boolean") return found;
      throw refuse(key, "true or false");
    },
    map: (key) => {
      const found = take(key);
      return found === undefined ? undefined : toEntry(found, at(key));
    },
    list: (key) => {
      const found = take(key);
      if (found === undefined) return undefined;
      if (Array.isArray(found)) return found;
      throw refuse(key, "a list");
    },
    rest: () => Object.keys(value).filter((key) => !taken.has(key) && value[key] !== undefined),
  };
};

/** Tells of keys that nobody knows; an answer without them is still one. */
export const tellRest = (entry: Entry, tell: Tell): void => {
  for (const key of entry.rest()) {
    tell("partly", entry.at(key), "is not known to qlite and was not carried over", "see whether the answer needs it");
  }
};

/** Refuses conditions that nobody knows: without them a fixture would answer what it must not. */
export const refuseRest = (entry: Entry): void => {
  const [key] = entry.rest();
  if (key === undefined) return;
  throw new CannotCarry(
    entry.at(key),
    "is a condition that qlite does not know",
    "write the fixture by hand, with `match: { where: <JSONPath> }` if the body tells",
  );
};

/** Converts the entries of a list, each by itself; what one of them throws is told and leaves it out. */
export const convertAll = (
  entries: readonly unknown[],
  path: Path,
  tell: Tell,
  convert: (entry: Entry) => Draft | null,
): readonly Draft[] =>
  entries.flatMap((value, index) => {
    try {
      const draft = convert(toEntry(value, [...path, index]));
      return draft === null ? [] : [draft];
    } catch (thrown) {
      if (!(thrown instanceof CannotCarry)) throw thrown;
      tell("left_out", thrown.path, thrown.message, thrown.todo);
      return [];
    }
  });
