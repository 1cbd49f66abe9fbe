import { afterAll, expect, test } from "bun:test";
import { bedrockBaseUrl, toAwsCredentials, toAwsRegion } from "../../src/config/provider-aws.ts";
import { bedrockCountUrl, bedrockUrl } from "../../src/providers/bedrock-url.ts";
import { createAwsAuthorize } from "../../src/providers/sign-aws.ts";
import { checkSignature, signatureOf, type SignedRequest } from "../support/sigv4.ts";

const noSettings = {
  apiKey: null,
  accessKeyId: null,
  secretAccessKey: null,
  sessionToken: null,
  profile: null,
  asksDefault: false,
};
const encoder = new TextEncoder();

// Of the official test suite (aws-sig-v4-test-suite): its key, its instant, its session token.
const suite = { id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const suiteInstant = Date.UTC(2015, 7, 30, 12, 36, 0);
const suiteToken =
  "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly token: string | null;
  readonly signature: string;
}

const vectors: readonly Vector[] = [
  {
    name: "get-vanilla",
    method: "GET",
    target: "/",
    token: null,
    signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  },
  {
    name: "get-unreserved",
    method: "GET",
    target: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    token: null,
    signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  },
  {
    name: "get-vanilla-query-order-key-case",
    method: "GET",
    target: "/?Param2=value2&Param1=value1",
    token: null,
    signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  },
  {
    name: "post-vanilla",
    method: "POST",
    target: "/",
    token: null,
    signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  },
  {
    name: "post-sts-header-before",
    method: "POST",
    target: "/",
    token: suiteToken,
    signature: "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
  },
];

test.each(vectors)(
  "the official vector $name: the signer and the verifier of this test both find its signature",
  async (vector) => {
    const { method, target, token, signature } = vector;
    const authorize = createAwsAuthorize({
      credentials: { kind: "keys", accessKeyId: suite.id, secretAccessKey: suite.secret, sessionToken: token },
      region: "us-east-1",
      service: "service",
      nowMs: () => suiteInstant,
    });
    const headers = await authorize({ url: `https://example.amazonaws.com${target}`, method, body: new Uint8Array() });
    const signed = token === null ? ["host", "x-amz-date"] : ["host", "x-amz-date", "x-amz-security-token"];
    expect(Object.fromEntries(headers)).toEqual({
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
        `SignedHeaders=${signed.join(";")}, Signature=${signature}`,
      "x-amz-date": "20150830T123600Z",
      ...(token === null ? {} : { "x-amz-security-token": token }),
    });
    const request: SignedRequest = {
      method,
      target,
      headers: new Headers([
        ["host", "example.amazonaws.com"],
        ...headers.map(([name, value]): [string, string] => [name, value]),
      ]),
      body: new Uint8Array(),
    };
    const scope = { secret: suite.secret, day: "20150830", region: "us-east-1", service: "service", signed };
    expect(signatureOf(request, scope)).toBe(signature);
  },
);

const known = {
  id: "AKIDLOCAL",
  secret: "a/secret+of=ours",
  token: "a/session+token==",
  region: "eu-west-1",
  service: "bedrock",
};

/** An upstream that answers only what is signed rightly, as AWS does. */
const upstream = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  development: false,
  fetch: async (request) => {
    const { pathname, search } = new URL(request.url);
    const wrong = checkSignature(
      {
        method: request.method,
        target: pathname + search,
        headers: request.headers,
        body: new Uint8Array(await request.arrayBuffer()),
      },
      known,
      Date.now(),
    );
    return wrong === null ? Response.json({ path: pathname }) : Response.json({ message: wrong }, { status: 403 });
  },
});
afterAll(() => upstream.stop(true));

const base = `http://127.0.0.1:${upstream.port}`;
const models = [
  "anthropic.claude-opus-4-8-20260901-v1:0",
  "us.amazon.nova-2-lite-v1:0",
  "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3",
  "a name (with) 'every' *sign*! ü/?#%41",
];

