import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "../support/program.ts";
import { until } from "../support/until.ts";

test.skipIf(process.platform === "win32")(
  // no signals there
  "after SIGTERM /readyz answers 503 while connections are still taken for the drain delay, then the process exits 0",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "qlite-drain-"));
    const file = join(folder, "config.yaml");
    writeFileSync(file, 'server: { drain_delay: 1s }\nproviders: [{ name: mock, type: mock, models: ["*"] }]\n');
    await using program = await startProgram(["serve", "--config", file, "--port", "0"]);
    rmSync(folder, { recursive: true });
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
