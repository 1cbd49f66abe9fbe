/** What AWS knows a caller by: keys that sign, or a Bedrock API key that is sent as it is. */
export type AwsCredentials =
  | {
      readonly kind: "keys";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      /** Of temporary keys, null for lasting ones. */
      readonly sessionToken: string | null;
    }
  | { readonly kind: "api_key"; readonly apiKey: string };

/** What a config may say; null is not said. */
export interface AwsSettings {
  readonly apiKey: string | null;
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  readonly sessionToken: string | null;
}

/** The environment, given as an argument so that only the command line reads it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const toKeys = (id: string, secret: string, session: string): AwsCredentials | null =>
  id === "" || secret === ""
    ? null
    : { kind: "keys", accessKeyId: id, secretAccessKey: secret, sessionToken: session === "" ? null : session };

const toApiKey = (apiKey: string): AwsCredentials | null => (apiKey === "" ? null : { kind: "api_key", apiKey });

/**
 * Gives the credentials of a config, else those of the standard environment variables; null when there are none.
 *
 * In either place an API key comes before keys that sign, as in the official SDKs. Half a pair of keys is none.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html and
 * https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html (read 2026-11-22)
 */
export const toAwsCredentials = (settings: AwsSettings, env: Environment): AwsCredentials | null =>
  toApiKey(settings.apiKey ?? "") ??
  toKeys(settings.accessKeyId ?? "", settings.secretAccessKey ?? "", settings.sessionToken ?? "") ??
  toApiKey(env["AWS_BEARER_TOKEN_BEDROCK"] ?? "") ??
  toKeys(env["AWS_ACCESS_KEY_ID"] ?? "", env["AWS_SECRET_ACCESS_KEY"] ?? "", env["AWS_SESSION_TOKEN"] ?? "");

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
