import type { ProviderConfig } from "../config/schema.ts";
import type { DialectName } from "../dialects/conversation.ts";
import { withoutCollection, type Addresses } from "./address.ts";
import type { Authorize } from "./authorize.ts";
import { noEndpoint } from "./bedrock.ts";
import type { Send } from "./send.ts";
import { createGoogleAuthorize } from "./sign-google.ts";
import { embeddingMethodOf, type EmbeddingPlace } from "./vertex-embedding.ts";
import {
  vertexAnthropicCountUrl,
  vertexAnthropicUrl,
  vertexGeminiMethodUrl,
  vertexGeminiUrl,
  type VertexModel,
} from "./vertex-url.ts";

type VertexConfig = NonNullable<ProviderConfig["vertex"]>;

const claude: readonly DialectName[] = ["anthropic"];
const others: readonly DialectName[] = ["gemini"];

/** The dialects of a model: Anthropic's for its own, Gemini's for any other. */
export const vertexDialectsOf = (model: string): readonly DialectName[] =>
  model.startsWith("claude-") ? claude : others;

const modelAt =
  (baseUrl: string, { project, location }: VertexConfig) =>
  (model: string): VertexModel => ({ baseUrl, project, location, model: withoutCollection(model) });

/** Makes the addresses of the models of a project. */
export const createVertexAddresses = (baseUrl: string, config: VertexConfig): Addresses => {
  const at = modelAt(baseUrl, config);
  return {
    endpointBase: baseUrl,
    urlOf: (dialect, model, stream) =>
      dialect === "anthropic" ? vertexAnthropicUrl(at(model), stream) : vertexGeminiUrl(at(model), stream),
    countUrlOf: (dialect, model) =>
      dialect === "anthropic" ? vertexAnthropicCountUrl(at(model)) : vertexGeminiMethodUrl(at(model), "countTokens"),
    endpointOf: () => {
      throw noEndpoint();
    },
  };
};

/** Makes the places where embeddings of the models of a project are made; those of Anthropic make none. */
export const createVertexEmbeddings = (
  baseUrl: string,
  config: VertexConfig,
): ((model: string) => EmbeddingPlace | null) => {
  const at = modelAt(baseUrl, config);
  return (model) => {
    if (!vertexDialectsOf(model).includes("gemini")) return null;
    const method = embeddingMethodOf(withoutCollection(model));
    return { method, url: vertexGeminiMethodUrl(at(model), method) };
  };
};

/** Makes what authorizes requests to Vertex, null where the client's own token passes. */
export const createVertexAuthorize = (
  { project, credentials }: VertexConfig,
  send: Send,
  nowMs: () => number,
): Authorize | null => (credentials === null ? null : createGoogleAuthorize({ credentials, project, send, nowMs }));
