import { nameAll } from "../cassette/edit/accept.ts";
import { toDrift } from "../cassette/edit/drift.ts";
import { replaceNamed } from "../cassette/edit/edit.ts";
import { createRecord, type Outcome } from "../cassette/record/record.ts";
import { resend } from "../cassette/edit/resend.ts";
import { writeWhole } from "../cassette/file/files.ts";
import { toMs } from "../config/units.ts";
import { createLive } from "../mock-server.ts";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { count, indent, openCassettes, print, type CassetteFlags, type Opened } from "./cassette-open.ts";
import { CommandError, type ExitCode } from "./exit.ts";
import { toHarmless } from "./tail-text.ts";

export interface RefreshFlags extends CassetteFlags {
  /** An age such as 30d; younger recordings stay as they are. */
  readonly olderThan?: string;
  readonly dryRun?: boolean;
}

type Named = ReturnType<typeof nameAll> extends ReadonlyMap<string, infer Value> ? Value : never;

const inCi = (): boolean => !["", "0", "false"].includes((process.env["CI"] ?? "").toLowerCase());

/** Sends each recorded request once more, one after another, and hands on what came. */
const askAgain = async (
  { gateway, settings, secrets, keys }: Opened,
  recordings: readonly Named[],
  told: (named: Named, outcome: Outcome) => Promise<void>,
): Promise<void> => {
  if (inCi()) throw new CommandError("CI is set, where no provider is ever asked; run this by hand");
  const live = createLive(gateway);
  const { redact, wireStrict } = settings;
  const record = createRecord({
    send: live.send,
    now: Date.now,
    secrets,
    onLeak: redact.onLeak,
    recordErrors: false,
    wireStrict,
  });
  try {
    for (const named of recordings) {
      const outcome = await resend(named.interaction, named.cassette, keys, record).catch(
        (thrown: unknown): Outcome => ({
          kind: "refused",
          why: thrown instanceof Error ? thrown.message : "the provider could not be asked",
        }),
      );
      await told(named, outcome);
    }
  } finally {
    await live.close();
  }
};

const olderThan = (opened: Opened, age: string | undefined): readonly Named[] => {
  const all = [...nameAll(opened.store.loaded).values()];
  return age === undefined ? all : all.filter(({ interaction }) => Date.now() - interaction.recordedAt > toMs(age));
};

/** Records anew by sending the recorded requests once more; exit 1 when one could not be. Keys and requests stay. */
export const cassetteRefresh = async (flags: RefreshFlags): Promise<ExitCode> => {
  const opened = await openCassettes(flags);
  const wanted = olderThan(opened, flags.olderThan);
  if (flags.dryRun === true || wanted.length === 0) {
    await print([`${count(wanted.length, "recording")} would be sent again`, ...wanted.map(({ id }) => `  ${id}`)]);
    return 0;
  }
  let failed = 0;
  await askAgain(opened, wanted, async ({ id }, outcome) => {
    if (outcome.kind !== "kept") {
      failed += 1;
      await print([`kept ${id} as it was: ${outcome.why}`]);
      return;
    }
    if (outcome.side !== null) {
      const file = join(opened.folder, outcome.side.name);
      mkdirSync(dirname(file), { recursive: true });
      await writeWhole(file, outcome.side.bytes);
    }
    await replaceNamed(opened.store, new Map([[id, outcome.interaction]]));
    await print([`recorded ${id} anew`]);
  });
  return failed === 0 ? 0 : 1;
};

/** Tells how the providers answer now, against what is recorded; exit 1 when one answers otherwise. Nothing is written. */
export const cassetteDiff = async (flags: RefreshFlags): Promise<ExitCode> => {
  const opened = await openCassettes(flags);
  let different = 0;
  await askAgain(opened, olderThan(opened, flags.olderThan), async ({ id, interaction }, outcome) => {
    const drift =
      outcome.kind === "kept"
        ? toDrift(interaction.request.endpoint, interaction.response, outcome.interaction.response)
        : [`cannot be compared: ${outcome.why}`];
    if (drift.length > 0) different += 1;
    await print([drift.length === 0 ? `same ${id}` : `different ${id}`, ...indent(drift)].map(toHarmless));
  });
  return different === 0 ? 0 : 1;
};
