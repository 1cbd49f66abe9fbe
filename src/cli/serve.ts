import { startApp, type App } from "../app.ts";
import { toMockSettings } from "../config/mock-schema.ts";
import { secretsIn } from "../config/secrets.ts";
import type { Config } from "../config/schema.ts";
import type { Log } from "../log.ts";
import { hasProvider, withBuiltInMock } from "../providers/built-in-mock.ts";
import { version } from "../version.ts";
import { curlFor, describeConfig } from "./describe.ts";
import { CommandError, type ExitCode } from "./exit.ts";
import { findConfig, type FoundConfig } from "./find-config.ts";
import type { MockUpstreams } from "./mock-upstreams.ts";
import { say } from "./say.ts";
import { toListenError } from "./listen-error.ts";
import { createStdoutLog } from "./stdout-log.ts";
import { untilSignal } from "./signals.ts";

export interface ServeOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: Config["log"]["level"];
  /** Files, folders and globs of fixtures that answer in place of every provider. */
  readonly mockUpstreams?: readonly string[];
}

const withFlags = (config: Config, flags: ServeOptions): Config => ({
  ...config,
  server: { ...config.server, host: flags.host ?? config.server.host, port: flags.port ?? config.server.port },
  log: { ...config.log, level: flags.logLevel ?? config.log.level },
});

const forwardProxyVariables = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

const start = (config: Config, log: Log, mock: MockUpstreams | null): App => {
  try {
    const behindForwardProxy = forwardProxyVariables.some((name) => (process.env[name] ?? "") !== "");
    return startApp(config, { log, behindForwardProxy, ...mock?.parts });
  } catch (thrown) {
    throw toListenError(thrown);
  }
};

const modelToTry = (config: Config): string => {
  const models = config.providers.filter((provider) => provider.enabled).flatMap((provider) => provider.models);
  return models.find((model) => !model.includes("*")) ?? "gpt-5.4-mini";
};

const mockNotice = `No provider has an API key, so the built-in MOCK answers every model: what it says is not a model's answer
(its replies carry x-qlite-source: mock). Set OPENAI_API_KEY, ANTHROPIC_API_KEY or another key and start again.`;

/** The mock of a first try must not answer in production because a variable was forgotten. */
const nothingOn = ({ config, file }: FoundConfig): CommandError =>
  new CommandError(
    `${[`No provider of ${file} is on, so nothing could be answered:`, describeConfig(config)].join("\n")}
Set the variables that their keys are taken from, or add a provider of type mock`,
  );

const introduce = ({ config, file }: FoundConfig, served: Config, app: App, mock: MockUpstreams | null): string =>
  [
    `qlite ${version} listens on ${app.url}`,
    file === null ? "No config file; providers come from API keys in the environment." : `Config: ${file}`,
    app.adminUrl === null ? "" : `Metrics and the operator's paths are at ${app.adminUrl}`,
    describeConfig(mock === null ? config : served),
    mock === null && !hasProvider(config) ? mockNotice : "",
    mock === null ? "" : mock.notice,
    `\nTry it:\n${curlFor(app.url, modelToTry(served))}\n`,
  ]
    .filter((line) => line !== "")
    .join("\n");

/** Mocks for the providers of a config, where the flags ask for them. */
const openMocks = async (config: Config, fixtures: readonly string[] | undefined): Promise<MockUpstreams | null> => {
  if (fixtures === undefined) return null;
  const [{ openMockUpstreams }, { reloadOnHangUp }] = await Promise.all([
    import("./mock-upstreams.ts"),
    import("./reload-on-hang-up.ts"),
  ]);
  const mock = await openMockUpstreams(config, { ...(config.mock ?? toMockSettings(null, {})), fixtures });
  reloadOnHangUp(mock);
  return mock;
};

/** Tells what the run comes to: 3 when a request was answered by nothing, 5 when a recording is too old. */
const judge = async (mock: MockUpstreams): Promise<ExitCode> => {
  const [{ toSummary }, { exitCodeOf }] = await Promise.all([
    import("../mock/report/summary.ts"),
    import("../mock/journal/verdict.ts"),
  ]);
  const strictness = { failsUnused: false, failsStale: mock.settings.expire.action === "error" };
  const verdict = await mock.finish();
  await mock.close();
  await say(toSummary(verdict, strictness));
  return exitCodeOf(verdict, strictness);
};

/** Runs the gateway until a signal ends it; with mocks for providers, answers 3 when a request was answered by nothing. */
export const serve = async (flags: ServeOptions): Promise<ExitCode> => {
  const found = await findConfig(flags.config, flags.mockUpstreams !== undefined);
  const config = withFlags(found.config, flags);
  if (found.isNamed && flags.mockUpstreams === undefined && !hasProvider(config)) throw nothingOn(found);
  const mock = await openMocks(config, flags.mockUpstreams);
  const served = mock?.config ?? (hasProvider(config) ? config : withBuiltInMock(config));
  const log = createStdoutLog(config.log, secretsIn(config));
  // Listened for before anybody can know that we are there.
  // Without fixtures to read again a hang-up is an end as well, and an end lets streams finish.
  const asked = untilSignal(mock === null ? ["SIGHUP"] : []);
  const app = start(served, log, mock);
  await say(introduce(found, served, app, mock));
  const signal = await asked;
  log.write("info", "draining", { signal, in_flight: app.pending() });
  const isClean = await app.drain();
  if (!isClean) log.write("warn", "drain timeout reached, open streams were broken");
  await log.flush();
  return mock === null ? 0 : judge(mock);
};
