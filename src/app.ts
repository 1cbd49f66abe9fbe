import { createResponseStore } from "./cache/response-store.ts";
import type { Config, ProviderConfig } from "./config/schema.ts";
import { toErrorBody } from "./dialect-table.ts";
import { toHandlers } from "./handlers.ts";
import { startObserve } from "./observe.ts";
import { ProxyError } from "./errors.ts";
import type { Log } from "./log.ts";
import { createRealClock } from "./mock/real-clock.ts";
import { createMockUpstream, type MockOptions } from "./mock/upstream.ts";
import { compose, type Handler, type Stage } from "./pipeline.ts";
import { createProvider } from "./providers/provider.ts";
import type { Transport } from "./providers/send.ts";
import { innerTransport, networkTransport } from "./providers/transport.ts";
import { createRegistry } from "./routing/registry.ts";
import { createWait, createWaits } from "./routing/waits.ts";
import { startPlainServer, startServer, type RunningServer } from "./server.ts";
import type { Admin } from "./stages/admin.ts";
import { createCors } from "./stages/cors.ts";
import { createDispatch } from "./stages/dispatch.ts";
import { createEndpoints } from "./stages/endpoints.ts";
import { createModels } from "./stages/models.ts";
import { createPassthrough } from "./stages/passthrough.ts";
import { createStoredResponses } from "./stages/response-state.ts";

export interface AppParts {
  readonly log: Log;
  /** Whether requests to providers leave through a forward proxy (`HTTPS_PROXY` and its kin). */
  readonly behindForwardProxy?: boolean;
  /** How a provider is reached; the network, or the mock, when left out. */
  readonly transportOf?: (config: ProviderConfig) => Transport;
}

export interface App extends Pick<RunningServer, "hostname" | "port" | "pending"> {
  /** Where it listens, without a slash at its end. */
  readonly url: string;
  /** Where /metrics and /admin are, null where they are at `url`. */
  readonly adminUrl: string | null;
  /**
   * Ends in peace: `/readyz` turns 503, after the drain delay no new connections are taken, and replies under way go on
   * up to the drain timeout.
   * Answers whether all of them ended by themselves.
   */
  readonly drain: () => Promise<boolean>;
  /** Ends at once; clients of open streams see a broken connection. */
  readonly close: () => Promise<void>;
}

const now = (): number => performance.now();

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const newId = (prefix: string): string => `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;

const toTransport = (config: ProviderConfig, behindForwardProxy: boolean): Transport =>
  config.mock === null
    ? networkTransport(config.baseUrl, behindForwardProxy)
    : innerTransport(createMockUpstream(config.mock, createRealClock(now)).fetch);

/** Seconds for a socket's own silence limit, which Bun keeps in a byte. */
const toIdleSeconds = (ms: number | null): number =>
  ms === null ? 255 : Math.min(255, Math.max(1, Math.ceil(ms / 1000)));

const urlOf = (hostname: string, port: number): string =>
  `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;

const toAdminHandler =
  (admin: Admin): Handler =>
  (exchange) => {
    const answer = admin.handle(exchange);
    if (answer !== null) return answer;
    throw new ProxyError("unknown_url", "Here are only /metrics and what is below /admin");
  };

/**
 * Puts the parts of a gateway together and listens.
 *
 * What the config switches off is not in the fold at all.
 *
 * @throws {Error} with a `code` such as `EADDRINUSE` when the address cannot be had
 */
export const startApp = (config: Config, { log, behindForwardProxy = false, transportOf }: AppParts): App => {
  const { server: limits } = config;
  const reach = transportOf ?? ((provider: ProviderConfig) => toTransport(provider, behindForwardProxy));
  const providers = config.providers
    .filter((provider) => provider.enabled)
    .map((provider) => createProvider(provider, reach(provider), Date.now));
  const registry = createRegistry(providers, config.routes);
  const dispatch = createDispatch(now, limits.writeTimeoutMs);
  const waits = createWaits(now);
  const observe = startObserve({
    config,
    registry,
    log,
    now,
    nowMs: Date.now,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    writer: crypto.randomUUID(),
  });
  const stages: Stage[] = [...observe.stages];
  if (limits.cors !== null) stages.push(createCors(limits.cors));
  const store = config.responsesStore === null ? null : createResponseStore(config.responsesStore, now);
  const serve = compose(
    stages,
    createEndpoints({
      ...toHandlers({ config, registry, dispatch, store, counter: observe.counter, now, nowSeconds, newId }),
      stored: store === null ? null : createStoredResponses(store),
      models: createModels(registry, nowSeconds()),
      passthrough: createPassthrough(registry, dispatch, limits),
    }),
  );
  const { admin } = observe;
  const { listen } = config.admin;
  // What an operator asks is no exchange with a provider, and is told of nowhere.
  const handler: Handler = listen === null ? (exchange) => admin.handle(exchange) ?? serve(exchange) : serve;
  const silences = [limits.writeTimeoutMs, ...config.providers.map((provider) => provider.timeouts.idleTimeoutMs)];
  const options = {
    waits,
    createWait,
    idleSeconds: toIdleSeconds(limits.readTimeoutMs),
    replySilenceSeconds: silences.includes(null) ? 0 : Math.ceil(Math.max(...silences.map(Number)) / 1000),
    toErrorBody,
    now,
  };
  // The operator's first: its failure leaves no gateway behind that is half a one.
  let adminServer: RunningServer | null = null;
  let server: RunningServer;
  try {
    if (listen !== null) {
      const { host: hostname, port } = listen;
      adminServer = startServer({ ...options, hostname, port, handler: toAdminHandler(admin) });
    }
    server = startServer({ ...options, hostname: limits.host, port: limits.port, handler });
  } catch (thrown) {
    // What was begun would keep the process alive.
    void adminServer?.kill();
    void observe.close();
    throw thrown;
  }
  const end = async (): Promise<void> => {
    await Promise.all([server.kill(), adminServer?.kill()]);
    // Those that are read to their end for nobody would keep the process alive.
    waits.abort(new ProxyError("client_closed_request", "The gateway ends"));
    await observe.close();
  };
  const drain = async (): Promise<boolean> => {
    server.retire();
    observe.admin.close();
    if (limits.drainDelayMs > 0) await Bun.sleep(limits.drainDelayMs);
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const timer = setTimeout(() => resolve(false), limits.drainTimeoutMs);
    const inTime = await Promise.race([server.stop().then(() => true), late]);
    clearTimeout(timer);
    await end();
    return inTime;
  };
  return {
    hostname: server.hostname,
    port: server.port,
    url: urlOf(server.hostname, server.port),
    pending: server.pending,
    drain,
    adminUrl: adminServer === null ? null : urlOf(adminServer.hostname, adminServer.port),
    close: end,
  };
};

export interface MockServerOptions extends MockOptions {
  readonly hostname?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

/**
 * Serves the mock upstream on a port of its own, on loopback unless told otherwise.
 *
 * @throws {RangeError} when an option of the mock is out of bounds
 * @throws {Error} with a `code` such as `EADDRINUSE` when the address cannot be had
 */
export const startMockServer = ({ hostname = "127.0.0.1", port = 0, ...options }: MockServerOptions = {}) => {
  const server = startPlainServer(hostname, port, createMockUpstream(options, createRealClock(now)).fetch);
  return { url: urlOf(server.hostname, server.port), port: server.port, close: server.kill };
};
