import { ProxyError } from "../errors.ts";
import type { Handler } from "../pipeline.ts";
import { toGeminiCall, type GeminiCall } from "../wire/gemini-path.ts";

export interface Endpoints {
  /** Paths of the OpenAI and Anthropic APIs that are answered by a handler of their own, all by POST. */
  readonly posts: ReadonlyMap<string, Handler>;
  /** The handler for a method of a Gemini model; null for one that is only passed on. */
  readonly gemini: (call: GeminiCall) => Handler | null;
  readonly models: Handler;
  /** Everything else below /v1 and /v1beta. */
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

const isBelow = (path: string, root: string): boolean => path.startsWith(root) && path.length > root.length;

/**
 * Picks the handler by path and method.
 *
 * @throws {ProxyError} `method_not_allowed` with an `allow` header, `unknown_url`
 */
export const createEndpoints =
  ({ posts, gemini, models, passthrough }: Endpoints): Handler =>
  (exchange) => {
    const { method, path } = exchange;
    const post = posts.get(path);
    if (post !== undefined) {
      if (method === "POST") return post(exchange);
      throw wrongMethod(method, path, "POST");
    }
    const call = toGeminiCall(path);
    const answer = call === null ? null : gemini(call);
    if (answer !== null) {
      if (method === "POST") return answer(exchange);
      throw wrongMethod(method, path, "POST");
    }
    for (const list of ["/v1/models", "/v1beta/models"]) {
      if (call !== null || (path !== list && !path.startsWith(`${list}/`))) continue;
      if (method === "GET" || method === "HEAD") return models(exchange);
      if (method === "DELETE" && path !== list) return passthrough(exchange);
      throw wrongMethod(method, path, path === list ? "GET" : "GET, DELETE");
    }
    if (isBelow(path, "/v1/") || isBelow(path, "/v1beta/")) {
      if (methods.has(method)) return passthrough(exchange);
      throw wrongMethod(method, path, [...methods].join(", "));
    }
    throw new ProxyError("unknown_url", `There is nothing at ${method} ${path.slice(0, 200)}`);
  };
