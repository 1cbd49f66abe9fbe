import { createHash } from "node:crypto";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  containerToken,
  lasting,
  region,
  roleArn,
  ssoToken,
  startAws,
  webToken,
  type Aws,
  type KnownKeys,
} from "../support/aws.ts";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder, type Folder } from "../support/folder.ts";
import { startProgram, type Program } from "../support/program.ts";
import { json } from "../support/upstream-scripts.ts";

let aws: Aws;
let folder: Folder;
beforeEach(() => {
  aws = startAws();
  folder = makeFolder();
});
afterEach(async () => {
  await aws[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const write = (name: string, text: string): Promise<number> => Bun.write(join(folder.path, name), text);
const at = (name: string): string => join(folder.path, name);

const ini = (sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string =>
  Object.entries(sections)
    .map(
      ([name, lines]) =>
        `[${name}]\n${Object.entries(lines)
          .map((line) => `${line.join(" = ")}\n`)
          .join("")}`,
    )
    .join("\n");

const toProfile = ({ id, secret, token }: KnownKeys): Readonly<Record<string, string>> => ({
  aws_access_key_id: id,
  aws_secret_access_key: secret,
  ...(token === null ? {} : { aws_session_token: token }),
});

const ask = async ({ url }: Program): Promise<readonly [status: number, text: string]> => {
  const body = JSON.stringify({ model: "amazon.nova-pro-v1:0", messages: [{ role: "user", content: "Grüße" }] });
  const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers: json, body });
  return [response.status, await response.text()];
};

const expectAnswer = async (program: Program): Promise<void> => {
  const [status, text] = await ask(program);
  expect([status, text]).toEqual([200, expect.stringContaining("It is 5 °C.")]);
};

const container = () => ({
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/container/credentials`,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: containerToken,
});

const compiled = { executable: await buildExecutable() };

describe.each([
  ["the compiled executable", compiled],
  ["bun src/main.ts", {}],
])("%s", (_name, executable) => {
  /** Starts it with a provider on Bedrock that says so much of its credentials, all of AWS in an environment of its own. */
  const start = async (says: object, env: Readonly<Record<string, string>> = {}): Promise<Program> => {
    const provider = { name: "aws", type: "bedrock", region, base_url: aws.url, models: ["*"], ...says };
    // With nothing but a provider that is off it would not start.
    const other = { name: "other", type: "mock", models: ["m"] };
    await write("qlite.yaml", JSON.stringify({ providers: [provider, other] }));
    return startProgram(["serve", "--config", "qlite.yaml", "--port", "0"], {
      ...executable,
      cwd: folder.path,
      env: {
        HOME: folder.path,
        AWS_ENDPOINT_URL_STS: aws.url,
        AWS_ENDPOINT_URL_SSO: aws.url,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.url,
        ...env,
      },
    });
  };

  test("50 first requests at once ask the container's endpoint once, and nobody before them", async () => {
    aws.state.delayMs = 100;
    await using program = await start({}, container());
    expect(program.stderr()).toMatch(/^ {2}on {3}aws /m);
    expect(aws.state.asked).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(program)));
    expect(answers.map(([status]) => status)).toEqual(answers.map(() => 200));
    expect(aws.state.asked).toEqual(["container"]);
    expect(new Set(aws.state.signedBy)).toEqual(new Set([aws.last().id]));
  });

  test("the token of the container's endpoint may lie in a file, which is read for each renewal", async () => {
    await write("token", containerToken);
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN: _, ...env } = container();
    await using program = await start({}, { ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: at("token") });
    await expectAnswer(program);
  });

  test("keys that end are followed by new ones", async () => {
    aws.state.lifeMs = 5_000;
    await using program = await start({}, container());
    await expectAnswer(program);
    const first = aws.last().id;
    aws.state.lifeMs = 3_600_000;
    await expectAnswer(program);
    const second = aws.last().id;
    await expectAnswer(program);
    expect(aws.state.signedBy).toEqual([first, second, second]);
    expect(second).not.toBe(first);
  });

  test("a pod's web identity is given to STS for the keys of its role", async () => {
    await write("web-token", webToken);
    const env = { AWS_WEB_IDENTITY_TOKEN_FILE: at("web-token"), AWS_ROLE_ARN: roleArn };
    // What AWS's tools would look at first, or next.
    await write(".aws/credentials", ini({ default: toProfile({ ...lasting, id: "AKIDANOTHER" }) }));
    await using program = await start({}, { ...env, ...container() });
    await expectAnswer(program);
    await expectAnswer(program);
    expect(aws.state.asked).toEqual(["sts"]);
    expect(aws.state.signedBy).toEqual([aws.last().id, aws.last().id]);
  });

  test("a profile that the config names, of a file that the environment names, has its keys", async () => {
    await write("keys", ini({ default: { aws_access_key_id: "x" }, work: toProfile(aws.issue()) }));
    const env = { AWS_SHARED_CREDENTIALS_FILE: at("keys"), AWS_ACCESS_KEY_ID: "AKIDOTHER", AWS_SECRET_ACCESS_KEY: "s" };
    await using program = await start({ profile: "work" }, env);
    await expectAnswer(program);
    expect(aws.state.signedBy).toEqual([aws.last().id]);
    expect(aws.state.asked).toEqual([]);
  });

  test.each<readonly [string, () => Readonly<Record<string, Readonly<Record<string, string>>>>, readonly string[]]>([
    [
      "a process",
      () => {
        const { id, secret, token } = aws.issue();
        const told = { Version: 1, AccessKeyId: id, SecretAccessKey: secret, SessionToken: token };
        return { "profile work": { credential_process: `printf '%s' '${JSON.stringify(told)}'` } };
      },
      [],
    ],
    [
      "a role that lasting keys assume",
      () => ({ "profile work": { role_arn: roleArn, source_profile: "own" }, "profile own": toProfile(lasting) }),
      ["sts"],
    ],
    [
      "SSO",
      () => ({
        "profile work": { sso_session: "corp", sso_account_id: "123456789012", sso_role_name: "developer" },
        "sso-session corp": { sso_region: region, sso_start_url: "https://corp.example/start" },
      }),
      ["sso"],
    ],
  ])("AWS_PROFILE names a profile whose keys come from %s", async (_kind, sections, asked) => {
    const session = { accessToken: ssoToken, expiresAt: new Date(Date.now() + 3_600_000), region };
    const cached = createHash("sha1").update("corp").digest("hex");
    await write(`.aws/sso/cache/${cached}.json`, JSON.stringify(session));
    await write(".aws/config", ini(sections()));
    await using program = await start({}, { AWS_PROFILE: "work" });
    await expectAnswer(program);
    await expectAnswer(program);
    expect(aws.state.asked).toEqual([...asked]);
    expect(aws.state.signedBy).toEqual([aws.last().id, aws.last().id]);
  });

  test("credentials: default comes to EC2's metadata service in the end", async () => {
    await using program = await start({ credentials: "default" });
    await expectAnswer(program);
    expect(new Set(aws.state.asked)).toEqual(new Set(["instance"]));
    expect(aws.state.signedBy).toEqual([aws.last().id]);
  });

  test("keys of the environment come before what is to be found", async () => {
    const env = { AWS_ACCESS_KEY_ID: lasting.id, AWS_SECRET_ACCESS_KEY: lasting.secret, AWS_PROFILE: "nowhere" };
    await using program = await start({ credentials: "default" }, { ...env, ...container() });
    await expectAnswer(program);
    expect([aws.state.signedBy, aws.state.asked]).toEqual([[lasting.id], []]);
  });

  test("without a sign in the environment it is switched off and asks nobody", async () => {
    await using program = await start({});
    expect(program.stderr()).toMatch(/^ {2}off {2}aws +there are no credentials of AWS$/m);
    expect(aws.state.asked).toEqual([]);
  });

  test("a client's own key passes as before, whatever the environment holds", async () => {
    await using program = await start({ forward_client_key: true }, container());
    expect((await ask(program))[0]).toBe(403);
    expect(aws.state.asked).toEqual([]);
  });

  test.each<readonly [string, object, () => Promise<Readonly<Record<string, string>>>, string]>([
    ["a profile that is not there", { profile: "nobody" }, async () => container(), "Could not resolve credentials"],
    [
      "a process that fails",
      { profile: "work" },
      async () => {
        await write(".aws/config", ini({ "profile work": { credential_process: "echo canary >&2; exit 3 # canary" } }));
        return {};
      },
      "credential_process of the profile failed",
    ],
    [
      "a process that tells no JSON",
      { profile: "work" },
      async () => {
        await write(".aws/config", ini({ "profile work": { credential_process: "echo canary" } }));
        return {};
      },
      "returned invalid JSON",
    ],
    [
      "a role that may not be taken",
      {},
      async () => {
        await write("web-token", "canary");
        return { AWS_WEB_IDENTITY_TOKEN_FILE: at("web-token"), AWS_ROLE_ARN: roleArn };
      },
      "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    ],
    [
      "a container's endpoint that refuses",
      {},
      async () => ({ ...container(), AWS_CONTAINER_AUTHORIZATION_TOKEN: "canary" }),
      "Server responded with status: 401",
    ],
  ])("%s is an upstream_auth_error, its reason in the log alone", async (_kind, says, prepare, cause) => {
    await using program = await start(says, await prepare());
    const [status, text] = await ask(program);
    expect([status, JSON.parse(text).error.code]).toEqual([502, "upstream_auth_error"]);
    expect(JSON.parse(text).error.message).toBe("The provider's credentials gave no keys");
    program.signal("SIGTERM");
    await program.exited;
    expect(program.stdout()).toContain(cause);
    for (const secret of ["canary", lasting.secret]) expect(program.stdout() + program.stderr()).not.toContain(secret);
    // Nothing else is asked in its place, EC2's metadata service least of all.
    expect(aws.state.asked).not.toContain("instance");
    expect(aws.state.signedBy).toEqual([]);
  });
});
