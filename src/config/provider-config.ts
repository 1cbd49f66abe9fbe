import type * as z from "zod/mini";
import {
  bedrockBaseUrl,
  toAwsCredentials,
  toAwsRegion,
  type AwsCredentials,
  type Environment,
} from "./provider-aws.ts";
import { toGoogleCredentials, vertexBaseUrl, type GoogleCredentials } from "./provider-google.ts";
import type { Provider, timeoutsSchema } from "./provider-schema.ts";
import { providerTypes } from "./provider-types.ts";

type Timeouts = z.output<typeof timeoutsSchema>;

const or = <T>(own: T | undefined, inherited: T): T => (own === undefined ? inherited : own);

/** Turns deadlines into their camelCase form, each provider's own before the inherited one. */
export const toTimeouts = (inherited: Timeouts, own: Provider["timeouts"]) =>
  Object.freeze({
    connectTimeoutMs: or(own?.connect, inherited.connect),
    headTimeoutMs: or(own?.head, inherited.head),
    idleTimeoutMs: or(own?.idle, inherited.idle),
    totalTimeoutMs: or(own?.total, inherited.total),
  });

/** The keys of an entry that say where it lies and who asks, as they are written. */
type Place = Readonly<
  Partial<
    Record<
      | "region"
      | "access_key_id"
      | "secret_access_key"
      | "session_token"
      | "profile"
      | "credentials"
      | "project"
      | "location"
      | "credentials_file"
      | "credentials_json"
      | "api_key",
      unknown
    >
  >
>;

const textOf = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
const given = (value: unknown): string | null => (textOf(value) === "" ? null : textOf(value));

/** Gives the credentials of a provider of type bedrock, null when there are none to be had. */
export const bedrockCredentialsOf = (written: Place, env: Environment): AwsCredentials | null =>
  toAwsCredentials(
    {
      apiKey: given(written.api_key),
      accessKeyId: given(written.access_key_id),
      secretAccessKey: given(written.secret_access_key),
      sessionToken: given(written.session_token),
      profile: given(written.profile),
      asksDefault: written.credentials === "default",
    },
    env,
  );

/** Gives the region of a provider of type bedrock, the empty string without one. */
export const regionOf = ({ region }: Place, env: Environment): string => given(region) ?? toAwsRegion(env) ?? "";

/** Whether a provider is switched off, by what was left empty; also of an entry that is not well-formed. */
export const isSwitchedOff = (
  entry: Place & { readonly type?: unknown; readonly forward_client_key?: unknown },
  env: Environment,
): boolean => {
  if (entry.type === "bedrock" && entry.forward_client_key !== true) return bedrockCredentialsOf(entry, env) === null;
  if (entry.type !== "vertex") return typeof entry.api_key === "string" && entry.api_key.trim() === "";
  if (typeof entry.project === "string" && entry.project.trim() === "") return true;
  const said = [entry.credentials_file, entry.credentials_json].filter((one) => typeof one === "string");
  return said.length > 0 && said.every((one) => one.trim() === "");
};

/** The address of the resource, also of one that is written with the path of its API. */
const toResource = (url: string): string => url.replace(/\/openai(?:\/v1)?$/, "");

// A mock answers inside this process; the name is reserved never to resolve (RFC 6761), should anybody try.
const nowhere = "http://mock.invalid/v1";

/** As in `@google/genai` 3.1.0. */
const defaultLocation = "global";

const toBaseUrl = (provider: Provider, env: Environment): string => {
  const { type, base_url: own } = provider;
  if (own !== undefined) return type === "azure" ? toResource(own) : own;
  if (type === "vertex") return vertexBaseUrl(provider.location ?? defaultLocation);
  const region = type === "bedrock" ? regionOf(provider, env) : "";
  return region === ""
    ? (providerTypes[type].baseUrl ?? providerTypes[type].localUrl ?? nowhere)
    : bedrockBaseUrl(region);
};

const toAzure = ({ type, api_version: version, deployments }: Provider) =>
  type === "azure"
    ? Object.freeze({
        /** null for the v1 path without one. */
        apiVersion: version ?? null,
        deployments: Object.freeze(deployments ?? {}),
      })
    : null;

const toBedrock = (provider: Provider, env: Environment) =>
  provider.type === "bedrock"
    ? Object.freeze({
        /** Empty only where the provider is switched off. */
        region: regionOf(provider, env),
        /** null where it is switched off, or the client brings its own. */
        credentials: provider.forward_client_key ? null : bedrockCredentialsOf(provider, env),
      })
    : null;

const toVertex = (provider: Provider) =>
  provider.type === "vertex"
    ? Object.freeze({
        /** Empty only where the provider is switched off. */
        project: provider.project ?? "",
        location: provider.location ?? defaultLocation,
        /** null where the client brings its own token. */
        credentials: provider.forward_client_key
          ? null
          : toGoogleCredentials(provider.credentials_file, provider.credentials_json),
      })
    : null;

const toMock = ({ type, latency, chunks, response_tokens: responseTokens, error_after: errorAfter }: Provider) =>
  type === "mock"
    ? Object.freeze({
        latencyMs: latency ?? 0,
        chunks: chunks ?? 3,
        responseTokens: responseTokens ?? 10,
        ...(errorAfter !== undefined && { errorAfter }),
      })
    : null;

/** Turns an entry of `providers` into its camelCase form, with everything it inherits; `env` is where AWS is looked for. */
export const toProvider = (provider: Provider, timeouts: Timeouts, env: Environment) =>
  Object.freeze({
    name: provider.name,
    type: provider.type,
    /** Without a trailing slash. */
    baseUrl: toBaseUrl(provider, env),
    /** null when no key of ours is sent, or it is one of `bedrock`. */
    apiKey: provider.type === "bedrock" ? null : given(provider.api_key),
    forwardClientKey: provider.forward_client_key,
    /** false when its key is explicitly empty: it is listed, but serves nothing. */
    enabled: !isSwitchedOff(provider, env),
    models: Object.freeze(provider.models),
    /** null leaves them to the type. */
    dialects: provider.dialects === undefined ? null : Object.freeze(provider.dialects),
    /** In lower case. */
    forwardHeaders: Object.freeze(provider.forward_headers),
    timeouts: toTimeouts(timeouts, provider.timeouts),
    onDisconnect: provider.on_disconnect,
    azure: toAzure(provider),
    bedrock: toBedrock(provider, env),
    vertex: toVertex(provider),
    mock: toMock(provider),
  });

const secretNames = ["private_key", "client_secret", "refresh_token"] as const;

const secretsOfGoogle = (credentials: GoogleCredentials | null): readonly string[] => {
  if (credentials?.kind !== "json") return [];
  const file: unknown = JSON.parse(credentials.json);
  if (typeof file !== "object" || file === null) return [];
  return secretNames.map((name): unknown => Reflect.get(file, name)).filter((value) => typeof value === "string");
};

const secretsOfAws = (credentials: AwsCredentials | null): readonly string[] => {
  if (credentials?.kind === "api_key") return [credentials.apiKey];
  if (credentials?.kind !== "keys") return [];
  const { secretAccessKey, sessionToken } = credentials;
  return sessionToken === null ? [secretAccessKey] : [secretAccessKey, sessionToken];
};

/** Gives what of a provider must never stand in a log. */
export const secretsOf = ({ apiKey, bedrock, vertex }: ReturnType<typeof toProvider>): readonly string[] => [
  ...(apiKey === null ? [] : [apiKey]),
  ...secretsOfAws(bedrock?.credentials ?? null),
  ...secretsOfGoogle(vertex?.credentials ?? null),
];
