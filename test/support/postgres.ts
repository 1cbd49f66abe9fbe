import {
  accessSync,
  chownSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { SQL } from "bun";
import { until } from "./until.ts";

const root = "/usr/lib/postgresql";
const password = "pw-of-the-ledger-test";

const isThere = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const versions = (): readonly string[] => {
  try {
    return readdirSync(root).sort((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
};

const folders = [
  ...versions().map((version) => join(root, version, "bin")),
  ...(process.env["PATH"] ?? "").split(":").filter((folder) => folder !== ""),
];
const bin = folders.find((folder) => isThere(join(folder, "initdb")) && isThere(join(folder, "postgres")));

const idOf = (kind: "-u" | "-g"): number => {
  const asked = Bun.spawnSync(["id", kind, "postgres"], { stderr: "ignore" });
  return asked.exitCode === 0 ? Number(asked.stdout.toString()) : Number.NaN;
};

const isRoot = userInfo().uid === 0;
/** initdb refuses to run as root; Debian's package makes this user. */
const owner = isRoot ? { uid: idOf("-u"), gid: idOf("-g") } : null;

const whyNot = (): string | null => {
  if (process.platform !== "linux" || Bun.which("setpriv") === null) return "it is run by Linux's setpriv alone";
  if (bin === undefined) return `PostgreSQL is not installed (no initdb below ${root} or in the PATH)`;
  return owner !== null && Number.isNaN(owner.uid) ? "this is root, and there is no user postgres to run it as" : null;
};

/** Why there can be no PostgreSQL here, null when there can. */
export const postgresMissing = whyNot();

const commandOf = (program: string, args: readonly string[]): string[] => [
  "setpriv",
  // A server must not outlive a test run that was killed.
  "--pdeathsig=KILL",
  ...(owner === null ? [] : [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"]),
  join(bin ?? "", program),
  ...args,
];

const freePort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

/** A PostgreSQL server of a test's own. */
export interface Postgres extends AsyncDisposable {
  /** Of its database `qlite`, with user and password. */
  readonly url: string;
  readonly password: string;
  /** Ends its main process with SIGKILL, and waits until all its processes have seen it. */
  readonly kill: () => Promise<void>;
  /** Stops its main process and the ones that serve connections, so that it answers nobody, or lets them go on. */
  readonly freeze: (isFrozen: boolean) => void;
  /** Starts it again; resolves when it takes connections. */
  readonly start: () => Promise<void>;
}

/** The children of a process, by Linux's own list. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((part) => part !== "")
    .map(Number);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

/**
 * Makes and starts a throw-away PostgreSQL on a free port of loopback, in a temporary folder; about two seconds.
 *
 * @throws {Error} with its output when it does not start, and when `postgresMissing` is not null
 */
export const startPostgres = async (): Promise<Postgres> => {
  if (postgresMissing !== null) throw new Error(postgresMissing);
  const folder = mkdtempSync(join(tmpdir(), "qlite-postgres-"));
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password);
  if (owner !== null) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const made = Bun.spawnSync(
    commandOf("initdb", [
      "-D",
      data,
      "-U",
      "qlite",
      "-A",
      "scram-sha-256",
      `--pwfile=${passwordFile}`,
      "-N",
      "-E",
      "UTF8",
      "--locale=C",
    ]),
    { cwd: folder, stdout: "pipe", stderr: "pipe" },
  );
  if (made.exitCode !== 0) throw new Error(`initdb ended with ${made.exitCode}:\n${made.stderr.toString()}`);

  const port = freePort();
  const url = `postgres://qlite:${password}@127.0.0.1:${port}/postgres`;
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "max_connections=30",
  ];
  let server: ReturnType<typeof spawn> | null = null;
  const spawn = () =>
    Bun.spawn(commandOf("postgres", ["-D", data, ...settings.flatMap((setting) => ["-c", setting])]), {
      cwd: folder,
      stdin: "ignore",
      stdout: "ignore",
      stderr: Bun.file(join(folder, "log")),
    });
  const answers = async (): Promise<boolean> => {
    if (server?.exitCode !== null) throw new Error(`PostgreSQL ended:\n${readFileSync(join(folder, "log"), "utf8")}`);
    const client = new SQL({ url, max: 1, connectionTimeout: 1 });
    try {
      await client`SELECT 1`;
      return true;
    } catch {
      return false;
    } finally {
      await client.close({ timeout: 0 });
    }
  };
  const start = async (): Promise<void> => {
    server = spawn();
    await until(answers, 15_000, "PostgreSQL takes connections");
  };
  const kill = async (): Promise<void> => {
    if (server === null) return;
    const all = [server.pid, ...childrenOf(server.pid)];
    server.kill("SIGKILL");
    await server.exited;
    await until(() => !all.some(isAlive), 10_000, "PostgreSQL's processes end");
    server = null;
  };
  const freeze = (isFrozen: boolean): void => {
    if (server === null) return;
    for (const pid of [server.pid, ...childrenOf(server.pid)]) process.kill(pid, isFrozen ? "SIGSTOP" : "SIGCONT");
  };
  const end = async (): Promise<void> => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return { url, password, kill, freeze, start, [Symbol.asyncDispose]: end };
};
