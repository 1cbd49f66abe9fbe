import type { ProviderConfig, TimeoutsConfig } from "../config/schema.ts";
import type { DialectName } from "../dialects/conversation.ts";
import type { Traits } from "../dialects/dialect.ts";
import { toMatcher } from "../wire/glob.ts";
import { createHeaderRule, type HeaderRule } from "../wire/headers.ts";
import { createAddresses } from "./address.ts";
import { anthropicHeaders, presetOf, standardPaths, type AuthScheme, type Paths, type Preset } from "./presets.ts";

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

/** A header with our key. */
export type Credential = readonly [name: string, value: string];

/** A provider ready to be asked: plain data and one transport. */
export interface Provider extends Transport {
  readonly name: string;
  readonly models: readonly string[];
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** What it speaks, the dialect a translation prefers first; a call in one of them passes untouched. */
  readonly dialects: readonly DialectName[];
  /** Those a translation may go into, the best first: a server's second dialect is often less than its first. */
  readonly targets: readonly DialectName[];
  /**
   * The whole URL of a call in a dialect. No model leads out of the base URL.
   *
   * @throws {ProxyError} `invalid_request` - a model's name that would
   */
  readonly urlOf: (dialect: DialectName, model: string, stream: boolean) => string;
  /** Stands before the path of an endpoint such as `/chat/completions`; no slash at its end. */
  readonly endpointBase: string;
  /** The whole URL of any other endpoint; `model` is null where the request names none. Throws as `urlOf`. */
  readonly endpointOf: (path: string, search: string, model: string | null) => string;
  /** What the provider calls a model: the same, but for a deployment of Azure. */
  readonly nameOf: (model: string) => string;
  /** What the model wants said differently. */
  readonly traitsOf: (model: string) => Traits;
  /** Headers sent unless the client sent its own, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Which of the client's headers pass. */
  readonly passes: HeaderRule;
  /** Our own credential for calls in a dialect, null when none is sent or the client's own passes. */
  readonly credential: Credential | null;
  /** The same for any other endpoint: Google takes its key differently there. */
  readonly endpointCredential: Credential | null;
  readonly timeouts: TimeoutsConfig;
  /** Milliseconds for the transport's own, coarse silence limit; false is none. */
  readonly silence: number | false;
}

const toCredential = (scheme: AuthScheme, key: string | null): Credential | null => {
  if (key === null) return null;
  return scheme === "bearer" ? ["authorization", `Bearer ${key}`] : [scheme, key];
};

/** Names come from clients; so many of them are remembered at most. */
const maxKnownModels = 1024;

const createTraitsOf = ({ traits, quirks }: Preset): ((model: string) => Traits) => {
  if (quirks.length === 0) return () => traits;
  const rules = quirks.map((quirk) => ({
    matches: toMatcher(quirk.models),
    traits: { ...traits, ...quirk.traits },
  }));
  const known = new Map<string, Traits>();
  return (model) => {
    const before = known.get(model);
    if (before !== undefined) return before;
    const found = rules.find((rule) => rule.matches(model))?.traits ?? traits;
    if (known.size < maxKnownModels) known.set(model, found);
    return found;
  };
};

const isDialect = (name: string): name is DialectName => Object.hasOwn(standardPaths, name);

const dialectsOf = (paths: Paths): readonly DialectName[] => Object.keys(paths).filter(isDialect);

/** Readies a provider of the config. */
export const createProvider = (config: ProviderConfig, transport: Transport): Provider => {
  const preset = presetOf(config);
  const { headTimeoutMs, idleTimeoutMs } = config.timeouts;
  const deployments = new Map(Object.entries(config.azure?.deployments ?? {}));
  const nameOf = (model: string): string => deployments.get(model) ?? model;
  const version = config.azure?.apiVersion ?? null;
  const query = version === null ? "" : `api-version=${version}`;
  const dialects = config.dialects ?? dialectsOf(preset.paths);
  const isAskedForAnthropic = config.dialects?.includes("anthropic") === true;
  return {
    ...transport,
    ...createAddresses(config.baseUrl, preset, query, nameOf),
    name: config.name,
    baseUrl: config.baseUrl,
    models: config.models,
    dialects,
    targets: config.dialects ?? dialects.filter((name, at) => at === 0 || preset.alsoTargets.includes(name)),
    nameOf,
    traitsOf: createTraitsOf(preset),
    headers: isAskedForAnthropic ? { ...preset.headers, ...anthropicHeaders } : preset.headers,
    passes: createHeaderRule(config.forwardHeaders, config.forwardClientKey),
    credential: toCredential(preset.auth, config.apiKey),
    endpointCredential: toCredential(preset.endpointAuth, config.apiKey),
    timeouts: config.timeouts,
    silence: headTimeoutMs === null || idleTimeoutMs === null ? false : Math.max(headTimeoutMs, idleTimeoutMs),
  };
};
