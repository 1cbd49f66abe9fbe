import { expect, test } from "bun:test";
import { startGateway, upstreamKey } from "../support/gateway.ts";
import { share, shareUpstream } from "../support/share.ts";
import { json, replying } from "../support/upstream-scripts.ts";

const upstream = await shareUpstream(replying('{"ok":true}'));
const gateway = share(
  startGateway({
    providers: [
      { name: "claude", type: "anthropic", base_url: `${upstream.url}/v1`, api_key: upstreamKey, models: ["claude-*"] },
      { name: "gem", type: "gemini", base_url: `${upstream.url}/v1beta`, api_key: upstreamKey, models: ["gemini-*"] },
    ],
  }),
);

const sent = (): unknown => JSON.parse(upstream.last().body().toString());

test("a conversation begun with another provider goes on at Anthropic without that provider's seals", async () => {
  const thinking = { type: "thinking", thinking: "Hm.", signature: "qlite:openai-responses:abc" };
  const body = {
    model: "claude-opus-5-5",
    max_tokens: 100,
    messages: [
      { role: "user", content: "One" },
      { role: "assistant", content: [thinking, { type: "text", text: "Two" }] },
      { role: "user", content: "Three" },
    ],
  };
  const reply = await gateway.request("POST", "/v1/messages", json, JSON.stringify(body));
  expect(reply.body.toString()).toBe('{"ok":true}');
  expect(sent()).toMatchObject({ model: "claude-opus-5-5", max_tokens: 100 });
  expect(upstream.last().body().toString()).not.toContain("qlite:");
  expect(upstream.last().body().toString()).toContain("Two");
  expect(reply.header("x-qlite-dropped")).toContain("reasoning");
});

test("and at Gemini", async () => {
  const thoughtSignature = Buffer.from("qlite:anthropic:abc").toString("base64");
  const contents = [
    { role: "user", parts: [{ text: "One" }] },
    { role: "model", parts: [{ text: "Hm.", thought: true, thoughtSignature }, { text: "Two" }] },
    { role: "user", parts: [{ text: "Three" }] },
  ];
  await gateway.request("POST", "/v1beta/models/gemini-3-pro:generateContent", json, JSON.stringify({ contents }));
  expect(upstream.last().body().toString()).not.toContain(thoughtSignature);
  expect(upstream.last().body().toString()).toContain("Three");
});

test("who only writes about seals has his bytes sent as they are", async () => {
  const body =
    '{ "model":"claude-opus-5-5","max_tokens":1e2,"messages":[{"role":"user","content":"what is \\"qlite:anthropic:\\"?"}] }';
  await gateway.request("POST", "/v1/messages", json, body);
  expect(upstream.last().body().toString()).toBe(body);
});
