import { watch } from "./proc.ts";
import { connectLine } from "./translation-connection.ts";
import { toBytes, type RunningPair } from "./translation-pairs.ts";
import { eventCountOf } from "./translation-upstream.ts";

/** CPU microseconds of the proxy and what else a window showed. */
export type TranslationSample = {
  readonly variant: string;
  readonly block: number;
  /** For each request, its short reply included. */
  readonly smallUs: number;
  readonly largeUs: number;
  /** For each event of the upstream, the request of its stream included: of few streams, of many, and as fast as they go. */
  readonly pacedUs: number;
  readonly busyUs: number;
  readonly burstUs: number;
  /** Events of the upstream for each HTTP chunk that reached the client; 1 is: none were lumped together. */
  readonly eventsPerChunk: number;
  readonly failed: number;
  readonly foreign: number;
  /** The untouched path of the same upstream, measured right beside; null of that path itself. */
  readonly beside: TranslationSample | null;
};

type Count = { requests: number; chunks: number; failed: number };

/** Asks again and again on each of `connections` connections while `isOpen` says so, at least once. */
const ask = async (port: number, request: Uint8Array, connections: number, isOpen: () => boolean): Promise<Count> => {
  const count: Count = { requests: 0, chunks: 0, failed: 0 };
  const run = async (): Promise<void> => {
    const connection = await connectLine(port);
    do {
      const { status, chunks } = await connection.ask(request);
      count.requests++;
      count.chunks += chunks;
      if (status !== 200) count.failed++;
    } while (isOpen());
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, run));
  return count;
};

const forSeconds = (seconds: number): (() => boolean) => {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() < end;
};
const once = (): boolean => false;

/** Streams open at the same time, each with an event every 4 ms: 5,000 and 15,000 events a second. */
export const pacedStreams = 20;
export const busyStreams = 60;
export const pacedGapMs = 4;
const connectionsOfUnary = 16;
const connectionsOfLarge = 4;
const connectionsOfBurst = 4;

/** Lets the machine code settle; without it the first block is of another program. */
export const warmUp = async ({ port, client }: RunningPair): Promise<void> => {
  await ask(port, toBytes(client, "small", null), connectionsOfUnary, forSeconds(1));
  await ask(port, toBytes(client, "large", null), connectionsOfLarge, forSeconds(1));
  await ask(port, toBytes(client, "small", 0), connectionsOfBurst, forSeconds(1));
  await ask(port, toBytes(client, "small", 1), pacedStreams, once);
};

/** Takes all four figures of a pair, one after the other; the windows of as fast as they go last `seconds` each. */
export const samplePair = async (
  { pid, port, client, upstream, name: variant }: RunningPair,
  block: number,
  seconds: number,
): Promise<Omit<TranslationSample, "beside">> => {
  const foreign: number[] = [];
  let failed = 0;
  const measure = async (work: () => Promise<Count>) => {
    const read = watch(pid);
    const count = await work();
    const used = read();
    foreign.push(used.foreign);
    failed += count.failed;
    return { ...count, us: used.cpuUs / count.requests };
  };
  const [small, large, burst, paced, busy] = [
    await measure(() => ask(port, toBytes(client, "small", null), connectionsOfUnary, forSeconds(seconds))),
    await measure(() => ask(port, toBytes(client, "large", null), connectionsOfLarge, forSeconds(seconds))),
    await measure(() => ask(port, toBytes(client, "small", 0), connectionsOfBurst, forSeconds(seconds))),
    await measure(() => ask(port, toBytes(client, "small", pacedGapMs), pacedStreams, once)),
    await measure(() => ask(port, toBytes(client, "small", pacedGapMs), busyStreams, once)),
  ];
  const events = eventCountOf(upstream);
  return {
    variant,
    block,
    smallUs: small.us,
    largeUs: large.us,
    burstUs: burst.us / events,
    pacedUs: paced.us / events,
    busyUs: busy.us / events,
    eventsPerChunk: ((paced.requests + busy.requests) * events) / (paced.chunks + busy.chunks),
    failed,
    foreign: Math.max(...foreign),
  };
};
