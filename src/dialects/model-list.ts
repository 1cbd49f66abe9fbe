import type { ClientDialectName, JsonObject } from "./conversation.ts";

/** A model as the registry knows it. */
export interface ListedModel {
  readonly id: string;
  readonly provider: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
}

/** How a dialect writes its models: one, and the list of all. */
export interface ModelShape {
  readonly one: (model: ListedModel) => JsonObject;
  readonly list: (models: readonly ListedModel[]) => JsonObject;
}

/** `Model` in `openai` 7.57.0, `resources/models.d.ts`. */
const openai: ModelShape = {
  one: ({ id, provider, createdAt }) => ({ id, object: "model", created: createdAt, owned_by: provider }),
  list: (models) => ({ object: "list", data: models.map(openai.one) }),
};

/** `ModelInfo` and its page in `@anthropic-ai/sdk` 1.12.0; what is not known of a model is null. */
const anthropic: ModelShape = {
  one: ({ id, createdAt }) => ({
    id,
    type: "model",
    display_name: id,
    created_at: new Date(createdAt * 1000).toISOString(),
    deprecated_at: null,
    retires_at: null,
    lifecycle: "active",
    line: null,
    capabilities: null,
    max_input_tokens: null,
    max_tokens: null,
  }),
  list: (models) => ({
    data: models.map(anthropic.one),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
};

/** `Model` as `@google/genai` 3.1.0 reads it (`modelFromMldev`). */
const gemini: ModelShape = {
  one: ({ id }) => ({
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: ["generateContent", "streamGenerateContent", "countTokens"],
  }),
  list: (models) => ({ models: models.map(gemini.one) }),
};

/** How the clients of each dialect are told of models. */
export const modelShapes: Readonly<Record<ClientDialectName, ModelShape>> = {
  "openai-chat": openai,
  "openai-responses": openai,
  anthropic,
  gemini,
};
