import { readFileSync } from "node:fs";
import { makeFolder } from "./folder.ts";
import { providerAt } from "./gateway.ts";
import { startProgram, type Program, type ProgramOptions } from "./program.ts";
import { upstreamAt } from "./raw-upstream.ts";
import { until } from "./until.ts";

interface ServingOptions extends Omit<ProgramOptions, "cwd"> {
  /** The config's `server`. */
  readonly server?: object;
}

/** Asks it to end, and fails when an exchange keeps it from doing so. */
const endInPeace = async (program: Program): Promise<void> => {
  program.signal("SIGTERM");
  const isOver = await Promise.race([program.exited.then(() => true), Bun.sleep(3000).then(() => false)]);
  if (!isOver) throw new Error("qlite serve does not end: exchanges are left in it");
};

/**
 * Starts `qlite serve` as a process of its own in a folder of its own, with one provider at an upstream, see `providerAt`.
 *
 * Disposing of it is the leak check: it has to end by itself within 3 s, and a raw upstream has to be idle before.
 */
export const startServing = async (
  upstream: { readonly url: string },
  { server = {}, ...options }: ServingOptions = {},
): Promise<Program> => {
  using stack = new DisposableStack();
  const config = JSON.stringify({ server, providers: [providerAt(upstream.url)] });
  const folder = stack.use(makeFolder({ "qlite.yaml": config }));
  const program = await startProgram(["serve", "--config", "qlite.yaml", "--port", "0"], {
    ...options,
    cwd: folder.path,
  });
  const cleanUp = stack.move();
  return {
    ...program,
    [Symbol.asyncDispose]: async () => {
      try {
        await until(() => (upstreamAt(upstream.url)?.busy() ?? 0) === 0, 3000, "no open upstream connection is left");
        await endInPeace(program);
      } finally {
        await program[Symbol.asyncDispose]();
        cleanUp.dispose();
      }
    },
  };
};

/** What a process holds in memory, in bytes; Linux only. */
export const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? NaN) * 1024;
