import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { toProxyConf, toUpstreamConf } from "./nginx.conf.ts";
import { LOAD_CORE, PROXY_CORE, treeOf } from "./proc.ts";
import { newFolder } from "./scratch.ts";
import { UNARY_BODY } from "./upstream.ts";

/** A process under measurement; `pid` is 0 for `direct`, which is no process of its own. */
export type Running = {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** Milliseconds from the start of the process to its first 200. */
  readonly startMs: number;
  readonly stop: () => Promise<void>;
};

export type Launch = { readonly upstreamPort: number; readonly pin?: boolean };

export type Variant = { readonly name: string; readonly launch: (launch: Launch) => Promise<Running> };

/** A port nobody listens on at this moment. */
const freePort = (): number => {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = server;
  server.stop(true);
  return port;
};

/** Asks on a bare socket: a `fetch` that is refused costs so much that asking each millisecond slows the start down. */
const answers200 = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("GET /livez HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n");
    });
    socket.once("data", (bytes) => {
      resolve(bytes.toString("latin1", 0, 12) === "HTTP/1.1 200");
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
  });

export type Spawn = {
  readonly name: string;
  readonly command: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The one core it may use; all of them by default. */
  readonly core?: number | undefined;
};

const alive = new Set<Bun.Subprocess>();

/** Ends whatever is still running, when the benchmark itself ends in an error or by a signal. */
export const stopAll = (): void => {
  for (const pid of [...alive].flatMap((child) => treeOf(child.pid))) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it ended by itself
    }
  }
};

/** Starts a server and asks it each millisecond for `GET /livez` until it answers 200. Throws when it has not in 10 s. */
export const launch = async (spawn: Spawn): Promise<Running> => {
  const { name, command, port, env = {}, core } = spawn;
  const folder = newFolder();
  const startedAt = performance.now();
  const child = Bun.spawn([...(core === undefined ? [] : ["taskset", "-c", String(core)]), ...command], {
    env: { ...process.env, ...env },
    stdin: "ignore",
    // Files, as in service: the access log is written, and not thrown away by the kernel.
    stdout: Bun.file(join(folder, "stdout")),
    stderr: Bun.file(join(folder, "stderr")),
  });
  alive.add(child);
  const stop = async () => {
    child.kill("SIGTERM");
    const ended = await Promise.race([child.exited, Bun.sleep(3000)]);
    if (ended === undefined) child.kill("SIGKILL");
    await child.exited;
    alive.delete(child);
  };
  while (!(await answers200(port))) {
    if (child.exitCode !== null || performance.now() > startedAt + 10_000) {
      await stop();
      const said = await Bun.file(join(folder, "stderr")).text();
      throw new Error(`${name} did not start: ${command.join(" ")}\n${said}`);
    }
    await Bun.sleep(1);
  }
  return { name, pid: child.pid, port, startMs: performance.now() - startedAt, stop };
};

const coreOf = ({ pin = true }: Launch): number | undefined => (pin ? PROXY_CORE : undefined);

export const direct: Variant = {
  name: "direct",
  launch: ({ upstreamPort }) =>
    Promise.resolve({ name: "direct", pid: 0, port: upstreamPort, startMs: 0, stop: () => Promise.resolve() }),
};

const nginx: Variant = {
  name: "nginx",
  launch: (options) => {
    const folder = newFolder();
    const port = freePort();
    const path = join(folder, "nginx.conf");
    writeFileSync(path, toProxyConf(folder, port, options.upstreamPort));
    return launch({ name: "nginx", command: ["nginx", "-c", path], port, core: coreOf(options) });
  },
};

/**
 * A server of this folder, from source. It may hold as many upstream requests open as qlite: Bun's cap is 256 unless the
 * environment lifts it.
 */
const toServer = (name: string, file: string, env: Readonly<Record<string, string>> = {}): Variant => ({
  name,
  launch: (options) => {
    const port = freePort();
    return launch({
      name,
      command: [process.execPath, join(import.meta.dir, file)],
      port,
      env: {
        PORT: String(port),
        UPSTREAM: `http://127.0.0.1:${options.upstreamPort}`,
        BUN_CONFIG_MAX_HTTP_REQUESTS: "65535",
        ...env,
      },
      core: coreOf(options),
    });
  },
});

export const floor: Variant = toServer("floor", "floor.ts");

/** The floor with so many parts of qlite added, see `ladder.ts`. */
export const toRung = (name: string, rung: number): Variant => toServer(name, "ladder.ts", { RUNG: String(rung) });

/** The config qlite runs with here: one provider that takes every model. */
const toQliteConfig = (port: number, upstreamPort: number, log: boolean, extra: string): string => `server:
  port: ${port}
providers:
  - name: bench
    type: openai
    base_url: http://127.0.0.1:${upstreamPort}/v1
    api_key: sk-bench
    models: ["*"]
log:
  level: ${log ? "info" : "off"}
${extra}`;

export type QliteOptions = {
  readonly name: string;
  /** The program and what stands before `serve`. */
  readonly program: readonly string[];
  readonly log?: boolean;
  /** Further lines of the config; `{folder}` is one that is empty. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** qlite with its default config but for the provider and the port, and the log where that is told. */
export const toQlite = ({ name, program, log = true, config = "", env = {} }: QliteOptions): Variant => ({
  name,
  launch: (options) => {
    const port = freePort();
    const folder = newFolder();
    const path = join(folder, "qlite.yaml");
    writeFileSync(path, toQliteConfig(port, options.upstreamPort, log, config.replaceAll("{folder}", folder)));
    const command = [...program, "serve", "--config", path, "--port", String(port)];
    return launch({ name, command, port, env, core: coreOf(options) });
  },
});

/** Every proxy that this machine can run, and the reason for each that it cannot. */
export const findVariants = (
  exe: string,
): { readonly variants: readonly Variant[]; readonly skipped: readonly string[] } => {
  const skipped: string[] = [];
  const variants: Variant[] = [];
  if (Bun.which("nginx") === null) skipped.push("nginx: not installed (apt-get install nginx-light)");
  else variants.push(nginx);
  variants.push(floor);
  if (existsSync(exe))
    variants.push(
      toQlite({ name: "qlite", program: [exe] }),
      toQlite({ name: "qlite, log off", program: [exe], log: false }),
    );
  else skipped.push(`qlite: ${exe} does not exist (npm run build)`);
  return { variants, skipped };
};

/**
 * The upstream of the streaming and memory rows. It runs at nice 10 so that the client, on the same core, reads an event
 * when it arrives and not when the upstream has sent its whole batch: else direct looks slower than any proxy.
 */
export const launchUpstream = (): Promise<Running> => {
  const port = freePort();
  return launch({
    name: "upstream",
    command: ["nice", "-n", "10", process.execPath, join(import.meta.dir, "upstream.ts")],
    port,
    env: { PORT: String(port) },
    core: LOAD_CORE,
  });
};

/** The upstream of the unary rows: nginx, which is faster than any proxy here, else the Bun one. */
export const launchUnaryUpstream = (): Promise<Running> => {
  if (Bun.which("nginx") === null) return launchUpstream();
  const folder = newFolder();
  const port = freePort();
  const path = join(folder, "nginx.conf");
  writeFileSync(path, toUpstreamConf(folder, port, UNARY_BODY));
  return launch({ name: "nginx upstream", command: ["nginx", "-c", path], port, core: LOAD_CORE });
};
