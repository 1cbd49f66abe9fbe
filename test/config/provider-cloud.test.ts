import { describe, expect, test } from "bun:test";
import { secretsOf } from "../../src/config/provider-config.ts";
import { faultsOf, good } from "./parse.ts";

const one = (lines: string) => `providers:\n  - name: a\n    models: [m]\n    ${lines.replaceAll("; ", "\n    ")}\n`;
type Env = Readonly<Record<string, string>>;
const only = (lines: string, env: Env = {}) => good(one(lines), env).providers[0]!;

const region = "region: eu-west-1";
const keys = "access_key_id: AKID; secret_access_key: secret";
const envKeys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "env-secret" };
const ours = { kind: "keys", accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: null } as const;

describe("type: bedrock", () => {
  test("takes keys from its entry and lies in its region", () => {
    expect(only(`type: bedrock; ${region}; ${keys}`)).toMatchObject({
      enabled: true,
      baseUrl: "https://bedrock-runtime.eu-west-1.amazonaws.com",
      apiKey: null,
      bedrock: { region: "eu-west-1", credentials: ours },
    });
    expect(only(`type: bedrock; ${region}; ${keys}; session_token: t`).bedrock?.credentials).toEqual({
      ...ours,
      sessionToken: "t",
    });
    expect(only(`type: bedrock; ${region}; api_key: b-1`).bedrock?.credentials).toEqual({
      kind: "api_key",
      apiKey: "b-1",
    });
    expect(only(`type: bedrock; region: cn-north-1; ${keys}`).baseUrl).toBe(
      "https://bedrock-runtime.cn-north-1.amazonaws.com.cn",
    );
    expect(only(`type: bedrock; ${region}; ${keys}; base_url: http://h:1/x/`).baseUrl).toBe("http://h:1/x");
  });

  test("takes what its entry does not say from the environment", () => {
    const found = only("type: bedrock", { ...envKeys, AWS_REGION: "us-east-2" });
    expect(found).toMatchObject({ enabled: true, baseUrl: "https://bedrock-runtime.us-east-2.amazonaws.com" });
    expect(found.bedrock?.credentials).toMatchObject({ kind: "keys", accessKeyId: "id" });
    expect(only("type: bedrock", { AWS_BEARER_TOKEN_BEDROCK: "b", AWS_DEFAULT_REGION: "r-1" }).bedrock).toEqual({
      region: "r-1",
      credentials: { kind: "api_key", apiKey: "b" },
    });
    const empty = 'type: bedrock; region: ""; access_key_id: ""; secret_access_key: ""; session_token: ""; api_key: ""';
    expect(only(empty, { ...envKeys, AWS_REGION: "us-east-2" })).toMatchObject({ enabled: true });
  });

  test("finds keys where its entry or the environment says they are", () => {
    const credentialsOf = (lines: string, env: Env = {}) => only(`type: bedrock; ${region}; ${lines}`, env).bedrock;
    expect(credentialsOf("profile: work")?.credentials).toEqual({ kind: "profile", name: "work" });
    expect(credentialsOf("credentials: default")?.credentials).toEqual({ kind: "default" });
    expect(credentialsOf('profile: ""', { AWS_PROFILE: "own" })?.credentials).toEqual({ kind: "profile", name: "own" });
    expect(only(`type: bedrock; ${region}; forward_client_key: true`, { AWS_PROFILE: "own" })).toMatchObject({
      enabled: true,
      bedrock: { credentials: null },
    });
  });

  test("is switched off while nobody has credentials, region or not", () => {
    expect(only(`type: bedrock; ${region}`).enabled).toBe(false);
    expect(only("type: bedrock").enabled).toBe(false);
    expect(only("type: bedrock", { AWS_ACCESS_KEY_ID: "id" }).enabled).toBe(false);
  });

  test("with forward_client_key asks for no credentials, and needs its region", () => {
    expect(only(`type: bedrock; ${region}; forward_client_key: true`, envKeys)).toMatchObject({
      enabled: true,
      bedrock: { credentials: null },
    });
    expect(faultsOf(one("type: bedrock; forward_client_key: true")).join()).toContain("needs a region");
  });

  test.each([
    [`type: bedrock; ${keys}`, {}, "providers[0]: needs a region: write region: eu-west-1, or set AWS_REGION"],
    ["type: bedrock", { ...envKeys, AWS_REGION: "evil.example/" }, "that AWS_REGION does not name rightly"],
    [`type: bedrock; ${keys}; region: EU west`, {}, "providers[0].region: must be a region of AWS"],
    [`type: bedrock; ${region}; access_key_id: A`, {}, "has access_key_id without secret_access_key: write both, or"],
    [`type: bedrock; ${region}; secret_access_key: A`, {}, "has secret_access_key without access_key_id"],
    [`type: bedrock; ${region}; access_key_id: A; secret_access_key: ""`, {}, "has access_key_id without secret"],
    [`type: bedrock; ${region}; session_token: t`, {}, "has a session_token without access_key_id"],
    [`type: bedrock; ${region}; ${keys}; forward_client_key: true`, {}, "forward_client_key: excludes access_key_id"],
    [`type: bedrock; ${region}; profile: p; forward_client_key: true`, {}, "forward_client_key: excludes profile"],
    [`type: bedrock; ${region}; ${keys}; profile: p`, {}, "has access_key_id and profile: keep one of them"],
    [`type: bedrock; ${region}; profile: p; credentials: default`, {}, "has profile and credentials: keep one of them"],
    [`type: bedrock; ${region}; api_key: k; credentials: default`, {}, "has api_key and credentials: keep one of them"],
    [`type: bedrock; ${region}; profile: a b`, {}, "profile: must be the name of a profile of ~/.aws without spaces"],
    [`type: bedrock; ${region}; credentials: ec2`, {}, "credentials: must be default"],
    [`type: vertex; project: p; profile: p`, {}, "profile: is only for a provider of type bedrock; remove it"],
    [`type: bedrock; ${region}; ${keys}; dialects: [anthropic]`, {}, "type bedrock speaks Converse; remove it"],
    [`type: bedrock; ${region}; ${keys}; project: p`, {}, "project: is only for a provider of type vertex; remove it"],
    [`type: openai; api_key: k; ${region}`, {}, "region: is only for a provider of type bedrock; remove it"],
  ] as const)("%s is refused", (lines, env, fault) => {
    const faults = faultsOf(one(lines), env);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).not.toContain("evil");
  });
});

