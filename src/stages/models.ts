import { modelShapes, type ListedModel } from "../dialects/model-list.ts";
import { ProxyError } from "../errors.ts";
import { replyWhole, type Handler } from "../pipeline.ts";
import type { Registry } from "../routing/registry.ts";
import { withoutVersion } from "../wire/gemini-path.ts";

const place = /^\/models(?:\/|$)/;

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * Answers the list of models, and one of them by its id, from the registry, in the shape of whoever asks.
 *
 * A glob serves models but has no name of its own, so the list leaves it out; asked for by id, such a model is there.
 * It was created when this process started, in seconds since 1970: nobody asked the provider.
 *
 * @throws {ProxyError} `model_not_found`
 */
export const createModels = (registry: Registry, startedAtSeconds: number): Handler => {
  const toModel = (id: string, provider: string): ListedModel => ({ id, provider, createdAt: startedAtSeconds });
  const all = registry.list().map(({ name, provider }) => toModel(name, provider));
  const json = { headers: { "content-type": "application/json" } };
  return (exchange) => {
    const shape = modelShapes[exchange.dialect];
    const id = decode(withoutVersion(exchange.path).replace(place, ""));
    if (id === "") return replyWhole(exchange, JSON.stringify(shape.list(all)), json);
    const target = registry.find(id);
    if (target === null) {
      throw new ProxyError("model_not_found", `The model "${id.slice(0, 100)}" is not served here`, { param: "model" });
    }
    return replyWhole(exchange, JSON.stringify(shape.one(toModel(id, target.provider.name))), json);
  };
};
