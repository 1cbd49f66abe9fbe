// Cassettes of what other tools recorded.
import type { SideFile } from "../../cassette/file/body.ts";
import type { Interaction } from "../../cassette/file/interaction.ts";
import { parseCassette } from "../../cassette/file/parse-cassette.ts";
import { cassetteOf } from "../../cassette/file/store.ts";
import { writeCassette } from "../../cassette/file/write-cassette.ts";
import type { Exchange, Unreadable } from "./exchange.ts";
import { createUnique } from "./place-files.ts";
import type { Tell } from "./report.ts";
import type { Source } from "./sources.ts";
import { isOfInterest, toInteraction, type Recorder } from "./to-interaction.ts";

export interface CassetteText {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly scope: string;
  readonly text: string;
  readonly sides: readonly SideFile[];
  readonly count: number;
}

export interface Recording {
  readonly source: Source;
  readonly entries: Iterable<Exchange | Unreadable>;
  readonly tell: Tell;
}

/** The name of a file as that of a scope. */
const toScope = (name: string): string =>
  name
    .replaceAll("/", ".")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/^[.-]+|[.-]+$/g, "")
    .slice(0, 90) || "imported";

interface Filled {
  readonly scope: string;
  readonly interactions: Interaction[];
  readonly sides: Map<string, SideFile>;
  upstream: string | null;
}

const toText = ({ scope, interactions, sides, upstream }: Filled): CassetteText => {
  const recordedAt = Math.min(...interactions.map((interaction) => interaction.recordedAt));
  const text = writeCassette({ recordedAt, upstream, interactions });
  return { name: cassetteOf(scope), scope, text, sides: [...sides.values()], count: interactions.length };
};

/**
 * Makes the cassettes of files: one each, or with a `scope` one of all.
 *
 * A file without a request to an LLM's API makes none.
 */
export const toCassettes = async (
  recordings: readonly Recording[],
  scope: string | null,
  recorder: Recorder,
): Promise<{
  readonly made: readonly CassetteText[];
  readonly passedOver: number;
  readonly faults: readonly string[];
}> => {
  const unique = createUnique();
  const filled = new Map<string, Filled>();
  let passedOver = 0;
  for (const { source, entries, tell } of recordings) {
    const own = scope ?? unique(toScope(source.name));
    const into: Filled = filled.get(own) ?? { scope: own, interactions: [], sides: new Map(), upstream: null };
    filled.set(own, into);
    for (const entry of entries) {
      if ("why" in entry) {
        if (isOfInterest(entry.url)) tell("left_out", entry.path, entry.why, "record it anew with qlite");
        else passedOver += 1;
        continue;
      }
      const outcome = await toInteraction(entry, recorder, { changedAt: source.changedAt, cassette: cassetteOf(own) });
      if (outcome.kind === "passed") passedOver += 1;
      else if (outcome.kind === "left_out") tell("left_out", entry.path, outcome.what, outcome.todo);
      else {
        const { refusal } = outcome;
        if (refusal !== null) {
          const todo = "it is recorded; see whether a replay needs it";
          tell("partly", entry.path, `the mock would refuse its request: ${refusal}`, todo);
        }
        into.interactions.push(outcome.interaction);
        into.upstream ??= outcome.upstream;
        if (outcome.side !== null) into.sides.set(outcome.side.name, outcome.side);
      }
    }
  }
  const made = [...filled.values()].filter(({ interactions }) => interactions.length > 0).map(toText);
  const faults = made.flatMap(({ text, name }) => {
    const parsed = parseCassette(text, `${name}.yaml`);
    return parsed.kind === "ok" ? [] : [`what was made cannot be read again: ${parsed.message}`];
  });
  return { made, passedOver, faults };
};
