// A deliberate edit of a prompt, taken over into the recordings without asking a provider.
import { carryEdit } from "./carry-edit.ts";
import { toDifference } from "../key/difference.ts";
import { factsOf } from "../dialect-of.ts";
import type { Cassette, Interaction, RecordedRequest } from "../file/interaction.ts";
import type { Keys } from "../key/key.ts";
import type { LastRun, Missed } from "../file/last-run.ts";
import { familyOf } from "../key/project.ts";
import { createNaming } from "../shelf.ts";

/** A recording that answers a changed request from now on. */
export interface Accepted {
  readonly cassette: string;
  /** The name it had. */
  readonly id: string;
  readonly interaction: Interaction;
  /** What differs between the request it answered and the one it answers now. */
  readonly diff: readonly string[];
  /** Whether it was not asked for itself, and only follows the edit of another one. */
  readonly isCarried: boolean;
}

export interface Acceptance {
  readonly accepted: readonly Accepted[];
  /** Requests of the last run that no recording is left for. */
  readonly left: readonly Missed[];
}

interface Named {
  readonly cassette: string;
  readonly id: string;
  readonly interaction: Interaction;
}

/** All recordings by their names. */
export const nameAll = (cassettes: ReadonlyMap<string, Cassette>): ReadonlyMap<string, Named> =>
  new Map(
    [...cassettes].flatMap(([cassette, { interactions }]) => {
      const nameOf = createNaming(cassette);
      return interactions.map((interaction) => {
        const id = nameOf(interaction);
        return [id, { cassette, id, interaction }] as const;
      });
    }),
  );

const countTurns = ({ body }: RecordedRequest): number => {
  const list = body["messages"] ?? body["input"] ?? body["contents"];
  return Array.isArray(list) ? list.length : 1;
};

/** Whether one request can be an edit of another: of the same endpoint and model, and as many turns long but for a prompt. */
const isEditOf = (one: RecordedRequest, other: RecordedRequest): boolean =>
  one.endpoint === other.endpoint &&
  familyOf(factsOf(one).model) === familyOf(factsOf(other).model) &&
  Math.abs(countTurns(one) - countTurns(other)) <= 1;

/**
 * Finds for each request that the last run missed the nearest recording which nobody asked for, and makes it answer that
 * request. The other recordings nobody asked for follow the edit where they hold what was edited.
 */
export const acceptLastRun = (
  cassettes: ReadonlyMap<string, Cassette>,
  { misses, unused }: LastRun,
  keys: Keys,
): Acceptance => {
  const named = nameAll(cassettes);
  const free = new Set(unused);
  const accepted: Accepted[] = [];
  const left: Missed[] = [];
  const edits: { readonly cassette: string; readonly before: RecordedRequest; readonly after: RecordedRequest }[] = [];
  const compare = (before: RecordedRequest, after: RecordedRequest): readonly string[] =>
    toDifference(keys.keyed(before).sections, keys.keyed(after).sections);

  for (const missed of misses) {
    const { cassette, request, key, prints } = missed;
    const id = missed.nearest.find(
      (name) => free.has(name) && isEditOf(named.get(name)?.interaction.request ?? request, request),
    );
    const found = id === undefined ? undefined : named.get(id);
    if (found === undefined) {
      left.push(missed);
      continue;
    }
    free.delete(found.id);
    const before = found.interaction.request;
    edits.push({ cassette, before, after: request });
    const interaction = { ...found.interaction, key, prints, request };
    accepted.push({
      cassette: found.cassette,
      id: found.id,
      interaction,
      diff: compare(before, request),
      isCarried: false,
    });
  }

  for (const id of free) {
    const found = named.get(id);
    if (found === undefined) continue;
    const before = found.interaction.request;
    const body = edits
      .filter(({ cassette }) => cassette === found.cassette)
      .reduce((current, edit) => carryEdit(current, edit.before.body, edit.after.body), before.body);
    const { request, key, prints } = keys.keyed({ ...before, body });
    const diff = compare(before, request);
    if (diff.length === 0) continue;
    const interaction = { ...found.interaction, key, prints, request };
    accepted.push({ cassette: found.cassette, id, interaction, diff, isCarried: true });
  }
  return { accepted, left };
};
