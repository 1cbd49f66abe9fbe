import type { Config, ProviderConfig } from "./config/schema.ts";
import { anthropic } from "./dialects/anthropic/dialect.ts";
import { bedrockConverse } from "./dialects/bedrock-converse/dialect.ts";
import { toFailure } from "./dialects/failure.ts";
import { gemini } from "./dialects/gemini/dialect.ts";
import { openaiChat } from "./dialects/openai-chat/dialect.ts";
import { openaiResponses } from "./dialects/openai-responses/dialect.ts";
import { toErrorText, type ProxyError } from "./errors.ts";
import type { Log } from "./log.ts";
import { createMockUpstream, type MockOptions } from "./mock/upstream.ts";
import { compose, type Exchange, type Handler, type Stage } from "./pipeline.ts";
import { createProvider } from "./providers/provider.ts";
import { mockTransport, networkTransport } from "./providers/transport.ts";
import { createRegistry } from "./routing/registry.ts";
import { createWait, createWaits } from "./routing/waits.ts";
import { startPlainServer, startServer, type RunningServer } from "./server.ts";
import { createAccessLog } from "./stages/access-log.ts";
import { createCall, createModelEndpoint } from "./stages/call.ts";
import { createCors } from "./stages/cors.ts";
import { createDispatch } from "./stages/dispatch.ts";
import { createEndpoints, modelEndpoints } from "./stages/endpoints.ts";
import { createGeminiCall } from "./stages/gemini-call.ts";
import { createModels } from "./stages/models.ts";
import { createPassthrough } from "./stages/passthrough.ts";
import type { CallParts } from "./stages/receive.ts";
import { createTranslate, type Dialects } from "./stages/translate.ts";

export interface AppParts {
  readonly log: Log;
  /** Whether requests to providers leave through a forward proxy (`HTTPS_PROXY` and its kin). */
  readonly behindForwardProxy?: boolean;
}

export interface App extends Pick<RunningServer, "hostname" | "port" | "pending"> {
  /** Where it listens, without a slash at its end. */
  readonly url: string;
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

const clients = { "openai-chat": openaiChat, "openai-responses": openaiResponses, anthropic, gemini };
const dialects: Dialects = { clients, upstreams: { ...clients, "bedrock-converse": bedrockConverse } };

const geminiCalls = new Set(["generateContent", "streamGenerateContent"]);

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const newId = (prefix: string): string => `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;

/** An error in the shape the client's dialect has for it. */
const toErrorBody = (error: ProxyError, { dialect, id }: Exchange): string => {
  if (dialect === "openai-chat" || dialect === "openai-responses") return toErrorText(error);
  const body = clients[dialect].writeFailure(toFailure(error));
  return JSON.stringify(dialect === "anthropic" ? { ...body, request_id: id } : body);
};

const toPosts = (parts: CallParts): ReadonlyMap<string, Handler> => {
  const endpoint = createModelEndpoint(parts);
  return new Map<string, Handler>([
    ["/v1/chat/completions", createCall("openai-chat", parts)],
    ["/v1/responses", createCall("openai-responses", parts)],
    ["/v1/messages", createCall("anthropic", parts)],
    ...modelEndpoints.map((path) => [path, endpoint] as const),
  ]);
};

const toProvider = (config: ProviderConfig, behindForwardProxy: boolean) =>
  createProvider(
    config,
    config.mock === null ? networkTransport(config.baseUrl, behindForwardProxy) : mockTransport(config.mock),
  );

/** Seconds for a socket's own silence limit, which Bun keeps in a byte. */
const toIdleSeconds = (ms: number | null): number =>
  ms === null ? 255 : Math.min(255, Math.max(1, Math.ceil(ms / 1000)));

const urlOf = (hostname: string, port: number): string =>
  `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;

/**
 * Puts the parts of a gateway together and listens.
 *
 * What the config switches off is not in the fold at all.
 *
 * @throws {Error} with a `code` such as `EADDRINUSE` when the address cannot be had
 */
export const startApp = (config: Config, { log, behindForwardProxy = false }: AppParts): App => {
  const { server: limits } = config;
  const providers = config.providers
    .filter((provider) => provider.enabled)
    .map((provider) => toProvider(provider, behindForwardProxy));
  const registry = createRegistry(providers, config.routes);
  const dispatch = createDispatch(now, limits.writeTimeoutMs);
  const stages: Stage[] = [];
  if (log.enabled("info")) stages.push(createAccessLog(log));
  if (limits.cors !== null) stages.push(createCors(limits.cors));
  const translate = createTranslate(
    { dialects, isStrict: config.translation === "strict", nowSeconds, newId },
    dispatch,
  );
  const parts: CallParts = { registry, dispatch, translate, limits };
  const handler = compose(
    stages,
    createEndpoints({
      posts: toPosts(parts),
      gemini: (call) => (geminiCalls.has(call.method) ? createGeminiCall(parts, call) : null),
      models: createModels(registry, nowSeconds()),
      passthrough: createPassthrough(registry, dispatch, limits),
    }),
  );
  const waits = createWaits(now);
  const silences = [limits.writeTimeoutMs, ...config.providers.map((provider) => provider.timeouts.idleTimeoutMs)];
  const server = startServer({
    hostname: limits.host,
    port: limits.port,
    handler,
    waits,
    createWait,
    idleSeconds: toIdleSeconds(limits.readTimeoutMs),
    replySilenceSeconds: silences.includes(null) ? 0 : Math.ceil(Math.max(...silences.map(Number)) / 1000),
    toErrorBody,
    now,
  });
  const drain = async (): Promise<boolean> => {
    server.retire();
    if (limits.drainDelayMs > 0) await Bun.sleep(limits.drainDelayMs);
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const timer = setTimeout(() => resolve(false), limits.drainTimeoutMs);
    const inTime = await Promise.race([server.stop().then(() => true), late]);
    clearTimeout(timer);
    if (!inTime) await server.kill();
    return inTime;
  };
  return {
    hostname: server.hostname,
    port: server.port,
    url: urlOf(server.hostname, server.port),
    pending: server.pending,
    drain,
    close: server.kill,
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
  const server = startPlainServer(hostname, port, createMockUpstream(options).fetch);
  return { url: urlOf(server.hostname, server.port), port: server.port, close: server.kill };
};
