/**
 * What translation costs beside the untouched path, for each request and each event. See README.md for the method.
 *
 * bun bench/translation.ts [--exe dist/qlite | --source] [--all] [--only anthropic] [--blocks 5] [--seconds 1] [--json FILE]
 *
 * `--source` runs `src/main.ts`, `--all` all 12 translations; `--only` keeps those whose name holds the word.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { describePlace, log, placeLine, prepare, runToEnd } from "./machine.ts";
import { stealSince, ticks } from "./proc.ts";
import { inTurn } from "./in-turn.ts";
import { rotated } from "./stats.ts";
import {
  busyStreams,
  pacedGapMs,
  pacedStreams,
  samplePair,
  warmUp,
  type TranslationSample,
} from "./translation-load.ts";
import {
  allPairs,
  checkPair,
  launchPair,
  launchTranslationUpstream,
  untouched,
  usualPairs,
  type Pair,
  type RunningPair,
} from "./translation-pairs.ts";
import { toTranslationTables } from "./translation-report.ts";
import type { Blocks } from "./unary.ts";

const { values } = parseArgs({
  options: {
    exe: { type: "string", default: "dist/qlite" },
    source: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    blocks: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    json: { type: "string" },
  },
});

const findProgram = (): readonly string[] => {
  if (values.source) return [process.execPath, join(import.meta.dir, "../src/main.ts")];
  const exe = resolve(values.exe);
  if (!existsSync(exe)) throw new Error(`${exe} does not exist (npm run build, or --source)`);
  return [exe];
};

const translations = (values.all ? allPairs : usualPairs).filter(({ name }) => name.includes(values.only));
const pairs = [
  ...untouched.filter(({ upstream }) => translations.some((pair) => pair.upstream === upstream)),
  ...translations,
];

/** Each translation and the untouched path of its upstream, one right after the other; which is first changes from block to block. */
const couplesOf = (running: readonly RunningPair[], block: number): readonly (readonly RunningPair[])[] => {
  const find = (isIt: (pair: Pair) => boolean): RunningPair => {
    const found = running.find(isIt);
    if (found === undefined) throw new Error("a pair is not running");
    return found;
  };
  return rotated(translations, block).map(({ name, upstream }) => {
    const own = find((pair) => pair.name === name);
    const base = find((pair) => pair.client === upstream && pair.upstream === upstream);
    return block % 2 === 0 ? [base, own] : [own, base];
  });
};

const measure = async (program: readonly string[]): Promise<Blocks<TranslationSample>> => {
  const upstream = await launchTranslationUpstream();
  const running: RunningPair[] = [];
  for (const pair of pairs) running.push(await launchPair(pair, program, upstream.port));
  for (const pair of running) {
    const dropped = await checkPair(pair, upstream.port);
    log(`${pair.name}: answers the same${dropped === "" ? "" : `; dropped ${dropped}`}`);
  }
  for (const pair of running) await warmUp(pair);
  const samples: TranslationSample[] = [];
  const steal: number[] = [];
  const blocks = Number(values.blocks);
  for (let block = 0; block < blocks; block++) {
    const before = ticks();
    let first: Awaited<ReturnType<typeof samplePair>> | null = null;
    for await (const pair of inTurn(running, couplesOf(running, block).flat())) {
      const sample = await samplePair(pair, block, Number(values.seconds));
      const { smallUs, largeUs, pacedUs, busyUs, burstUs } = sample;
      const figures = [smallUs, largeUs, pacedUs, busyUs, burstUs].map((us) => us.toFixed(1)).join(", ");
      log(
        `block ${block + 1}/${blocks} ${pair.name}: ${figures} us (small, large, event of few streams, of many, at once)`,
      );
      if (first === null) {
        first = sample;
        continue;
      }
      const [own, base] = block % 2 === 0 ? [sample, first] : [first, sample];
      const beside = { ...base, beside: null };
      samples.push(beside, { ...own, beside });
      first = null;
    }
    steal.push(stealSince(before));
  }
  for (const it of running) await it.stop();
  await upstream.stop();
  return { samples, steal };
};

prepare(["taskset", "nice"]);
await runToEnd(async () => {
  const program = findProgram();
  const result = await measure(program);
  const place = describePlace();
  const from = values.source ? "qlite from source" : "the executable";
  console.log(
    `${placeLine(place)} ${from}; ${values.blocks} blocks; ${pacedStreams} and ${busyStreams} streams of 1,000 events, one each ${pacedGapMs} ms. Median (smallest–largest).\n`,
  );
  console.log(toTranslationTables(result, pairs));
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ ...place, ...result }, undefined, 2));
  return 0;
});
