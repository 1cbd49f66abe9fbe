import type { Asked } from "../mock/asked.ts";
import type { MockSettings } from "../mock/settings.ts";
import type { Played, Tape } from "../mock/tape.ts";
import { findNearest, toDifference } from "./key/difference.ts";
import { formOf } from "./dialect-of.ts";
import type { Cassette, Interaction } from "./file/interaction.ts";
import { createKeys, type Keyed } from "./key/key.ts";
import { createKeeping, markOf } from "./record/keep.ts";
import { writeLastRun, type Missed } from "./file/last-run.ts";
import { createModeSwitch, type ModeSwitch } from "./mode.ts";
import { createReport, describeAge } from "./notes.ts";
import { createRecord, type Recordable } from "./record/record.ts";
import { replay, type ReplayOptions } from "./replay.ts";
import { createSecrets, credentialsOf } from "./record/secrets.ts";
import { createShelf, whyNotTaken, type Shelf, type Shelved } from "./shelf.ts";
import { cassetteOf, openStore } from "./file/store.ts";
import { compareLive } from "./edit/compare-live.ts";

export type TapeSettings = Pick<
  MockSettings,
  | "mode"
  | "profile"
  | "ignore"
  | "normalize"
  | "redact"
  | "expire"
  | "exhausted"
  | "recordErrors"
  | "timing"
  | "wireStrict"
  | "shape"
>;

export interface TapeOptions {
  readonly settings: TapeSettings;
  /** The folder of cassettes; the first recording makes it. */
  readonly folder: string;
  /** The gateway with its real providers; null where there is none, so that nothing is ever sent. */
  readonly send: ((request: Request) => Promise<Response>) | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly isCi: boolean;
  /** Records in CI too. */
  readonly allowRecord: boolean;
  /** The gateway's own secrets, which no file may hold. */
  readonly secrets?: readonly string[];
}

const empty: Cassette = { recordedAt: 0, upstream: null, interactions: [] };
const nearestShown = 3;
const mostMisses = 200;

/** Recordings, and what only the mock around them needs. */
export interface RecordingTape extends Tape {
  readonly mode: ModeSwitch;
  /** Begins the recordings of a scope from the front, as after a reset of its counters. */
  readonly rewind: (scope: string) => void;
}

/**
 * Opens the recordings of a folder.
 *
 * Asked for a request it replays, records or sends, as its mode says. In the mode `replay` it never sends.
 *
 * @throws {CassetteError} with every file that is faulty
 */
