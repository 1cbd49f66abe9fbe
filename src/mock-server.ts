// The composition root of the mock: settings become fixtures, recordings, an engine, and a server where one is wanted.
import { createTape, type RecordingTape } from "./cassette/tape.ts";
import { formatFaults, type Fault } from "./config/faults.ts";
import type { Config } from "./config/schema.ts";
import { secretsIn } from "./config/secrets.ts";
import type { Gateway } from "./gateway.ts";
import { createLog, createRedactor } from "./log.ts";
import { createGenerate } from "./mock/auto/generate.ts";
import { createClock } from "./mock/clocks/create-clock.ts";
import type { MockConnection, MockEngine } from "./mock/engine-parts.ts";
import { createEngine } from "./mock/engine.ts";
import { createConnection } from "./mock/faults/create-connection.ts";
import { createFixtureSet } from "./mock/fixtures/fixture-set.ts";
import { loadFixtures } from "./mock/fixtures/load.ts";
import { createReload } from "./mock/fixtures/reload.ts";
import type { MockSettings } from "./mock/settings.ts";
import type { Verdict } from "./mock/journal/verdict.ts";
import { startWatching, type Watching } from "./mock/fixtures/watch.ts";
import { startPlainServer, type PlainSocket } from "./server.ts";
import { isLoopback, isLocalHost } from "./wire/loopback.ts";

/** What a run of the mock is made of. */
export interface MockPlan {
  readonly settings: MockSettings;
  /** The gateway that recordings are made through; null asks the official services with the client's own key. */
  readonly gateway: Config | null;
  /** Whether the environment says that this is CI. */
  readonly isCi: boolean;
  /** Records in CI too. */
  readonly allowRecord: boolean;
  /** The folder that paths are relative to. */
  readonly folder: string;
}

export interface MockParts {
  /** Whether only this machine can reach it. */
  readonly isLocal: boolean;
  /** Takes changed fixtures while it runs. */
  readonly watch: boolean;
  /** The pieces after which every stream ends in an error; null for none. */
  readonly errorAfter: number | null;
  /** Told of each reload by itself: how many fixtures there are, or what is wrong with them. */
  readonly onReload?: (text: string) => void;
}

/** A mock without a socket. */
export interface Mock {
  readonly settings: MockSettings;
  readonly engine: MockEngine;
  /** Those of the files, now. */
  readonly fixtureCount: () => number;
  /** Reads the fixtures again; gives what is wrong with them, for people, null when they were taken. */
  readonly reload: () => Promise<string | null>;
  /** Writes what was recorded, and judges the run so far. */
  readonly finish: () => Promise<Verdict>;
  readonly close: () => Promise<void>;
}

export interface RunningMock extends Mock {
  /** Where it listens, without a slash at its end. */
  readonly url: string;
  readonly port: number;
}

/** The fixtures are wrong; the message holds every fault, a line each. */
export class FixtureError extends Error {
  override readonly name = "FixtureError";
}

const nowMs = (): number => performance.now();

const silent = createLog({ level: "off", format: "json", sink: (_, taken) => taken(), now: Date.now });

/** How many, in words. */
export const countFixtures = (count: number): string => `${count} ${count === 1 ? "fixture" : "fixtures"}`;

const withCount = (faults: readonly Fault[]): string =>
  `${formatFaults(faults)}\n${faults.length} ${faults.length === 1 ? "fault" : "faults"} in the fixtures`;

/** The gateway as a recorder asks it: nothing is kept of what passes, and no mock stands behind it. */
const toRecorder = (config: Config): Config => ({
  ...config,
  providers: config.providers.filter(({ type }) => type !== "mock"),
  usage: null,
  metrics: false,
  traces: null,
  ledger: null,
});

/** Loaded for a run that leaves this machine, which a replay never does. */
const openGateway = async (config: Config | null): Promise<Gateway> => {
  const [{ createGateway }, { networkTransport }, { configForClients }] = await Promise.all([
    import("./gateway.ts"),
    import("./providers/transport.ts"),
    import("./config/for-clients.ts"),
  ]);
  const recorder = config === null ? null : toRecorder(config);
  // A config of the mock alone says nothing of providers.
  return createGateway(recorder === null || recorder.providers.length === 0 ? configForClients() : recorder, {
    log: silent,
    transportOf: ({ baseUrl }) => networkTransport(baseUrl, false),
  });
};

/** Asks the providers of a config, made at the first request that leaves; null asks the official services. */
export const createLive = (config: Config | null) => {
  let opening: Promise<Gateway> | null = null;
  return {
    send: async (request: Request): Promise<Response> => {
      opening ??= openGateway(config);
      return (await opening).fetch(request);
    },
    close: async (): Promise<void> => {
      await (await opening)?.close();
    },
  };
};

