import { createdAt, type Endpoint } from "./endpoint.ts";
import { invalid } from "./fields.ts";

/** Models in the lists: names that the official SDKs' types hold today. Every other name is served just as well. */
const openaiNames = ["gpt-6.1-sol", "gpt-5.4-mini", "gpt-4o-mini", "text-embedding-3-small"] as const;
const anthropicNames = ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-4-5"] as const;

/** A model's name as it stands in a path. @throws {ProxyError} `invalid_request` - when its escapes are broken */
export const unescapeModel = (escaped: string): string => {
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw invalid("model", "the model in the path is not properly escaped");
  }
};

/** The model id of `…/models/{id}`, slashes in it and all. */
const modelIn = (path: string): string => unescapeModel(path.slice(path.indexOf("/models/") + "/models/".length));

export const toModel = (id: string) => ({ id, object: "model" as const, created: createdAt, owned_by: "qlite-mock" });

/** `GET …/models`. @see npm `openai` 7.57.0, resources/models.d.ts */
export const models: Endpoint = () => ({
  kind: "whole",
  body: { object: "list", data: openaiNames.map(toModel) },
  isInstant: true,
});

/** `GET …/models/{id}`: there is a model of every name. @see npm `openai` 7.57.0, resources/models.d.ts */
export const model: Endpoint = ({ path }) => ({ kind: "whole", body: toModel(modelIn(path)), isInstant: true });

/** What the mock does not know of a model is null, as the type allows. */
export const toModelInfo = (id: string) => ({
  id,
  type: "model" as const,
  display_name: id,
  created_at: "2023-11-14T22:13:20Z",
  deprecated_at: null,
  retires_at: null,
  lifecycle: "active" as const,
  line: null,
  capabilities: null,
  max_input_tokens: null,
  max_tokens: null,
});

/** `GET …/models` in the Anthropic shape. @see npm `@anthropic-ai/sdk` 1.12.0, resources/models.d.ts */
export const anthropicModels: Endpoint = () => ({
  kind: "whole",
  body: {
    data: anthropicNames.map(toModelInfo),
    has_more: false,
    first_id: anthropicNames[0],
    last_id: anthropicNames[2],
  },
  isInstant: true,
});

/** `GET …/models/{id}` in the Anthropic shape: there is a model of every name. */
export const anthropicModel: Endpoint = ({ path }) => ({
  kind: "whole",
  body: toModelInfo(modelIn(path)),
  isInstant: true,
});
