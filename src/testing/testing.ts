// `qlite/testing` under Bun: the mock runs in the process of the tests.
import { describeIssue, toComplaints } from "../config/messages.ts";
import { formatPath } from "../config/faults.ts";
import { configFromEnv } from "../config/from-env.ts";
import type { Config } from "../config/schema.ts";
import { mockSchema, toMockSettings } from "../config/mock-schema.ts";
import type { MockSettings } from "../mock/settings.ts";
import { startMock as start } from "../mock-server.ts";
import { setEnv } from "./client-env.ts";
import type { Backend } from "./backend.ts";
import { connect, connected, toBase } from "./connect.ts";
import type { Mock, StartOptions } from "./library.ts";
import { createLocalBackend } from "./local.ts";
import { createMock } from "./mock.ts";
import { toBlock, toFiles } from "./options.ts";

export type * from "./library.ts";

const inCi = (): boolean => !["", "0", "false"].includes((process.env["CI"] ?? "").toLowerCase());

const toSettings = (options: StartOptions): MockSettings => {
  const parsed = mockSchema.safeParse(toBlock(options), { error: describeIssue, jitless: true });
  if (parsed.success) return { ...toMockSettings(parsed.data, process.env), fixtures: toFiles(options) };
  const lines = parsed.error.issues
    .flatMap((issue) => toComplaints(issue))
    .map(({ path, message }) => `\n  ${formatPath(path)}: ${message}`);
  throw new Error(`startMock has options that are faulty:${lines.join("")}`);
};

/** The providers that recordings come from: those the environment has keys for, else whoever the client names. */
const findGateway = ({ cassettes, fallback }: MockSettings): Config | null => {
  if (cassettes === null && fallback !== "live") return null;
  const config = configFromEnv(process.env);
  return config.providers.length === 0 ? null : config;
};

/** The mocks of this process by their address: a thread that waits for its own process would wait for ever. */
const own = new Map<string, Backend>();

export const startMock = async (options: StartOptions = {}): Promise<Mock> => {
  const settings = toSettings(options);
  const plan = { settings, gateway: findGateway(settings), isCi: inCi(), allowRecord: false, folder: process.cwd() };
  const running = await start(plan, { hostname: "127.0.0.1", port: 0, watch: false, errorAfter: null });
  const restore = options.env === true ? setEnv(process.env, running.url) : () => undefined;
  const backend = createLocalBackend(running.engine);
  own.set(running.url, backend);
  return createMock({
    backend,
    url: running.url,
    failUnused: options.failUnused ?? false,
    isOwn: true,
    settle: async () => void (await running.finish()),
    stop: async () => {
      restore();
      own.delete(running.url);
      await running.close();
    },
    // A hook that throws fails a run of `bun test`.
    failed: () => undefined,
  });
};

export const connectMock = async (options: { readonly url?: string } = {}): Promise<Mock> => {
  const url = toBase(options.url, process.env);
  const backend = own.get(url);
  return backend === undefined ? connect(url) : connected(backend, url, async () => undefined);
};
