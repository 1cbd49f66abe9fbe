// The recordings of one cassette as they are found and played.
import type { Form } from "./dialect-of.ts";
import type { Cassette, Interaction } from "./file/interaction.ts";
import type { Keyed, Keys } from "./key/key.ts";
import { formOfBody } from "./replay.ts";

/** A recording with its name and what it is found by. */
export interface Shelved extends Keyed {
  readonly id: string;
  readonly interaction: Interaction;
}

/** Names the recordings of a cassette: `default/4f1c9a02e7b1`, further ones of the same key `…~2`. */
export const createNaming = (cassette: string): ((interaction: Pick<Interaction, "key">) => string) => {
  const counts = new Map<string, number>();
  return ({ key }) => {
    const name = `${cassette}/${key.slice(key.indexOf(":") + 1)}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name}~${count}`;
  };
};

const formWords: Readonly<Record<Form, string>> = {
  sse: "as a stream",
  "json-array": "as a JSON array",
  whole: "whole",
};

/** Why a recording of the very same request does not answer it, for people. */
export const whyNotTaken = ({ interaction: { response } }: Pick<Shelved, "interaction">, form: Form): string => {
  const recorded = formOfBody(response.body, response.status) ?? form;
  if (recorded === form) return "is the same request, whose recordings are used up (exhausted: fail)";
  return `is the same request, recorded ${formWords[recorded]} and asked for ${formWords[form]}, into which it is not turned`;
};

export interface Shelf {
  readonly all: readonly Shelved[];
  /**
   * The next recording for a key in a scope: those of the form that is asked for, one after another, where there are any;
   * behind the last of them what `exhausted` says. null where there is none, or none is left.
   */
  readonly take: (scope: string, key: string, form: Form) => Shelved | null;
  /** Begins a scope's recordings from the front. */
  readonly rewind: (scope: string) => void;
}

export interface ShelfOptions {
  readonly exhausted: "repeat" | "fail" | "loop";
  /** Only recordings of the very form that is asked for. */
  readonly wireStrict: boolean;
}

/** Puts the recordings of a cassette in order; a recording is found by the key it has now and by the one in its file. */
export const createShelf = (
  name: string,
  { interactions }: Cassette,
  keys: Keys,
  { exhausted, wireStrict }: ShelfOptions,
): Shelf => {
  const nameOf = createNaming(name);
  const all = interactions.map((interaction): Shelved => ({
    ...keys.keyed(interaction.request),
    id: nameOf(interaction),
    interaction,
  }));
  const byKey = new Map<string, Shelved[]>();
  for (const shelved of all) {
    for (const key of new Set([shelved.key, shelved.interaction.key])) {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [shelved]);
      else known.push(shelved);
    }
  }
  const places = new Map<string, Map<string, number>>();
  const formOf = ({ interaction: { response } }: Shelved): Form | null => formOfBody(response.body, response.status);

  return {
    all,
    take: (scope, key, form) => {
      const found = byKey.get(key) ?? [];
      const same = found.filter((shelved) => (formOf(shelved) ?? form) === form);
      const line = same.length > 0 || wireStrict ? same : found;
      const own = places.get(scope) ?? new Map<string, number>();
      places.set(scope, own);
      const place = own.get(`${form} ${key}`) ?? 0;
      own.set(`${form} ${key}`, place + 1);
      const next = line[place];
      if (next !== undefined || exhausted === "fail") return next ?? null;
      return (exhausted === "loop" ? line[place % Math.max(1, line.length)] : line.at(-1)) ?? null;
    },
    rewind: (scope) => {
      places.delete(scope);
    },
  };
};
