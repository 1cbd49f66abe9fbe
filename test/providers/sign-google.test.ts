import { afterEach, beforeEach, expect, test } from "bun:test";
import type { GoogleCredentials } from "../../src/config/provider-google.ts";
import { ProxyError } from "../../src/errors.ts";
import { createGoogleAuthorize, createGoogleTokens } from "../../src/providers/sign-google.ts";
import { makeFolder } from "../support/folder.ts";
import { account, startTokenServer, strangerKey, user, type TokenServer } from "../support/google.ts";
import { until } from "../support/until.ts";

let server: TokenServer;
let now = 0;
beforeEach(() => {
  server = startTokenServer();
  now = Date.now();
});
afterEach(() => server.stop());

const json = (value: unknown): GoogleCredentials => ({ kind: "json", json: JSON.stringify(value) });
const tokensOf = (credentials: GoogleCredentials) =>
  createGoogleTokens({ credentials, project: "a-project", send: server.send, nowMs: () => now });

const failureOf = async (promise: Promise<unknown>): Promise<ProxyError> => {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ProxyError)) throw new Error(`no ProxyError but ${String(thrown)}`);
  return thrown;
};

/** Sets variables of the environment, which only the library reads, for one piece of work. */
const withEnvironment = async (
  variables: Readonly<Record<string, string>>,
  work: () => Promise<void>,
): Promise<void> => {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
};

test("an upstream is given the token that the endpoint gave for the account's signed assertion", async () => {
  const upstream = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: (request) => new Response(request.headers.get("authorization")),
  });
  const authorize = createGoogleAuthorize({
    credentials: json(account),
    project: "a-project",
    send: server.send,
    nowMs: () => now,
  });
  const url = `http://127.0.0.1:${upstream.port}/v1/projects/a-project`;
  const headers = await authorize({ url, method: "POST", body: new Uint8Array() });
  const response = await fetch(url, { method: "POST", headers: Object.fromEntries(headers) });
  expect(await response.text()).toBe("Bearer token-1");
  await upstream.stop(true);
});

test("credentials in a file, of an account and of a user", async () => {
  using folder = makeFolder({ "account.json": JSON.stringify(account), "user.json": JSON.stringify(user) });
  expect(await tokensOf({ kind: "file", path: `${folder.path}/account.json` })()).toBe("token-1");
  expect(await tokensOf({ kind: "file", path: `${folder.path}/user.json` })()).toBe("token-2");
});

test("the default credentials are those of GOOGLE_APPLICATION_CREDENTIALS", async () => {
  using folder = makeFolder({ "user.json": JSON.stringify(user) });
  await withEnvironment({ GOOGLE_APPLICATION_CREDENTIALS: `${folder.path}/user.json` }, async () => {
    expect(await tokensOf({ kind: "default" })()).toBe("token-1");
  });
});

test("the default credentials are those of the metadata server where there is no file", async () => {
  const seen: string[] = [];
  const metadata = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      seen.push(`${pathname} ${request.headers.get("metadata-flavor")}`);
      const headers = { "metadata-flavor": "Google" };
      return pathname.endsWith("/token")
        ? Response.json({ access_token: "from-metadata", expires_in: 3000, token_type: "Bearer" }, { headers })
        : new Response("ok", { headers });
    },
  });
  using folder = makeFolder();
  const variables = {
    GCE_METADATA_HOST: `127.0.0.1:${metadata.port}`,
    METADATA_SERVER_DETECTION: "assume-present",
    HOME: folder.path,
    APPDATA: folder.path,
    GOOGLE_APPLICATION_CREDENTIALS: "",
  };
  await withEnvironment(variables, async () => {
    const token = tokensOf({ kind: "default" });
    expect(await Promise.all([token(), token(), token()])).toEqual(["from-metadata", "from-metadata", "from-metadata"]);
  });
  expect(seen.filter((line) => line.includes("/token"))).toEqual([
    "/computeMetadata/v1/instance/service-accounts/default/token Google",
  ]);
  await metadata.stop(true);
});

/** Lives so shortly that the library, which has a clock of its own, renews it whenever it is asked. */
const shortLife = 280;

