import { timingSafeEqual } from "node:crypto";

const octets = String.raw`127(?:\.\d{1,3}){3}`;
const localAddress = new RegExp(`^(?:(?:::ffff:)?${octets}|::1)$`, "i");
const localHost = new RegExp(String.raw`^(?:(?:[a-z0-9-]+\.)*localhost\.?|${octets}|\[::1\])(?::\d{1,5})?$`, "i");

/** Tells whether an address is of this machine: 127.0.0.0/8 or ::1, also as a dual-stack socket writes them. */
export const isLoopback = (address: string): boolean => localAddress.test(address);

/** Tells whether a `Host`, with or without a port, can only mean this machine, whatever a name server says. */
export const isLocalHost = (host: string): boolean => localHost.test(host);

/** What a reverse proxy says of a request that is not its own. */
const traces = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "x-envoy-external-address",
];

const isOwnPage = (headers: Headers, host: string): boolean => {
  const origin = headers.get("origin")?.toLowerCase();
  const own = host.toLowerCase();
  if (origin !== undefined && origin !== `http://${own}` && origin !== `https://${own}`) return false;
  const site = headers.get("sec-fetch-site");
  return site === null || site === "same-origin" || site === "none";
};

/**
 * Tells why a request is not one of this machine's own, null when it is: the peer, a proxy between, a `Host` that is
 * another name (which a web page may have bound to 127.0.0.1), a web page of another origin.
 *
 * A proxy on this machine that adds no header is not seen.
 *
 * @see https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/ (read 2026-11-22)
 */
export const whyNotLocal = (address: string, headers: Headers): string | null => {
  if (!isLoopback(address)) return "it comes from another machine";
  const trace = traces.find((name) => headers.has(name));
  if (trace !== undefined) return `it comes through a proxy, as its ${trace} says`;
  const host = headers.get("host");
  if (host === null || !isLocalHost(host)) return "its Host is not a name of this machine, such as localhost";
  return isOwnPage(headers, host) ? null : "it comes from a web page of another site";
};

const digestOf = (text: string): Uint8Array => new Bun.CryptoHasher("sha256").update(text).digest();

/**
 * Makes the test whether an `Authorization` header carries this key as a bearer token; two values are none.
 *
 * The time it takes tells nothing of the key: digests are compared, all bytes of them.
 */
export const createBearerCheck = (key: string): ((authorization: string | null) => boolean) => {
  const wanted = digestOf(key);
  return (authorization) => {
    const given = authorization === null ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    return given !== undefined && timingSafeEqual(digestOf(given), wanted);
  };
};
