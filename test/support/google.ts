// A token endpoint as Google's: it checks the assertion of a service account by its public key.
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import type { Send } from "../../src/providers/send.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

export const account = {
  type: "service_account",
  project_id: "a-project",
  private_key_id: "key-1",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  client_email: "qlite@a-project.iam.gserviceaccount.com",
  token_uri: "https://oauth2.googleapis.com/token",
};

/** Of another key than the endpoint knows. */
export const strangerKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});

export const user = {
  type: "authorized_user",
  client_id: "client-1",
  client_secret: "client-secret-1",
  refresh_token: "refresh-token-1",
};

const parsePart = (part: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(part, "base64url").toString());

/** Says what is wrong with an assertion, null when nothing is. */
const checkAssertion = (assertion: string): string | null => {
  const [head = "", claims = "", signature = ""] = assertion.split(".");
  const isSigned = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${claims}`),
    createPublicKey(publicKey.export({ type: "spki", format: "pem" })),
    Buffer.from(signature, "base64url"),
  );
  if (!isSigned) return "Invalid JWT Signature.";
  const { alg } = parsePart(head);
  const { iss, aud, scope, iat, exp } = parsePart(claims);
  const nowSeconds = Date.now() / 1000;
  if (alg !== "RS256") return "wrong algorithm";
  if (iss !== account.client_email) return "wrong issuer";
  if (aud !== account.token_uri) return "wrong audience";
  if (scope !== "https://www.googleapis.com/auth/cloud-platform") return "wrong scope";
  const isNow = Number(iat) <= nowSeconds + 10 && Number(exp) > nowSeconds && Number(exp) - Number(iat) <= 3600;
  return isNow ? null : "wrong times";
};

export interface TokenServer {
  /** Sends what goes to Google's token endpoint here, over a socket; refuses any other address. */
  readonly send: Send;
  /** What it did so far, and how it behaves from now on. */
  readonly state: {
    asked: number;
    atOnce: number;
    mostAtOnce: number;
    status: number;
    lifeSeconds: number;
    delayMs: number;
  };
  readonly stop: () => Promise<void>;
}

/** Starts the endpoint; its tokens are `token-1`, `token-2`, ... */
export const startTokenServer = (): TokenServer => {
  const state: TokenServer["state"] = {
    asked: 0,
    atOnce: 0,
    mostAtOnce: 0,
    status: 200,
    lifeSeconds: 3600,
    delayMs: 0,
  };
  const answer = async (request: Request): Promise<Response> => {
    const form = new URLSearchParams(await request.text());
    if (state.status !== 200) return Response.json({ error: "internal_failure" }, { status: state.status });
    const isUser = form.get("grant_type") === "refresh_token";
    const wrong = isUser
      ? form.get("refresh_token") === user.refresh_token && form.get("client_secret") === user.client_secret
        ? null
        : "Bad Request"
      : checkAssertion(form.get("assertion") ?? "");
    if (wrong !== null) return Response.json({ error: "invalid_grant", error_description: wrong }, { status: 400 });
    return Response.json({ access_token: `token-${state.asked}`, expires_in: state.lifeSeconds, token_type: "Bearer" });
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: async (request) => {
      state.asked += 1;
      state.atOnce += 1;
      state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce);
      await Bun.sleep(state.delayMs);
      const response = await answer(request);
      state.atOnce -= 1;
      return response;
    },
  });
  return {
    send: (url, init) => {
      if (url !== account.token_uri) throw new Error(`not the token endpoint: ${url}`);
      return fetch(`http://127.0.0.1:${server.port}/token`, init);
    },
    state,
    stop: () => server.stop(true),
  };
};
