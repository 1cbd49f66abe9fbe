import { AwsV4Signer } from "aws4fetch";
import type { Authorize } from "./authorize.ts";

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

export interface AwsSigning {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** `bedrock` for its runtime. */
  readonly service: string;
  /** Milliseconds since 1970. A signature is good for five minutes around it. */
  readonly nowMs: () => number;
}

/**
 * Makes what authorizes requests to AWS: by Signature Version 4 over method, URL and body, or by an API key.
 *
 * Besides `authorization` it gives the headers it signed, `x-amz-date` and `x-amz-security-token`; any other header may
 * be added, since none is covered. The derived key is kept for its day.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-22)
 */
export const createAwsAuthorize = ({ credentials, region, service, nowMs }: AwsSigning): Authorize => {
  if (credentials.kind === "api_key") {
    const headers = [["authorization", `Bearer ${credentials.apiKey}`]] as const;
    return () => Promise.resolve(headers);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const derivedKeys = new Map<string, ArrayBuffer>();
  let keptFor = "";
  return async ({ url, method, body }) => {
    const datetime = new Date(nowMs()).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");
    const day = datetime.slice(0, 8);
    if (day !== keptFor) derivedKeys.clear();
    keptFor = day;
    const signer = new AwsV4Signer({
      url,
      method,
      body,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === null ? {} : { sessionToken }),
      service,
      region,
      cache: derivedKeys,
      datetime,
    });
    return [...(await signer.sign()).headers];
  };
};
