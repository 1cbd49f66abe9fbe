import { expect, test } from "bun:test";
import { startProgram } from "../support/program.ts";
import { startServing } from "../support/serving.ts";
import { until } from "../support/until.ts";

test.skipIf(process.platform === "win32")(
  // no signals there
  "after SIGTERM /readyz answers 503 while connections are still taken for the drain delay, then the process exits 0",
  async () => {
    await using mock = await startProgram(["mock", "--port", "0"]);
    await using program = await startServing(mock, { server: { drain_delay: "1s" } });
    const ask = async (path: string): Promise<number> =>
      (await fetch(`${program.url}${path}`, { headers: { connection: "close" } })).status;
    expect(await ask("/readyz")).toBe(200);
    program.signal("SIGTERM");
    await until(async () => (await ask("/readyz")) === 503, 900);
    expect(await ask("/livez")).toBe(200);
    expect(await ask("/v1/models")).toBe(200);
    expect(await program.exited).toBe(0);
  },
);