test("a token is kept until four minutes before it ends", async () => {
  server.state.lifeSeconds = shortLife;
  const token = tokensOf(json(account));
  expect(await Promise.all([token(), token(), token()])).toEqual(["token-1", "token-1", "token-1"]);
  now += (shortLife - 245) * 1000;
  expect(await token()).toBe("token-1");
  await Bun.sleep(50);
  expect(server.state.asked).toBe(1);
  now += 10_000;
  expect(await token()).toBe("token-1");
  await until(async () => (await token()) === "token-2");
});

test("a token that ends soon is renewed by one request, while all go on with the one there is", async () => {
  server.state.lifeSeconds = shortLife;
  server.state.delayMs = 30;
  const token = tokensOf(json(account));
  await token();
  now += 45_000;
  expect(await Promise.all([token(), token(), token()])).toEqual(["token-1", "token-1", "token-1"]);
  await until(async () => (await token()) === "token-2");
  expect(server.state).toMatchObject({ asked: 2, mostAtOnce: 1 });
});

test("a token that has ended is not used: all wait for one new one", async () => {
  server.state.lifeSeconds = shortLife;
  server.state.delayMs = 30;
  const token = tokensOf(json(account));
  await token();
  now += (shortLife - 5) * 1000;
  expect(await Promise.all([token(), token()])).toEqual(["token-2", "token-2"]);
  expect(server.state).toMatchObject({ asked: 2, mostAtOnce: 1 });
});

test("when renewing fails, the token that is still good goes on, with a pause between attempts", async () => {
  server.state.lifeSeconds = shortLife;
  const token = tokensOf(json(account));
  await token();
  server.state.status = 400;
  now += 45_000;
  expect(await token()).toBe("token-1");
  await Bun.sleep(50);
  const { asked } = server.state;
  expect(asked).toBe(2);
  for (let call = 0; call < 5; call += 1) expect(await token()).toBe("token-1");
  await Bun.sleep(50);
  expect(server.state.asked).toBe(asked);
  server.state.status = 200;
  now += 10_000;
  expect(await token()).toBe("token-1");
  await Bun.sleep(50);
  expect(await token()).toBe("token-3");
});

const secrets = [account.private_key, strangerKey, user.client_secret, user.refresh_token, "PRIVATE KEY", "eyJ"];

test.each<readonly [string, GoogleCredentials, string]>([
  ["a key the endpoint does not know", json({ ...account, private_key: strangerKey }), "Invalid JWT Signature"],
  ["a key that is none", json({ ...account, private_key: "-----BEGIN PRIVATE KEY-----\nsecret\n" }), ""],
  ["a refused refresh token", json({ ...user, refresh_token: "another-secret" }), "invalid_grant"],
  ["credentials of no kind there is", json({ type: "unheard of" }), ""],
  ["no JSON", { kind: "json", json: "refresh-token-1" }, "the credentials are not valid JSON"],
  ["no file", { kind: "file", path: "/nowhere/at/all.json" }, "/nowhere/at/all.json"],
])("%s is an upstream_auth_error whose message and cause hold no secret", async (_, credentials, cause) => {
  const error = await failureOf(tokensOf(credentials)());
  expect(error.code).toBe("upstream_auth_error");
  expect(error.message).toBe("The provider's credentials gave no access token");
  const text = Bun.inspect(error.cause) + JSON.stringify(error.cause);
  expect(text).toContain(cause);
  for (const secret of [...secrets, "another-secret"]) expect(text).not.toContain(secret);
});

test("a token endpoint that is down is tried again by the library and is an upstream_auth_error in the end", async () => {
  server.state.status = 503;
  const token = tokensOf(json(account));
  expect(await failureOf(token())).toMatchObject({ code: "upstream_auth_error" });
  server.state.status = 200;
  expect(await token()).toStartWith("token-");
});

test("what failed once is looked for anew: a file that came later is read", async () => {
  using folder = makeFolder();
  const token = tokensOf({ kind: "file", path: `${folder.path}/late.json` });
  await failureOf(token());
  await Bun.write(`${folder.path}/late.json`, JSON.stringify(account));
  expect(await token()).toBe("token-1");
});
