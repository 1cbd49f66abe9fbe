import type { ServerConfig } from "../config/schema.ts";
import { replyWhole, type Stage } from "../pipeline.ts";

type Cors = NonNullable<ServerConfig["cors"]>;

/** What a page may read of a reply beside the few headers the fetch standard grants. */
const exposed = [
  "x-request-id",
  "x-upstream-request-id",
  "x-should-retry",
  "retry-after",
  "retry-after-ms",
  "openai-processing-ms",
  "openai-version",
  "openai-organization",
  "x-qlite-source",
  "x-qlite-dropped",
  "x-qlite-usage",
  "x-provider",
  "x-tokens-input",
  "x-tokens-output",
  "x-request-cost",
  "x-cache",
  "server-timing",
  ...["limit", "remaining", "reset"].flatMap((kind) => [`x-ratelimit-${kind}-requests`, `x-ratelimit-${kind}-tokens`]),
].join(", ");

/**
 * Lets pages of the named origins call from a browser.
 *
 * A preflight is granted the headers it asks for, because browser SDKs send a growing family of them (`x-stainless-*`).
 * Cookies are never asked for, so no credentials are allowed. Without this stage no CORS header is sent at all.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export const createCors = ({ origins, maxAgeMs }: Cors): Stage => {
  const anyone = origins.includes("*");
  const named = new Set(origins);
  return (next) => (exchange) => {
    const { headers } = exchange.request;
    const origin = headers.get("origin");
    if (!anyone) exchange.replyHeaders.push(["vary", "origin"]);
    if (origin === null || !(anyone || named.has(origin.toLowerCase()))) return next(exchange);
    exchange.replyHeaders.push(
      ["access-control-allow-origin", anyone ? "*" : origin],
      ["access-control-expose-headers", exposed],
    );
    const method = headers.get("access-control-request-method");
    if (exchange.method !== "OPTIONS" || method === null) return next(exchange);
    const wanted = headers.get("access-control-request-headers");
    return replyWhole(exchange, null, {
      status: 204,
      headers: {
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, HEAD",
        "access-control-max-age": String(Math.floor(maxAgeMs / 1000)),
        ...(wanted === null ? {} : { "access-control-allow-headers": wanted }),
      },
    });
  };
};