export const createTape = async (options: TapeOptions): Promise<RecordingTape> => {
  const { settings, folder, send, now, isCi, allowRecord } = options;
  const { profile, ignore, normalize, redact, expire, exhausted, wireStrict, timing, shape } = settings;
  const mode = createModeSwitch(settings.mode, send !== null && (!isCi || allowRecord));
  const store = await openStore(folder);
  const secrets = createSecrets(redact);
  const keys = createKeys({ profile, ignore, normalize }, secrets);
  const report = createReport();
  const shelves = new Map<string, Shelf>();
  const used = new Set<string>();
  const missed = new Map<string, Missed>();
  const replayOptions: ReplayOptions = { timing, wireStrict, chunk: shape.chunk, readSide: store.readSide };

  const shelfAt = (name: string): Shelf => {
    const known =
      shelves.get(name) ?? createShelf(name, store.loaded.get(name) ?? empty, keys, { exhausted, wireStrict });
    // A scope without a file of its own is not kept: there may be any number of them.
    if (store.loaded.has(name)) shelves.set(name, known);
    return known;
  };
  const unused = (): readonly string[] =>
    [...store.loaded.keys()].flatMap((name) => shelfAt(name).all.flatMap(({ id }) => (used.has(id) ? [] : [id])));

  const record =
    send === null
      ? null
      : createRecord({
          send,
          now,
          secrets,
          onLeak: redact.onLeak,
          recordErrors: settings.recordErrors,
          wireStrict,
        });
  const keeping = createKeeping({ store, report, replacesAll: () => mode.current() === "all" });

  const warningsOf = ({ id, interaction, sections }: Shelved, keyed: Keyed): readonly string[] => {
    const warnings: string[] = [];
    if (profile === "conversation") {
      for (const part of ["system", "tools"] as const) {
        if (interaction.prints[part] === keyed.prints[part]) continue;
        const lines = toDifference(
          sections.filter((section) => section.part === part),
          keyed.sections.filter((section) => section.part === part),
        );
        const what = part === "system" ? "the system prompt has" : "the tools have";
        if (lines.length > 0) warnings.push(`${id}: ${what} changed since it was recorded\n${lines.join("\n")}`);
      }
    }
    if (isStale(interaction)) {
      const age = describeAge(interaction.recordedAt, now());
      const line = `${id}: recorded ${age} ago, the limit is ${describeAge(0, expire.afterMs ?? 0)}`;
      warnings.push(line);
      report.stale(line);
    }
    return warnings;
  };
  const isStale = ({ recordedAt }: Interaction): boolean =>
    expire.afterMs !== null && now() - recordedAt > expire.afterMs;

  const miss = ({ asked, cassette, keyed }: Recordable): Played => {
    const near = findNearest(keyed, shelfAt(cassette).all, keys, nearestShown);
    const form = formOf({ ...keyed.request, query: asked.query });
    const { request, key, prints } = keyed;
    if (missed.size < mostMisses) {
      missed.set(`${cassette} ${key}`, {
        cassette,
        key,
        prints,
        request,
        nearest: near.map(({ candidate }) => candidate.id),
      });
    }
    const nearest = near.map(({ candidate, diff }) => ({
      id: candidate.id,
      diff: diff.length > 0 ? diff : [whyNotTaken(candidate, form)],
    }));
    return { kind: "miss", nearest };
  };

  const play = (shelved: Shelved, what: Recordable): Played | null => {
    const form = formOf({ ...what.keyed.request, query: what.asked.query });
    const replayed = replay(shelved.interaction, what.asked, form, replayOptions);
    if (replayed === null) return null;
    used.add(shelved.id);
    return { kind: "replayed", id: shelved.id, ...replayed, warnings: warningsOf(shelved, what.keyed) };
  };

  const ask = async (
    what: Recordable,
    request: Request,
    kind: "recorded" | "live",
    old: Shelved | null,
  ): Promise<Played> => {
    if (record === null) return miss(what);
    const slot = keeping.reserve();
    const { said, outcome } = await record(what, request).catch((thrown: unknown) => {
      if (kind === "recorded") {
        const why = thrown instanceof Error ? thrown.message : "the provider could not be asked";
        report.failed(markOf(what), `${what.cassette}: ${why}`);
      }
      throw thrown;
    });
    const id = keeping.name(what.cassette, what.keyed.key);
    const played = { kind, id, said, isTranscoded: false, warnings: [] } as const;
    if (kind === "live") return played;
    used.add(old?.id ?? id);
    const isKept = keeping.keep({ what, id, slot, outcome, old: old?.interaction ?? null });
    if (said.status < 400 || settings.recordErrors) return { ...played, isKept };
    // A failure of the provider fails the run, which says more than a note.
    if (said.status >= 500) return { ...played, kind: "live" };
    const warnings = [`${what.cassette}: status ${said.status} is not recorded (record_errors is off)`];
    return { ...played, kind: "live", warnings };
  };

  const understand = (asked: Asked): Recordable => {
    const known = [...credentialsOf(asked.headers, asked.query), ...(options.secrets ?? [])];
    const keyed = keys.keyed(keys.toRequest(asked, known));
    return { asked, keyed, known, cassette: cassetteOf(asked.cassette ?? asked.scope) };
  };

  const write = async (): Promise<void> => {
    if (store.loaded.size === 0) return;
    try {
      await writeLastRun(folder, { misses: [...missed.values()], unused: unused() }, secrets, now());
    } catch {
      // A folder that cannot be written to is no reason to fail a replay.
    }
  };

  return {
    mode,
    lacks: (name) => mode.current() === "replay" && !store.loaded.has(cassetteOf(name)),
    rewind: (scope) => {
      for (const shelf of shelves.values()) shelf.rewind(scope);
    },
    play: (asked, request) => {
      const what = understand(asked);
      const { cassette, keyed } = what;
      const current = mode.current();
      if (current === "live") return ask(what, request, "live", null);
      const isFresh = current === "all" || (current === "once" && !store.loaded.has(cassette));
      if (isFresh) return ask(what, request, "recorded", null);
      const form = formOf({ ...keyed.request, query: asked.query });
      const shelved = shelfAt(cassette).take(asked.scope, keyed.key, form);
      if (shelved !== null && current === "diff" && record !== null) {
        used.add(shelved.id);
        return compareLive(shelved, what, request, { record, replayOptions });
      }
      if (shelved !== null && current !== "replay" && expire.action === "refresh" && isStale(shelved.interaction)) {
        return ask(what, request, "recorded", shelved);
      }
      const played = shelved === null ? null : play(shelved, what);
      if (played !== null) return played;
      return current === "new" ? ask(what, request, "recorded", null) : miss(what);
    },
    report: () => report.tell(unused()),
    flush: async () => {
      await keeping.idle();
      await store.flush();
      await write();
    },
  };
};
