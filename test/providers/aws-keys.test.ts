import { afterEach, beforeEach, expect, test } from "bun:test";
import { ProxyError } from "../../src/errors.ts";
import { createAwsKeys } from "../../src/providers/aws-keys.ts";
import { createAwsSource } from "../../src/providers/aws-source.ts";
import { createAwsAuthorize } from "../../src/providers/sign-aws.ts";
import { containerToken, region, startAws, type Aws } from "../support/aws.ts";
import { makeFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";

let aws: Aws;
let now = 0;
/** Variables of the environment, which only the library reads. */
let before: (readonly [name: string, value: string | undefined])[] = [];

const setEnvironment = (variables: Readonly<Record<string, string>>): void => {
  before.push(...Object.keys(variables).map((name) => [name, process.env[name]] as const));
  Object.assign(process.env, variables);
};

beforeEach(() => {
  now = Date.now();
  aws = startAws(() => now);
  setEnvironment({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${aws.url}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: containerToken,
  });
});
afterEach(async () => {
  for (const [name, value] of before.toReversed()) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  before = [];
  await aws[Symbol.asyncDispose]();
});

const createKeys = () => createAwsKeys(createAwsSource({ kind: "container" }, region), () => now);
const minute = 60_000;

test("keys are kept until five minutes before they end", async () => {
  const keys = createKeys();
  const first = await keys();
  expect(first).toEqual({
    accessKeyId: aws.last().id,
    secretAccessKey: aws.last().secret,
    sessionToken: aws.last().token,
    endsAt: now + 60 * minute,
  });
  now += 55 * minute - 1;
  expect(await keys()).toBe(first);
  expect(aws.state.asked).toHaveLength(1);
  now += 1;
  // The one who finds it out goes on with those there are.
  expect(await keys()).toBe(first);
  await until(async () => (await keys()) !== first);
  expect((await keys()).accessKeyId).toBe(aws.last().id);
  expect(aws.state.asked).toHaveLength(2);
});

test("keys that end soon are renewed by one request, while all go on with those there are", async () => {
  const keys = createKeys();
  const first = await keys();
  aws.state.delayMs = 30;
  now += 56 * minute;
  expect(await Promise.all([keys(), keys(), keys()])).toEqual([first, first, first]);
  await until(async () => (await keys()) !== first);
  expect(aws.state.asked).toHaveLength(2);
});

test("keys that have ended are not used: all wait for one answer", async () => {
  const keys = createKeys();
  await keys();
  aws.state.delayMs = 30;
  now += 60 * minute - 5_000;
  const [second, third] = await Promise.all([keys(), keys()]);
  expect(second.accessKeyId).toBe(aws.last().id);
  expect(third).toBe(second);
  expect(aws.state.asked).toHaveLength(2);
});

test("an endpoint that gives nothing newer is asked every ten seconds, not by every request", async () => {
  aws.state.lifeMs = 4 * minute;
  const keys = createKeys();
  await keys();
  const askOften = async (): Promise<void> => {
    for (let call = 0; call < 5; call += 1) {
      await keys();
      await Bun.sleep(10);
    }
  };
  await askOften();
  expect(aws.state.asked).toHaveLength(1);
  now += 10_000;
  await askOften();
  expect(aws.state.asked).toHaveLength(2);
});

test("when renewing fails, keys that are still good go on; without any it is an error, and then mends itself", async () => {
  const keys = createKeys();
  const first = await keys();
  aws.state.status = 500;
  now += 57 * minute;
  expect(await keys()).toBe(first);
  // The library tries it four times, a second apart.
  await until(() => aws.state.asked.length === 5, 8_000);
  await Bun.sleep(20);
  expect(await keys()).toBe(first);
  now += 3 * minute;
  const error: unknown = await keys().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProxyError);
  expect(error).toMatchObject({ code: "upstream_auth_error", message: "The provider's credentials gave no keys" });
  aws.state.status = 200;
  expect((await keys()).accessKeyId).toBe(aws.last().id);
}, 20_000);

test("keys of a session whose end nobody tells are read again after a quarter of an hour, lasting ones never", async () => {
  using folder = makeFolder();
  const write = (lines: string): Promise<number> => Bun.write(`${folder.path}/keys`, `[default]\n${lines}`);
  setEnvironment({ AWS_SHARED_CREDENTIALS_FILE: `${folder.path}/keys`, AWS_CONFIG_FILE: `${folder.path}/config` });
  const keys = createAwsKeys(createAwsSource({ kind: "profile", name: "default" }, region), () => now);
  await write("aws_access_key_id = A1\naws_secret_access_key = s\naws_session_token = t\n");
  expect(await keys()).toMatchObject({ accessKeyId: "A1", sessionToken: "t", endsAt: Infinity });
  await write("aws_access_key_id = A2\naws_secret_access_key = s\n");
  now += 15 * minute - 1;
  expect((await keys()).accessKeyId).toBe("A1");
  now += 1;
  expect((await keys()).accessKeyId).toBe("A1");
  await until(async () => (await keys()).accessKeyId === "A2");
  await write("aws_access_key_id = A3\naws_secret_access_key = s\n");
  now += 1000 * 60 * minute;
  for (let call = 0; call < 3; call += 1) {
    expect(await keys()).toMatchObject({ accessKeyId: "A2", sessionToken: null });
    await Bun.sleep(20);
  }
});

test("no more than four attempts are left without an answer", async () => {
  let begun = 0;
  const { promise: never } = Promise.withResolvers<never>();
  const keys = createAwsKeys(
    () => {
      begun += 1;
      return never;
    },
    () => now,
    1,
  );
  const failures = [];
  for (let call = 0; call < 6; call += 1) failures.push(await keys().catch((thrown: unknown) => thrown));
  const causes = failures.map((failure) => (failure instanceof ProxyError ? Reflect.get(failure, "cause") : failure));
  expect(causes.map((cause) => cause instanceof Error && cause.message)).toEqual([
    ...Array.from({ length: 4 }, () => "no answer within 1 ms"),
    ...Array.from({ length: 2 }, () => "earlier attempts are still without an answer"),
  ]);
  expect(begun).toBe(4);
});

test("a signature is by the keys of its moment", async () => {
  const authorize = createAwsAuthorize({
    credentials: { kind: "container" },
    region,
    service: "bedrock",
    nowMs: () => now,
  });
  const url = `${aws.url}/model/m/converse`;
  const call = async (): Promise<number> => {
    const body = new TextEncoder().encode("{}");
    const headers = Object.fromEntries(await authorize({ url, method: "POST", body }));
    return (await fetch(url, { method: "POST", headers, body })).status;
  };
  aws.state.lifeMs = 5_000;
  for (let round = 0; round < 4; round += 1) expect(await call()).toBe(200);
  expect(new Set(aws.state.signedBy).size).toBe(4);
});
