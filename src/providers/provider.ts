import type { ProviderConfig, TimeoutsConfig } from "../config/schema.ts";
import type { DialectName } from "../dialects/conversation.ts";
import type { Traits } from "../dialects/dialect.ts";
import type { KeyScheme } from "../wire/client-key.ts";
import { toMatcher } from "../wire/glob.ts";
import { createHeaderRule, type HeaderRule } from "../wire/headers.ts";
import { createAddresses, type Addresses } from "./address.ts";
import type { Authorize } from "./authorize.ts";
import { createBedrockAddresses, createBedrockAuthorize } from "./bedrock.ts";
import { providerTypes } from "../config/provider-types.ts";
import { anthropicHeaders, presetOf, standardPaths, type Paths, type Preset } from "./presets.ts";
import type { Rewrite } from "./rewrite.ts";
import type { Transport } from "./send.ts";
import { createVertexAddresses, createVertexAuthorize, createVertexEmbeddings, vertexDialectsOf } from "./vertex.ts";
import { vertexRewrite } from "./vertex-body.ts";
import type { EmbeddingPlace } from "./vertex-embedding.ts";

/** The key a request carries: ours in a header, or the client's own, said in the provider's scheme. */
export type Credential =
  | { readonly kind: "ours"; readonly name: string; readonly value: string }
  | { readonly kind: "theirs"; readonly scheme: KeyScheme };

/** A provider ready to be asked: plain data and one transport. */
export interface Provider extends Transport {
  readonly name: string;
  /** Such as openai. */
  readonly type: string;
  /** Whose prices its models have: its type, or the empty string where another server stands behind the type's address. */
  readonly priceType: string;
  readonly models: readonly string[];
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** What it speaks for a model, the dialect a translation prefers first; a call in one of them passes untouched. */
  readonly dialectsOf: (model: string) => readonly DialectName[];
  /** Those a translation may go into, the best first: a server's second dialect is often less than its first. */
  readonly targetsOf: (model: string) => readonly DialectName[];
  /** The dialects whose other endpoints it has, such as files; empty where it answers calls of its models alone. */
  readonly endpointDialects: readonly DialectName[];
  /**
   * The whole URL of a call in a dialect. No model leads out of the base URL.
   *
   * @throws {ProxyError} `invalid_request` - a model's name that would
   */
  readonly urlOf: (dialect: DialectName, model: string, stream: boolean) => string;
  /** The whole URL where tokens are counted, in a dialect that has a call for it. Throws as `urlOf`. */
  readonly countUrlOf: (dialect: DialectName, model: string) => string;
  /** Stands before the path of an endpoint such as `/chat/completions`; no slash at its end. */
  readonly endpointBase: string;
  /**
   * The whole URL of any other endpoint; `model` is null where the request names none.
   *
   * @throws {ProxyError} as `urlOf`, and `unsupported_feature` where `endpointDialects` is empty
   */
  readonly endpointOf: (path: string, search: string, model: string | null) => string;
  /**
   * Where embeddings are made that are asked for in the provider's own way alone; null where `/embeddings` or Gemini's methods
   * are. Throws as `urlOf`.
   */
  readonly embeddingOf: (model: string) => EmbeddingPlace | null;
  /** What the provider calls a model: the same, but for a deployment of Azure. */
  readonly nameOf: (model: string) => string;
  /** What the model wants said differently. */
  readonly traitsOf: (model: string) => Traits;
  /** Headers sent unless the client sent its own, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Which of the client's headers pass. */
  readonly passes: HeaderRule;
  /** The key for calls in a dialect, null when none is sent or `authorize` gives what there is. */
  readonly credential: Credential | null;
  /** The same for any other endpoint: Google takes its key differently there. */
  readonly endpointCredential: Credential | null;
  /** Gives the headers that authorize one request; null for a provider that a key is enough for. */
  readonly authorize: Authorize | null;
  /** Changes what the provider wants in its own form of a dialect; null where a body goes as it is. */
  readonly rewrite: Rewrite | null;
  readonly timeouts: TimeoutsConfig;
  /** Whether a reply is read to its end although its client has left, so that its usage is known. */
  readonly drains: boolean;
  /** Milliseconds for the transport's own, coarse silence limit; false is none. */
  readonly silence: number | false;
}

const toCredential = (scheme: KeyScheme, { apiKey, forwardClientKey }: ProviderConfig): Credential | null => {
  if (forwardClientKey) return { kind: "theirs", scheme };
  if (apiKey === null) return null;
  return scheme === "bearer"
    ? { kind: "ours", name: "authorization", value: `Bearer ${apiKey}` }
    : { kind: "ours", name: scheme, value: apiKey };
};

/** Names come from clients; so many of them are remembered at most. */
const maxKnownModels = 1024;

