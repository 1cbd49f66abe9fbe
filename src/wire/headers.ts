/** Hop-by-hop names, which end at each connection, whatever they say (RFC 9110 section 7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
] as const;

/**
 * Reply headers that would be wrong or harmful under our name: cookies and promises of the upstream's host, its
 * CORS choices (ours are in the config), and headers in which a gateway was seen to hand back a key.
 */
const denied: ReadonlySet<string> = new Set([
  ...hopByHop,
  "set-cookie",
  "alt-svc",
  "strict-transport-security",
  "server",
  "nel",
  "report-to",
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-expose-headers",
  "access-control-max-age",
  "authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  // Ours to tell, or not to.
  "x-request-cost",
  "x-tokens-input",
  "x-tokens-output",
  "x-qlite-usage",
  "x-qlite-explain",
]);

const allowed = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "anthropic-beta",
  "anthropic-version",
  "content-encoding",
  "content-type",
  "idempotency-key",
  "openai-beta",
  "range",
  "traceparent",
  "tracestate",
  "user-agent",
  "x-client-request-id",
]);

/**
 * What belongs to a client's own key; it passes only to a provider told to take that. The key itself is set anew, in the
 * provider's scheme (`client-key.ts`).
 */
const credentials = new Set(["openai-organization", "openai-project"]);

/** Decides whether a request header may pass; names come in lower case. */
export type HeaderRule = (name: string) => boolean;

/**
 * Makes the rule for one provider: SDK and tracing headers pass, and what the config names; all else stays here.
 *
 * `refused` stay here even so: an SDK sends them, and the provider has another way to say it.
 * A name asked for twice is answered from a map of at most 256 names, so that inventing names cannot grow it.
 */
export const createHeaderRule = (
  extra: readonly string[],
  forwardClientKey: boolean,
  refused: readonly string[] = [],
): HeaderRule => {
  const named = new Set(extra.map((name) => name.toLowerCase()));
  const known = new Map<string, boolean>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const passes =
      (allowed.has(name) && !refused.includes(name)) ||
      name.startsWith("x-stainless-") ||
      named.has(name) ||
      (forwardClientKey && credentials.has(name));
    if (known.size < 256) known.set(name, passes);
    return passes;
  };
};

/** Headers as a plain object: names in lower case, several values joined. One call for what would be one a name. */
export type HeaderFields = Readonly<Record<string, string | undefined>>;

const dropNamedByConnection = (headers: Headers, connection: string | undefined): void => {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return;
  for (const name of connection.split(",")) {
    const trimmed = name.trim();
    // The name comes from the other side: `delete` throws on one that is no header name.
    if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(trimmed)) headers.delete(trimmed);
  }
};

/**
 * Gives the headers to send upstream: a copy of the client's without what the rule refuses.
 *
 * Copying natively and deleting takes about 2 us for 19 headers, building a new set by hand 3.5 to 5 us
 * (`bench/micro/headers.ts`). `content-length` is left to the transport.
 */
export const toUpstreamHeaders = (client: Headers, passes: HeaderRule): Headers => {
  const headers = new Headers(client);
  const fields = client.toJSON();
  for (const name in fields) if (!passes(name)) headers.delete(name);
  dropNamedByConnection(headers, fields["connection"]);
  return headers;
};

/**
 * Takes the denied headers out of an upstream's reply, in place, for the reply is ours to change; gives them all as
 * they were.
 */
export const stripReplyHeaders = (headers: Headers): HeaderFields => {
  const fields: HeaderFields = headers.toJSON();
  for (const name in fields) if (denied.has(name)) headers.delete(name);
  dropNamedByConnection(headers, fields["connection"]);
  return fields;
};
