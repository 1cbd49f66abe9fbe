import { moveSelfTo } from "./machine.ts";
import { LOAD_CORE } from "./proc.ts";
import { launchUpstream, type Variant } from "./variants.ts";
import { rotated } from "./stats.ts";

export type StartSample = { readonly variant: string; readonly ms: number };

/**
 * Milliseconds from the start of the process to its first 200, not pinned to a core, asked each millisecond.
 *
 * Every variant answers the same request, `GET /livez` (the upstream answers it for those that have no such path).
 */
export const measureStart = async (
  variants: readonly Variant[],
  { runs, log }: { readonly runs: number; readonly log: (line: string) => void },
): Promise<readonly StartSample[]> => {
  const upstream = await launchUpstream();
  const samples: StartSample[] = [];
  // What this process starts inherits its core, and a start is to have all of them.
  moveSelfTo("all");
  for (let run = 0; run < runs; run++) {
    for (const variant of rotated(variants, run)) {
      const { startMs, stop } = await variant.launch({ upstreamPort: upstream.port, pin: false });
      samples.push({ variant: variant.name, ms: startMs });
      await stop();
    }
  }
  moveSelfTo(LOAD_CORE);
  await upstream.stop();
  log(`start: ${samples.length} starts`);
  return samples;
};
