import { cpus, totalmem } from "node:os";
import { LOAD_CORE } from "./proc.ts";
import { stopAll } from "./variants.ts";

/** Progress goes to stderr, so that stdout holds the result alone. */
export const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const outputOf = (command: readonly string[]): string =>
  Bun.spawnSync([...command])
    .stdout.toString()
    .trim();

/** Moves this process to one core, or lets it run on all again; what it starts inherits that. */
export const moveSelfTo = (core: number | "all"): void => {
  const list = core === "all" ? `0-${cpus().length - 1}` : String(core);
  outputOf(["taskset", "-acp", list, String(process.pid)]);
};

/**
 * Readies a measurement: ends this process with a reason when the machine cannot do it, ends what was started when a
 * signal comes, and moves this process to the load core.
 */
export const prepare = (tools: readonly string[]): void => {
  const missing = tools.filter((tool) => Bun.which(tool) === null);
  if (process.platform !== "linux" || missing.length > 0) {
    log(`the benchmark needs Linux (it reads /proc)${missing.map((tool) => ` and ${tool}`).join("")}`);
    process.exit(2);
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      stopAll();
      process.exit(130);
    });
  }
  moveSelfTo(LOAD_CORE);
};

/** Runs a measurement and ends this process, whatever becomes of it; `work` gives the exit code. */
export const runToEnd = async (work: () => Promise<number>): Promise<never> => {
  let code = 1;
  try {
    code = await work();
  } catch (thrown) {
    log(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    stopAll();
  }
  process.exit(code);
};

export type Place = { readonly machine: string; readonly date: string; readonly commit: string };

/** What a figure is worth nothing without: the machine, the day, the commit. */
export const describePlace = (): Place => {
  const [cpu] = cpus();
  const dirty = outputOf(["git", "status", "--porcelain"]) === "" ? "" : " with changes";
  return {
    machine: `${cpus().length} cores of ${cpu?.model ?? "unknown"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Bun ${Bun.version}`,
    date: new Date().toISOString().slice(0, 10),
    commit: outputOf(["git", "rev-parse", "--short", "HEAD"]) + dirty,
  };
};

export const placeLine = ({ machine, date, commit }: Place): string => `${machine}; ${date}; commit ${commit}.`;
