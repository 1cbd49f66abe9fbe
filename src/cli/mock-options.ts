import { InvalidArgumentError, Option, type Command } from "commander";
import { fallbacks, profiles } from "../mock/settings.ts";
import { modes, modeWords, type Mode } from "../mock/tape.ts";

// Apart from what reads them, which loads the schema of the config: every start passes here.

const toMode = (word: string): Mode => {
  if (word === "none" || word === "new_episodes") return modeWords[word];
  const mode = modes.find((known) => known === word);
  if (mode !== undefined) return mode;
  throw new InvalidArgumentError(`Allowed choices are ${modes.join(", ")}.`);
};

/** Adds the flags to a command. */
export const withMockFlags = (
  command: Command,
  wholeNumber: (text: string) => number,
  usualMode = "once, in CI replay",
): Command =>
  command
    .option("-c, --config <file>", "config file: its mock block, and its providers for recording")
    .addOption(
      new Option("--mode <mode>", `how recordings are used (default: ${usualMode})`).choices(modes).argParser(toMode),
    )
    .option("--cassettes <folder>", "folder of recordings")
    .addOption(
      new Option(
        "--fallback <what>",
        "what answers when nothing is found (default: fail, auto without fixtures)",
      ).choices(fallbacks),
    )
    .addOption(
      new Option("--profile <profile>", "which differences of requests count (default: semantic)").choices(profiles),
    )
    .option("--seed <number>", "what ids, waits and drawn faults are made of (default: 1)", wholeNumber)
    .option("--clock <clock>", "real, virtual, or a speed such as x10 (default: real)")
    .option("--timing <speed>", "how fast recordings are replayed: none, recorded, or x10 (default: none)")
    .option("--strict", "unused fixtures and old recordings fail the run too")
    .option("--allow-record", "let a recording mode record although CI is set");
