// AWS on loopback: a Bedrock that checks signatures, and all that gives temporary keys, each with its own way to be asked.
import type { SignedRequest } from "./sigv4.ts";
import { checkSignature } from "./sigv4.ts";

/** What is known of one set of keys. */
export interface KnownKeys {
  readonly id: string;
  readonly secret: string;
  readonly token: string | null;
}

export const region = "eu-west-1";
export const containerToken = "container-authorization-token";
export const roleArn = "arn:aws:iam::123456789012:role/qlite";
export const webToken = "header.claims.signature";
export const ssoToken = "sso-access-token";

/** Lasting keys of a file, which may assume a role. */
export const lasting: KnownKeys = { id: "AKIDLASTING", secret: "a-lasting+secret/key", token: null };

export interface Aws extends AsyncDisposable {
  readonly url: string;
  /** What it did so far, and how it behaves from now on. */
  readonly state: {
    /** What was asked for keys, such as `container`, in order. */
    readonly asked: string[];
    /** The key ids of the calls that Bedrock took, in order. */
    readonly signedBy: string[];
    status: number;
    /** Of the next keys. */
    lifeMs: number;
    delayMs: number;
  };
  /** The keys it gave last. */
  readonly last: () => KnownKeys;
  /** Makes keys that Bedrock takes, as if a tool had written them somewhere. */
  readonly issue: () => KnownKeys;
}

const xml = { "content-type": "text/xml" };

const stsReply = (action: string, { id, secret, token }: KnownKeys, endsAt: Date): string =>
  `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>` +
  `<AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${token}</SessionToken>` +
  `<Expiration>${endsAt.toISOString()}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>r:s</AssumedRoleId>` +
  `<Arn>arn:aws:sts::123456789012:assumed-role/qlite/s</Arn></AssumedRoleUser></${action}Result>` +
  `<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${action}Response>`;

const stsError = (code: string, message: string): string =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
  `<Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`;

const nameOf = (target: string): string => {
  if (target.startsWith("/container")) return "container";
  if (target.startsWith("/latest/")) return "instance";
  return target.startsWith("/federation/") ? "sso" : "sts";
};

/** Starts it; `nowMs` is the clock that its keys end by. */
export const startAws = (nowMs: () => number = Date.now): Aws => {
  const known = new Map<string, KnownKeys>([[lasting.id, lasting]]);
  const state: Aws["state"] = { asked: [], signedBy: [], status: 200, lifeMs: 3_600_000, delayMs: 0 };
  let issued: KnownKeys | null = null;
  const issue = (): KnownKeys => {
    const count = known.size;
    issued = { id: `ASIDTEMPORARY${count}`, secret: `a-temporary+secret/${count}`, token: `a-session/token+${count}=` };
    known.set(issued.id, issued);
    return issued;
  };
  const endsAt = (): Date => new Date(nowMs() + state.lifeMs);

  const checked = (request: SignedRequest, service: string): readonly [id: string, wrong: string | null] => {
    const id = /Credential=([^/]+)\//.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    const keys = known.get(id) ?? lasting;
    return [id, checkSignature(request, { ...keys, region, service }, Date.now())];
  };

  const converse = (request: SignedRequest): Response => {
    const [id, wrong] = checked(request, "bedrock");
    if (wrong !== null) return Response.json({ message: wrong }, { status: 403 });
    state.signedBy.push(id);
    return Response.json({
      output: { message: { role: "assistant", content: [{ text: "It is 5 °C." }] } },
      stopReason: "end_turn",
      usage: { inputTokens: 21, outputTokens: 14, totalTokens: 35 },
      metrics: { latencyMs: 1 },
    });
  };

  const container = ({ headers }: SignedRequest): Response => {
    if (headers.get("authorization") !== containerToken) return new Response("", { status: 401 });
    const { id, secret, token } = issue();
    return Response.json({ AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: endsAt() });
  };

  const sts = (request: SignedRequest): Response => {
    const form = new URLSearchParams(new TextDecoder().decode(request.body));
    const action = form.get("Action") ?? "";
    const isRight =
      form.get("RoleArn") === roleArn &&
      (action === "AssumeRoleWithWebIdentity"
        ? form.get("WebIdentityToken") === webToken && !request.headers.has("authorization")
        : action === "AssumeRole" && checked(request, "sts")[1] === null);
    return isRight
      ? new Response(stsReply(action, issue(), endsAt()), { headers: xml })
      : new Response(stsError("AccessDenied", `Not authorized to perform sts:${action}`), {
          status: 403,
          headers: xml,
        });
  };

  const sso = ({ target, headers }: SignedRequest): Response => {
    const isRight =
      headers.get("x-amz-sso_bearer_token") === ssoToken &&
      target === "/federation/credentials?account_id=123456789012&role_name=developer";
    if (!isRight) return Response.json({ message: "no access" }, { status: 403 });
    const { id, secret, token } = issue();
    const expiration = endsAt().getTime();
    return Response.json({
      roleCredentials: { accessKeyId: id, secretAccessKey: secret, sessionToken: token, expiration },
    });
  };

  const instance = ({ method, target, headers }: SignedRequest): Response => {
    if (method === "PUT" && target === "/latest/api/token") return new Response("imds-token");
    if (headers.get("x-aws-ec2-metadata-token") !== "imds-token") return new Response("", { status: 401 });
    if (target.endsWith("/security-credentials/")) return new Response("role");
    const { id, secret, token } = issue();
    const told = { Code: "Success", Type: "AWS-HMAC", LastUpdated: new Date(nowMs()), Expiration: endsAt() };
    return Response.json({ ...told, AccessKeyId: id, SecretAccessKey: secret, Token: token });
  };

  const answers: Readonly<Record<string, (request: SignedRequest) => Response>> = { container, sts, sso, instance };

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: async (arrived) => {
      const { pathname, search } = new URL(arrived.url);
      const body = new Uint8Array(await arrived.arrayBuffer());
      const request = { method: arrived.method, target: pathname + search, headers: arrived.headers, body };
      if (pathname.startsWith("/model/")) return converse(request);
      const name = nameOf(pathname);
      state.asked.push(name);
      await Bun.sleep(state.delayMs);
      if (state.status !== 200)
        return new Response(stsError("Broken", "broken"), { status: state.status, headers: xml });
      return answers[name]!(request);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    state,
    last: () => issued!,
    issue,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};