/** What is known of a model; the dialects are null for all that the provider speaks. */
interface Known {
  readonly traits: Traits;
  readonly dialects: readonly DialectName[] | null;
}

const createKnownOf = ({ traits, quirks }: Preset): ((model: string) => Known) => {
  const plain: Known = { traits, dialects: null };
  if (quirks.length === 0) return () => plain;
  const rules = quirks.map((quirk) => ({
    matches: toMatcher(quirk.models),
    known: { traits: { ...traits, ...quirk.traits }, dialects: quirk.dialects ?? null },
  }));
  const remembered = new Map<string, Known>();
  return (model) => {
    const before = remembered.get(model);
    if (before !== undefined) return before;
    const found = rules.find((rule) => rule.matches(model))?.known ?? plain;
    if (remembered.size < maxKnownModels) remembered.set(model, found);
    return found;
  };
};

const isDialect = (name: string): name is DialectName => Object.hasOwn(standardPaths, name);

const dialectsIn = (paths: Paths): readonly DialectName[] => Object.keys(paths).filter(isDialect);

type Speech = Pick<Provider, "dialectsOf" | "targetsOf" | "endpointDialects">;

const speechOf = (config: ProviderConfig, preset: Preset, knownOf: (model: string) => Known): Speech => {
  if (config.bedrock !== null) {
    const converse = ["bedrock-converse"] as const;
    return { dialectsOf: () => converse, targetsOf: () => converse, endpointDialects: [] };
  }
  if (config.vertex !== null) {
    return { dialectsOf: vertexDialectsOf, targetsOf: vertexDialectsOf, endpointDialects: [] };
  }
  const dialects = config.dialects ?? dialectsIn(preset.paths);
  const targets = config.dialects ?? dialects.filter((name, at) => at === 0 || preset.alsoTargets.includes(name));
  // What a config says of its server counts more than what is known of a model's name.
  if (config.dialects !== null || preset.quirks.every((quirk) => quirk.dialects === undefined)) {
    return { dialectsOf: () => dialects, targetsOf: () => targets, endpointDialects: dialects };
  }
  return {
    dialectsOf: (model) => knownOf(model).dialects ?? dialects,
    targetsOf: (model) => knownOf(model).dialects ?? targets,
    endpointDialects: dialects,
  };
};

const addressesOf = (config: ProviderConfig, preset: Preset, nameOf: (model: string) => string): Addresses => {
  if (config.bedrock !== null) return createBedrockAddresses(config.baseUrl);
  if (config.vertex !== null) return createVertexAddresses(config.baseUrl, config.vertex);
  const version = config.azure?.apiVersion ?? null;
  return createAddresses(config.baseUrl, preset, version === null ? "" : `api-version=${version}`, nameOf);
};

const authorizeOf = ({ bedrock, vertex }: ProviderConfig, { send }: Transport, nowMs: () => number) => {
  if (bedrock !== null) return createBedrockAuthorize(bedrock, nowMs);
  return vertex === null ? null : createVertexAuthorize(vertex, send, nowMs);
};

/** Readies a provider of the config; `nowMs` gives milliseconds since 1970, for what is signed. */
export const createProvider = (config: ProviderConfig, transport: Transport, nowMs: () => number): Provider => {
  const preset = presetOf(config);
  const { headTimeoutMs, idleTimeoutMs } = config.timeouts;
  const deployments = new Map(Object.entries(config.azure?.deployments ?? {}));
  const nameOf = (model: string): string => deployments.get(model) ?? model;
  const knownOf = createKnownOf(preset);
  const isAskedForAnthropic = config.dialects?.includes("anthropic") === true;
  return {
    ...transport,
    ...addressesOf(config, preset, nameOf),
    ...speechOf(config, preset, knownOf),
    name: config.name,
    type: config.type,
    priceType: config.baseUrl === providerTypes[config.type].baseUrl ? config.type : "",
    drains: config.onDisconnect === "drain",
    baseUrl: config.baseUrl,
    models: config.models,
    embeddingOf: config.vertex === null ? () => null : createVertexEmbeddings(config.baseUrl, config.vertex),
    nameOf,
    traitsOf: (model) => knownOf(model).traits,
    headers: isAskedForAnthropic ? { ...preset.headers, ...anthropicHeaders } : preset.headers,
    passes: createHeaderRule(config.forwardHeaders, config.forwardClientKey, preset.refusedHeaders),
    credential: toCredential(preset.auth, config),
    endpointCredential: toCredential(preset.endpointAuth, config),
    authorize: authorizeOf(config, transport, nowMs),
    rewrite: config.vertex === null ? null : vertexRewrite,
    timeouts: config.timeouts,
    silence: headTimeoutMs === null || idleTimeoutMs === null ? false : Math.max(headTimeoutMs, idleTimeoutMs),
  };
};
