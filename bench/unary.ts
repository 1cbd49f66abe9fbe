import { stealSince, ticks } from "./proc.ts";
import { latenciesOf, type Summary } from "./latency.ts";
import { inTurn } from "./in-turn.ts";
import { rotated } from "./stats.ts";
import { direct, launchUnaryUpstream, type Variant } from "./variants.ts";
import { runWrk, UNARY_REQUEST, unaryCost } from "./wrk.ts";

export type UnarySample = {
  readonly variant: string;
  readonly block: number;
  /** 0 for `direct`, which has no proxy. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly failed: number;
  /** As in `UnaryCost`. */
  readonly foreign: number;
  readonly closed: Summary;
  readonly open: Summary;
};

export type Blocks<T> = { readonly samples: readonly T[]; readonly steal: readonly number[] };

export type BlockOptions = {
  readonly blocks: number;
  readonly seconds: number;
  /** Requests per second of the open loop. */
  readonly rate: number;
  readonly log: (line: string) => void;
};

/**
 * Measures requests without streaming, block after block: in each block every variant once, order rotated.
 *
 * Of each variant a block takes CPU per request at 16 connections as fast as they go, latency one at a time, and latency
 * at a fixed rate. All proxies stay up for the whole measurement, so each is warm; the ones not measured stand still.
 */
export const measureUnary = async (
  variants: readonly Variant[],
  { blocks, seconds, rate, log }: BlockOptions,
): Promise<Blocks<UnarySample>> => {
  const upstream = await launchUnaryUpstream();
  const running = await Promise.all([direct, ...variants].map((it) => it.launch({ upstreamPort: upstream.port })));
  const samples: UnarySample[] = [];
  const steal: number[] = [];
  for (const { port } of running) await runWrk(`http://127.0.0.1:${port}`, 2);
  for (let block = 0; block < blocks; block++) {
    const before = ticks();
    for await (const { name, pid, port } of inTurn(running, rotated(running, block))) {
      const cost = await unaryCost(pid, `http://127.0.0.1:${port}`, seconds);
      const job = { port, body: UNARY_REQUEST, closedSeconds: 1, open: { perSecond: rate, seconds } };
      const { closed, open } = await latenciesOf(job);
      const failed = cost.failed + closed.failed + open.failed;
      const cpuUs = pid === 0 ? 0 : cost.cpuUsPerRequest;
      const { perSecond, foreign } = cost;
      samples.push({ variant: name, block, cpuUs, perSecond, failed, foreign, closed, open });
      log(
        `unary ${block + 1}/${blocks} ${name}: ${cpuUs.toFixed(1)} us CPU, ${perSecond.toFixed(0)}/s, foreign ${(foreign * 100).toFixed(1)} %`,
      );
    }
    steal.push(stealSince(before));
  }
  for (const it of running) await it.stop();
  await upstream.stop();
  return { samples, steal };
};
