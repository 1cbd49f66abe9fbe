import type { Config, ProviderConfig } from "../config/schema.ts";

const builtInMock = (config: Config): ProviderConfig => ({
  name: "mock",
  type: "mock",
  baseUrl: "http://mock.invalid/v1",
  apiKey: null,
  forwardClientKey: false,
  enabled: true,
  models: ["gpt-5.4", "gpt-5.4-mini", "text-embedding-3-small", "*"],
  dialects: null,
  forwardHeaders: [],
  onDisconnect: "cancel",
  timeouts: config.timeouts,
  azure: null,
  bedrock: null,
  vertex: null,
  mock: { latencyMs: 0, chunks: 3, responseTokens: 10 },
});

/** Whether any provider of the config is switched on. */
export const hasProvider = (config: Config): boolean => config.providers.some((provider) => provider.enabled);

/** Gives the config with a mock that serves every model, for a start on which no provider has a key. */
export const withBuiltInMock = (config: Config): Config => ({
  ...config,
  providers: [...config.providers, builtInMock(config)],
  // Every name leads to the mock now; a route to a provider that is off would only hide that.
  routes: [],
});
