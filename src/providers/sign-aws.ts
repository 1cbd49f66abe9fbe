import type { AwsCredentials } from "../config/provider-aws.ts";
import type { Authorize } from "./authorize.ts";

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
    // Only a provider on Bedrock needs it.
    const { AwsV4Signer } = await import("aws4fetch");
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
