// What names the scope of a request, without a change in the client: its path, a header, its key.
import type { Target } from "../../wire/path.ts";
import { defaultScope, scopeKeyPrefix } from "./scopes.ts";

/** A request without the prefix of its scope. */
export interface Addressed {
  /** null where the request names none. */
  readonly scope: string | null;
  readonly path: string;
  readonly search: string;
}

const unescape = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Takes `/@name` from the front of a path. */
export const splitScope = ({ path, search }: Target): Addressed => {
  if (!path.startsWith("/@")) return { scope: null, path, search };
  const end = path.indexOf("/", 2);
  return end === -1
    ? { scope: unescape(path.slice(2)), path: "/", search }
    : { scope: unescape(path.slice(2, end)), path: path.slice(end), search };
};

const bearer = /^Bearer +(\S+)$/i;

/** The API key of a request, whichever way the clients of the dialects send it; null without one. */
export const keyOf = (headers: Headers, search: string): string | null => {
  const authorization = headers.get("authorization");
  const borne = authorization === null ? null : (bearer.exec(authorization)?.[1] ?? null);
  if (borne !== null) return borne;
  const named = headers.get("x-api-key") ?? headers.get("x-goog-api-key") ?? headers.get("api-key");
  if (named !== null) return named;
  const written = search === "" ? undefined : /[?&]key=([^&]*)/.exec(search)?.[1];
  return written === undefined ? null : unescape(written);
};

/** The name of a request's scope: from its path, else one of the headers, else its key `sk-qlite-name` where that counts. */
export const scopeOf = (
  addressed: Addressed,
  headers: Headers,
  scopeHeaders: readonly string[],
  countsKey = true,
): string => {
  if (addressed.scope !== null) return addressed.scope;
  for (const name of scopeHeaders) {
    const value = headers.get(name);
    if (value !== null && value !== "") return value;
  }
  if (!countsKey) return defaultScope;
  const key = keyOf(headers, addressed.search);
  return key !== null && key.startsWith(scopeKeyPrefix) && key.length > scopeKeyPrefix.length
    ? key.slice(scopeKeyPrefix.length)
    : defaultScope;
};
