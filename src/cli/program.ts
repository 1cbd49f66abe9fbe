import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { durationPattern, toMs } from "../config/units.ts";
import { nearest } from "../wire/nearest.ts";
import { commit, version } from "../version.ts";
import { CommandError, type ExitCode } from "./exit.ts";
import { addCassetteCommands } from "./cassette-program.ts";
import { addMockCommands } from "./mock-program.ts";
import { say } from "./say.ts";
import type { ServeOptions } from "./serve.ts";
import type { TailFlags } from "./tail.ts";
import type { UsageFlags } from "./usage.ts";

const whole =
  (lowest: number, highest: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${lowest} to ${highest}.`);
  };

const duration = (text: string): number => {
  if (durationPattern.test(text)) return toMs(text);
  throw new InvalidArgumentError("It must be a duration with a unit, such as 50ms or 2s.");
};

const versionLine = `qlite ${version}${commit === "" ? "" : ` (${commit})`} on Bun ${Bun.version}`;

/** Builds the command line; `command` stands behind `--`, `finish` is given the exit code of the command that ran. */
const createProgram = (command: readonly string[], finish: (code: ExitCode) => void): Command => {
  const program = new Command("qlite")
    .enablePositionalOptions()
    .description("One executable between programs and LLM providers: a byte-exact proxy, and a mock of them.")
    .version(versionLine, "-V, --version", "print the version")
    .helpCommand("help [command]", "print help, of one command if named")
    .showHelpAfterError("(run `qlite help` for what there is)")
    .exitOverride();

  program
    .command("serve", { isDefault: true })
    .description("run the gateway (this is what `qlite` alone does)")
    .option("-c, --config <file>", "config file (default: QLITE_CONFIG, else config/config.yaml if there, else none)")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("-p, --port <number>", "port to listen on, 0 for a free one (default: 8080)", whole(0, 65_535))
    .addOption(
      new Option("--log-level <level>", "least important line to write").choices([
        "debug",
        "info",
        "warn",
        "error",
        "off",
      ]),
    )
    .option(
      "--mock-upstreams <files...>",
      "let fixtures answer in place of every provider; nothing leaves this machine",
    )
    .action(async (flags: ServeOptions) => finish(await (await import("./serve.ts")).serve(flags)));

  addMockCommands(program, { whole, duration }, command, finish);
  addCassetteCommands(program, finish);

  program
    .command("check")
    .description("check a config and print what it would serve; exit 1 with every fault")
    .argument("[file]", "config file (default: as for serve)")
    .option("-c, --config <file>", "the same")
    .action(async (file: string | undefined, flags: { readonly config?: string }) =>
      finish(await (await import("./check.ts")).check(file ?? flags.config)),
    );

  program
    .command("usage")
    .description("tell requests, tokens and cost from the ledger")
    .option("-c, --config <file>", "config file (default: as for serve)")
    .option("--by <what>", "model, key, provider or day, or several with commas between (default: model)")
    .option("--since <when>", "a span such as 24h or 7d, a day or an instant (default: 7d)")
    .option("--csv", "print CSV")
    .option("--json", "print JSON")
    .action(async (flags: UsageFlags) => finish(await (await import("./usage.ts")).usage(flags)));

  program
    .command("tail")
    .description("show the exchanges of a running gateway as they end")
    .option("--url <address>", "address of the gateway", "http://127.0.0.1:8080")
    .option("--key <key>", "its admin key (default: QLITE_ADMIN_KEY)")
    .option("--json", "print each exchange as a line of JSON")
    .option("--filter <conditions>", "only those that fit, such as model=gpt-*,status>=400,total_ms>2s")
    .action(async (flags: TailFlags) => finish(await (await import("./tail.ts")).tail(flags)));

  program
    .command("version")
    .description("print the version")
    .action(async () => {
      await Bun.write(Bun.stdout, `${versionLine}\n`);
      finish(0);
    });

  for (const made of program.commands) {
    made.exitOverride().showHelpAfterError(`(run \`qlite help ${made.name()}\` for its options)`);
  }
  return program;
};

/** A config looks like an argument, as it is one of `check`. */
const checkFile = (program: Command, [first, second]: readonly string[]): void => {
  const word = first === "serve" ? second : first;
  if (word === undefined || !/\.(?:ya?ml|json)$/i.test(word)) return;
  program.error(`error: a config is named with --config: qlite serve --config ${word}`);
};

/** The default command would take a mistyped one for an argument of its own; names the one that was meant. */
const checkCommand = (program: Command, word: string | undefined): void => {
  if (word === undefined || word.startsWith("-")) return;
  const names = [...program.commands.map((command) => command.name()), "help"];
  if (names.includes(word)) return;
  const meant = nearest(word, names);
  const hint = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
  program.error(`error: unknown command '${word}'; ${hint}`);
};

/** What a shell says of a command that a broken pipe has ended; never 0, for `exec` would have told a failed run. */
const brokenPipe: ExitCode = 141;

/** What to tell of a failure that is no fault of ours, null of any other. */
const toTold = (thrown: unknown): string | null => {
  if (thrown instanceof CommandError) return thrown.message;
  if (!(thrown instanceof Error) || !("syscall" in thrown) || thrown.syscall !== "write") return null;
  // Nobody reads any more, as with `| head`, and nothing is to be told.
  return "code" in thrown && thrown.code === "EPIPE" ? "" : `The output cannot be written: ${thrown.message}`;
};

/** Runs the command that the arguments name; gives the exit code: 1 for a failure, 2 for wrong usage. */
export const run = async (args: readonly string[]): Promise<ExitCode> => {
  let code: ExitCode = 0;
  try {
    // What stands behind it is another program's.
    const end = args.indexOf("--");
    const own = end === -1 ? args : args.slice(0, end);
    const program = createProgram(end === -1 ? [] : args.slice(end + 1), (given) => {
      code = given;
    });
    checkFile(program, own);
    checkCommand(program, own[0] === "help" ? own[1] : own[0]);
    await program.parseAsync(own, { from: "user" });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    const told = toTold(thrown);
    if (told === null) throw thrown;
    if (told === "") return brokenPipe;
    await say(told);
    return thrown instanceof CommandError ? thrown.exitCode : 1;
  }
};
