// The credentials of Vertex AI: one token for all, and nothing of them in an answer.
import { expect, test } from "bun:test";
import { account, strangerKey } from "../support/google.ts";
import { startGateway } from "../support/gateway.ts";
import { afterRequest, json } from "../support/upstream-scripts.ts";
import { openBed } from "./vertex-bed.ts";

const { entry, tokens, transportOf, upstream } = await openBed();
const messages = [{ role: "user", content: "Hi" }];

test("one token serves all calls, and is asked for once", async () => {
  await using fresh = startGateway({ providers: [entry] }, {}, { transportOf });
  const before = tokens.state.asked;
  const body = JSON.stringify({ model: "gemini-3-pro", messages });
  const replies = await Promise.all(Array.from({ length: 5 }, () => fresh.chat(body, json)));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(tokens.state.asked - before).toBe(1);
});

test("credentials that give no token are an upstream_auth_error that shows none of them", async () => {
  const stranger = JSON.stringify({ ...account, private_key: strangerKey });
  await using wrong = startGateway({ providers: [{ ...entry, credentials_json: stranger }] }, {}, { transportOf });
  const reply = await wrong.chat(JSON.stringify({ model: "gemini-3-pro", messages }), json);
  expect([reply.status, JSON.parse(reply.body.toString()).error.code]).toEqual([502, "upstream_auth_error"]);
  expect(upstream.requests).toEqual([]);
  const seen = `${await wrong.text()}${reply.body.toString()}`;
  expect(seen).not.toContain("PRIVATE KEY");
  expect(seen).not.toContain(strangerKey.slice(40, 90));
});

test("a client that leaves while a token is waited for sends nothing", async () => {
  await using slow = startGateway({ providers: [entry] }, {}, { transportOf });
  tokens.state.delayMs = 400;
  using client = await slow.connectChat(JSON.stringify({ model: "gemini-3-pro", messages }), json);
  await Bun.sleep(100);
  client.reset();
  await Bun.sleep(400);
  expect(upstream.requests).toEqual([]);
});

test("a deadline does not wait for a token", async () => {
  await using slow = startGateway({ providers: [{ ...entry, timeouts: { head: "100ms" } }] }, {}, { transportOf });
  tokens.state.delayMs = 2000;
  const startedAt = performance.now();
  const reply = await slow.chat(JSON.stringify({ model: "gemini-3-pro", messages }), json);
  expect([reply.status, JSON.parse(reply.body.toString()).error.code]).toEqual([504, "upstream_head_timeout"]);
  expect(performance.now() - startedAt).toBeLessThan(1500);
});

test("an upstream's refusal of our token is not the client's", async () => {
  upstream.answer(afterRequest((call) => call.reply(403, json, '{"error":{"message":"canary"}}')));
  await using gateway = startGateway({ providers: [entry] }, {}, { transportOf });
  const body = JSON.stringify({ model: "claude-opus-4-8", messages });
  const reply = await gateway.request("POST", "/v1/messages", json, body);
  expect(reply.status).toBe(502);
  expect(reply.body.toString()).not.toContain("canary");
});

test("with forward_client_key the client's own token goes, whatever header it came in", async () => {
  const { credentials_json: _, ...bare } = entry;
  await using open = startGateway({ providers: [{ ...bare, forward_client_key: true }] }, {}, { transportOf });
  const body = JSON.stringify({ model: "claude-opus-4-8", messages, max_tokens: 1 });
  for (const name of ["x-api-key", "x-goog-api-key"]) {
    await open.request("POST", "/v1/messages", { ...json, [name]: "token-99" }, body);
    expect(upstream.last().headerValues("authorization")).toEqual(["Bearer token-99"]);
    expect(upstream.last().header(name)).toBeNull();
  }
});
