// Changes of recordings that are there.
import { promises as fs } from "node:fs";
import { join } from "node:path";
import type { SideFile } from "../file/body.ts";
import type { Cassette, Interaction } from "../file/interaction.ts";
import { changeInteraction, findInInteraction } from "../record/leak.ts";
import type { Secrets } from "../record/secrets.ts";
import { createNaming } from "../shelf.ts";
import type { Store } from "../file/store.ts";
import { writeInteraction } from "../file/write-cassette.ts";

/** Puts other recordings in the place of those with these names; null takes one away. */
export const replaceNamed = async (
  { loaded, change }: Store,
  replacements: ReadonlyMap<string, Interaction | null>,
): Promise<void> => {
  for (const [name, cassette] of loaded) {
    const hasAny = [...replacements.keys()].some((id) => id.startsWith(`${name}/`));
    if (!hasAny) continue;
    await change(
      name,
      (interactions) => {
        const nameOf = createNaming(name);
        return interactions.flatMap((interaction) => {
          const replacement = replacements.get(nameOf(interaction));
          if (replacement === null) return [];
          return [replacement ?? interaction];
        });
      },
      cassette,
    );
  }
};

/** Removes the files beside a cassette that none of its recordings names any more; gives how many. */
export const removeOrphans = async (folder: string, name: string, { interactions }: Cassette): Promise<number> => {
  const held = new Set(interactions.flatMap(({ response: { body } }) => (body.kind === "file" ? [body.file] : [])));
  const beside = `${name}.files`;
  let files: readonly string[];
  try {
    files = await fs.readdir(join(folder, beside));
  } catch {
    return 0;
  }
  const orphans = files.filter((file) => !held.has(`${beside}/${file}`));
  for (const file of orphans) await fs.rm(join(folder, beside, file), { force: true });
  return orphans.length;
};

/** What scrubbing a recording comes to. */
export interface Scrubbed {
  readonly id: string;
  readonly interaction: Interaction;
  /** What was found first. */
  readonly found: string;
  /** What is still there and has to be removed by hand, or recorded anew; null for nothing. */
  readonly left: string | null;
}

const sideOf = ({ response: { body } }: Interaction, readSide: Store["readSide"]): SideFile | null => {
  if (body.kind !== "file") return null;
  try {
    return { name: body.file, bytes: readSide(body.file) };
  } catch {
    return null;
  }
};

/** Looks through all recordings for secrets and takes them out where that can be done. */
export const scrub = ({ loaded, readSide }: Store, secrets: Secrets): readonly Scrubbed[] =>
  [...loaded].flatMap(([name, { interactions }]) => {
    const nameOf = createNaming(name);
    return interactions.flatMap((interaction): readonly Scrubbed[] => {
      const id = nameOf(interaction);
      const side = sideOf(interaction, readSide);
      const findIn = (one: Interaction): string | null =>
        findInInteraction(one, side, secrets) ?? secrets.find(writeInteraction(one));
      const found = findIn(interaction);
      if (found === null) return [];
      const clean = changeInteraction(interaction, (text) => secrets.redact(text));
      return [{ id, interaction: clean, found, left: findIn(clean) }];
    });
  });
