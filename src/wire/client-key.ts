/** How a key is sent: as `Authorization: Bearer <key>`, or as a header of that name. */
export type KeyScheme = "bearer" | "x-api-key" | "x-goog-api-key" | "api-key";

const keyHeaders = ["x-api-key", "x-goog-api-key", "api-key"] as const;

/** What fits into a header and could be a key. */
const isKey = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

const bearerOf = (authorization: string | null): string | null =>
  authorization === null ? null : (/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? null);

/** The key in a query, as the REST examples of Gemini have it. */
const keyOfSearch = (search: string): string | null => {
  const written = /[?&]key=([^&]*)/i.exec(search)?.[1];
  if (written === undefined) return null;
  try {
    return decodeURIComponent(written);
  } catch {
    return null;
  }
};

/**
 * An access token is no API key, so no service takes it in the header for those; all of them take it as a bearer: OAuth of
 * Anthropic and of Google, a signed token of Entra ID for Azure.
 */
const isToken = (key: string): boolean => /^(?:sk-ant-oat|ya29\.|eyJ[\w-]+\.[\w-]+\.)/.test(key);

/**
 * Gives the header that carries a client's own key in the provider's scheme, whichever way the key came; null without one.
 *
 * A header that already is of the scheme goes as it stands. Else the first key counts that is found in `authorization`,
 * `x-api-key`, `x-goog-api-key`, `api-key` and the query's `key`; an access token stays a bearer.
 *
 * @see `openai` 7.57.0, `azure.js` (api-key, bearer for tokens); `@anthropic-ai/sdk` 1.12.0, `client.js` (x-api-key, bearer
 * for `authToken`); `@google/genai` 3.1.0, `_web_auth.js` (x-goog-api-key); https://ai.google.dev/api (`?key=`, read 2026-11-22)
 */
export const toKeyHeader = (
  scheme: KeyScheme,
  client: Headers,
  search: string,
): readonly [name: string, value: string] | null => {
  const name = scheme === "bearer" ? "authorization" : scheme;
  const own = client.get(name);
  if (own !== null && own !== "") return [name, own];
  const found = [
    bearerOf(client.get("authorization")),
    ...keyHeaders.map((header) => client.get(header)),
    keyOfSearch(search),
  ].find((key) => key !== null && isKey(key));
  if (found === undefined || found === null) return null;
  return scheme === "bearer" || isToken(found) ? ["authorization", `Bearer ${found}`] : [scheme, found];
};
