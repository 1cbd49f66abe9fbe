/**
 * Where the time of a start and the memory of an idle process go: small programs, compiled as the executable is, each
 * doing one thing more than the one before. See README.md.
 *
 * bun bench/start-shares.ts [--exe dist/qlite] [--runs 20] [--idle 10] [--idle-runs 3]
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { describePlace, log, moveSelfTo, placeLine, prepare, runToEnd } from "./machine.ts";
import { memoryOf, type Memory } from "./proc.ts";
import { show, table } from "./report.ts";
import { newFolder } from "./scratch.ts";
import { measureStart } from "./start.ts";
import { toQlite, type Variant } from "./variants.ts";

const { values } = parseArgs({
  options: {
    exe: { type: "string", default: "dist/qlite" },
    runs: { type: "string", default: "20" },
    idle: { type: "string", default: "10" },
    "idle-runs": { type: "string", default: "3" },
  },
});

/** With it in the environment the executable has no need to start a second time. */
const LIFTED = { BUN_CONFIG_MAX_HTTP_REQUESTS: "65535" };

const steps = [
  ["Bun alone", "bun.ts"],
  ["+ yaml", "yaml.ts"],
  ["+ zod and the schema", "schema.ts"],
  ["+ the gateway", "app.ts"],
] as const;

/** Compiles with the flags of `.ci/build.ts` that change how a program starts. */
const compile = (file: string): string => {
  const outfile = join(newFolder(), "step");
  const entry = join(import.meta.dir, "steps", file);
  const flags = ["--compile", "--minify", "--sourcemap", "--bytecode", "--format=esm"];
  const settings = ["--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig"];
  const define = ["--define", 'process.env.NODE_ENV="production"'];
  const command = [process.execPath, "build", ...flags, ...settings, ...define, entry, "--outfile", outfile];
  const { exitCode, stderr } = Bun.spawnSync(command, { stdout: "ignore" });
  if (exitCode !== 0) throw new Error(`bun build failed for ${file}:\n${stderr.toString()}`);
  return outfile;
};

const findVariants = (exe: string): readonly Variant[] => [
  ...steps.map(([name, file]) => toQlite({ name, program: [compile(file)], env: LIFTED })),
  toQlite({ name: "+ the command line: qlite, cap lifted before", program: [exe], env: LIFTED }),
  toQlite({ name: "+ the second start: qlite", program: [exe] }),
];

/** Resident memory of each variant, all of them idle at the same time. */
const measureIdle = async (variants: readonly Variant[], runs: number, seconds: number) => {
  moveSelfTo("all");
  const found = new Map<string, Memory[]>(variants.map(({ name }) => [name, []]));
  for (let run = 0; run < runs; run++) {
    const running = await Promise.all(variants.map((it) => it.launch({ upstreamPort: 9, pin: false })));
    await Bun.sleep(seconds * 1000);
    for (const { name, pid } of running) found.get(name)?.push(memoryOf(pid));
    for (const it of running) await it.stop();
    log(`idle memory: ${run + 1}/${runs}`);
  }
  return found;
};

const minus = (own: readonly number[], base: readonly number[]) =>
  own.map((value, run) => value - (base[run] ?? Number.NaN));

prepare(["taskset", "nice"]);
await runToEnd(async () => {
  const exe = resolve(values.exe);
  if (!existsSync(exe)) throw new Error(`${exe} does not exist (npm run build)`);
  if (LIFTED.BUN_CONFIG_MAX_HTTP_REQUESTS === process.env["BUN_CONFIG_MAX_HTTP_REQUESTS"]) {
    throw new Error("BUN_CONFIG_MAX_HTTP_REQUESTS is set: unset it, or the second start is not there to measure");
  }
  const variants = findVariants(exe);
  const starts = await measureStart(variants, { runs: Number(values.runs), log });
  const idle = await measureIdle(variants, Number(values["idle-runs"]), Number(values.idle));
  const msOf = (name: string) => starts.filter((it) => it.variant === name).map((it) => it.ms);
  const memoryOfAll = (name: string, key: keyof Memory) => (idle.get(name) ?? []).map((it) => it[key]);
  const rows = variants.map(({ name }, index) => {
    const base = variants[index - 1]?.name;
    const mb = (key: keyof Memory) => show(memoryOfAll(name, key), 1);
    const added = base === undefined ? "–" : show(minus(memoryOfAll(name, "rssMb"), memoryOfAll(base, "rssMb")), 1);
    const addedMs = base === undefined ? "–" : show(minus(msOf(name), msOf(base)), 1);
    return [name, show(msOf(name), 1), addedMs, mb("rssMb"), added, mb("anonMb")];
  });
  console.log(
    `${placeLine(describePlace())} ${values.runs} starts; ${values["idle-runs"]} times idle for ${values.idle} s.\n`,
  );
  const head = ["start and idle memory", "ms to first 200", "added ms", "MiB resident", "added MiB", "MiB anonymous"];
  console.log(table(head, rows));
  return 0;
});
