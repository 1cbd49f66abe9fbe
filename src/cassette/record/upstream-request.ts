import type { Asked } from "../../mock/asked.ts";

const scopeKey = /^(?:Bearer\s+)?sk-qlite-/i;
const keyHeaders = ["authorization", "x-api-key", "x-goog-api-key", "api-key"] as const;
/** Those of the connection to the mock, and the mock's own. */
const isOfTheMock = (name: string): boolean =>
  name === "host" || name === "content-length" || name === "transfer-encoding" || name.startsWith("x-qlite-");

const withoutScopeKey = (query: string): string =>
  query
    .split("&")
    .filter((field) => !/^key=sk-qlite-/i.test(field))
    .join("&");

/**
 * The request that goes to a provider: of the same body, without what is meant for the mock, and asking for no packing.
 *
 * `signal` is not the client's: an answer is recorded whole, also when its client has left.
 */
export const toUpstreamRequest = async (
  { method, path, query, body }: Asked,
  request: Request,
  signal: AbortSignal,
): Promise<Request> => {
  const headers = new Headers(request.headers);
  for (const name of Object.keys(headers.toJSON())) if (isOfTheMock(name)) headers.delete(name);
  for (const name of keyHeaders) if (scopeKey.test(headers.get(name) ?? "")) headers.delete(name);
  headers.set("accept-encoding", "identity");
  const bytes = request.bodyUsed ? JSON.stringify(body) : await request.bytes();
  const search = withoutScopeKey(query);
  const url = `http://localhost${path}${search === "" ? "" : `?${search}`}`;
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(url, { method, headers, signal, ...(hasBody ? { body: bytes } : {}) });
};
