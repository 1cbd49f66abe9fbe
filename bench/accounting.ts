/**
 * What it costs to know what every request did: tokens, cost, metrics, the ledger, traces. See README.md for the method.
 *
 * bun bench/accounting.ts [--exe dist/qlite | --source] [--only unary,stream] [--blocks 7] [--seconds 2] [--json FILE]
 */
import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { describePlace, log, placeLine, prepare, runToEnd } from "./machine.ts";
import { stealSince, ticks, watch } from "./proc.ts";
import { noisyBlocks, show, table } from "./report.ts";
import { inTurn } from "./in-turn.ts";
import { rotated } from "./stats.ts";
import { openStreams } from "./streams.ts";
import type { Blocks } from "./unary.ts";
import { launchUnaryUpstream, launchUpstream, toQlite, type Running, type Variant } from "./variants.ts";
import { runWrk } from "./wrk.ts";

const { values } = parseArgs({
  options: {
    exe: { type: "string", default: "dist/qlite" },
    source: { type: "boolean", default: false },
    only: { type: "string", default: "unary,stream" },
    blocks: { type: "string", default: "7" },
    seconds: { type: "string", default: "2" },
    json: { type: "string" },
  },
});

const [blocks, seconds] = [Number(values.blocks), Number(values.seconds)];
const streamCount = 100;
const gapMs = 20;

type Sample = { readonly variant: string; readonly block: number; readonly cpuUs: number; readonly foreign: number };

const off = "usage: off\nmetrics: off\nadmin: { keep: 0 }\n";
const price =
  "prices: [{ provider: bench, models: [bench], input: 2.5, output: 15, date: 2026-11-22, source: none }]\n";
const usage = `${price}usage: { headers: true }\n`;
const ledger = "ledger: { path: {folder}/ledger.db }\n";

/** Each one is the one before with one thing more; all but the first write their access log. */
const findLadder = (program: readonly string[], collector: string): readonly Variant[] => {
  const variant = (name: string, config: string, isLogged = true): Variant =>
    toQlite({ name, program, log: isLogged, config });
  const traces = `traces: { endpoint: "${collector}", sample: `;
  return [
    variant("all off, log off", off, false),
    variant("all off", off),
    variant("+ tokens, cost, headers", `${usage}metrics: off\nadmin: { keep: 0 }\n`),
    variant("+ metrics, explanations (the default)", usage),
    variant("+ ledger", usage + ledger),
    variant("+ traces of one in ten", `${usage}${ledger}${traces}0.1 }\n`),
    variant("+ traces of all", `${usage}${ledger}${traces}1 }\n`),
  ];
};

const measureEach = async (
  what: string,
  variants: readonly Variant[],
  launch: () => Promise<Running>,
  measureOne: (running: Running) => Promise<{ readonly cpuUs: number; readonly foreign: number }>,
): Promise<Blocks<Sample>> => {
  const upstream = await launch();
  const running = await Promise.all(variants.map((it) => it.launch({ upstreamPort: upstream.port })));
  for (const { port } of running) await runWrk(`http://127.0.0.1:${port}`, 2);
  const samples: Sample[] = [];
  const steal: number[] = [];
  for (let block = 0; block < blocks; block++) {
    const before = ticks();
    for await (const it of inTurn(running, rotated(running, block))) {
      const { cpuUs, foreign } = await measureOne(it);
      samples.push({ variant: it.name, block, cpuUs, foreign });
    }
    steal.push(stealSince(before));
    log(`${what}: block ${block + 1}/${blocks}`);
  }
  for (const it of running) await it.stop();
  await upstream.stop();
  return { samples, steal };
};

const unaryOf = async ({ pid, port }: Running) => {
  const read = watch(pid);
  const { requests } = await runWrk(`http://127.0.0.1:${port}`, seconds);
  // What is put off is paid for, too.
  await Bun.sleep(600);
  const { cpuUs, foreign } = read();
  return { cpuUs: cpuUs / requests, foreign };
};

const streamOf = async ({ pid, port }: Running) => {
  const streams = await openStreams(port, streamCount, gapMs);
  await Bun.sleep(500);
  streams.reset();
  const read = watch(pid);
  await Bun.sleep(seconds * 1000);
  const { cpuUs, foreign } = read();
  const { chunks } = streams.read();
  streams.close();
  await Bun.sleep(300);
  return { cpuUs: cpuUs / chunks, foreign };
};

const toTable = (unit: string, names: readonly string[], { samples, steal }: Blocks<Sample>): string => {
  const series = (name: string): readonly number[] =>
    samples.filter((it) => it.variant === name).map(({ cpuUs }) => cpuUs);
  const over = (name: string, base: string): string => {
    const under = series(base);
    return show(
      series(name).map((value, block) => value - (under[block] ?? Number.NaN)),
      1,
    );
  };
  const [bare = "", logged = ""] = names;
  const rows = names.map((name, index) => [
    name,
    show(series(name), 1),
    index === 0 ? "–" : over(name, names[index - 1] ?? ""),
    index < 2 ? "–" : over(name, logged),
    index === 0 ? "–" : over(name, bare),
  ]);
  return [
    table([unit, "CPU us", "over the row before", "over all off", "over all off, log off"], rows),
    noisyBlocks({ samples, steal }, () => 0),
  ].join("\n\n");
};

prepare(["taskset", "wrk", "nice"]);

await runToEnd(async () => {
  const exe = resolve(values.exe);
  if (!values.source && !existsSync(exe)) throw new Error(`${exe} does not exist (npm run build, or --source)`);
  const program = values.source ? [process.execPath, join(import.meta.dir, "../src/main.ts")] : [exe];
  // A collector that takes everything; on the load core.
  const collector = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({}) });
  const variants = findLadder(program, `http://127.0.0.1:${collector.port}`);
  const names = variants.map(({ name }) => name);
  const only = new Set(values.only.split(","));
  const unary = only.has("unary") ? await measureEach("unary", variants, launchUnaryUpstream, unaryOf) : null;
  const stream = only.has("stream") ? await measureEach("stream", variants, launchUpstream, streamOf) : null;
  await collector.stop(true);
  const place = describePlace();
  const sections = [
    `${placeLine(place)} ${blocks} blocks of ${seconds} s.`,
    ...(unary === null ? [] : [toTable("a unary request", names, unary)]),
    ...(stream === null ? [] : [toTable("a streamed event", names, stream)]),
  ];
  process.stdout.write(`${sections.join("\n\n")}\n`);
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ ...place, unary, stream }, null, 1));
  return 0;
});
