/**
 * The load test in one command: starts the mock and the proxy on free ports, runs Locust against both, ends them.
 *
 * bun loadtest/run.ts [--exe dist/qlite] [--users 20] [--spawn-rate 5] [--run-time 60s] [--latency 50ms]
 *
 * Without `--exe` mock and proxy run from source. Exits with Locust's code; 2 when Locust is not installed or a server did
 * not start. Whatever happens, the processes it started are ended, and Locust is stopped a minute after its time.
 */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dir, "..");

const { values } = parseArgs({
  options: {
    exe: { type: "string" },
    users: { type: "string", default: "20" },
    "spawn-rate": { type: "string", default: "5" },
    "run-time": { type: "string", default: "60s" },
    latency: { type: "string", default: "50ms" },
  },
});

const SECONDS_IN: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
const OVERTIME_MS = 60_000;
const START_MS = 10_000;

/** `90`, `90s`, `1m30s`, `1h`, as Locust understands them. */
const toSeconds = (time: string): number => {
  if (/^\d+$/.test(time)) return Number(time);
  const parts = [...time.matchAll(/(\d+)([hms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== time) {
    throw new Error(`--run-time is ${time}, wanted is for example 60s or 1m30s`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS_IN[unit ?? ""] ?? 0), 0);
};

const findLocust = (): readonly string[] | undefined => {
  if (Bun.which("locust") !== null) return ["locust"];
  if (Bun.which("python3") === null) return undefined;
  const probe = Bun.spawnSync(["python3", "-c", "import locust"], { stderr: "ignore" });
  return probe.exitCode === 0 ? ["python3", "-m", "locust"] : undefined;
};

const freePort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

const started: Bun.Subprocess[] = [];

const stopAll = async (): Promise<void> => {
  for (const child of started.toReversed()) {
    if (child.exitCode !== null) continue;
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), 3000);
    await child.exited;
    clearTimeout(patience);
  }
};

const answers = async (url: string): Promise<boolean> => {
  try {
    const reply = await fetch(url, { proxy: false });
    await reply.arrayBuffer();
    return reply.ok;
  } catch {
    return false;
  }
};

type Server = { readonly name: string; readonly args: readonly string[]; readonly probe: string };

/** A copy of the shipped mock config whose providers are at the mock's port of this run. */
const writeConfig = async (mockPort: number): Promise<string> => {
  const shipped = await Bun.file(join(root, "config/config.mock.yaml")).text();
  const moved = shipped.replaceAll("http://localhost:9999/", `http://127.0.0.1:${mockPort}/`);
  if (moved === shipped) throw new Error("config/config.mock.yaml has no provider at http://localhost:9999/");
  const path = join(logFolder, "config.yaml");
  await Bun.write(path, moved);
  return path;
};

/** Starts qlite with `args`, its output going to a file, and waits until `probe` answers. */
const startServer = async ({ name, args, probe }: Server): Promise<void> => {
  const logFile = join(logFolder, `${name}.log`);
  const child = Bun.spawn([...qlite, ...args], {
    cwd: root,
    stdin: "ignore",
    stdout: Bun.file(logFile),
    stderr: Bun.file(join(logFolder, `${name}.err`)),
  });
  started.push(child);
  const deadline = Date.now() + START_MS;
  while (!(await answers(probe))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const said = await Bun.file(join(logFolder, `${name}.err`)).text();
      throw new Error(`the ${name} did not start: ${args.join(" ")}\n${said}`);
    }
    await Bun.sleep(50);
  }
  console.log(`${name}: ${[...qlite, ...args].join(" ")} (its log: ${logFile})`);
};

const runLocust = async (locust: readonly string[], proxyPort: number, mockUrl: string): Promise<number> => {
  const { users, "spawn-rate": spawnRate, "run-time": runTime } = values;
  const file = ["-f", join(import.meta.dir, "locustfile.py"), "--headless", "--only-summary"];
  const target = ["--host", `http://127.0.0.1:${proxyPort}`];
  const load = ["--users", users, "--spawn-rate", spawnRate, "--run-time", runTime];
  const child = Bun.spawn([...locust, ...file, ...target, ...load], {
    env: { ...process.env, MOCK_URL: mockUrl, PYTHONDONTWRITEBYTECODE: "1" },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  started.push(child);
  const limit = setTimeout(() => child.kill("SIGTERM"), runSeconds * 1000 + OVERTIME_MS);
  const code = await child.exited;
  clearTimeout(limit);
  return code;
};

const runSeconds = toSeconds(values["run-time"]);
const logFolder = mkdtempSync(join(tmpdir(), "qlite-loadtest-"));
const qlite = values.exe === undefined ? [process.execPath, join(root, "src/main.ts")] : [resolve(values.exe)];

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    void stopAll().then(() => process.exit(130));
  });
}

const main = async (): Promise<number> => {
  const locust = findLocust();
  if (locust === undefined) {
    console.error("Locust is not installed: pip install -r loadtest/requirements.txt");
    return 2;
  }
  const [mockPort, proxyPort] = [freePort(), freePort()];
  const mockUrl = `http://127.0.0.1:${mockPort}/v1`;
  try {
    await startServer({
      name: "mock",
      args: [
        "mock",
        "--port",
        String(mockPort),
        "--latency",
        values.latency,
        "--chunks",
        "3",
        "--response-tokens",
        "10",
      ],
      probe: `http://127.0.0.1:${mockPort}/health`,
    });
    const config = await writeConfig(mockPort);
    await startServer({
      name: "proxy",
      args: ["serve", "--config", config, "--port", String(proxyPort)],
      probe: `http://127.0.0.1:${proxyPort}/livez`,
    });
    return await runLocust(locust, proxyPort, mockUrl);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  } finally {
    await stopAll();
  }
};

process.exit(await main());
