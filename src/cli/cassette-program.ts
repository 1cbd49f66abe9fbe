import { InvalidArgumentError, Option, type Command } from "commander";
import { profiles } from "../mock/settings.ts";
import type { CassetteFlags } from "./cassette-open.ts";
import type { ExitCode } from "./exit.ts";

const age = (text: string): string => {
  if (/^\d+(?:h|d)$/.test(text)) return text;
  throw new InvalidArgumentError("It must be an age such as 30d or 12h.");
};

const withFolder = (made: Command): Command =>
  made
    .option("-c, --config <file>", "config file: its mock block")
    .option("--cassettes <folder>", "folder of recordings (default: mock/cassettes)")
    .addOption(new Option("--profile <profile>", "which differences of requests count").choices(profiles));

const dryRun = ["--dry-run", "tell, change nothing"] as const;

/** Adds what looks after recordings. */
export const addCassetteCommands = (program: Command, finish: (code: ExitCode) => void): void => {
  const cassette = program.command("cassette").description("look after recordings");
  withFolder(cassette.command("ls").description("list the cassettes"))
    .option("--json", "print JSON")
    .action(async (flags: CassetteFlags & { json?: boolean }) =>
      finish(await (await import("./cassette.ts")).cassetteLs(flags)),
    );
  withFolder(cassette.command("show").description("print recordings"))
    .argument("<name>", "a cassette, or the beginning of a recording's name")
    .action(async (name: string, flags: CassetteFlags) =>
      finish(await (await import("./cassette.ts")).cassetteShow(name, flags)),
    );
  withFolder(cassette.command("prune").description("remove recordings"))
    .option("--unused", "those the last run did not ask for")
    .option(...dryRun)
    .action(async (flags: CassetteFlags & { unused?: boolean; dryRun?: boolean }) =>
      finish(await (await import("./cassette.ts")).cassettePrune(flags)),
    );
  withFolder(
    cassette.command("accept").description("take an edited prompt over into the recordings, without a network"),
  )
    .option("--last-run", "the misses of the last run (the default)")
    .option(...dryRun)
    .action(async (flags: CassetteFlags & { dryRun?: boolean }) =>
      finish(await (await import("./cassette.ts")).cassetteAccept(flags)),
    );
  withFolder(cassette.command("scrub").description("take secrets out of recordings"))
    .option(...dryRun)
    .action(async (flags: CassetteFlags & { dryRun?: boolean }) =>
      finish(await (await import("./cassette.ts")).cassetteScrub(flags)),
    );
  withFolder(cassette.command("refresh").description("send the recorded requests again"))
    .option("--older-than <age>", "such as 30d", age)
    .option(...dryRun)
    .action(async (flags: CassetteFlags & { olderThan?: string; dryRun?: boolean }) =>
      finish(await (await import("./cassette-refresh.ts")).cassetteRefresh(flags)),
    );
  withFolder(cassette.command("diff").description("compare with what the providers answer now"))
    .option("--older-than <age>", "such as 30d", age)
    .action(async (flags: CassetteFlags & { olderThan?: string }) =>
      finish(await (await import("./cassette-refresh.ts")).cassetteDiff(flags)),
    );
};
