import { stealSince, ticks, watch } from "./proc.ts";
import { inTurn } from "./in-turn.ts";
import { quantile, rotated } from "./stats.ts";
import { openStreams, shortStreams } from "./streams.ts";
import type { BlockOptions, Blocks } from "./unary.ts";
import { direct, launchUpstream, type Variant } from "./variants.ts";

export type StreamSample = {
  readonly variant: string;
  readonly block: number;
  readonly cpuUs: number;
  readonly chunks: number;
  readonly delayP50: number;
  readonly delayP99: number;
  readonly gaps: number;
  readonly eventsPerRead: number;
  readonly broken: number;
  /** As in `UnaryCost`. */
  readonly foreign: number;
  readonly firstP50: number;
  readonly firstP99: number;
  readonly totalP50: number;
  readonly totalP99: number;
};

const STREAMS = 100;
const GAP_MS = 20;

/**
 * Measures streams, block after block as `measureUnary` does.
 *
 * 100 streams that are already open, one event each 20 ms: CPU per event, delay from the event's send stamp to its
 * arrival, pauses that the source did not make. Then short streams one at a time: time to the first byte and to the end.
 */
export const measureStream = async (
  variants: readonly Variant[],
  { blocks, seconds, log }: BlockOptions,
): Promise<Blocks<StreamSample>> => {
  const upstream = await launchUpstream();
  const running = await Promise.all([direct, ...variants].map((it) => it.launch({ upstreamPort: upstream.port })));
  const samples: StreamSample[] = [];
  const steal: number[] = [];
  for (const { port } of running) await shortStreams(port, 1);
  for (let block = 0; block < blocks; block++) {
    const before = ticks();
    for await (const { name, pid, port } of inTurn(running, rotated(running, block))) {
      const streams = await openStreams(port, STREAMS, GAP_MS);
      await Bun.sleep(500);
      streams.reset();
      const read = watch(pid);
      await Bun.sleep(seconds * 1000);
      const { cpuUs, foreign } = read();
      const { chunks, delaysUs, gaps, eventsPerRead } = streams.read();
      const broken = streams.broken();
      streams.close();
      await Bun.sleep(200);
      const { firstUs, totalUs } = await shortStreams(port, 1);
      const perChunk = pid === 0 ? 0 : cpuUs / chunks;
      samples.push({
        variant: name,
        block,
        cpuUs: perChunk,
        chunks,
        delayP50: quantile(delaysUs, 0.5),
        delayP99: quantile(delaysUs, 0.99),
        gaps,
        eventsPerRead,
        broken,
        foreign,
        firstP50: quantile(firstUs, 0.5),
        firstP99: quantile(firstUs, 0.99),
        totalP50: quantile(totalUs, 0.5),
        totalP99: quantile(totalUs, 0.99),
      });
      log(
        `stream ${block + 1}/${blocks} ${name}: ${perChunk.toFixed(1)} us CPU a chunk, ${chunks} chunks, foreign ${(foreign * 100).toFixed(1)} %`,
      );
    }
    steal.push(stealSince(before));
  }
  for (const it of running) await it.stop();
  await upstream.stop();
  return { samples, steal };
};
