/** What AWS knows a caller by, or where that is found when the first request needs it. */
export type AwsCredentials =
  | {
      readonly kind: "keys";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      /** Of temporary keys, null for lasting ones. */
      readonly sessionToken: string | null;
    }
  /** A Bedrock API key, sent as it is. */
  | { readonly kind: "api_key"; readonly apiKey: string }
  /** A profile of `~/.aws`, and nothing else when it gives none. */
  | { readonly kind: "profile"; readonly name: string }
  /** The endpoint that ECS or EKS Pod Identity names in the environment. */
  | { readonly kind: "container" }
  /** The role of a pod (EKS): a token in a file, which STS takes. */
  | { readonly kind: "web_identity" }
  /** All that AWS's own tools look at, one after the other; EC2's metadata service is the last of it. */
  | { readonly kind: "default" };

/** Those whose keys are temporary and asked for. */
export type FoundAwsCredentials = Exclude<AwsCredentials, { readonly kind: "keys" | "api_key" }>;

/** What a config may say; null is not said. */
export interface AwsSettings {
  readonly apiKey: string | null;
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  readonly sessionToken: string | null;
  readonly profile: string | null;
  /** Whether it says `credentials: default`. */
  readonly asksDefault: boolean;
}

/** The environment, given as an argument so that only the command line reads it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const toKeys = (id: string, secret: string, session: string): AwsCredentials | null =>
  id === "" || secret === ""
    ? null
    : { kind: "keys", accessKeyId: id, secretAccessKey: secret, sessionToken: session === "" ? null : session };

const toApiKey = (apiKey: string): AwsCredentials | null => (apiKey === "" ? null : { kind: "api_key", apiKey });

const toProfile = (name: string): AwsCredentials | null => (name === "" ? null : { kind: "profile", name });

/** What the signs say that AWS, or whoever set this environment up, puts into it. */
const toSigned = (env: Environment): AwsCredentials | null => {
  const has = (name: string): boolean => (env[name] ?? "") !== "";
  if (has("AWS_PROFILE")) return toProfile(env["AWS_PROFILE"] ?? "");
  if (has("AWS_WEB_IDENTITY_TOKEN_FILE") && has("AWS_ROLE_ARN")) return { kind: "web_identity" };
  return has("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || has("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    ? { kind: "container" }
    : null;
};

/**
 * Gives the credentials of a config, else those of the standard environment variables; null when there are none.
 *
 * In either place an API key comes before keys that sign, as in the official SDKs, and these before what is to be found.
 * Half a pair of keys is none. EC2's metadata service is asked only for `credentials: default`: elsewhere nobody answers
 * there, and every request would wait to learn it.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html and
 * https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html (read 2026-11-22)
 */
export const toAwsCredentials = (settings: AwsSettings, env: Environment): AwsCredentials | null =>
  toApiKey(settings.apiKey ?? "") ??
  toKeys(settings.accessKeyId ?? "", settings.secretAccessKey ?? "", settings.sessionToken ?? "") ??
  toProfile(settings.profile ?? "") ??
  toApiKey(env["AWS_BEARER_TOKEN_BEDROCK"] ?? "") ??
  toKeys(env["AWS_ACCESS_KEY_ID"] ?? "", env["AWS_SECRET_ACCESS_KEY"] ?? "", env["AWS_SESSION_TOKEN"] ?? "") ??
  (settings.asksDefault ? { kind: "default" } : toSigned(env));

/** Gives the region the environment names, null without one. */
export const toAwsRegion = (env: Environment): string | null =>
  [env["AWS_REGION"], env["AWS_DEFAULT_REGION"]].find((region) => region !== undefined && region !== "") ?? null;

/** What a region is called; it becomes a part of a host name. */
export const regionPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * Gives the address of Bedrock's runtime in a region, without a slash at its end.
 *
 * @see npm `@aws-sdk/client-bedrock-runtime` 3.1164.0, `endpoint/` (read 2026-11-22)
 */
export const bedrockBaseUrl = (region: string): string =>
  `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
