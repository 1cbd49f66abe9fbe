import type { DialectName } from "../dialects/conversation.ts";
import { ProxyError } from "../errors.ts";
import { standardPaths, type Preset } from "./presets.ts";
import { toSegment } from "./segment.ts";

/** Where the calls of a provider go. */
export interface Addresses {
  /** Stands before the path of an endpoint such as `/embeddings`; no slash at its end. */
  readonly endpointBase: string;
  readonly urlOf: (dialect: DialectName, model: string, stream: boolean) => string;
  /** Where tokens are counted in a dialect that has a call for it. */
  readonly countUrlOf: (dialect: DialectName, model: string) => string;
  readonly endpointOf: (path: string, search: string, model: string | null) => string;
}

const withQuery = (path: string, query: string): string => {
  if (query === "") return path;
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
};

/** Gemini names a resource, of which a client may write the collection, too. */
export const withoutCollection = (model: string): string => (model.startsWith("models/") ? model.slice(7) : model);

/** Adds to the path of a URL, in front of its query. */
const below = (url: string, path: string): string => {
  const query = url.indexOf("?");
  return query === -1 ? `${url}${path}` : `${url.slice(0, query)}${path}${url.slice(query)}`;
};

const methodOf = (stream: boolean): string => (stream ? "streamGenerateContent?alt=sse" : "generateContent");

/**
 * Makes the addresses below a base URL; `query` is what Azure wants with every call, such as `api-version=2024-10-21`.
 *
 * No key is ever in an address, and no model leads out of the base URL.
 */
export const createAddresses = (
  baseUrl: string,
  { paths, prefix, modelPaths }: Preset,
  query: string,
  nameOf: (model: string) => string,
): Addresses => {
  const endpointBase = `${baseUrl}${prefix}`;
  const fill = (path: string, model: string): string =>
    path.includes("{model}") ? path.replace("{model}", toSegment(nameOf(model))) : path;
  const known: Readonly<Partial<Record<DialectName, string>>> = { ...standardPaths, ...paths };
  const callOf = (dialect: DialectName, model: string, method: string): string => {
    const path = known[dialect];
    if (path === undefined) throw new ProxyError("internal_error", `No path is known for ${dialect}`);
    const name = path.includes("{method}") ? withoutCollection(model) : model;
    return withQuery(`${baseUrl}${fill(path, name).replace("{method}", method)}`, query);
  };
  return {
    endpointBase,
    urlOf: (dialect, model, stream) => callOf(dialect, model, methodOf(stream)),
    countUrlOf: (dialect, model) => {
      if (dialect === "gemini") return callOf(dialect, model, "countTokens");
      return below(callOf(dialect, model, ""), dialect === "anthropic" ? "/count_tokens" : "/input_tokens");
    },
    endpointOf: (path, search, model) => {
      const isOfModel = model !== null && modelPaths.names.includes(path);
      const place = isOfModel ? `${baseUrl}${fill(modelPaths.below, model)}` : endpointBase;
      return withQuery(`${place}${path}${search}`, query);
    },
  };
};
