/**
 * What qlite costs against no proxy, nginx, and the barest Bun proxy. See README.md for the method.
 *
 * bun bench/overhead.ts [--exe dist/qlite] [--only unary,stream,memory,start] [--blocks 7] [--seconds 3]
 *                       [--rate 2000] [--runs 20] [--json FILE]
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { checkAgreement } from "./agree.ts";
import { nowUs } from "./clock.ts";
import { describePlace, log, prepare, runToEnd } from "./machine.ts";
import { measureMemory } from "./memory.ts";
import { toMarkdown, type Results } from "./report.ts";
import { measureStart } from "./start.ts";
import { measureStream } from "./stream.ts";
import { measureUnary } from "./unary.ts";
import { findVariants, launchUpstream } from "./variants.ts";

const { values } = parseArgs({
  options: {
    exe: { type: "string", default: "dist/qlite" },
    only: { type: "string", default: "unary,stream,memory,start" },
    blocks: { type: "string", default: "7" },
    seconds: { type: "string", default: "3" },
    rate: { type: "string", default: "2000" },
    runs: { type: "string", default: "20" },
    json: { type: "string" },
  },
});

const SECTIONS = ["unary", "stream", "memory", "start"];
const only = new Set(values.only.split(","));
for (const name of only) {
  if (!SECTIONS.includes(name)) throw new Error(`--only knows ${SECTIONS.join(", ")}, not ${name}`);
}

/** Two processes must agree on the time, or a chunk's delay means nothing. */
const checkClock = async (): Promise<void> => {
  const upstream = await launchUpstream();
  const before = nowUs();
  const there = Number(await (await fetch(`http://127.0.0.1:${upstream.port}/clock`)).text());
  const after = nowUs();
  await upstream.stop();
  if (there < before || there > after) throw new Error(`clocks differ: ${before} <= ${there} <= ${after} is not true`);
};

prepare(["taskset", "wrk", "nice"]);

const measure = async (): Promise<Results> => {
  const { variants, skipped } = findVariants(resolve(values.exe));
  for (const reason of skipped) log(`skipped ${reason}`);
  await checkClock();
  await checkAgreement(variants);
  log("all variants give the same bytes");
  const options = { blocks: Number(values.blocks), seconds: Number(values.seconds), rate: Number(values.rate), log };
  return {
    ...describePlace(),
    notes: [
      `${options.blocks} blocks of ${options.seconds} s a variant; fixed rate ${options.rate} requests/s, open loop`,
      ...skipped.map((reason) => `skipped ${reason}`),
    ],
    ...(only.has("unary") && { unary: await measureUnary(variants, options) }),
    ...(only.has("stream") && { stream: await measureStream(variants, options) }),
    ...(only.has("memory") && { memory: await measureMemory(variants, options) }),
    ...(only.has("start") && { start: await measureStart(variants, { runs: Number(values.runs), log }) }),
  };
};

await runToEnd(async () => {
  const results = await measure();
  console.log(toMarkdown(results));
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(results, undefined, 2));
  return 0;
});
