import { ProxyError } from "../errors.ts";
import { replyWhole, type Handler } from "../pipeline.ts";
import type { Registry } from "../routing/registry.ts";

const prefix = "/v1/models/";

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * Answers `GET /v1/models` and `GET /v1/models/{id}` from the registry, in the shape of `Model` in `openai` 7.57.0.
 *
 * A glob serves models but has no name of its own, so the list leaves it out; asked for by id, such a model is there.
 * `created` is when this process started, in seconds: nobody asked the provider.
 *
 * @throws {ProxyError} `model_not_found`
 */
export const createModels = (registry: Registry, startedAtSeconds: number): Handler => {
  const toModel = (id: string, ownedBy: string) => ({
    id,
    object: "model",
    created: startedAtSeconds,
    owned_by: ownedBy,
  });
  const list = JSON.stringify({
    object: "list",
    data: registry.list().map(({ name, provider }) => toModel(name, provider)),
  });
  const json = { headers: { "content-type": "application/json" } };
  return (exchange) => {
    if (!exchange.path.startsWith(prefix)) return replyWhole(exchange, list, json);
    const id = decode(exchange.path.slice(prefix.length));
    const target = registry.find(id);
    if (target === null) {
      throw new ProxyError("model_not_found", `The model "${id.slice(0, 100)}" is not served here`, { param: "model" });
    }
    return replyWhole(exchange, JSON.stringify(toModel(id, target.provider.name)), json);
  };
};
