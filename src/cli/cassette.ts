import { statSync } from "node:fs";
import { isatty } from "node:tty";
import { join } from "node:path";
import { acceptLastRun, nameAll } from "../cassette/edit/accept.ts";
import { removeOrphans, replaceNamed, scrub } from "../cassette/edit/edit.ts";
import { readLastRun, type LastRun } from "../cassette/file/last-run.ts";
import { describeAge } from "../cassette/notes.ts";
import { readCassettes } from "../cassette/file/store.ts";
import { writeInteraction } from "../cassette/file/write-cassette.ts";
import { count, indent, openCassettes, print, type CassetteFlags } from "./cassette-open.ts";
import { CommandError, type ExitCode } from "./exit.ts";
import { say } from "./say.ts";
import { fit, toHarmless } from "./tail-text.ts";

const needLastRun = async (folder: string): Promise<LastRun> => {
  const run = await readLastRun(folder);
  if (run !== null) return run;
  throw new CommandError(`${folder}: no run is on record here; run the tests with qlite exec (or qlite mock) first`);
};

const toSize = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

const spell = (text: string): string => (isatty(1) ? toHarmless(text) : text);

const align = (column: number): "left" | "right" => (column === 0 || column === 2 ? "left" : "right");

/** Lists the cassettes: how many recordings, from when, how large, how many the last run did not ask for. */
export const cassetteLs = async (flags: CassetteFlags & { readonly json?: boolean }): Promise<ExitCode> => {
  const { folder, store } = await openCassettes(flags);
  const run = await readLastRun(folder);
  const rows = [...store.loaded].map(([name, { interactions }]) => {
    const oldest = Math.min(...interactions.map(({ recordedAt }) => recordedAt));
    return {
      cassette: name,
      interactions: interactions.length,
      recorded: interactions.length === 0 ? null : new Date(oldest).toISOString().slice(0, 10),
      age: interactions.length === 0 ? null : describeAge(oldest, Date.now()),
      bytes: statSync(join(folder, `${name}.yaml`)).size,
      unused: run === null ? null : run.unused.filter((id) => id.startsWith(`${name}/`)).length,
    };
  });
  if (flags.json === true) {
    await print([JSON.stringify(rows, null, 2)]);
    return 0;
  }
  const table = [
    ["CASSETTE", "INTERACTIONS", "RECORDED", "AGE", "SIZE", "UNUSED IN LAST RUN"],
    ...rows.map(({ cassette, interactions, recorded, age, bytes, unused }) => [
      cassette,
      String(interactions),
      recorded ?? "-",
      age ?? "-",
      toSize(bytes),
      unused === null ? "no run" : String(unused),
    ]),
  ];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  await print(
    table.map((row) =>
      spell(
        row
          .map((cell, column) => fit(cell, widths[column] ?? 2, align(column)))
          .join("  ")
          .trimEnd(),
      ),
    ),
  );
  return 0;
};

/** Prints the recordings whose name begins so, as they stand in their file. */
export const cassetteShow = async (name: string, flags: CassetteFlags): Promise<ExitCode> => {
  const { store } = await openCassettes(flags);
  const found = [...nameAll(store.loaded).values()].filter(
    ({ id, cassette }) => cassette === name || id.startsWith(name.includes("/") ? name : `${name}/`),
  );
  if (found.length === 0) {
    throw new CommandError(`${name}: no recording is named so; \`qlite cassette ls\` tells the cassettes there are`);
  }
  await print(found.flatMap(({ id, interaction }) => [`# ${id}`, spell(writeInteraction(interaction)).trimEnd()]));
  return 0;
};

/** Removes the recordings that the last run did not ask for, and files beside cassettes that nothing names. */
export const cassettePrune = async (
  flags: CassetteFlags & { readonly unused?: boolean; readonly dryRun?: boolean },
): Promise<ExitCode> => {
  if (flags.unused !== true) {
    await say("error: say what to remove: --unused\n(run `qlite help cassette` for its options)");
    return 2;
  }
  const { folder, store } = await openCassettes(flags);
  const { unused } = await needLastRun(folder);
  const known = nameAll(store.loaded);
  const gone = unused.filter((id) => known.has(id));
  const lines = gone.map((id) => `${flags.dryRun === true ? "would remove" : "removed"} ${id}`);
  if (flags.dryRun !== true) {
    await replaceNamed(store, new Map(gone.map((id) => [id, null])));
    let orphans = 0;
    for (const [name, cassette] of await readCassettes(folder)) orphans += await removeOrphans(folder, name, cassette);
    if (orphans > 0) lines.push(`removed ${count(orphans, "file")} that no recording names`);
  }
  await print(lines.length === 0 ? ["Every recording was asked for in the last run."] : lines);
  return 0;
};

/** Makes the recordings answer the requests that the last run missed, without a network; exit 1 when some are left. */
export const cassetteAccept = async (
  flags: CassetteFlags & { readonly lastRun?: boolean; readonly dryRun?: boolean },
): Promise<ExitCode> => {
  const { folder, store, keys } = await openCassettes(flags);
  const run = await needLastRun(folder);
  const { accepted, left } = acceptLastRun(store.loaded, run, keys);
  if (flags.dryRun !== true) {
    await replaceNamed(store, new Map(accepted.map(({ id, interaction }) => [id, interaction])));
  }
  const verb = flags.dryRun === true ? "would accept" : "accepted";
  const lines: string[] = [];
  for (const { id, interaction, diff, isCarried } of accepted) {
    lines.push(`${verb} ${id} as ${interaction.key}${isCarried ? ", which follows the edit" : ""}`, ...indent(diff));
  }
  for (const { cassette, key } of left) {
    lines.push(
      `left ${cassette}/${key.slice(key.indexOf(":") + 1)}: no recording is left that it could be an edit of; record it`,
    );
  }
  await print((lines.length === 0 ? ["The last run missed nothing."] : lines).map(spell));
  return left.length === 0 ? 0 : 1;
};

/** Takes secrets out of the cassettes that are there; exit 1 when one cannot be taken out. */
export const cassetteScrub = async (flags: CassetteFlags & { readonly dryRun?: boolean }): Promise<ExitCode> => {
  const { store, secrets } = await openCassettes(flags);
  const scrubbed = scrub(store, secrets);
  const clean = scrubbed.filter(({ left }) => left === null);
  if (flags.dryRun !== true) {
    await replaceNamed(store, new Map(scrubbed.map(({ id, interaction }) => [id, interaction])));
  }
  const lines = scrubbed.map(({ id, found, left }) =>
    left === null
      ? `${flags.dryRun === true ? "would scrub" : "scrubbed"} ${id}: ${found}`
      : `${id}: ${left} cannot be taken out; remove the recording, or record it anew`,
  );
  await print(lines.length === 0 ? ["No secret was found."] : lines);
  return clean.length === scrubbed.length ? 0 : 1;
};
