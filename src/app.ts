import type { Config, ProviderConfig } from "./config/schema.ts";
import { ProxyError } from "./errors.ts";
import { createGateway, type GatewayParts } from "./gateway.ts";
import { createRealClock } from "./mock/clocks/real-clock.ts";
import type { MockUpstream } from "./mock/engine-parts.ts";
import type { MockOptions } from "./mock/upstream.ts";
import type { Handler } from "./pipeline.ts";
import type { Transport } from "./providers/send.ts";
import { innerTransport, networkTransport } from "./providers/transport.ts";
import { startServer, type RunningServer } from "./server.ts";
import type { Admin } from "./stages/admin.ts";

export interface AppParts extends Pick<GatewayParts, "log" | "isIsolated" | "front"> {
  /** Whether requests to providers leave through a forward proxy (`HTTPS_PROXY` and its kin). */
  readonly behindForwardProxy?: boolean;
  /** How a provider is reached; the network, or the mock, when left out. */
  readonly transportOf?: GatewayParts["transportOf"];
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

/** A mock inside this process; it is loaded for its first request. */
const mockTransport = (options: MockOptions): Transport => {
  let mock: MockUpstream | null = null;
  const load = async (): Promise<MockUpstream> => {
    const { createMockUpstream } = await import("./mock/upstream.ts");
    // Two first requests at a time share it.
    mock ??= createMockUpstream(options, createRealClock(now));
    return mock;
  };
  return innerTransport((request) =>
    mock === null ? load().then(({ fetch }) => fetch(request)) : mock.fetch(request),
  );
};

const toTransport = (config: ProviderConfig, behindForwardProxy: boolean): Transport =>
  config.mock === null ? networkTransport(config.baseUrl, behindForwardProxy) : mockTransport(config.mock);

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
 * Puts a gateway together and listens.
 *
 * @throws {Error} with a `code` such as `EADDRINUSE` when the address cannot be had
 */
export const startApp = (config: Config, { behindForwardProxy = false, transportOf, ...parts }: AppParts): App => {
  const { server: limits } = config;
  const gateway = createGateway(config, {
    ...parts,
    transportOf: transportOf ?? ((provider) => toTransport(provider, behindForwardProxy)),
  });
  const { options, admin } = gateway;
  const { listen } = config.admin;
  // The operator's first: its failure leaves no gateway behind that is half a one.
  let adminServer: RunningServer | null = null;
  let server: RunningServer;
  try {
    if (listen !== null) {
      const { host: hostname, port } = listen;
      adminServer = startServer({ ...options, hostname, port, handler: toAdminHandler(admin) });
    }
    server = startServer({ ...options, hostname: limits.host, port: limits.port });
  } catch (thrown) {
    // What was begun would keep the process alive.
    void adminServer?.kill();
    void gateway.close();
    throw thrown;
  }
  const end = async (): Promise<void> => {
    await Promise.all([server.kill(), adminServer?.kill()]);
    await gateway.close();
  };
  const drain = async (): Promise<boolean> => {
    server.retire();
    gateway.retire();
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
