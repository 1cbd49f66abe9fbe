import { expect, test } from "bun:test";
import { buildExecutable } from "../support/executable.ts";
import { startProgram } from "../support/program.ts";
import { startServing } from "../support/serving.ts";
import { openSwarm } from "../support/swarm.ts";
import { until } from "../support/until.ts";

const count = 2000;
/** Two sockets a stream in the gateway, and some to spare. */
const openFiles = 5000;

/** Why this machine cannot hold the sockets, null when it can. */
const obstacle = (): string | null => {
  if (process.platform === "win32") return "no ulimit on Windows";
  const { stdout } = Bun.spawnSync(["sh", "-c", "ulimit -Hn"]);
  const limit = stdout.toString().trim();
  return limit === "unlimited" || Number(limit) >= openFiles ? null : `the hard limit of open files is ${limit}`;
};
const why = process.platform === "darwin" ? "ulimit of a child is not to be relied on on macOS" : obstacle();

test.skipIf(why !== null)(
  `${count} streams are open at the same time through the executable and all finish${why === null ? "" : ` (skipped: ${why})`}`,
  async () => {
    const executable = await buildExecutable();
    await using mock = await startProgram(["mock", "--port", "0", "--latency", "2s", "--chunks", "2"], {
      executable,
      openFiles,
    });
    await using program = await startServing(mock, { executable, openFiles });
    const startedAt = performance.now();
    const streams = openSwarm(program.url, count);
    await until(() => streams.every((stream) => stream.hasStarted() || stream.isOver()), 15_000, "all have started");
    const startedMs = performance.now() - startedAt;
    const open = streams.filter((stream) => !stream.isOver()).length;
    await Promise.all(streams.map((stream) => stream.over));
    const totalMs = performance.now() - startedAt;
    console.log(
      `  ${open} of ${count} open at once; all begun after ${startedMs.toFixed()} ms, over after ${totalMs.toFixed()} ms`,
    );
    expect(streams.filter((stream) => stream.isWhole() && stream.text().includes("data: [DONE]"))).toHaveLength(count);
    // With a cap the last ones would begin when the first are over; a slow machine may see some end early.
    expect(open).toBeGreaterThan(count / 2);
    const lines = (): readonly string[] => program.stdout().match(/"ended":"complete"/g) ?? [];
    await until(() => lines().length === count, 5000, "a line of the log for each");
  },
  30_000,
);
