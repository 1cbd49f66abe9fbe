import { existsSync } from "node:fs";
import type { Command } from "commander";
import { nearest } from "../wire/nearest.ts";
import type { ExecFlags } from "./exec.ts";
import type { ExitCode } from "./exit.ts";
import { withMockFlags } from "./mock-options.ts";
import type { MockCheckFlags } from "./mock-check.ts";
import type { MockExplainFlags } from "./mock-explain.ts";
import type { MockImportFlags } from "./mock-import.ts";
import type { ServeMockFlags } from "./mock.ts";

export type Finish = (code: ExitCode) => void;

/** What the options are read with. */
export interface Readers {
  readonly whole: (lowest: number, highest: number) => (text: string) => number;
  /** Milliseconds. */
  readonly duration: (text: string) => number;
}

const collect = (entry: string, before: readonly string[]): readonly string[] => [...before, entry];

/** A mistyped command would be taken for a file; names the one that was meant. */
const checkFirst = (mock: Command, [first = ""]: readonly string[]): void => {
  if (existsSync(first)) return;
  const names = mock.commands.map((command) => command.name());
  const meant = nearest(first, names);
  if (meant !== undefined) mock.error(`error: ${first}: there is no such file; did you mean qlite mock ${meant}?`);
};

/**
 * Adds what has to do with the mock; `command` is what stands behind `--`.
 */
export const addMockCommands = (
  program: Command,
  { whole, duration }: Readers,
  command: readonly string[],
  finish: Finish,
): void => {
  const seed = whole(0, Number.MAX_SAFE_INTEGER);
  const mock = withMockFlags(
    program
      .command("mock")
      .description("run a stand-in for OpenAI, Anthropic and Gemini: fixtures, recordings, or generated answers")
      .argument("[files...]", "files, folders and globs of fixtures"),
    seed,
  )
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("-p, --port <number>", "port to listen on, 0 for a free one", whole(0, 65_535), 9999)
    .option("--json", "print where it listens as one line of JSON on stdout, and no more")
    .option("--with-parent", "end when stdin does, with whoever started it")
    .option("--watch", "take changed fixtures at once; those before stay while the new ones are wrong")
    .option("--latency <duration>", "wait before a reply, and before each chunk of a stream (default: 0ms)", duration)
    .option("--chunks <number>", "cut each answer into so many chunks (default: a token each)", whole(1, 100_000))
    .option("--response-tokens <number>", "words of a generated answer (default: 10)", whole(1, 100_000))
    .option("--error-after <number>", "end streams in an error, after so many content chunks", whole(0, 100_000))
    .action(async (files: string[], flags: ServeMockFlags) => {
      checkFirst(mock, files);
      finish(await (await import("./mock.ts")).mock(flags, files));
    });

  // Without it `--json` of a command below would be the mock's own.
  mock.enablePositionalOptions();

  mock
    .command("check")
    .description("check fixtures: faults, duplicates, shadowed and unreachable ones, secrets; exit 1 with any of them")
    .argument("[files...]", "files, folders and globs", ["mock"])
    .option("--json", "print JSON")
    .action(async (files: string[], flags: MockCheckFlags) => {
      finish(await (await import("./mock-check.ts")).mockCheck(files, flags));
    });

  mock
    .command("explain")
    .description("tell which fixture answers a request, and why the nearest others do not")
    .argument("<request>", "a JSON file with the body, or { path, headers, body }; - reads stdin")
    .argument("[files...]", "files, folders and globs of fixtures", ["mock"])
    .option("--scope <name>", "the scope it is asked in")
    .option("--json", "print JSON")
    .action(async (request: string, files: string[], flags: MockExplainFlags) => {
      finish(await (await import("./mock-explain.ts")).mockExplain(request, files, flags));
    });

  mock
    .command("import")
    .description("take over fixtures and recordings of other tools; exit 1 when something was left out")
    .argument("<format>", "aimock, llmposter, mock-llm, vcr or har")
    .argument("<paths...>", "files, folders and globs")
    .option("-c, --config <file>", "config file: its mock block says what is redacted, and where cassettes are")
    .option("--out <folder>", "where fixtures go (default: mock/imported)")
    .option("--cassettes <folder>", "where recordings go (default: that of the config, else mock/cassettes)")
    .option("--scope <name>", "one cassette of all recordings, played in this scope; default is asked without one")
    .option("--redact", "take secrets out of answers, which are refused without it")
    .option("--force", "replace files that are there already")
    .option("--json", "print JSON")
    .action(async (format: string, paths: string[], flags: MockImportFlags) => {
      finish(await (await import("./mock-import.ts")).mockImport(format, paths, flags));
    });

  const withExecFlags = (made: Command, usualMode?: string): Command =>
    withMockFlags(made.argument("[files...]", "files, folders and globs of fixtures"), seed, usualMode)
      .option("--fail-unused", "a fixture or recording that nothing asked for fails the run (exit 4)")
      .option("--report <where>", "github, a file for JUnit XML, or both with a comma between")
      .option("--env <NAME=value>", "a further variable; {url} and {port} stand for the mock's", collect, [])
      .option("--gateway", "put the gateway of the config in front: its routes and rules, with mocks for its providers")
      .option("-q, --quiet", "say nothing when all is well");

  withExecFlags(
    program
      .command("exec")
      .description("run a test command with a mock beside it, and fail when a request was not matched"),
  )
    .usage("[options] [files...] -- <command>")
    .action(async (files: string[], flags: ExecFlags) => {
      finish(await (await import("./exec.ts")).exec(flags, files, command));
    });

  withExecFlags(
    program.command("record").description("the same, recording what is missing: exec --mode new --allow-record"),
    "new, in CI too",
  )
    .usage("[options] [files...] -- <command>")
    .action(async (files: string[], flags: ExecFlags) => {
      const { exec } = await import("./exec.ts");
      finish(await exec({ mode: "new", ...flags, allowRecord: true }, files, command));
    });
};
