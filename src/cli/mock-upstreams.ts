import type { AppParts } from "../app.ts";
import { toMockSettings } from "../config/mock-schema.ts";
import type { Config } from "../config/schema.ts";
import { createMock, type Mock } from "../mock-server.ts";
import { toSummary } from "../mock/report/summary.ts";
import { exitCodeOf } from "../mock/verdict.ts";
import type { Exchange, Stage } from "../pipeline.ts";
import { innerTransport } from "../providers/transport.ts";
import { isLoopback } from "../wire/loopback.ts";
import type { ExitCode } from "./exit.ts";
import { say } from "./say.ts";
import { toStartError } from "./start-error.ts";

/** Mocks in the place of every provider of a config. */
export interface MockUpstreams {
  /** The config with every provider switched on, and letting through what a test tells the mock. */
  readonly config: Config;
  /** What the gateway is started with, so that no request of it leaves this machine. */
  readonly parts: Pick<AppParts, "transportOf" | "isIsolated" | "front">;
  /** For people. */
  readonly notice: string;
  /** Tells what the run comes to: 3 when a request was answered by nothing. */
  readonly judge: () => Promise<ExitCode>;
}

/** The headers by which a test speaks with the mock through the gateway. */
const mockHeaders = ["x-qlite-scope", "x-qlite-fault"];

const controlPath = "/__qlite/mock/";

const toMockable = (config: Config): Config => ({
  ...config,
  providers: config.providers.map((provider) => ({
    ...provider,
    enabled: true,
    forwardHeaders: [...provider.forwardHeaders, ...mockHeaders],
  })),
});

const open = async (config: Config, files: readonly string[]): Promise<Mock> => {
  const written = config.mock ?? toMockSettings(null, process.env);
  // A provider's own fields, which the gateway was told to send, are nobody's fault here.
  const validate = written.validate === "off" ? "off" : "warn";
  const settings = { ...written, fixtures: files, mode: "replay", validate } as const;
  try {
    return await createMock(
      { settings, gateway: config, isCi: true, allowRecord: false, folder: process.cwd() },
      { isLocal: isLoopback(config.server.host), watch: false, errorAfter: null },
    );
  } catch (thrown) {
    throw toStartError(thrown);
  }
};

const toConnection = ({ connection }: Exchange) => ({ address: connection.address });

const judge = async (mock: Mock): Promise<ExitCode> => {
  const strictness = { failsUnused: false, failsStale: false };
  const verdict = await mock.finish();
  await mock.close();
  await say(toSummary(verdict, strictness));
  return exitCodeOf(verdict, strictness);
};

/**
 * Makes mocks for the providers of a config; the gateway in front stays what it is.
 *
 * @throws {CommandError} with every fault of the fixtures
 */
export const openMockUpstreams = async (config: Config, files: readonly string[]): Promise<MockUpstreams> => {
  const mock = await open(config, files);
  const { engine } = mock;
  const front: Stage = (next) => (exchange) =>
    exchange.path.startsWith(controlPath) ? engine.fetch(exchange.request, toConnection(exchange)) : next(exchange);
  return {
    config: toMockable(config),
    parts: {
      transportOf: ({ name }) =>
        innerTransport((request) => engine.fetch(request, { address: () => "127.0.0.1", provider: name })),
      isIsolated: true,
      front,
    },
    notice: `Every provider is a mock of ${mock.fixtureCount()} fixtures; nothing leaves this machine.`,
    judge: () => judge(mock),
  };
};
