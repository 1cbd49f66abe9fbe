// The folder of cassettes: read once, changed file by file.
import { promises as fs, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SideFile } from "./body.ts";
import { CassetteError } from "../cassette-error.ts";
import { readText, withLock, writeWhole } from "./files.ts";
import type { Cassette, Interaction } from "./interaction.ts";
import { parseCassette } from "./parse-cassette.ts";
import { writeCassette, writeInteraction } from "./write-cassette.ts";

/** Gives what a cassette holds from now on. */
export type Change = (interactions: readonly Interaction[]) => readonly Interaction[];

/** What a file is made with when there is none yet. */
export interface Beginning {
  readonly recordedAt: number;
  readonly upstream: string | null;
}

export interface Store {
  /** What there was at start, by the name of the cassette. */
  readonly loaded: ReadonlyMap<string, Cassette>;
  /**
   * Changes a file by what it holds now, whoever wrote that; resolves when it is on disk. Changes of one file go one after
   * another, those that wait together.
   */
  readonly change: (name: string, change: Change, beginning: Beginning, side?: SideFile | null) => Promise<void>;
  /** @throws {Error} when there is no such file */
  readonly readSide: (file: string) => Uint8Array;
  readonly flush: () => Promise<void>;
}

/** Names that are devices on Windows, whatever stands behind a point. */
const device = /^(?:aux|con|nul|prn|(?:com|lpt)\d)(?=\.|$)/;

const escapeSign = (sign: string): string => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * The name of a scope's cassette: what a file name should not hold stands as `%` and two hex digits.
 *
 * Capitals too, so that no two scopes share a file on a disk for which `A` is `a`.
 */
export const cassetteOf = (scope: string): string => {
  if (scope === "") return "default";
  return scope
    .split(/([A-Z])/)
    .map((piece) => (/^[A-Z]$/.test(piece) ? escapeSign(piece) : encodeURIComponent(piece)))
    .join("")
    .replaceAll(/^\.|[!'()*~]/g, escapeSign)
    .replace(device, (name) => escapeSign(name) + name.slice(1));
};

const fileOf = (folder: string, name: string): string => join(folder, `${name}.yaml`);

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    const files = await fs.readdir(folder);
    return files
      .filter((file) => file.endsWith(".yaml") && !file.startsWith("."))
      .map((file) => file.slice(0, -".yaml".length))
      .sort();
  } catch {
    return [];
  }
};

/** Reads all cassettes of a folder, which need not be there. @throws {CassetteError} with every file that is faulty */
export const readCassettes = async (folder: string): Promise<ReadonlyMap<string, Cassette>> => {
  const loaded = new Map<string, Cassette>();
  const faults: string[] = [];
  for (const name of await namesIn(folder)) {
    const file = fileOf(folder, name);
    const parsed = parseCassette((await readText(file)) ?? "", file);
    if (parsed.kind === "ok") loaded.set(name, parsed.cassette);
    else faults.push(parsed.message);
  }
  if (faults.length > 0) throw new CassetteError(faults.join("\n"));
  return loaded;
};

interface Waiting {
  readonly change: Change;
  readonly beginning: Beginning;
  readonly side: SideFile | null;
}

/** A file as it was last seen by this process. */
interface Seen {
  readonly text: string;
  readonly cassette: Cassette;
}

const createFile = (folder: string, name: string) => {
  const path = fileOf(folder, name);
  const written = new WeakMap<Interaction, string>();
  const write = (interaction: Interaction): string => {
    const known = written.get(interaction) ?? writeInteraction(interaction);
    written.set(interaction, known);
    return known;
  };
  let waiting: Waiting[] = [];
  let seen: Seen | null = null;
  let running: Promise<void> = Promise.resolve();

  const read = async (beginning: Beginning): Promise<Cassette> => {
    const text = await readText(path);
    if (text === null) return { ...beginning, interactions: [] };
    if (seen?.text === text) return seen.cassette;
    const parsed = parseCassette(text, path);
    if (parsed.kind === "ok") return parsed.cassette;
    throw new CassetteError(parsed.message);
  };
  const run = async (): Promise<void> => {
    const [first] = waiting;
    if (first === undefined) return;
    await withLock(path, async () => {
      const taken = waiting;
      waiting = [];
      for (const { side } of taken) {
        if (side === null) continue;
        const beside = join(folder, side.name);
        await fs.mkdir(dirname(beside), { recursive: true });
        await writeWhole(beside, side.bytes);
      }
      const before = await read(first.beginning);
      const interactions = taken.reduce((current, { change }) => change(current), before.interactions);
      const cassette = { ...before, interactions };
      const text = writeCassette(cassette, write);
      await writeWhole(path, text);
      seen = { text, cassette };
    });
  };
  return {
    change: (change: Waiting): Promise<void> => {
      waiting.push(change);
      const done = running.then(run);
      // One that failed says so to those who wait for it; the next one begins anew.
      running = done.catch(() => {
        waiting = [];
      });
      return done;
    },
    idle: (): Promise<void> => running,
  };
};

/**
 * Opens a folder of cassettes, which is made by the first write.
 *
 * @throws {CassetteError} with every file that is faulty
 */
export const openStore = async (folder: string): Promise<Store> => {
  const loaded = await readCassettes(folder);
  const files = new Map<string, ReturnType<typeof createFile>>();
  const fileAt = (name: string): ReturnType<typeof createFile> => {
    const known = files.get(name) ?? createFile(folder, name);
    files.set(name, known);
    return known;
  };
  return {
    loaded,
    change: (name, change, beginning, side = null) => fileAt(name).change({ change, beginning, side }),
    readSide: (file) => readFileSync(join(folder, file)),
    flush: async () => {
      await Promise.all([...files.values()].map((file) => file.idle()));
    },
  };
};
