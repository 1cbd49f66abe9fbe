import { startApp, type App } from "../../src/app.ts";
import { formatFaults } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/load.ts";
import { createLog } from "../../src/log.ts";

/** A line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface Gateway extends Pick<App, "url" | "port" | "pending" | "drain"> {
  readonly app: App;
  /** All lines up to now. */
  readonly lines: () => Promise<readonly LogLine[]>;
  /** The line of the exchange with this id; waits up to two seconds for it. */
  readonly lineOf: (id: string | null) => Promise<LogLine>;
  /** All that was written, as text. */
  readonly text: () => Promise<string>;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** The key that `gatewayTo` gives its provider. */
export const upstreamKey = "sk-upstream-secret";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Starts a gateway on a free port of loopback, with a log that keeps its lines.
 *
 * `config` is YAML text, or the same as an object; `server.port` is taken for 0 whatever it says.
 *
 * @throws {Error} with every fault of the config
 */
export const startGateway = (config: string | object, env: Env = {}): Gateway => {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  const loaded = parseConfig(text, "test.yaml", env);
  if (loaded.kind === "faulty") throw new Error(formatFaults(loaded.faults));
  const parsed = loaded.config;
  let written = "";
  const log = createLog({
    level: parsed.log.level,
    format: "json",
    sink: (batch, taken) => {
      written += batch;
      taken();
    },
    now: Date.now,
    secrets: parsed.providers.flatMap(({ apiKey }) => (apiKey === null ? [] : [apiKey])),
  });
  const app = startApp({ ...parsed, server: { ...parsed.server, port: 0 } }, { log });
  const lines = async (): Promise<readonly LogLine[]> => {
    await log.flush();
    return written
      .split("\n")
      .filter((line) => line !== "")
      .map((line): LogLine => JSON.parse(line));
  };
  const close = async (): Promise<void> => {
    await app.close();
    await log.flush();
  };
  return {
    app,
    url: app.url,
    port: app.port,
    pending: app.pending,
    drain: app.drain,
    lines,
    lineOf: async (id) => {
      const deadline = performance.now() + 2000;
      for (;;) {
        const line = (await lines()).find((candidate) => candidate["id"] === id);
        if (line !== undefined) return line;
        if (performance.now() > deadline) throw new Error(`no line of the log has the id ${id}`);
        await Bun.sleep(5);
      }
    },
    text: async () => {
      await log.flush();
      return written;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};

interface Extras {
  /** Further keys of the provider, or other values for its own. */
  readonly provider?: object;
  /** Further keys of the config, beside `providers`. */
  readonly config?: object;
}

/** A provider named `up` of type openai at an upstream (without `/v1`), with the key `upstreamKey` and every model. */
export const providerAt = (upstreamUrl: string, extra: object = {}): object => ({
  name: "up",
  type: "openai",
  base_url: `${upstreamUrl}/v1`,
  ...("forward_client_key" in extra ? {} : { api_key: upstreamKey }),
  models: ["*"],
  ...extra,
});

/** Starts a gateway with one provider, see `providerAt`. */
export const gatewayTo = (upstream: { readonly url: string }, { provider = {}, config = {} }: Extras = {}): Gateway =>
  startGateway({ ...config, providers: [providerAt(upstream.url, provider)] });
