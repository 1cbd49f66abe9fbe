/**
 * Closed-loop load from wrk, for capacity and CPU per request. Latency under load is `latency.ts`'s business: wrk waits
 * for a reply before it sends again, so a stall delays one request a connection and hides the rest.
 *
 * By itself, `bun bench/wrk.ts PID URL [seconds] [connections]` measures one process that is already running.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOAD_CORE, watch } from "./proc.ts";
import { newFolder } from "./scratch.ts";

/** The request of every unary measurement: 190 bytes of body, two messages. */
export const UNARY_REQUEST = JSON.stringify({
  model: "bench",
  messages: [
    { role: "system", content: "You are terse." },
    { role: "user", content: "Say something about a fox and a dog, briefly please." },
  ],
  temperature: 0.2,
  max_tokens: 64,
});

const SCRIPT = `
wrk.method = "POST"
wrk.path = "/v1/chat/completions"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer sk-bench"
wrk.body = '${UNARY_REQUEST}'
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"durationUs":%d,"failed":%d,"p50Us":%d,"p99Us":%d}',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`;

let script: string | undefined;
const scriptPath = (): string => {
  if (script === undefined) {
    script = join(newFolder(), "unary.lua");
    writeFileSync(script, SCRIPT);
  }
  return script;
};

export type Load = {
  readonly requests: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
};

/** Runs wrk with one thread on the load core. A reply that is not 2xx or 3xx counts as failed. */
export const runWrk = async (url: string, seconds: number, connections = 16): Promise<Load> => {
  const child = Bun.spawn(
    ["taskset", "-c", String(LOAD_CORE), "wrk", "-t1", `-c${connections}`, `-d${seconds}`, "-s", scriptPath(), url],
    { stdout: "pipe", stderr: "inherit" },
  );
  const output = await new Response(child.stdout).text();
  // Its output ends before it does, and until it is reaped its CPU time is counted nowhere (see `watch`).
  await child.exited;
  const json = /\{"requests".*\}/.exec(output)?.[0];
  if (json === undefined) throw new Error(`wrk printed no result:\n${output}`);
  const result: Omit<Load, "perSecond"> & { readonly durationUs: number } = JSON.parse(json);
  const { requests, durationUs, failed, p50Us, p99Us } = result;
  return { requests, failed, p50Us, p99Us, perSecond: (requests / durationUs) * 1e6 };
};

export type UnaryCost = Load & {
  readonly cpuUsPerRequest: number;
  /** How many cores' worth of time went to processes that are not of this benchmark. */
  readonly foreign: number;
};

/** CPU microseconds of the process tree `pid` for each request of one wrk run against `url`. */
export const unaryCost = async (pid: number, url: string, seconds: number, connections = 16): Promise<UnaryCost> => {
  const read = watch(pid);
  const load = await runWrk(url, seconds, connections);
  const { cpuUs, foreign } = read();
  return { ...load, cpuUsPerRequest: cpuUs / load.requests, foreign };
};

if (import.meta.main) {
  const [pid, url, seconds = "3", connections = "16"] = process.argv.slice(2);
  if (pid === undefined || url === undefined) throw new Error("bun bench/wrk.ts PID URL [seconds] [connections]");
  console.log(await unaryCost(Number(pid), url, Number(seconds), Number(connections)));
}