const project = "project: my-project";

describe("type: vertex", () => {
  test("needs a project alone: default credentials, the global location", () => {
    expect(only(`type: vertex; ${project}`)).toMatchObject({
      enabled: true,
      baseUrl: "https://aiplatform.googleapis.com/v1",
      vertex: { project: "my-project", location: "global", credentials: { kind: "default" } },
    });
    expect(only(`type: vertex; ${project}; location: europe-west4`).baseUrl).toBe(
      "https://europe-west4-aiplatform.googleapis.com/v1",
    );
    expect(only(`type: vertex; ${project}; base_url: http://h:1/v1`).baseUrl).toBe("http://h:1/v1");
  });

  test("takes credentials from a file or a text", () => {
    expect(only(`type: vertex; ${project}; credentials_file: /k.json`).vertex?.credentials).toEqual({
      kind: "file",
      path: "/k.json",
    });
    const json = '{"type":"authorized_user"}';
    const found = only(`type: vertex; ${project}; credentials_json: \${KEY}`, { KEY: json });
    expect(found.vertex?.credentials).toEqual({ kind: "json", json });
  });

  test("is switched off by an empty project or empty credentials", () => {
    expect(only('type: vertex; project: "${P:-}"').enabled).toBe(false);
    expect(only(`type: vertex; ${project}; credentials_json: "\${K:-}"`).enabled).toBe(false);
    expect(only(`type: vertex; ${project}; credentials_file: ""; credentials_json: "{}"`).enabled).toBe(true);
  });

  test.each([
    ["type: vertex", "providers[0]: needs a project: the id of your project at Google"],
    ["type: vertex; project: a/b", "project: must be the id of a project"],
    [`type: vertex; ${project}; location: evil.example`, "location: must be a location of Vertex AI"],
    [`type: vertex; ${project}; credentials_json: hunter2`, "credentials_json: must be the text of a credentials file"],
    [
      `type: vertex; ${project}; credentials_file: f; credentials_json: "{}"`,
      "has credentials_file and credentials_json",
    ],
    [`type: vertex; ${project}; api_key: k`, "api_key: is nothing that a provider of type vertex takes; write credent"],
    [`type: vertex; ${project}; credentials_file: f; forward_client_key: true`, "excludes credentials_file: either"],
    [`type: vertex; ${project}; dialects: [gemini]`, "type vertex speaks gemini, and anthropic for claude-*"],
    [`type: vertex; ${project}; access_key_id: a`, "access_key_id: is only for a provider of type bedrock"],
  ])("%s is refused", (lines, fault) => {
    const faults = faultsOf(one(lines)).filter((found) => !found.includes("without secret_access_key"));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
    expect(faults[0]).not.toContain("hunter2");
  });
});

test("models of a provider that is switched off are nobody's yet", () => {
  const text = `providers:
  - { name: a, type: openai, api_key: k, models: [m] }
  - { name: b, type: bedrock, models: [m] }
  - { name: c, type: vertex, project: "", models: [m] }
`;
  expect(good(text).providers.map(({ enabled }) => enabled)).toEqual([true, false, false]);
  expect(faultsOf(text, { ...envKeys, AWS_REGION: "r-1" }).join()).toContain("is served by provider a already");
});

test("what must never stand in a log is known of every provider", () => {
  const secret = '{"private_key":"-----KEY-----","client_secret":"cs-1","type":"x"}';
  const all = [
    only("type: openai; api_key: sk-1"),
    only(`type: bedrock; ${region}; ${keys}; session_token: st-1`),
    only(`type: bedrock; ${region}; api_key: bk-1`),
    only(`type: vertex; ${project}; credentials_json: \${K}`, { K: secret }),
    only(`type: vertex; ${project}`),
  ];
  expect(all.flatMap(secretsOf)).toEqual(["sk-1", "secret", "st-1", "bk-1", "-----KEY-----", "cs-1"]);
});

test("a client's key header cannot be forwarded by its name: forward_client_key is for that", () => {
  for (const name of ["x-api-key", "X-Goog-Api-Key", "api-key", "authorization"]) {
    expect(faultsOf(one(`type: openai; api_key: k; forward_headers: [${name}]`)).join()).toContain("never passes");
  }
});
