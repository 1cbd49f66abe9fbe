import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const prefix = "qlite-executable-";

let built: Promise<string> | undefined;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** `bun test` ends without telling anybody, so a run clears away what the ones before it left. */
const removeLeftovers = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1] ?? NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
};

const build = async (): Promise<string> => {
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  const file = join(folder, process.platform === "win32" ? "qlite.exe" : "qlite");
  const child = Bun.spawn([process.execPath, join(root, ".ci/build.ts"), "--outfile", file], {
    cwd: root,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const [stderr, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (code !== 0) throw new Error(`the build ended with ${code}:\n${stderr}`);
  return file;
};

/**
 * Gives the compiled executable, built from this tree once per test run (1 to 2 seconds) into a temporary folder.
 *
 * @throws {Error} with the compiler's output when it does not build
 */
export const buildExecutable = (): Promise<string> => (built ??= build());
