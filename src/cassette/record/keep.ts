// Recordings on their way to disk, in the order in which they were asked for.
import type { Interaction } from "../file/interaction.ts";
import type { createReport } from "../notes.ts";
import type { Outcome, Recordable } from "./record.ts";
import { createNaming } from "../shelf.ts";
import type { Change, Store } from "../file/store.ts";

export interface KeepOptions {
  readonly store: Store;
  readonly report: ReturnType<typeof createReport>;
  /** Whether the first recording of a key takes the place of all there were. */
  readonly replacesAll: () => boolean;
}

interface Kept {
  readonly what: Recordable;
  readonly id: string;
  /** From `reserve`. */
  readonly slot: number;
  readonly outcome: Promise<Outcome>;
  /** The recording whose place it takes. */
  readonly old: Interaction | null;
}

/** What is under way when the run ends gets so long to end. */
const mostIdleMs = 10_000;

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : "unknown reason");

const isSame = (one: Interaction, other: Interaction): boolean =>
  one === other || (one.key === other.key && one.recordedAt === other.recordedAt);

/** What names the recordings of one request in all of a run. */
export const markOf = ({ cassette, keyed }: Pick<Recordable, "cassette" | "keyed">): string =>
  `${cassette} ${keyed.key}`;

/** Writes what was recorded. */
export const createKeeping = ({ store, report, replacesAll }: KeepOptions) => {
  const slots = new WeakMap<Interaction, number>();
  const names = new Map<string, (interaction: Pick<Interaction, "key">) => string>();
  const replaced = new Set<string>();
  const pending = new Set<Promise<boolean>>();
  let next = 0;

  /** Puts a recording behind those of this run that were asked for before it. */
  const insert = (interactions: readonly Interaction[], made: Interaction, slot: number): readonly Interaction[] => {
    const at = interactions.findIndex((interaction) => (slots.get(interaction) ?? -1) > slot);
    return at === -1 ? [...interactions, made] : interactions.toSpliced(at, 0, made);
  };
  const toChange = (made: Interaction, { what, slot, old }: Kept): Change => {
    slots.set(made, slot);
    const mark = markOf(what);
    const isFirst = replacesAll() && !replaced.has(mark);
    if (isFirst) replaced.add(mark);
    return (interactions) => {
      if (old !== null) {
        const at = interactions.findIndex((interaction) => isSame(interaction, old));
        if (at !== -1) return interactions.with(at, made);
      }
      const rest = isFirst ? interactions.filter(({ key }) => key !== made.key) : interactions;
      return insert(rest, made, slot);
    };
  };
  const save = async (kept: Kept): Promise<boolean> => {
    const { what, id } = kept;
    const outcome = await kept.outcome;
    if (outcome.kind === "unwanted") return false;
    if (outcome.kind === "failed") {
      report.failed(markOf(what), `${id}: ${outcome.why}`);
      return false;
    }
    if (outcome.kind === "refused") {
      report.refused(`${id}: ${outcome.why}`);
      return false;
    }
    const { interaction, side } = outcome;
    const beginning = { recordedAt: interaction.recordedAt, upstream: what.asked.provider };
    try {
      await store.change(what.cassette, toChange(interaction, kept), beginning, side);
      report.made(markOf(what));
      return true;
    } catch (thrown) {
      report.refused(`${id}: could not be written, ${reasonOf(thrown)}`);
      return false;
    }
  };

  return {
    /** A place in the order of the recordings. */
    reserve: (): number => {
      next += 1;
      return next;
    },
    /** The name of the next recording of a key. */
    name: (cassette: string, key: string): string => {
      const known = names.get(cassette) ?? createNaming(cassette);
      names.set(cassette, known);
      return known({ key });
    },
    /** Whether it is on disk, once that is known; never rejects. */
    keep: (kept: Kept): Promise<boolean> => {
      const isSaved = save(kept);
      const saved: Promise<boolean> = isSaved.finally(() => pending.delete(saved));
      pending.add(saved);
      return isSaved;
    },
    /** Resolves when everything is written, or refused. */
    idle: async (): Promise<void> => {
      const { promise: late, resolve } = Promise.withResolvers<"late">();
      const timer = setTimeout(() => resolve("late"), mostIdleMs);
      if ((await Promise.race([Promise.all(pending), late])) === "late") {
        report.refused(`${pending.size} answers were still under way at the end of the run`);
      }
      clearTimeout(timer);
    },
  };
};
