import { ProxyError } from "../errors.ts";
import type { Handler } from "../pipeline.ts";

interface Endpoints {
  /** A JSON body that names a model. */
  readonly call: Handler;
  readonly models: Handler;
  /** Everything else below /v1. */
  readonly passthrough: Handler;
}

/** Endpoints found by the model in their JSON body (`openai` 7.57.0, `resources/`). */
const calls = new Set([
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/responses",
  "/v1/responses/compact",
  "/v1/responses/input_tokens",
  "/v1/moderations",
  "/v1/images/generations",
  "/v1/audio/speech",
]);

const wrongMethod = (method: string, path: string, allow: string): ProxyError =>
  new ProxyError("method_not_allowed", `${path} answers ${allow}, not ${method}`, { headers: { allow } });

const methods = new Set(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD"]);

/**
 * Picks the handler by path and method.
 *
 * @throws {ProxyError} `method_not_allowed` with an `allow` header, `unknown_url`
 */
export const createEndpoints =
  ({ call, models, passthrough }: Endpoints): Handler =>
  (exchange) => {
    const { method, path } = exchange;
    if (calls.has(path)) {
      if (method === "POST") return call(exchange);
      throw wrongMethod(method, path, "POST");
    }
    if (path === "/v1/models" || path.startsWith("/v1/models/")) {
      if (method === "GET" || method === "HEAD") return models(exchange);
      if (method === "DELETE" && path !== "/v1/models") return passthrough(exchange);
      throw wrongMethod(method, path, path === "/v1/models" ? "GET" : "GET, DELETE");
    }
    if (path.startsWith("/v1/") && path !== "/v1/") {
      if (methods.has(method)) return passthrough(exchange);
      throw wrongMethod(method, path, [...methods].join(", "));
    }
    throw new ProxyError("unknown_url", `There is nothing at ${method} ${path.slice(0, 200)}`);
  };