const openTape = (plan: MockPlan, send: (request: Request) => Promise<Response>): Promise<RecordingTape> | null => {
  const { settings, gateway, isCi, allowRecord } = plan;
  if (settings.cassettes === null) return null;
  const secrets = gateway === null ? [] : secretsIn(gateway);
  return createTape({ settings, folder: settings.cassettes, send, now: Date.now, isCi, allowRecord, secrets });
};

/**
 * Puts a mock together: loads the fixtures, opens the recordings.
 *
 * @throws {FixtureError} with every fault of the fixtures
 * @throws {CassetteError} with every cassette that is faulty
 */
export const createMock = async (plan: MockPlan, parts: MockParts): Promise<Mock> => {
  const { settings, gateway, folder } = plan;
  const { shape, responseTokens, seed, fixtures: patterns } = settings;
  const generate = createGenerate({
    responseTokens,
    chunks: shape.chunk.by === "pieces" ? shape.chunk.size : 1,
    seed,
  });
  let sources: ReturnType<typeof loadFixtures>["sources"] = { files: [], folders: [] };
  const load = () => {
    const loaded = loadFixtures(patterns, { folder, generate });
    ({ sources } = loaded);
    return loaded;
  };
  const loaded = load();
  if (loaded.kind === "faulty") throw new FixtureError(withCount(loaded.faults));
  let count = loaded.fixtures.length;
  const live = createLive(gateway);
  const mayAsk = !plan.isCi || plan.allowRecord;
  const tape = await openTape(plan, live.send);
  const redactor = createRedactor(gateway === null ? [] : secretsIn(gateway));
  const engine = createEngine({
    seed,
    clock: createClock(settings.clock, nowMs),
    generate,
    shape,
    errorAfter: parts.errorAfter,
    fixtures: count === 0 ? null : createFixtureSet(loaded.fixtures),
    tape,
    fallback: settings.fallback ?? (count > 0 || tape !== null ? "fail" : "auto"),
    validate: settings.validate,
    scopeBy: settings.scopeBy,
    scopeHeaders: settings.scopeBy.headers,
    journal: settings.journal,
    redact: redactor,
    keys: settings.keys,
    live: settings.fallback === "live" && mayAsk ? live.send : null,
    isLoopback: parts.isLocal,
    control: { adminKey: gateway?.admin.key ?? null, mode: tape?.mode ?? null, heartbeatMs: 15_000 },
  });
  let told: string | null = null;
  const reloadAll = createReload<Fault>({
    load,
    take: engine.setFixtures,
    done: (outcome) => {
      if ("fixtures" in outcome) count = outcome.fixtures;
      told = "faults" in outcome ? `${withCount(outcome.faults)}; those before stay` : null;
    },
  });
  const reload = async (): Promise<string | null> => {
    await reloadAll();
    return told;
  };
  const watching: Watching | null = parts.watch
    ? startWatching({
        sources: () => sources,
        reload: async () => parts.onReload?.((await reload()) ?? `${countFixtures(count)}, read again`),
        failed: (thrown) => parts.onReload?.(thrown instanceof Error ? thrown.message : String(thrown)),
      })
    : null;
  return {
    settings,
    engine,
    fixtureCount: () => count,
    reload,
    finish: async () => {
      await tape?.flush();
      return engine.verdict();
    },
    close: async () => {
      watching?.close();
      engine.close();
      await tape?.flush();
      await live.close();
    },
  };
};

const toConnection = (socket: PlainSocket): MockConnection => ({
  address: () => socket.peer()?.address ?? "",
  allowSilence: socket.allowSilence,
  socket: createConnection(() => ({ peer: socket.peer(), port: socket.port })),
});

export interface ListenOptions extends Omit<MockParts, "isLocal"> {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/**
 * Starts a mock on a port.
 *
 * @throws {FixtureError} `CassetteError` as `createMock`
 * @throws {ListenError} when the address cannot be had
 */
export const startMock = async (plan: MockPlan, { hostname, port, ...parts }: ListenOptions): Promise<RunningMock> => {
  const mock = await createMock(plan, { ...parts, isLocal: isLoopback(hostname) || isLocalHost(hostname) });
  const { engine } = mock;
  try {
    const server = startPlainServer(hostname, port, (request, socket) => engine.fetch(request, toConnection(socket)));
    return {
      ...mock,
      url: `http://${server.hostname.includes(":") ? `[${server.hostname}]` : server.hostname}:${server.port}`,
      port: server.port,
      close: async () => {
        await server.kill();
        await mock.close();
      },
    };
  } catch (thrown) {
    await mock.close();
    throw thrown;
  }
};
