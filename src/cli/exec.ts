import { constants } from "node:os";
import { isatty } from "node:tty";
import { startMock, type RunningMock } from "../mock-server.ts";
import { toAnnotations } from "../mock/report/github.ts";
import { toJunit } from "../mock/report/junit.ts";
import type { Strictness } from "../mock/report/problems.ts";
import { toSummary } from "../mock/report/summary.ts";
import type { MockSettings } from "../mock/settings.ts";
import { exitCodeOf, type Verdict } from "../mock/journal/verdict.ts";
import { toChildEnv } from "./child-env.ts";
import { CommandError, UsageError, type ExitCode } from "./exit.ts";
import { standIn } from "./find-config.ts";
import { toHints } from "./exec-hints.ts";
import { asksAnyway, planMock, type MockFlags } from "./mock-flags.ts";
import { toStartError } from "./start-error.ts";
import { say } from "./say.ts";

export interface ExecFlags extends MockFlags {
  readonly failUnused?: boolean;
  /** `github`, or a file for JUnit XML; several with commas between. */
  readonly report?: string;
  readonly env: readonly string[];
  readonly quiet?: boolean;
  /** Asks the gateway of the config, with mocks in the place of its providers. */
  readonly gateway?: boolean;
}

/** Those that a terminal or a CI system sends; the child decides what they mean. */
const passed = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

const checkEnv = (entries: readonly string[]): void => {
  for (const entry of entries) {
    if (/^[A-Za-z_]\w*=/.test(entry)) continue;
    throw new UsageError(`--env ${entry}: must be NAME=value, in which {url} and {port} stand for the mock's`);
  }
};

/** What `--report` names: `github` and files. @throws {UsageError} when it names nothing */
const toReports = (written: string | undefined): readonly string[] => {
  if (written === undefined) return [];
  const names = written.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
  if (names.length > 0) return names;
  throw new UsageError("--report: must name github, a file for JUnit XML, or both with a comma between");
};

const spawnChild = (command: readonly string[], env: Record<string, string | undefined>): Bun.Subprocess => {
  try {
    return Bun.spawn([...command], { env, stdin: "inherit", stdout: "inherit", stderr: "inherit" });
  } catch (thrown) {
    const isMissing = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    throw new CommandError(`${command[0]}: ${isMissing ? "there is no such command" : "cannot be run"}`);
  }
};

/** Runs the child to its end with every signal passed on; gives its exit code, 128 and the signal's number if it was killed. */
const runChild = async (command: readonly string[], env: Record<string, string | undefined>): Promise<number> => {
  let child: Bun.Subprocess | null = null;
  const pass = (signal: NodeJS.Signals): void => {
    // A terminal's Ctrl-C reaches the child by itself; twice would be "at once" to many a test runner.
    if (signal !== "SIGINT" || !isatty(0)) child?.kill(signal);
  };
  // Before the child is there: it may have said that it is ready before we go on.
  for (const signal of passed) process.on(signal, pass);
  try {
    child = spawnChild(command, env);
    await child.exited;
    const { signalCode, exitCode } = child;
    return typeof signalCode === "string" ? 128 + constants.signals[signalCode] : (exitCode ?? 1);
  } finally {
    for (const signal of passed) process.off(signal, pass);
  }
};

const writeJunit = async (file: string, xml: string): Promise<boolean> => {
  try {
    await Bun.write(file, xml);
    return true;
  } catch (thrown) {
    await say(`${file}: the report cannot be written: ${thrown instanceof Error ? thrown.message : "unknown why"}`);
    return false;
  }
};

/** Writes the reports asked for; false when one could not be written. */
const report = async (
  { wanted, isQuiet }: { readonly wanted: readonly string[]; readonly isQuiet: boolean },
  verdict: Verdict,
  strictness: Strictness,
  seconds: number,
) => {
  const isSilent = isQuiet && exitCodeOf(verdict, strictness) === 0;
  if (!isSilent && (wanted.includes("github") || process.env["GITHUB_ACTIONS"] === "true")) {
    const lines = toAnnotations(verdict, strictness);
    // Read from stderr as well, and stdout is the command's.
    if (lines.length > 0) await say(lines.join("\n"));
  }
  const files = wanted.filter((name) => name !== "github");
  const written: boolean[] = [];
  for (const file of files) written.push(await writeJunit(file, toJunit(verdict, strictness, seconds)));
  return written.every(Boolean);
};

/** What stands beside the command. */
interface Beside extends Pick<RunningMock, "url" | "settings" | "fixtureCount" | "finish" | "close"> {
  /** For a command that has no key; null leaves it to find one of its own, such as in its `.env`. */
  readonly key: string | null;
}

const keyOf = ({ keys }: MockSettings): string => keys?.[0] ?? standIn;

const start = async (flags: ExecFlags, files: readonly string[]): Promise<Beside> => {
  if (flags.gateway === true) {
    const gateway = await (await import("./exec-gateway.ts")).startGateway(flags, files);
    return { ...gateway, key: keyOf(gateway.settings) };
  }
  const plan = await planMock(flags, files);
  const { settings, gateway } = plan;
  try {
    const mock = await startMock(plan, { hostname: "127.0.0.1", port: 0, watch: false, errorAfter: null });
    return { ...mock, key: gateway === null && asksAnyway(settings.mode, flags) ? null : keyOf(settings) };
  } catch (thrown) {
    throw toStartError(thrown);
  }
};

/**
 * Runs a command with a mock beside it, and judges both.
 *
 * Answers the command's own exit code unless that is 0; then 3 when a request was answered by nothing, 4 when a fixture
 * was asked for by nothing (`--fail-unused`), 5 when a recording is old or could not be made, 1 when a report could not be
 * written.
 */
export const exec = async (
  flags: ExecFlags,
  files: readonly string[],
  command: readonly string[],
): Promise<ExitCode> => {
  if (command.length === 0) throw new UsageError("there is no command; write it behind --: qlite exec -- npm test");
  checkEnv(flags.env);
  const reports = { wanted: toReports(flags.report), isQuiet: flags.quiet === true };
  const mock = await start(flags, files);
  const startedAt = performance.now();
  try {
    const code = await runChild(command, toChildEnv(process.env, { url: mock.url, key: mock.key, extra: flags.env }));
    const verdict = await mock.finish();
    const strictness = {
      failsUnused: flags.failUnused === true || flags.strict === true,
      failsStale: flags.strict === true || mock.settings.expire.action === "error",
    };
    const judged = exitCodeOf(verdict, strictness);
    if (flags.quiet !== true || judged !== 0) {
      const hints = toHints({ flags, settings: mock.settings, fixtureCount: mock.fixtureCount(), verdict });
      await say([toSummary(verdict, strictness), ...hints.map((hint) => `  note  ${hint}`)].join("\n"));
    }
    const isReported = await report(reports, verdict, strictness, (performance.now() - startedAt) / 1000);
    return [code, judged, isReported ? 0 : 1].find((each) => each !== 0) ?? 0;
  } finally {
    await mock.close();
  }
};
