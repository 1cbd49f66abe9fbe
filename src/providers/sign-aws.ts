import type { AwsCredentials } from "../config/provider-aws.ts";
import type { Authorize } from "./authorize.ts";
import { createAwsKeys } from "./aws-keys.ts";
import { createAwsSource, type AwsKeys } from "./aws-source.ts";

export interface AwsSigning {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** `bedrock` for its runtime. */
  readonly service: string;
  /** Milliseconds since 1970. A signature is good for five minutes around it. */
  readonly nowMs: () => number;
}

const createKeysOf = (
  credentials: Exclude<AwsCredentials, { readonly kind: "api_key" }>,
  { region, nowMs }: AwsSigning,
): (() => Promise<AwsKeys>) => {
  if (credentials.kind !== "keys") return createAwsKeys(createAwsSource(credentials, region), nowMs);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const keys = Promise.resolve({ accessKeyId, secretAccessKey, sessionToken, endsAt: Infinity });
  return () => keys;
};

/**
 * Makes what authorizes requests to AWS: by Signature Version 4 over method, URL and body, or by an API key.
 *
 * Besides `authorization` it gives the headers it signed, `x-amz-date` and `x-amz-security-token`; any other header may
 * be added, since none is covered. The derived key is kept for its day and for the keys it was derived from.
 *
 * @throws {ProxyError} from what it makes: `upstream_auth_error` - there are no keys to be had
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-22)
 */
export const createAwsAuthorize = (signing: AwsSigning): Authorize => {
  const { credentials, region, service, nowMs } = signing;
  if (credentials.kind === "api_key") {
    const headers = [["authorization", `Bearer ${credentials.apiKey}`]] as const;
    return () => Promise.resolve(headers);
  }
  const keysOf = createKeysOf(credentials, signing);
  const derivedKeys = new Map<string, ArrayBuffer>();
  let keptFor = "";
  return async ({ url, method, body }) => {
    const { accessKeyId, secretAccessKey, sessionToken } = await keysOf();
    // Only a provider on Bedrock needs it.
    const { AwsV4Signer } = await import("aws4fetch");
    const datetime = new Date(nowMs()).toISOString().replaceAll(/[:-]|\.\d{3}/g, "");
    const use = `${datetime.slice(0, 8)} ${accessKeyId}`;
    if (use !== keptFor) derivedKeys.clear();
    keptFor = use;
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