interface Change {
  readonly keys?: Partial<{ accessKeyId: string; secretAccessKey: string; sessionToken: string | null }>;
  readonly region?: string;
  readonly nowMs?: () => number;
  readonly sent?: string;
  readonly extra?: Readonly<Record<string, string>>;
}

const call = async (url: string, change: Change = {}): Promise<Response> => {
  const authorize = createAwsAuthorize({
    credentials: {
      kind: "keys",
      accessKeyId: known.id,
      secretAccessKey: known.secret,
      sessionToken: known.token,
      ...change.keys,
    },
    region: change.region ?? known.region,
    service: "bedrock",
    nowMs: change.nowMs ?? Date.now,
  });
  const body = encoder.encode('{"messages":[{"role":"user","content":[{"text":"Grüße 😀"}]}]}');
  const headers = await authorize({ url, method: "POST", body });
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...change.extra, ...Object.fromEntries(headers) },
    body: change.sent ?? body,
  });
};

test.each(models.flatMap((model) => [false, true].map((stream) => [model, stream] as const)))(
  "a server that checks the signature takes a call of %s (stream: %p)",
  async (model, stream) => {
    const response = await call(bedrockUrl(base, model, stream), { extra: { accept: "*/*", "x-request-id": "r1" } });
    expect(await response.json()).toEqual({
      path: new URL(bedrockUrl(base, model, stream)).pathname,
    });
    expect(response.status).toBe(200);
  },
);

test.each<readonly [string, Change, string]>([
  ["a wrong secret", { keys: { secretAccessKey: "another" } }, "the signature does not match"],
  ["a wrong key id", { keys: { accessKeyId: "AKIDOTHER" } }, "unknown access key"],
  ["no session token", { keys: { sessionToken: null } }, "wrong session token"],
  ["a body that was changed", { sent: "{}" }, "the signature does not match"],
  ["another region", { region: "us-east-1" }, "the scope is of another region or service"],
  ["a clock that is an hour late", { nowMs: () => Date.now() - 3_600_000 }, "the date is too far off"],
])("the server of these tests refuses %s", async (_, change, message) => {
  const response = await call(bedrockUrl(base, "amazon.nova-pro-v1:0", false), change);
  expect(await response.json()).toEqual({ message });
});

test("a signer goes on over midnight with the key of the new day", async () => {
  let now = Date.UTC(2026, 10, 22, 23, 59, 59);
  const authorize = createAwsAuthorize({
    credentials: { kind: "keys", accessKeyId: known.id, secretAccessKey: known.secret, sessionToken: known.token },
    region: known.region,
    service: known.service,
    nowMs: () => now,
  });
  for (const step of [0, 1000, 0, 86_400_000]) {
    now += step;
    const body = encoder.encode(`{"at":${now}}`);
    const url = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse";
    const headers = new Headers([["host", "bedrock-runtime.eu-west-1.amazonaws.com"]]);
    for (const [name, value] of await authorize({ url, method: "POST", body })) headers.set(name, value);
    expect(checkSignature({ method: "POST", target: "/model/m/converse", headers, body }, known, now)).toBeNull();
  }
});

test("a Bedrock API key is sent as it is", async () => {
  const authorize = createAwsAuthorize({
    credentials: { kind: "api_key", apiKey: "bedrock-api-key-1" },
    region: "us-east-1",
    service: "bedrock",
    nowMs: Date.now,
  });
  expect(await authorize({ url: base, method: "POST", body: new Uint8Array() })).toEqual([
    ["authorization", "Bearer bedrock-api-key-1"],
  ]);
});

const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
const found = {
  AWS_PROFILE: "p",
  AWS_WEB_IDENTITY_TOKEN_FILE: "f",
  AWS_ROLE_ARN: "r",
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/u",
};
const envKeys = { kind: "keys", accessKeyId: "id", secretAccessKey: "secret", sessionToken: null } as const;

const profileOf = (name: string) => ({ kind: "profile", name }) as const;

