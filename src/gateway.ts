import { createResponseStore } from "./cache/response-store.ts";
import type { Config, ProviderConfig } from "./config/schema.ts";
import { toErrorBody } from "./dialect-table.ts";
import { ProxyError } from "./errors.ts";
import { answerExchange, openExchange, type ExchangeOptions } from "./exchange.ts";
import { toHandlers } from "./handlers.ts";
import type { Log } from "./log.ts";
import { startObserve } from "./observe.ts";
import { compose, type Handler, type Stage } from "./pipeline.ts";
import { createProvider, type Provider } from "./providers/provider.ts";
import type { Transport } from "./providers/send.ts";
import { createRegistry } from "./routing/registry.ts";
import { createWait, createWaits } from "./routing/waits.ts";
import type { Admin } from "./stages/admin.ts";
import { createCors } from "./stages/cors.ts";
import { createDispatch } from "./stages/dispatch.ts";
import { createEndpoints } from "./stages/endpoints.ts";
import { createModels } from "./stages/models.ts";
import { createPassthrough } from "./stages/passthrough.ts";
import { createStoredResponses } from "./stages/response-state.ts";
import { toReader } from "./wire/outlet.ts";

export interface GatewayParts {
  readonly log: Log;
  /** How a provider is reached. */
  readonly transportOf: (config: ProviderConfig) => Transport;
  /** Whether requests go out without the tokens that would have to be fetched for them: nothing leaves this machine. */
  readonly isIsolated?: boolean;
  /** Stands in front of everything else. */
  readonly front?: Stage;
}

/** Everything between the sockets of clients and those of providers. */
export interface Gateway {
  /** What serving it takes. */
  readonly options: ExchangeOptions;
  /** The operator's paths; without an address of their own the handler of `options` answers them too. */
  readonly admin: Admin;
  /**
   * Answers one request without a socket, as a client on this machine.
   *
   * Never rejects: a failure is a reply, or breaks the body.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Ends the operator's streams, which would hold a drain up. */
  readonly retire: () => void;
  /** Breaks off what is under way at the providers, and writes what has been learnt. */
  readonly close: () => Promise<void>;
}

const now = (): number => performance.now();

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const newId = (prefix: string): string => `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;

/** Seconds for a socket's own silence limit, which Bun keeps in a byte. */
const toIdleSeconds = (ms: number | null): number =>
  ms === null ? 255 : Math.min(255, Math.max(1, Math.ceil(ms / 1000)));

const withoutTokens = (provider: Provider): Provider => ({ ...provider, authorize: null });

const noSocket = { allowSilence: (): void => {}, address: (): string => "127.0.0.1" };

/**
 * Puts the parts of a gateway together.
 *
 * What the config switches off is not in the fold at all.
 */
export const createGateway = (
  config: Config,
  { log, transportOf, isIsolated = false, front }: GatewayParts,
): Gateway => {
  const { server: limits } = config;
  const providers = config.providers
    .filter((provider) => provider.enabled)
    .map((provider) => createProvider(provider, transportOf(provider), Date.now));
  const asked = isIsolated ? providers.map(withoutTokens) : providers;
  const registry = createRegistry(asked, config.routes);
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
  const whole = front === undefined ? handler : front(handler);
  const silences = [limits.writeTimeoutMs, ...config.providers.map((provider) => provider.timeouts.idleTimeoutMs)];
  const options: ExchangeOptions = {
    handler: whole,
    waits,
    createWait,
    idleSeconds: toIdleSeconds(limits.readTimeoutMs),
    replySilenceSeconds: silences.includes(null) ? 0 : Math.ceil(Math.max(...silences.map(Number)) / 1000),
    toErrorBody,
    now,
  };
  return {
    options,
    admin,
    fetch: async (request) => answerExchange(openExchange(request, noSocket, options), options, toReader),
    retire: observe.admin.close,
    close: async () => {
      // Those that are read to their end for nobody would keep the process alive.
      waits.abort(new ProxyError("client_closed_request", "The gateway ends"));
      await observe.close();
    },
  };
};
