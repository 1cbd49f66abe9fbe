import { toSegment } from "./segment.ts";

// Where a model of Amazon Bedrock is asked. A path segment is encoded as the official SDK does it, since what is sent is
// what is signed.

const encodeModel = (model: string): string =>
  toSegment(model).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** What stands in front of a model's own id in an inference profile: `us.`, `us-gov.`, `apac.`, `global.`. */
const profilePrefix = /^(?:arn:[^/]+:inference-profile\/)?(?:[a-z]{2}(?:-gov)?|apac|global)\.(?=[a-z0-9-]+\.)/;

/**
 * Gives the URL that counts the tokens of a model, for an inference profile of the model behind it: `CountTokens` knows
 * no profiles (`ValidationException`).
 *
 * @throws {ProxyError} `invalid_request` - a name that could leave the base URL
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html;
 * https://github.com/pydantic/pydantic-ai/pull/3367 (read 2026-11-22)
 */
export const bedrockCountUrl = (baseUrl: string, model: string): string =>
  `${baseUrl}/model/${encodeModel(model.replace(profilePrefix, ""))}/count-tokens`;

/**
 * Gives the URL of Converse for a model id, an inference profile or an ARN, whose colons and slashes are encoded.
 *
 * @throws {ProxyError} `invalid_request` - a name that could leave the base URL
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (read 2026-11-22)
 */
export const bedrockUrl = (baseUrl: string, model: string, stream: boolean): string =>
  `${baseUrl}/model/${encodeModel(model)}/${stream ? "converse-stream" : "converse"}`;
