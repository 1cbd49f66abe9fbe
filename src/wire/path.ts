/** A request target without scheme and host; those come from the client and decide nothing. */
export interface Target {
  /** Begins with `/`, still percent-encoded. */
  readonly path: string;
  /** The query with its `?`, or the empty string. */
  readonly search: string;
}

/** Splits a request URL; an HTTP/1.0 request without a host comes as a bare path from Bun 1.4.5. */
export const splitUrl = (url: string): Target => {
  const scheme = url.startsWith("/") ? -1 : url.indexOf("://");
  const from = scheme === -1 ? 0 : url.indexOf("/", scheme + 3);
  if (from === -1) return { path: "/", search: "" };
  const query = url.indexOf("?", from);
  const fragment = url.indexOf("#", from);
  const end = fragment === -1 ? url.length : fragment;
  return query === -1 || query > end
    ? { path: url.slice(from, end), search: "" }
    : { path: url.slice(from, query), search: url.slice(query, end) };
};

/** Gives a query without the key that a client of Gemini's may have put into it: no key goes on in an address. */
export const withoutKey = (search: string): string => {
  if (!/[?&]key=/i.test(search)) return search;
  const kept = search
    .slice(1)
    .split("&")
    .filter((field) => !/^key(?:=|$)/i.test(field));
  return kept.length === 0 ? "" : `?${kept.join("&")}`;
};

// A slash may be percent-encoded too: our parser leaves it, but the upstream may decode it.
const dotSegment = /(?:^|\/|%2f)(?:\.|%2e){1,2}(?:\/|%2f|$)/i;

/**
 * Tells whether a path could leave the provider's base URL once a URL parser has read it: dot segments also when
 * percent-encoded, backslashes, empty segments.
 *
 * @see https://url.spec.whatwg.org/#double-dot-path-segment
 */
export const isEscaping = (path: string): boolean =>
  path.includes("\\") || path.includes("//") || dotSegment.test(path) || /%5c/i.test(path);
