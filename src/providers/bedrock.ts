import type { ProviderConfig } from "../config/schema.ts";
import { ProxyError } from "../errors.ts";
import type { Addresses } from "./address.ts";
import type { Authorize } from "./authorize.ts";
import { bedrockCountUrl, bedrockUrl } from "./bedrock-url.ts";
import { createAwsAuthorize } from "./sign-aws.ts";

/** The error for an endpoint of a provider that only answers calls of its models. */
export const noEndpoint = (): ProxyError =>
  new ProxyError("unsupported_feature", "This provider answers calls of its models and has no other endpoints");

/** Makes the addresses of Bedrock's runtime. */
export const createBedrockAddresses = (baseUrl: string): Addresses => ({
  endpointBase: baseUrl,
  urlOf: (_, model, stream) => bedrockUrl(baseUrl, model, stream),
  countUrlOf: (_, model) => bedrockCountUrl(baseUrl, model),
  endpointOf: () => {
    throw noEndpoint();
  },
});

/** Makes what authorizes requests to Bedrock, null where the client's own key passes. */
export const createBedrockAuthorize = (
  { region, credentials }: NonNullable<ProviderConfig["bedrock"]>,
  nowMs: () => number,
): Authorize | null =>
  credentials === null ? null : createAwsAuthorize({ credentials, region, service: "bedrock", nowMs });