test.each([
  ["nothing", {}, {}, null],
  ["the keys of the environment", {}, env, envKeys],
  ["a session of the environment", {}, { ...env, AWS_SESSION_TOKEN: "t" }, { ...envKeys, sessionToken: "t" }],
  [
    "the API key of the environment first",
    {},
    { ...env, AWS_BEARER_TOKEN_BEDROCK: "b" },
    { kind: "api_key", apiKey: "b" },
  ],
  ["half a pair, which is none", {}, { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "" }, null],
  [
    "the config before the environment, without its session",
    { accessKeyId: "mine", secretAccessKey: "own" },
    { ...env, AWS_SESSION_TOKEN: "t", AWS_BEARER_TOKEN_BEDROCK: "b" },
    { kind: "keys", accessKeyId: "mine", secretAccessKey: "own", sessionToken: null },
  ],
  [
    "the API key of the config first",
    { apiKey: "k", accessKeyId: "mine", secretAccessKey: "own" },
    env,
    { kind: "api_key", apiKey: "k" },
  ],
  ["a profile of the config before all of the environment", { profile: "q" }, { ...found, ...env }, profileOf("q")],
  ["keys of the environment before the signs of it", {}, { ...found, ...env }, envKeys],
  ["the profile of the environment", {}, found, profileOf("p")],
  ["a web identity", {}, { ...found, AWS_PROFILE: "" }, { kind: "web_identity" }],
  ["half a web identity, which is none", {}, { AWS_WEB_IDENTITY_TOKEN_FILE: "f" }, null],
  ["a container by its path", {}, { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/u" }, { kind: "container" }],
  ["a container by its URL", {}, { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://u" }, { kind: "container" }],
  ["whatever there is, when asked for", { asksDefault: true }, found, { kind: "default" }],
  ["keys of the environment also then", { asksDefault: true }, { ...found, ...env }, envKeys],
] as const)("credentials: %s", (_, settings, environment, credentials) => {
  expect(toAwsCredentials({ ...noSettings, ...settings }, environment)).toEqual(credentials);
});

test("the region of the environment", () => {
  expect(toAwsRegion({ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "us-east-1" })).toBe("eu-west-1");
  expect(toAwsRegion({ AWS_REGION: "", AWS_DEFAULT_REGION: "us-east-1" })).toBe("us-east-1");
  expect(toAwsRegion({})).toBeNull();
});

test("URLs of Bedrock", () => {
  expect(bedrockBaseUrl("us-east-1")).toBe("https://bedrock-runtime.us-east-1.amazonaws.com");
  expect(bedrockBaseUrl("cn-north-1")).toBe("https://bedrock-runtime.cn-north-1.amazonaws.com.cn");
  expect(bedrockUrl("https://b", "us.anthropic.claude-opus-4-8-v1:0", false)).toBe(
    "https://b/model/us.anthropic.claude-opus-4-8-v1%3A0/converse",
  );
  expect(bedrockUrl("https://b", "arn:aws:bedrock:r:1:inference-profile/x", true)).toBe(
    "https://b/model/arn%3Aaws%3Abedrock%3Ar%3A1%3Ainference-profile%2Fx/converse-stream",
  );
  for (const [name, counted] of [
    ["anthropic.claude-opus-4-8-v1:0", "anthropic.claude-opus-4-8-v1%3A0"],
    ["us.anthropic.claude-opus-4-8-v1:0", "anthropic.claude-opus-4-8-v1%3A0"],
    ["us-gov.anthropic.claude-3.5", "anthropic.claude-3.5"],
    ["global.amazon.nova-2-lite", "amazon.nova-2-lite"],
    ["amazon.nova-2.1-lite", "amazon.nova-2.1-lite"],
    ["arn:aws:bedrock:r-1:1:inference-profile/apac.amazon.nova-pro", "amazon.nova-pro"],
    ["arn:aws:bedrock:r-1::foundation-model/zai.glm-5", "arn%3Aaws%3Abedrock%3Ar-1%3A%3Afoundation-model%2Fzai.glm-5"],
  ] as const) {
    expect(bedrockCountUrl("https://b", name)).toBe(`https://b/model/${counted}/count-tokens`);
  }
  for (const name of ["", "..", "a/../b"])
    expect(() => bedrockUrl("https://b", name, false)).toThrow("The model's name");
});
