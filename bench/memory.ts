import { connect, type Connection } from "./connection.ts";
import { memoryOf, type Memory } from "./proc.ts";
import { openStreams, streamRequest } from "./streams.ts";
import { launchUnaryUpstream, launchUpstream, type Variant } from "./variants.ts";
import { runWrk } from "./wrk.ts";

export type MemorySample = {
  readonly variant: string;
  readonly idle: Memory;
  /** The largest of the readings taken each 100 ms under load. */
  readonly loaded: Memory;
  readonly afterLoad: Memory;
  readonly streams: Memory;
  readonly brokenStreams: number;
  readonly stalled: Memory;
  /** Growth of the anonymous part for each reader that stopped reading, in KiB. */
  readonly stalledKibEach: number;
};

const IDLE_MS = 10_000;
const STREAMS = 2000;
const STALLED = 50;

const larger = (a: Memory, b: Memory): Memory => ({
  rssMb: Math.max(a.rssMb, b.rssMb),
  anonMb: Math.max(a.anonMb, b.anonMb),
});

/** The largest readings while `work` runs. */
const peakDuring = async (pid: number, work: Promise<unknown>): Promise<Memory> => {
  let peak = memoryOf(pid);
  const timer = setInterval(() => {
    peak = larger(peak, memoryOf(pid));
  }, 100);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
  return larger(peak, memoryOf(pid));
};

const underLoad = async (variant: Variant, seconds: number) => {
  const upstream = await launchUnaryUpstream();
  const { pid, port, stop } = await variant.launch({ upstreamPort: upstream.port });
  await Bun.sleep(IDLE_MS);
  const idle = memoryOf(pid);
  const loaded = await peakDuring(pid, runWrk(`http://127.0.0.1:${port}`, seconds, 64));
  await Bun.sleep(IDLE_MS);
  const afterLoad = memoryOf(pid);
  await stop();
  await upstream.stop();
  return { idle, loaded, afterLoad };
};

const withStreams = async (variant: Variant, seconds: number) => {
  const upstream = await launchUpstream();
  const { pid, port, stop } = await variant.launch({ upstreamPort: upstream.port });
  const open = await openStreams(port, STREAMS, 1000);
  await Bun.sleep(1000);
  open.reset();
  const streams = await peakDuring(pid, Bun.sleep(seconds * 1000));
  const { chunks } = open.read();
  // A stream that is open but silent counts as broken: each sends one event a second.
  const missing = Math.max(0, Math.ceil(STREAMS - chunks / Math.max(1, seconds - 1)));
  const brokenStreams = Math.max(open.broken(), missing);
  open.close();
  await stop();
  await upstream.stop();
  return { streams, brokenStreams };
};

const withStalledReaders = async (variant: Variant, seconds: number) => {
  const upstream = await launchUpstream();
  const { pid, port, stop } = await variant.launch({ upstreamPort: upstream.port });
  await Bun.sleep(1000);
  const before = memoryOf(pid);
  const request = streamRequest({ mode: "flood" });
  const readers: Connection[] = [];
  for (let i = 0; i < STALLED; i++) {
    const reader = await connect(port);
    reader.send(request, reader.stall).catch(() => {}); // it ends when the proxy is stopped
    readers.push(reader);
  }
  const stalled = await peakDuring(pid, Bun.sleep(seconds * 1000));
  const settled = memoryOf(pid);
  for (const reader of readers) reader.close();
  await stop();
  await upstream.stop();
  return { stalled, stalledKibEach: ((settled.anonMb - before.anonMb) * 1024) / STALLED };
};

/**
 * Resident memory of each variant in three fresh processes: idle for 10 s, loaded by 64 connections and 10 s after it;
 * with 2,000 streams open of one event a second; with 50 readers that take the first bytes of an endless stream and no more.
 */
export const measureMemory = async (
  variants: readonly Variant[],
  { seconds, log }: { readonly seconds: number; readonly log: (line: string) => void },
): Promise<readonly MemorySample[]> => {
  const samples: MemorySample[] = [];
  for (const variant of variants) {
    const load = await underLoad(variant, seconds);
    log(`memory ${variant.name}: idle ${load.idle.rssMb.toFixed(1)} MiB, loaded ${load.loaded.rssMb.toFixed(1)} MiB`);
    const open = await withStreams(variant, seconds);
    log(`memory ${variant.name}: 2,000 streams ${open.streams.rssMb.toFixed(1)} MiB, broken ${open.brokenStreams}`);
    const stalled = await withStalledReaders(variant, seconds);
    log(`memory ${variant.name}: 50 stalled readers ${stalled.stalled.rssMb.toFixed(1)} MiB`);
    samples.push({ variant: variant.name, ...load, ...open, ...stalled });
  }
  return samples;
};
