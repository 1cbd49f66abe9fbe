import { connect, toRequest, type Connection } from "./connection.ts";
import { LOAD_CORE } from "./proc.ts";
import { quantile } from "./stats.ts";

/** Latencies in microseconds, in the order the replies ended; `failed` counts replies that were not 200 or broke off. */
export type Latencies = { readonly us: readonly number[]; readonly failed: number };

/** One request after another on one connection. */
export const closedLoop = async (port: number, request: Uint8Array, seconds: number): Promise<Latencies> => {
  const connection = await connect(port);
  const us: number[] = [];
  let failed = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    const { status } = await connection.send(request);
    if (status === 200) us.push((performance.now() - start) * 1000);
    else failed++;
  }
  connection.close();
  return { us, failed };
};

export type OpenLoad = { readonly perSecond: number; readonly seconds: number; readonly connections?: number };

/**
 * Sends at a fixed rate whatever the replies do, over at most `connections` (64) connections.
 *
 * A latency counts from the moment the request was due, so the wait behind a stall counts for every request that the
 * stall delayed. It polls the clock instead of sleeping, for a timer's step of 1 ms would be larger than what is
 * measured; so run it niced (see `latenciesOf`), or it takes the core from an upstream it shares it with.
 */
export const openLoop = async (port: number, request: Uint8Array, load: OpenLoad): Promise<Latencies> => {
  const { perSecond, seconds, connections = 64 } = load;
  const all = await Promise.all(Array.from({ length: connections }, () => connect(port)));
  const idle: Connection[] = [...all];
  const waiting: number[] = [];
  const us: number[] = [];
  const sent: Promise<void>[] = [];
  const run = async (connection: Connection, firstDue: number) => {
    for (let due: number | undefined = firstDue; due !== undefined; due = waiting.shift()) {
      try {
        const { status } = await connection.send(request);
        if (status === 200) us.push((performance.now() - due) * 1000);
      } catch {
        return; // counted below, as every request that got no 200
      }
    }
    idle.push(connection);
  };
  const started = performance.now();
  const total = Math.round(perSecond * seconds);
  for (let next = 0; next < total;) {
    const due = started + (next * 1000) / perSecond;
    if (due > performance.now()) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      continue;
    }
    next++;
    const connection = idle.pop();
    if (connection === undefined) waiting.push(due);
    else sent.push(run(connection, due));
  }
  await Promise.race([Promise.all(sent), Bun.sleep(5000)]);
  for (const connection of all) connection.close();
  return { us, failed: total - us.length };
};

export type Job = {
  readonly port: number;
  readonly body: string;
  readonly closedSeconds: number;
  readonly open: OpenLoad;
};

export type Summary = { readonly count: number; readonly failed: number; readonly p50: number; readonly p99: number };
export type LatencySummary = { readonly closed: Summary; readonly open: Summary };

const toSummary = ({ us, failed }: Latencies): Summary => ({
  count: us.length,
  failed,
  p50: quantile(us, 0.5),
  p99: quantile(us, 0.99),
});

/** Runs both loops in a fresh process on the load core at nice 19, after a warm-up that is not counted. */
export const latenciesOf = async (job: Job): Promise<LatencySummary> => {
  const command = [
    "nice",
    "-n",
    "19",
    "taskset",
    "-c",
    String(LOAD_CORE),
    process.execPath,
    import.meta.path,
    JSON.stringify(job),
  ];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  const output = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error("the latency client failed");
  const summary: LatencySummary = JSON.parse(output);
  return summary;
};

if (import.meta.main) {
  const { port, body, closedSeconds, open }: Job = JSON.parse(process.argv[2] ?? "");
  const request = toRequest(body);
  await closedLoop(port, request, 0.3);
  await openLoop(port, request, { ...open, seconds: 0.3 });
  const closed = toSummary(await closedLoop(port, request, closedSeconds));
  console.log(JSON.stringify({ closed, open: toSummary(await openLoop(port, request, open)) }));
  process.exit(0);
}
