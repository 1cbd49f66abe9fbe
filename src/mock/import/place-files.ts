// What an import writes: whole files or none, and over no other unless that is asked for.
import { existsSync, promises as fs } from "node:fs";
import { basename, dirname, join } from "node:path";
import { withLock, writeWhole } from "../../cassette/file/files.ts";
import type { SideFile } from "../../cassette/file/body.ts";
import { showPath } from "../fixtures/find-files.ts";

export interface Output {
  readonly path: string;
  readonly text: string;
  /** Bytes beside it, their names relative to its folder; a cassette is its owner's alone, fixtures are not. */
  readonly sides: readonly SideFile[] | null;
}

/** Files that are there already, each with what to do. */
export const findExisting = (outputs: readonly Output[], folder: string): readonly string[] =>
  outputs
    .filter(({ path }) => existsSync(path))
    .map(({ path }) => `${showPath(path, folder)}: is there already; --force replaces it`);

/** Replaces a file as a whole, with the rights that new files get here. */
const writeOpen = async (path: string, text: string): Promise<void> => {
  const beside = join(dirname(path), `.${basename(path)}.tmp`);
  await fs.writeFile(beside, text, { flush: true });
  await fs.rename(beside, path);
};

/** Writes a file and what lies beside it. @throws {Error} what the system says */
export const writeOutput = async ({ path, text, sides }: Output, mayReplace: boolean): Promise<void> => {
  await withLock(path, async () => {
    if (!mayReplace && existsSync(path)) throw new Error("was written by somebody else meanwhile");
    for (const { name, bytes } of sides ?? []) {
      const beside = join(dirname(path), name);
      await fs.mkdir(dirname(beside), { recursive: true });
      await writeWhole(beside, bytes);
    }
    await (sides === null ? writeOpen(path, text) : writeWhole(path, text));
  });
};

/** Gives each name once; one that is taken gets a number. */
export const createUnique = (): ((name: string) => string) => {
  const taken = new Set<string>();
  return (name) => {
    let free = name;
    for (let number = 2; taken.has(free.toLowerCase()); number += 1) free = `${name}-${number}`;
    taken.add(free.toLowerCase());
    return free;
  };
};
