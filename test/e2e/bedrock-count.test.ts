// Tokens counted by Bedrock, or estimated where it does not count.
import { afterAll, describe, expect, test } from "bun:test";
import { startGateway } from "../support/gateway.ts";
import { share, shareUpstream } from "../support/share.ts";
import { afterRequest, json } from "../support/upstream-scripts.ts";
import { bedrock, clients, entryAt, model, wrongOf } from "./bedrock-bed.ts";

const upstream = await shareUpstream(bedrock());
const entry = entryAt(upstream.url);
const gateway = share(startGateway({ providers: [entry], routes: { smart: `aws/${model}` } }));

const toCount = `/model/${encodeURIComponent(model.slice("eu.".length))}/count-tokens`;
const counts = [
  ["messages", "/v1/messages/count_tokens", clients[2]!.body(false), { input_tokens: 123 }],
  [
    "generateContent",
    `/v1beta/models/${encodeURIComponent(model)}:countTokens`,
    clients[3]!.body(false),
    { totalTokens: 123 },
  ],
  [
    "responses",
    "/v1/responses/input_tokens",
    { model, input: "Grüße 😀" },
    { object: "response.input_tokens", input_tokens: 123 },
  ],
] as const;

describe.each(counts)("a count of tokens for a client of %s", (_, target, body, reply) => {
  const ask = () => gateway.request("POST", target, json, JSON.stringify(body));

  test("is Bedrock's own, of the model behind the profile", async () => {
    upstream.answer(
      afterRequest((call) => {
        const wrong = wrongOf(call);
        const headers = { ...json, "x-amzn-requestid": "r-1" };
        return call.reply(wrong === null ? 200 : 403, headers, JSON.stringify({ inputTokens: 123 }));
      }),
    );
    const counted = await ask();
    expect([counted.status, JSON.parse(counted.body.toString())]).toEqual([200, reply]);
    expect(counted.header("x-qlite-tokens")).toBeNull();
    expect([upstream.last().method, upstream.last().target]).toEqual(["POST", toCount]);
    expect(JSON.parse(Buffer.from(upstream.last().body()).toString())).toEqual({
      input: { converse: { messages: [{ role: "user", content: [{ text: "Grüße 😀" }] }] } },
    });
  });

  test.each([
    [400, "ValidationException", "The provided model doesn't support counting tokens."],
    [403, "AccessDeniedException", "User is not authorized to perform: bedrock:CountTokens"],
    [404, "ResourceNotFoundException", "x".repeat(100_000)],
  ])("is an estimate, and says so, where Bedrock answers %d %s", async (status, name, message) => {
    const headers = { ...json, "x-amzn-errortype": name };
    upstream.answer(afterRequest((call) => call.reply(status, headers, JSON.stringify({ message }))));
    const counted = await ask();
    expect([counted.status, counted.header("x-qlite-tokens")]).toEqual([200, "estimated"]);
    expect(Object.keys(JSON.parse(counted.body.toString()))).toEqual(Object.keys(reply));
    expect(upstream.last().target).toBe(toCount);
  });

  test.each([
    [429, "ThrottlingException"],
    [500, "InternalServerException"],
  ])("passes a failure (%d) on", async (status, name) => {
    const headers = { ...json, "x-amzn-errortype": name };
    upstream.answer(afterRequest((call) => call.reply(status, headers, '{"message":"Slowly"}')));
    const counted = await ask();
    expect([counted.status, counted.body.toString()]).toEqual([status, expect.stringContaining("Slowly")]);
  });
});

test("a count for which there are no keys is an error, not an estimate", async () => {
  const { access_key_id: _, secret_access_key: __, session_token: ___, ...bare } = entry;
  await using found = startGateway({ providers: [{ ...bare, profile: "nobody-has-this-profile" }] });
  const counted = await found.request("POST", counts[0][1], json, JSON.stringify(counts[0][2]));
  expect([counted.status, counted.body.toString()]).toEqual([502, expect.stringContaining("gave no keys")]);
});

afterAll(() => {
  expect(upstream.errors).toEqual([]);
});
