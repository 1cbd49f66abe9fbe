// Checks a signature of AWS as its specification says, without the library under test.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-22).
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export interface SignedRequest {
  readonly method: string;
  /** As it stood in the request line, still encoded. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac("sha256", key).update(data).digest();

const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalQuery = (query: string): string =>
  query === ""
    ? ""
    : query
        .split("&")
        .map((pair) => {
          const [key = "", value = ""] = pair.split("=", 2);
          return `${encode(decodeURIComponent(key))}=${encode(decodeURIComponent(value))}`;
        })
        .sort()
        .join("&");

/** The signature a request of this shape must carry. */
export const signatureOf = (
  { method, target, headers, body }: SignedRequest,
  {
    secret,
    day,
    region,
    service,
    signed,
  }: {
    readonly secret: string;
    readonly day: string;
    readonly region: string;
    readonly service: string;
    readonly signed: readonly string[];
  },
): string => {
  const [path = "/", query = ""] = target.split("?", 2);
  const canonical = [
    method,
    // Every segment is encoded once more than it was sent, for every service but S3.
    path.split("/").map(encode).join("/"),
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${(headers.get(name) ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    signed.join(";"),
    sha256(body),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", headers.get("x-amz-date"), scope, sha256(canonical)].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), "aws4_request");
  return hmac(key, toSign).toString("hex");
};

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/** Says what is wrong with a signed request, null when nothing is. */
export const checkSignature = (
  request: SignedRequest,
  known: {
    readonly id: string;
    readonly secret: string;
    readonly token: string | null;
    readonly region: string;
    readonly service: string;
  },
  nowMs: number,
): string | null => {
  const { headers } = request;
  const [, id, day = "", region, service, names = "", given = ""] = form.exec(headers.get("authorization") ?? "") ?? [];
  if (id === undefined) return "no signature";
  const date = headers.get("x-amz-date") ?? "";
  const instant = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(instant - nowMs) <= 300_000)) return "the date is too far off";
  if (!date.startsWith(day)) return "the scope is of another day";
  if (id !== known.id) return "unknown access key";
  if (region !== known.region || service !== known.service) return "the scope is of another region or service";
  if (headers.get("x-amz-security-token") !== known.token) return "wrong session token";
  const signed = names.split(";");
  const must = ["host", ...[...headers.keys()].filter((name) => name.startsWith("x-amz-"))];
  if (must.some((name) => !signed.includes(name))) return "a header that must be signed is not";
  if (signed.join() !== signed.toSorted().join()) return "the signed headers are not in order";
  const right = signatureOf(request, { secret: known.secret, day, region, service, signed });
  return timingSafeEqual(Buffer.from(right), Buffer.from(given)) ? null : "the signature does not match";
};
