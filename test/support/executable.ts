import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

let built: Promise<string> | undefined;

const build = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "qlite-executable-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
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
