import { ProxyError } from "../errors.ts";
import type { Exchange, Handler } from "../pipeline.ts";
import type { GeminiHandler } from "./receive.ts";
import { toGeminiCall, withoutVersion, type GeminiMethod } from "../wire/gemini-path.ts";

export interface Endpoints {
  /** Paths of the OpenAI and Anthropic APIs that are answered by a handler of their own, all by POST. */
  readonly posts: ReadonlyMap<string, Handler>;
  readonly gemini: Readonly<Record<GeminiMethod, GeminiHandler>>;
  readonly models: Handler;
  /** Answers for a response kept here; null for any other request. */
  readonly stored: ((exchange: Exchange) => ReturnType<Handler> | null) | null;
  /** Everything else below /v1, /v1beta and /v1alpha. */
  readonly passthrough: Handler;
}

/** Other endpoints found by the model in their JSON body (`openai` 7.57.0, `resources/`). */
export const modelEndpoints = [
  "/v1/completions",
  "/v1/embeddings",
  "/v1/responses/compact",
  "/v1/moderations",
  "/v1/images/generations",
  "/v1/audio/speech",
] as const;

const wrongMethod = (method: string, path: string, allow: string): ProxyError =>
  new ProxyError("method_not_allowed", `${path} answers ${allow}, not ${method}`, { headers: { allow } });

const methods = new Set(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD"]);

/** A method of a model that is only passed on, such as `:predict`; to OpenAI a colon is a part of a name. */
const isGeminiMethod = ({ dialect, path, method }: Exchange): boolean =>
  dialect === "gemini" && method === "POST" && path.includes(":");

// What a client makes of a base URL that ends in the version and of paths that begin with it.
const doubled = /^\/v1(?:alpha|beta)?(?=\/v1(?:alpha|beta)?\/)/;

const unknownUrl = ({ method, path }: Exchange, hint: string): ProxyError =>
  new ProxyError("unknown_url", `There is nothing at ${method} ${path.slice(0, 200)}${hint}`);

/**
 * Picks the handler by path and method.
 *
 * @throws {ProxyError} `method_not_allowed` with an `allow` header, `unknown_url`
 */
export const createEndpoints =
  ({ posts, gemini, models, stored, passthrough }: Endpoints): Handler =>
  (exchange) => {
    const { method, path } = exchange;
    const post = posts.get(path);
    if (post !== undefined) {
      if (method === "POST") return post(exchange);
      throw wrongMethod(method, path, "POST");
    }
    const call = toGeminiCall(path);
    if (call !== null) {
      if (method === "POST") return gemini[call.method](exchange, call);
      throw wrongMethod(method, path, "POST");
    }
    const below = withoutVersion(path);
    if (below === "/models" || (below.startsWith("/models/") && !isGeminiMethod(exchange))) {
      if (method === "GET" || method === "HEAD") return models(exchange);
      if (method === "DELETE" && below !== "/models") return passthrough(exchange);
      throw wrongMethod(method, path, below === "/models" ? "GET" : "GET, DELETE");
    }
    if (doubled.test(path)) throw unknownUrl(exchange, "; the client's base URL has one version too many in it");
    const kept = stored?.(exchange) ?? null;
    if (kept !== null) return kept;
    if (below !== path && below !== "/") {
      if (methods.has(method)) return passthrough(exchange);
      throw wrongMethod(method, path, [...methods].join(", "));
    }
    throw unknownUrl(exchange, posts.has(`/v1${path}`) ? "; the client's base URL lacks the /v1" : "");
  };
