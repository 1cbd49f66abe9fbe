import type { ProviderConfig, TimeoutsConfig } from "../config/schema.ts";
import { createHeaderRule, type HeaderRule } from "../wire/headers.ts";
import { presets } from "./presets.ts";

/** The one function that reaches an upstream; `fetch` is one, the mock another. */
export type Send = (url: string, init: BunFetchRequestInit) => Promise<Response>;

/** Asks whether a connection to the provider can be made within so many milliseconds. */
export type Probe = (timeoutMs: number) => Promise<boolean>;

/** How a provider is reached; given at startup, so that nothing else holds the capability. */
export interface Transport {
  readonly send: Send;
  /** null where a connection says nothing: the mock, or a provider behind a forward proxy. */
  readonly probe: Probe | null;
}

/** A provider ready to be asked: plain data and one transport. */
export interface Provider extends Transport {
  readonly name: string;
  readonly models: readonly string[];
  /** Stands before the path of an endpoint such as `/chat/completions`; no slash at its end. */
  readonly endpointBase: string;
  /** Which of the client's headers pass. */
  readonly passes: HeaderRule;
  /** Our own credential as a header, null when none is sent or the client's own passes. */
  readonly credential: readonly [name: string, value: string] | null;
  readonly timeouts: TimeoutsConfig;
  /** Milliseconds for the transport's own, coarse silence limit; false is none. */
  readonly silence: number | false;
}

/** Readies a provider of the config. */
export const createProvider = (config: ProviderConfig, transport: Transport): Provider => {
  const preset = presets[config.type];
  const { headTimeoutMs, idleTimeoutMs } = config.timeouts;
  return {
    ...transport,
    name: config.name,
    models: config.models,
    endpointBase: `${config.baseUrl}${preset.prefix}`,
    passes: createHeaderRule(config.forwardHeaders, config.forwardClientKey),
    credential: config.apiKey === null ? null : ["authorization", `Bearer ${config.apiKey}`],
    timeouts: config.timeouts,
    silence: headTimeoutMs === null || idleTimeoutMs === null ? false : Math.max(headTimeoutMs, idleTimeoutMs),
  };
};
