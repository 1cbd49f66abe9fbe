// Compiles the executable: `bun .ci/build.ts` for this machine into dist/qlite, `bun .ci/build.ts all` for every platform
// we release, with their sums in dist/SHA256SUMS. `--outfile FILE` puts the one for this machine elsewhere.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../package.json" with { type: "json" };

const targets = {
  "linux-x64": "bun-linux-x64",
  "linux-arm64": "bun-linux-arm64",
  "linux-x64-musl": "bun-linux-x64-musl",
  "linux-arm64-musl": "bun-linux-arm64-musl",
  "macos-arm64": "bun-darwin-arm64",
  "macos-x64": "bun-darwin-x64",
  "windows-x64": "bun-windows-x64",
} as const;

const root = join(import.meta.dir, "..");
const dist = join(root, "dist");

/** The threads. They keep their place below src in the executable: `src/app.ts` names them from its own. */
const workers = ["src/tokens/worker.ts", "src/ledger/worker.ts"].filter((file) => existsSync(join(root, file)));

const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { cwd: root, stderr: "ignore" });
const commit = process.env["GITHUB_SHA"]?.slice(0, 12) ?? git.stdout.toString().trim();

const compile = (outfile: string, target: string | null): void => {
  const { exitCode, stderr } = Bun.spawnSync(
    [
      process.execPath,
      "build",
      "--compile",
      ...(target === null ? [] : [`--target=${target}`]),
      "--minify",
      // What a command does not need is not loaded: half the time of a start.
      "--splitting",
      "--sourcemap",
      // Bytecode for ESM: half the start-up time. The CommonJS form of it would bake this machine's paths in.
      "--bytecode",
      "--format=esm",
      // The executable takes its settings from its config, not from files that happen to lie where it is started.
      "--no-compile-autoload-dotenv",
      "--no-compile-autoload-bunfig",
      "--define",
      'process.env.NODE_ENV="production"',
      "--define",
      `BUILD_VERSION=${JSON.stringify(manifest.version)}`,
      "--define",
      `BUILD_COMMIT=${JSON.stringify(commit)}`,
      ...["src/main.ts", ...workers].map((file) => join(root, file)),
      "--outfile",
      outfile,
    ],
    // The name of an entry point is part of the executable, so it is built from one place for equal bytes everywhere.
    { cwd: root, stdout: "ignore" },
  );
  if (exitCode !== 0) throw new Error(`bun build failed for ${outfile}:\n${stderr.toString()}`);
  // Stack traces are mapped by what the executable holds; the files beside it are not needed.
  for (const file of readdirSync(dirname(outfile))) if (file.endsWith(".map")) rmSync(join(dirname(outfile), file));
  const megabytes = (Bun.file(target?.includes("windows") ? `${outfile}.exe` : outfile).size / 1e6).toFixed(1);
  console.log(`${outfile.slice(root.length + 1) || outfile}  ${megabytes} MB`);
};

const sum = async (file: string): Promise<string> => {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(join(dist, file)).stream()) hasher.update(chunk);
  return `${hasher.digest("hex")}  ${basename(file)}`;
};

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { outfile: { type: "string" } },
  allowPositionals: true,
});

if (positionals[0] === "all") {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  for (const [name, target] of Object.entries(targets)) compile(join(dist, `qlite-${name}`), target);
  const lines = await Promise.all(readdirSync(dist).sort().map(sum));
  await Bun.write(join(dist, "SHA256SUMS"), `${lines.join("\n")}\n`);
} else {
  mkdirSync(dist, { recursive: true });
  compile(values.outfile ?? join(dist, "qlite"), null);
}
