/**
 * Where the CPU of a unary request goes: by group of threads, and by part of qlite. See README.md for the method.
 *
 * bun bench/shares.ts [--exe dist/qlite] [--blocks 7] [--seconds 2] [--json FILE]
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkAgreement } from "./agree.ts";
import { rungs } from "./ladder.ts";
import { describePlace, log, placeLine, prepare, runToEnd } from "./machine.ts";
import { cpuUsByGroup, stealSince, ticks, watch, type ThreadTimes } from "./proc.ts";
import { noisyBlocks, show, table } from "./report.ts";
import { inTurn } from "./in-turn.ts";
import { median, rotated } from "./stats.ts";
import type { Blocks } from "./unary.ts";
import { floor, launchUnaryUpstream, toQlite, toRung, type Variant } from "./variants.ts";
import { runWrk } from "./wrk.ts";

const { values } = parseArgs({
  options: {
    exe: { type: "string", default: "dist/qlite" },
    blocks: { type: "string", default: "7" },
    seconds: { type: "string", default: "2" },
    json: { type: "string" },
  },
});

/** CPU microseconds for each request, by group of threads. */
type ShareSample = ThreadTimes & {
  readonly variant: string;
  readonly block: number;
  readonly failed: number;
  readonly foreign: number;
};

/** From the floor to qlite; each one is the one before with one thing more. */
const findLadder = (exe: string): readonly Variant[] => {
  if (!existsSync(exe)) throw new Error(`${exe} does not exist (npm run build)`);
  const main = join(import.meta.dir, "../src/main.ts");
  return [
    floor,
    ...rungs.slice(1).map((name, index) => toRung(name, index + 1)),
    toQlite({ name: "+ all the rest: qlite from source, log off", program: [process.execPath, main], log: false }),
    toQlite({ name: "compiled: qlite, log off", program: [exe], log: false }),
    toQlite({ name: "+ access log: qlite", program: [exe] }),
  ];
};

const measure = async (variants: readonly Variant[]): Promise<Blocks<ShareSample>> => {
  const upstream = await launchUnaryUpstream();
  const running = await Promise.all(variants.map((it) => it.launch({ upstreamPort: upstream.port })));
  const samples: ShareSample[] = [];
  const steal: number[] = [];
  const [blocks, seconds] = [Number(values.blocks), Number(values.seconds)];
  for (const { port } of running) await runWrk(`http://127.0.0.1:${port}`, 2);
  for (let block = 0; block < blocks; block++) {
    const before = ticks();
    for await (const { name: variant, pid, port } of inTurn(running, rotated(running, block))) {
      const read = watch(pid);
      const from = cpuUsByGroup(pid);
      const { requests, failed } = await runWrk(`http://127.0.0.1:${port}`, seconds);
      const to = cpuUsByGroup(pid);
      const { foreign } = read();
      const [main, http, other] = (["main", "http", "other"] as const).map((it) => (to[it] - from[it]) / requests);
      samples.push({ variant, block, main: main ?? 0, http: http ?? 0, other: other ?? 0, failed, foreign });
    }
    steal.push(stealSince(before));
    log(`shares: block ${block + 1}/${blocks}`);
  }
  for (const it of running) await it.stop();
  await upstream.stop();
  return { samples, steal };
};

const all = ({ main, http, other }: ThreadTimes): number => main + http + other;

/** The table, and how much of the way from the floor to qlite the main thread makes. */
const toMarkdown = ({ samples, steal }: Blocks<ShareSample>, names: readonly string[]): string => {
  const series = (name: string, pick: (times: ThreadTimes) => number) =>
    samples.filter((it) => it.variant === name).map(pick);
  const difference = (name: string, base: string, pick: (times: ThreadTimes) => number) => {
    const under = series(base, pick);
    return series(name, pick).map((value, block) => value - (under[block] ?? Number.NaN));
  };
  const rows = names.map((name, index) => {
    const base = names[index - 1];
    const added = (pick: (times: ThreadTimes) => number) =>
      base === undefined ? "–" : show(difference(name, base, pick), 1);
    const ratios = series(name, all).map((value, block) => value / (series("floor", all)[block] ?? Number.NaN));
    return [
      name,
      show(
        series(name, (it) => it.main),
        1,
      ),
      show(
        series(name, (it) => it.http),
        1,
      ),
      show(
        series(name, (it) => it.other),
        1,
      ),
      show(series(name, all), 1),
      added((it) => it.main),
      added(all),
      show(ratios, 2),
      String(samples.filter((it) => it.variant === name).reduce((sum, it) => sum + it.failed, 0)),
    ];
  });
  const head = ["CPU us/request", "main thread", "HTTP client thread", "others", "all"];
  const last = names.at(-1) ?? "";
  const sum = median(difference(last, "floor", all)).toFixed(1);
  const main = median(difference(last, "floor", (it) => it.main)).toFixed(1);
  const sections = [
    table([...head, "added: main", "added: all", "to floor", "failed"], rows),
    `From the floor to qlite: ${sum} us, of them ${main} us on the main thread.`,
    noisyBlocks({ samples, steal }, () => 0),
  ];
  return sections.join("\n\n");
};

prepare(["taskset", "wrk"]);
await runToEnd(async () => {
  const variants = findLadder(resolve(values.exe));
  await checkAgreement(variants);
  log("all variants give the same bytes");
  const result = await measure(variants);
  const place = describePlace();
  console.log(`${placeLine(place)} ${values.blocks} blocks of ${values.seconds} s.\n`);
  console.log(
    toMarkdown(
      result,
      variants.map((it) => it.name),
    ),
  );
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ ...place, ...result }, undefined, 2));
  return 0;
});
