import { ProxyError } from "../errors.ts";
import type { Exchange, Handler } from "../pipeline.ts";
import type { Provider } from "../providers/provider.ts";
import type { Registry } from "../routing/registry.ts";
import { checkLength, limitBody } from "../wire/body.ts";
import { withoutVersion } from "../wire/gemini-path.ts";
import { isEscaping, withoutKey } from "../wire/path.ts";
import type { Dispatch, Outgoing } from "./dispatch.ts";
import { findProvider } from "./receive.ts";

interface UploadLimits {
  /** The largest body, in bytes. */
  readonly maxUploadBytes: number;
  /** How many milliseconds a client may let pass between two chunks; null for no limit. */
  readonly readTimeoutMs: number | null;
}

const toUpload = (exchange: Exchange, limits: UploadLimits): Pick<Outgoing, "body" | "length" | "failed"> => {
  const { request, wait } = exchange;
  checkLength(request.headers, limits.maxUploadBytes);
  const length = request.headers.get("content-length");
  if (request.body === null || length === "0") return { body: null, length: null };
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const late = (): void =>
    fail(new ProxyError("request_timeout", `No byte of the request body came for ${limits.readTimeoutMs} ms`));
  const body = limitBody(request.body, limits.maxUploadBytes, {
    pull: () => {
      wait.since = 0;
      wait.limitMs = limits.readTimeoutMs ?? Infinity;
      wait.expired = late;
    },
    // The upstream may now take as long as it may for a head.
    chunk: () => exchange.sending?.awaitHead(exchange),
    exceeded: fail,
  });
  return { body, length, failed };
};

/** Gemini's own paths lie beside its OpenAI dialect, below the same base URL. */
const toAddress = ({ path, search, dialect }: Exchange, provider: Provider): Pick<Outgoing, "url" | "credential"> => {
  if (dialect !== "gemini") {
    return {
      url: provider.endpointOf(path.slice("/v1".length), withoutKey(search), null),
      credential: provider.endpointCredential,
    };
  }
  return {
    url: `${provider.baseUrl}${withoutVersion(path)}${withoutKey(search)}`,
    credential: provider.credential,
  };
};

/**
 * Passes any other path of the API on, its body streamed both ways: files, images, audio, batches, whatever comes next.
 *
 * @throws {ProxyError} `invalid_request` - a path that could leave the provider's base URL
 * @throws {ProxyError} `unsupported_feature` - the provider answers calls of its models alone
 * @throws {ProxyError} `unknown_provider`, `request_too_large`, `request_timeout`
 */
export const createPassthrough =
  (registry: Registry, dispatch: Dispatch, limits: UploadLimits): Handler =>
  (exchange) => {
    if (isEscaping(exchange.path)) {
      throw new ProxyError("invalid_request", "The path must hold no dot segments, backslashes or empty segments");
    }
    const provider = findProvider(exchange, registry);
    if (provider.endpointDialects.length === 0) {
      throw new ProxyError("unsupported_feature", `There is no ${exchange.path.slice(0, 200)} at this provider`);
    }
    return dispatch(exchange, provider, { ...toAddress(exchange, provider), ...toUpload(exchange, limits) });
  };
