/**
 * Times every case of this folder and prints medians, as a Markdown table.
 *
 * `bun bench/micro/main.ts [--rounds 3] [--only scan]`; each case of each round runs in a fresh process, the order of
 * its variants reversed from round to round. The variants must agree before any is timed.
 */
import { do_not_optimize, measure } from "mitata";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { checkAgreement, type Case } from "./case.ts";
import { composeCases } from "./compose.ts";
import { dialectCases } from "./dialects.ts";
import { fixtureCases } from "./fixtures.ts";
import { headerCases } from "./headers.ts";
import { logCases } from "./log.ts";
import { scanCases } from "./scan.ts";
import { spliceCases } from "./splice.ts";
import { sseCases } from "./sse.ts";
import { tapCases } from "./tap.ts";
import { meterCases } from "./meter.ts";
import { metricsCases } from "./metrics.ts";
import { tokenCases } from "./tokens.ts";

const cases: readonly Case[] = [
  ...composeCases,
  ...dialectCases,
  ...fixtureCases,
  ...headerCases,
  ...logCases,
  ...spliceCases,
  ...scanCases,
  ...sseCases,
  ...tapCases,
  ...meterCases,
  ...metricsCases,
  ...tokenCases,
];

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    case: { type: "string" },
    reversed: { type: "boolean", default: false },
  },
});

type Medians = Readonly<Record<string, number>>;

/** Nanoseconds of one call (or one of its parts) at the median. */
const time = async (given: Case, isReversed: boolean): Promise<Medians> => {
  await checkAgreement(given);
  const variants = Object.entries(given.variants);
  if (isReversed) variants.reverse();
  const medians: Record<string, number> = {};
  for (const [variant, run] of variants) {
    const stats = await measure(
      () => {
        const result = run();
        do_not_optimize(result);
        // A promise is awaited by the measurement.
        return result;
      },
      { min_cpu_time: 400e6 },
    );
    medians[variant] = stats.p50 / (given.per ?? 1);
  }
  return medians;
};

const timeAlone = async (name: string, isReversed: boolean): Promise<Medians> => {
  const command = [process.execPath, import.meta.path, "--case", name, ...(isReversed ? ["--reversed"] : [])];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${name} failed`);
  return JSON.parse(text);
};

const show = (ns: number): string => {
  if (ns < 1000) return `${ns.toPrecision(3)} ns`;
  return ns < 1e6 ? `${(ns / 1000).toPrecision(3)} us` : `${(ns / 1e6).toPrecision(3)} ms`;
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const main = async (rounds: number): Promise<void> => {
  const chosen = cases.filter(({ name }) => name.startsWith(flags.only));
  const results = new Map(chosen.map(({ name }) => [name, [] as Medians[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name } of chosen) {
      process.stderr.write(`round ${round + 1} of ${rounds}: ${name}\n`);
      results.get(name)?.push(await timeAlone(name, round % 2 === 1));
    }
  }
  console.log(`Bun ${Bun.version} on ${cpus()[0]?.model ?? "?"}, ${process.platform}; median of ${rounds} rounds\n`);
  for (const { name, variants } of chosen) {
    const all = results.get(name) ?? [];
    console.log(`| ${name} | median | rounds |\n|---|---|---|`);
    for (const variant of Object.keys(variants)) {
      const times = all.map((medians) => medians[variant] ?? Number.NaN);
      console.log(`| ${variant} | ${show(median(times))} | ${times.map(show).join(", ")} |`);
    }
    console.log("");
  }
};

const alone = cases.find(({ name }) => name === flags.case);
if (alone === undefined) await main(Number(flags.rounds));
else process.stdout.write(JSON.stringify(await time(alone, flags.reversed)));
