import type { AuthClient, GoogleAuthOptions } from "google-auth-library";
import type { GoogleCredentials } from "../config/provider-google.ts";
import { ProxyError } from "../errors.ts";
import type { Authorize } from "./authorize.ts";
import type { Send } from "./send.ts";

export interface GoogleSigning {
  readonly credentials: GoogleCredentials;
  /** Known beforehand, so that the library does not look for it, for which it would run `gcloud`. */
  readonly project: string;
  /** Reaches the token endpoint; the metadata server alone is asked past it. */
  readonly send: Send;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** A token is replaced this long before it ends; the metadata server gives no new one earlier than five minutes before. */
const renewBeforeMs = 240_000;
/** It is not used in its last moments, when it could end on its way. */
const spareMs = 10_000;
/** After a failure a token that is still good is used for so long before the next attempt. */
const pauseMs = 10_000;
const answerTimeoutMs = 10_000;
const scope = "https://www.googleapis.com/auth/cloud-platform";

interface Token {
  readonly text: string;
  readonly endsAt: number;
}

const reasonOf = (thrown: unknown): string => {
  // The parser's message may quote the credentials.
  if (thrown instanceof SyntaxError) return "the credentials are not valid JSON";
  return thrown instanceof Error ? thrown.message : "unknown failure";
};

const noToken = (thrown: unknown): ProxyError =>
  new ProxyError("upstream_auth_error", "The provider's credentials gave no access token", {
    // The library's own error holds the request, and with it the assertion.
    cause: new Error(reasonOf(thrown)),
  });

const toTransport = (send: Send) => ({
  fetchImplementation: Object.assign(
    (input: string | URL | Request, init: BunFetchRequestInit | RequestInit = {}) =>
      send(input instanceof Request ? input.url : String(input), {
        method: init.method ?? "GET",
        headers: init.headers ?? {},
        body: init.body ?? null,
        signal: init.signal ?? null,
        redirect: "error",
      }),
    { preconnect: () => {} },
  ),
  timeout: answerTimeoutMs,
});

const toSource = (credentials: GoogleCredentials): GoogleAuthOptions => {
  if (credentials.kind === "default") return {};
  return credentials.kind === "file"
    ? { keyFilename: credentials.path }
    : { credentials: JSON.parse(credentials.json) };
};

const createClient = async ({ credentials, project, send }: GoogleSigning): Promise<AuthClient> => {
  // 90 ms and 200 KB of code that only a provider on Vertex needs.
  const { GoogleAuth } = await import("google-auth-library");
  const auth = new GoogleAuth({
    ...toSource(credentials),
    scopes: scope,
    projectId: project,
    clientOptions: { transporterOptions: toTransport(send) },
  });
  return auth.getClient();
};

/**
 * Gives access tokens for Google's APIs, one kept and shared by all requests.
 *
 * It is renewed four minutes before it ends, by one request at a time, while those that come meanwhile go on with the one
 * there is; only without a usable one do they wait. The credentials may be of any kind the library knows: a service
 * account, a user's of `gcloud`, a federated identity, an impersonated account, the metadata server.
 *
 * @throws {ProxyError} `upstream_auth_error` - there are no credentials, or they were refused; its cause says why, without them
 * @see npm `google-auth-library` 10.9.1; https://cloud.google.com/docs/authentication/application-default-credentials (read 2026-11-22)
 */
export const createGoogleTokens = (signing: GoogleSigning): (() => Promise<string>) => {
  const { nowMs } = signing;
  let client: Promise<AuthClient> | null = null;
  let token: Token | null = null;
  let renewal: Promise<Token> | null = null;
  let notBefore = 0;

  const fetchToken = async (): Promise<Token> => {
    client ??= createClient(signing);
    try {
      const known = await client;
      const { token: text } = await known.getAccessToken();
      if (typeof text !== "string" || text === "") throw new Error("the answer holds no access token");
      return { text, endsAt: known.credentials.expiry_date ?? nowMs() + 2 * renewBeforeMs };
    } catch (thrown) {
      // What was wrong may be mended in the environment, such as a file that was not there yet.
      client = null;
      throw noToken(thrown);
    }
  };

  const renew = (): Promise<Token> => {
    renewal ??= fetchToken()
      .then(
        (fresh) => {
          token = fresh;
          return fresh;
        },
        (thrown: unknown) => {
          notBefore = nowMs() + pauseMs;
          throw thrown;
        },
      )
      .finally(() => {
        renewal = null;
      });
    return renewal;
  };

  return async () => {
    const now = nowMs();
    if (token === null || now >= token.endsAt - spareMs) return (await renew()).text;
    if (now >= token.endsAt - renewBeforeMs && now >= notBefore) void renew().catch(() => {});
    return token.text;
  };
};

/** Makes what authorizes requests to Vertex AI: a bearer token, whatever the request is. */
export const createGoogleAuthorize = (signing: GoogleSigning): Authorize => {
  const accessToken = createGoogleTokens(signing);
  return async () => [["authorization", `Bearer ${await accessToken()}`]];
};
