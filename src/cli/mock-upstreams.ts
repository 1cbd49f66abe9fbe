import type { AppParts } from "../app.ts";
import type { Config, ProviderConfig } from "../config/schema.ts";
import { countFixtures, createMock, type Mock } from "../mock-server.ts";
import type { MockSettings } from "../mock/settings.ts";
import type { Exchange, Stage } from "../pipeline.ts";
import { withBuiltInMock } from "../providers/built-in-mock.ts";
import { innerTransport } from "../providers/transport.ts";
import { isLoopback } from "../wire/loopback.ts";
import { standIn } from "./find-config.ts";
import { fromVertex } from "./mock-vertex.ts";
import { toStartError } from "./start-error.ts";

/** Mocks in the place of every provider of a config. */
export interface MockUpstreams extends Pick<Mock, "settings" | "fixtureCount" | "reload" | "finish" | "close"> {
  /** The config with every provider switched on, letting through what a test tells the mock, and telling nobody outside. */
  readonly config: Config;
  /** What the gateway is started with, so that no request of it leaves this machine. */
  readonly parts: Pick<AppParts, "transportOf" | "isIsolated" | "front">;
  /** For people. */
  readonly notice: string;
}

/** What a run with mocks for providers has in its settings, whatever was written: nothing of it may leave. */
const withoutEgress = (settings: MockSettings): MockSettings => ({
  ...settings,
  mode: "replay",
  fallback: settings.fallback === "live" ? "fail" : settings.fallback,
  // A provider's own fields, which the gateway was told to send, are nobody's fault here.
  validate: settings.validate === "off" ? "off" : "warn",
  // They are the gateway's keys that arrive here, not the client's.
  keys: null,
});

/**
 * A provider with a mock in its place, letting through the headers by which a test speaks with it.
 *
 * The mock has no word of Converse: for Bedrock it stands in as one that speaks what comes nearest.
 */
const toMocked = (provider: ProviderConfig, headers: readonly string[]): ProviderConfig => {
  const mocked = { ...provider, enabled: true, forwardHeaders: [...provider.forwardHeaders, ...headers] };
  if (provider.bedrock === null) return mocked;
  return { ...mocked, type: "anthropic", baseUrl: "http://mock.invalid/v1", bedrock: null, dialects: ["anthropic"] };
};

const toMockable = (config: Config, headers: readonly string[]): Config => {
  const real = config.providers.length === 0 ? withBuiltInMock(config) : config;
  return {
    ...real,
    providers: real.providers.map((provider) => toMocked(provider, headers)),
    // Neither is a place for what never happened, and both may lie outside.
    traces: null,
    ledger: null,
  };
};

/** Whether it would be switched off, or the config refused, where it is meant. */
const isUnset = ({ enabled, apiKey, vertex }: ProviderConfig): boolean =>
  !enabled || apiKey === standIn || vertex?.project === standIn;

const list = (providers: readonly ProviderConfig[]): string => providers.map(({ name }) => name).join(", ");

const describe = ({ providers, traces, ledger }: Config, settings: MockSettings, count: number): string => {
  const unset = providers.filter(isUnset);
  const bedrock = providers.filter((provider) => provider.bedrock !== null);
  const silenced = [traces === null ? "" : "traces", ledger === null ? "" : "ledger"].filter((name) => name !== "");
  return [
    `Every provider is a mock of ${countFixtures(count)}; nothing leaves this machine.`,
    ...(unset.length === 0 ? [] : [`  On here, though their credentials are not set: ${list(unset)}`]),
    ...(bedrock.length === 0
      ? []
      : [`  Asked in Anthropic's dialect, as the mock does not speak Converse: ${list(bedrock)}`]),
    ...(silenced.length === 0 ? [] : [`  Not written: ${silenced.join(", ")}`]),
    ...(settings.fallback === "live" ? ["  fallback: live counts as fail"] : []),
  ].join("\n");
};

const open = async (config: Config, settings: MockSettings): Promise<Mock> => {
  const plan = { settings, gateway: config, isCi: true, allowRecord: false, folder: process.cwd() };
  try {
    return await createMock(plan, { isLocal: isLoopback(config.server.host), watch: false, errorAfter: null });
  } catch (thrown) {
    throw toStartError(thrown);
  }
};

const toConnection = ({ connection }: Exchange) => ({ address: connection.address });

const controlPath = "/__qlite/mock/";

/**
 * Makes mocks for the providers of a config; the gateway in front stays what it is.
 *
 * @throws {CommandError} with every fault of the fixtures
 */
export const openMockUpstreams = async (config: Config, written: MockSettings): Promise<MockUpstreams> => {
  const settings = withoutEgress(written);
  const { engine, fixtureCount, reload, finish, close } = await open(config, settings);
  const front: Stage = (next) => (exchange) =>
    exchange.path.startsWith(controlPath) ? engine.fetch(exchange.request, toConnection(exchange)) : next(exchange);
  const askOf = (provider: string) => (request: Request) =>
    engine.fetch(request, { address: () => "127.0.0.1", provider });
  return {
    settings,
    config: toMockable(config, [...settings.scopeBy.headers, "x-qlite-fault"]),
    parts: {
      transportOf: ({ name, vertex }) => innerTransport(vertex === null ? askOf(name) : fromVertex(askOf(name))),
      isIsolated: true,
      front,
    },
    notice: describe(config, written, fixtureCount()),
    fixtureCount,
    reload,
    finish,
    close,
  };
};
