/**
 * Very many streams at once through the executable with its default config: whether all are open at the same time,
 * whether each is whole, and what they take. See README.md.
 *
 * bun bench/swarm.ts [--streams 5000] [--exe dist/qlite] [--chunks 20] [--gap 1000]
 *
 * Exit code 1 when a stream was not whole or not all were open at once.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { connect, type Connection } from "./connection.ts";
import { describePlace, log, placeLine, prepare, runToEnd } from "./machine.ts";
import { cpuUs, memoryOf, openFileLimitOf, peakMbOf } from "./proc.ts";
import { table } from "./report.ts";
import { streamRequest } from "./streams.ts";
import { toStreamBody } from "./upstream.ts";
import { launchUpstream, toQlite, type Running } from "./variants.ts";

const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "5000" },
    exe: { type: "string", default: "dist/qlite" },
    chunks: { type: "string", default: "20" },
    gap: { type: "string", default: "1000" },
  },
});

const toWhole = (name: "streams" | "chunks" | "gap"): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a whole number above 0, not ${values[name]}`);
};

/** What a process has open besides its streams. */
const SPARE_FILES = 100;
const CONNECTING_AT_ONCE = 50;

/** A stream takes one socket here and at the upstream, and two in the proxy. */
const checkFiles = (pid: number, name: string, perStream: number, streams: number): void => {
  const [limit, needed] = [openFileLimitOf(pid), perStream * streams + SPARE_FILES];
  if (limit >= needed) return;
  throw new Error(
    `${streams} streams need ${needed} open files in ${name}, its limit is ${limit}: ` +
      `\`ulimit -n ${needed}\` first (above the hard limit only root may), or fewer --streams`,
  );
};

type Count = {
  started: number;
  ended: number;
  whole: number;
  mostOpen: number;
  readonly failures: Map<string, number>;
};

/** Follows one stream to its end; its bytes are compared as they come, and kept nowhere. */
const follow = async (connection: Connection, request: Uint8Array, wanted: Buffer, count: Count): Promise<void> => {
  let at = 0;
  let isSame = true;
  let failure: string | null = null;
  try {
    const { status } = await connection.send(request, (bytes) => {
      if (at === 0) {
        count.started++;
        count.mostOpen = Math.max(count.mostOpen, count.started - count.ended);
      }
      isSame &&= wanted.subarray(at, at + bytes.length).equals(bytes);
      at += bytes.length;
    });
    if (status !== 200) failure = `status ${status}`;
    else if (!isSame || at !== wanted.length) failure = "other bytes";
  } catch (thrown) {
    failure = thrown instanceof Error ? thrown.message : String(thrown);
  }
  if (at > 0) count.ended++;
  connection.close();
  if (failure === null) count.whole++;
  else count.failures.set(failure, (count.failures.get(failure) ?? 0) + 1);
};

const openAll = async (port: number, streams: number, request: Uint8Array, wanted: Buffer, count: Count) => {
  const ends: Promise<void>[] = [];
  const startedAt = performance.now();
  while (ends.length < streams) {
    const some = Math.min(CONNECTING_AT_ONCE, streams - ends.length);
    const connections = await Promise.all(Array.from({ length: some }, () => connect(port)));
    for (const connection of connections) ends.push(follow(connection, request, wanted, count));
  }
  log(`${streams} requests sent in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  const timer = setInterval(() => log(`open ${count.started - count.ended}, ended ${count.ended}`), 5000);
  await Promise.all(ends);
  clearInterval(timer);
};

const measure = async (proxy: Running, streams: number): Promise<number> => {
  const chunks = toWhole("chunks");
  const request = streamRequest({ chunks, gapMs: toWhole("gap"), stamp: false });
  const count: Count = { started: 0, ended: 0, whole: 0, mostOpen: 0, failures: new Map() };
  await Bun.sleep(2000);
  const idle = memoryOf(proxy.pid).rssMb;
  const before = cpuUs(proxy.pid);
  await openAll(proxy.port, streams, request, toStreamBody(chunks), count);
  const cpu = cpuUs(proxy.pid) - before;
  const peak = peakMbOf(proxy.pid);
  await Bun.sleep(2000);
  const after = memoryOf(proxy.pid).rssMb;
  const head = ["streams", "open at once", "whole", "MiB before", "MiB at the peak", "KiB each", "MiB 2 s after"];
  const figures = [idle, peak].map((mb) => mb.toFixed(1));
  const each = (((peak - idle) * 1024) / streams).toFixed(1);
  const cells = [String(streams), String(count.mostOpen), String(count.whole), ...figures, each, after.toFixed(1)];
  console.log(`${placeLine(describePlace())} ${chunks} events a stream, one every ${values.gap} ms.\n`);
  console.log(table([...head, "CPU us/chunk"], [[...cells, (cpu / (streams * chunks)).toFixed(1)]]));
  for (const [failure, times] of count.failures) log(`${times} streams: ${failure}`);
  if (count.mostOpen < streams && count.whole === streams) {
    log("not all were open at once: the first ended before the last began; take more --chunks or a longer --gap");
  }
  return count.mostOpen === streams && count.whole === streams ? 0 : 1;
};

prepare(["taskset", "nice"]);
await runToEnd(async () => {
  const streams = toWhole("streams");
  const exe = resolve(values.exe);
  if (!existsSync(exe)) throw new Error(`${exe} does not exist (npm run build)`);
  checkFiles(process.pid, "this process", 1, streams);
  const upstream = await launchUpstream();
  checkFiles(upstream.pid, "the upstream", 1, streams);
  const proxy = await toQlite({ name: "qlite", program: [exe] }).launch({ upstreamPort: upstream.port });
  checkFiles(proxy.pid, "qlite", 2, streams);
  const code = await measure(proxy, streams);
  await proxy.stop();
  await upstream.stop();
  return code;
});
