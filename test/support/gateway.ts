import { startApp, type App, type AppParts } from "../../src/app.ts";
import { formatFaults } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/load.ts";
import { secretsIn } from "../../src/config/secrets.ts";
import { createLog } from "../../src/log.ts";
import { chat, toChatBytes, type SentHeaders } from "./http-bytes.ts";
import { connectRaw, requestRaw, type RawClient, type RawReply } from "./raw-client.ts";
import { upstreamAt } from "./raw-upstream.ts";
import { until } from "./until.ts";

/** A line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface Gateway extends Pick<App, "url" | "pending"> {
  /** Sends one request on a connection of its own and gives its reply, whole or cut. */
  readonly request: (
    method: string,
    target: string,
    headers?: SentHeaders,
    body?: string | Uint8Array,
  ) => Promise<RawReply>;
  /** Sends one chat call, as `request` does. */
  readonly chat: (body?: string | Uint8Array, headers?: SentHeaders) => Promise<RawReply>;
  /** Opens a connection. */
  readonly connect: () => Promise<RawClient>;
  /** Opens a connection and sends a chat call. */
  readonly connectChat: (body?: string | Uint8Array, headers?: SentHeaders) => Promise<RawClient>;
  /** All lines up to now. */
  readonly lines: () => Promise<readonly LogLine[]>;
  /** The line of the exchange with this id; waits up to two seconds for it. */
  readonly lineOf: (id: string | null) => Promise<LogLine>;
  /** All that was written, as text. */
  readonly text: () => Promise<string>;
  /**
   * Ends it, with the leak check.
   *
   * @throws {Error} when within 3 s an exchange is still pending, or a raw upstream of its config is still busy
   */
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
export const startGateway = (
  config: string | object,
  env: Env = {},
  parts: Pick<AppParts, "transportOf"> = {},
): Gateway => {
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
    secrets: secretsIn(parsed),
  });
  const app = startApp({ ...parsed, server: { ...parsed.server, port: 0 } }, { log, ...parts });
  const lines = async (): Promise<readonly LogLine[]> => {
    await log.flush();
    return written
      .split("\n")
      .filter((line) => line !== "")
      .map((line): LogLine => JSON.parse(line))
      .filter(({ msg }) => msg === "exchange");
  };
  const leaks = (): string | null => {
    const busy = parsed.providers.reduce((sum, { baseUrl }) => sum + (upstreamAt(baseUrl)?.busy() ?? 0), 0);
    const left = `${app.pending()} pending exchanges and ${busy} open upstream connections`;
    return app.pending() + busy === 0 ? null : left;
  };
  const close = async (): Promise<void> => {
    try {
      await until(() => leaks() === null, 3000, "no leak is left").catch((late: unknown) => {
        throw new Error(`the gateway leaves ${leaks()} behind`, { cause: late });
      });
    } finally {
      await app.close();
      await log.flush();
    }
  };
  const { url } = app;
  return {
    url,
    pending: app.pending,
    request: (method, target, headers, body) => requestRaw(url, method, target, headers, body),
    chat: (body = '{"model":"m"}', headers = {}) => requestRaw(url, "POST", chat, headers, body),
    connect: () => connectRaw(url),
    connectChat: async (body, headers) => {
      const client = await connectRaw(url);
      await client.send(toChatBytes(body, headers));
      return client;
    },
    lines,
    lineOf: async (id) => {
      let line: LogLine | undefined;
      await until(
        async () => {
          line = (await lines()).find((candidate) => candidate["id"] === id);
          return line !== undefined;
        },
        2000,
        `a line of the log with the id ${id}`,
      );
      return line!;
    },
    text: async () => {
      await log.flush();
      return written;
    },
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
