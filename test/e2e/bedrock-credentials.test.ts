// The credentials of Bedrock: how they are sent, and that an answer names none.
import { afterAll, expect, test } from "bun:test";
import { startGateway } from "../support/gateway.ts";
import { shareUpstream } from "../support/share.ts";
import { afterRequest, json } from "../support/upstream-scripts.ts";
import { answer, bedrock, clients, entryAt, known } from "./bedrock-bed.ts";

const upstream = await shareUpstream(bedrock());
const entry = entryAt(upstream.url);

test("a refusal of our credentials is not the client's, and names no secret", async () => {
  await using wrong = startGateway({ providers: [{ ...entry, secret_access_key: "another+secret" }] });
  const reply = await wrong.chat(JSON.stringify(clients[0]!.body(false)), json);
  expect(reply.status).toBe(502);
  expect(JSON.parse(reply.body.toString()).error.code).toBe("upstream_auth_error");
  expect(`${await wrong.text()}${reply.body.toString()}`).not.toContain("another+secret");
});

test("a Bedrock API key goes as a bearer, and a client's own does when it is forwarded", async () => {
  upstream.answer(afterRequest((call) => call.reply(200, json, JSON.stringify(answer))));
  const { access_key_id: _, secret_access_key: __, session_token: ___, ...bare } = entry;
  await using keyed = startGateway({ providers: [{ ...bare, api_key: "bedrock-api-key-1" }] });
  await keyed.chat(JSON.stringify(clients[0]!.body(false)), { ...json, authorization: "Bearer theirs" });
  expect(upstream.last().headerValues("authorization")).toEqual(["Bearer bedrock-api-key-1"]);
  await using open = startGateway({ providers: [{ ...bare, forward_client_key: true }] });
  await open.chat(JSON.stringify(clients[0]!.body(false)), { ...json, "x-api-key": "theirs" });
  expect(upstream.last().headerValues("authorization")).toEqual(["Bearer theirs"]);
  expect(upstream.last().header("x-amz-date")).toBeNull();
});

test("credentials of the environment sign, too", async () => {
  const { access_key_id: _, secret_access_key: __, session_token: ___, region: ____, ...bare } = entry;
  await using found = startGateway(
    { providers: [bare] },
    {
      AWS_ACCESS_KEY_ID: known.id,
      AWS_SECRET_ACCESS_KEY: known.secret,
      AWS_SESSION_TOKEN: known.token,
      AWS_REGION: known.region,
    },
  );
  expect((await found.chat(JSON.stringify(clients[0]!.body(false)), json)).status).toBe(200);
});

afterAll(() => {
  expect(upstream.errors).toEqual([]);
});
