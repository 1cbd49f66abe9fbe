// Every hostile value in every place.
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { orRefusal } from "./speak.ts";
import { placesOf, replaced, type Path } from "./walk.ts";

export const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** As JSON texts, so that `__proto__` is a key of its own as it is in a body. */
export const hostile: readonly unknown[] = [
  "null",
  "true",
  "-1",
  "0.5",
  "1e400",
  "123456789012345678901234567890",
  '""',
  '"\\ud800"',
  '"__proto__"',
  '"constructor"',
  '"data:;base64,"',
  "[]",
  "[null]",
  "[[]]",
  "{}",
  '{"__proto__":{"type":"text"},"constructor":{},"type":"toString","role":"valueOf"}',
  nested(50),
].map(parseJson);

/** A stream is read whole for each of them, so they are fewer there. */
export const hostileInStreams = ["null", "-1", "1e400", '""', '"constructor"', "[null]", "{}"].map(parseJson);

export const kindOf = (path: Path): string => path.map((key) => (typeof key === "number" ? "*" : key)).join(".");

/** Each kind of place in some bodies once, with the body it is in. */
export const uniquePlaces = <T extends { readonly body: unknown }>(
  all: readonly T[],
): readonly (readonly [T, Path])[] => {
  const found = new Map<string, readonly [T, Path]>();
  for (const one of all) {
    for (const path of placesOf(one.body, new Set())) if (path.length > 0) found.set(kindOf(path), [one, path]);
  }
  return [...found.values()];
};

/** Runs it with every hostile value in every place; gives what was thrown that is no error of ours. */
export const assault = <T extends { readonly body: unknown }>(
  all: readonly T[],
  run: (one: T, body: unknown) => void,
  values: readonly unknown[] = hostile,
): readonly string[] => {
  const found = new Set<string>();
  for (const [one, path] of uniquePlaces(all)) {
    for (const value of values) {
      try {
        orRefusal(() => run(one, replaced(one.body, path, value)));
      } catch (thrown) {
        found.add(`${kindOf(path)} = ${JSON.stringify(value).slice(0, 40)}: ${String(thrown)}`);
      }
    }
  }
  return [...found];
};
