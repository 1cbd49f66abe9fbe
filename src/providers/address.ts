import type { DialectName } from "../dialects/conversation.ts";
import { ProxyError } from "../errors.ts";
import { isEscaping } from "../wire/path.ts";
import { standardPaths, type Preset } from "./presets.ts";

/** Where the calls of a provider go. */
export interface Addresses {
  /** Stands before the path of an endpoint such as `/embeddings`; no slash at its end. */
  readonly endpointBase: string;
  readonly urlOf: (dialect: DialectName, model: string, stream: boolean) => string;
  readonly endpointOf: (path: string, search: string, model: string | null) => string;
}

/**
 * Encodes a model as one segment of a path.
 *
 * @throws {ProxyError} `invalid_request` - a name that could leave the base URL, whoever decodes it
 */
const toSegment = (model: string): string => {
  const segment = encodeURIComponent(model.toWellFormed());
  if (!isEscaping(`/${segment}/`)) return segment;
  throw new ProxyError("invalid_request", "The model's name must not be empty or hold dot segments or backslashes", {
    param: "model",
  });
};

const withQuery = (path: string, query: string): string => {
  if (query === "") return path;
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
};

/** Gemini names a resource, of which a client may write the collection, too. */
const withoutCollection = (model: string): string => (model.startsWith("models/") ? model.slice(7) : model);

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
  return {
    endpointBase,
    urlOf: (dialect, model, stream) => {
      const path = known[dialect];
      if (path === undefined) throw new ProxyError("internal_error", `No path is known for ${dialect}`);
      const name = path.includes("{method}") ? withoutCollection(model) : model;
      return withQuery(`${baseUrl}${fill(path, name).replace("{method}", methodOf(stream))}`, query);
    },
    endpointOf: (path, search, model) => {
      const isOfModel = model !== null && modelPaths.names.includes(path);
      const below = isOfModel ? `${baseUrl}${fill(modelPaths.below, model)}` : endpointBase;
      return withQuery(`${below}${path}${search}`, query);
    },
  };
};
