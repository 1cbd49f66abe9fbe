// Claude's services refuse a fifth cache hint; a conversation of an OpenAI client gains one with every turn.
import { expect, test } from "bun:test";
import { withFewHints } from "../../src/dialects/cache-limit.ts";
import type { Conversation, Message, Tool } from "../../src/dialects/conversation.ts";
import { createDrops } from "../../src/dialects/drops.ts";
import { emptyConversation } from "./support/conversation.ts";
import { writeRequest } from "./support/speak.ts";

const cache = { ttlSeconds: null };
const hinted = (role: "user" | "assistant", text: string): Message => ({
  role,
  content: [{ kind: "text", text, citations: [], cache }],
  name: null,
});
const tool: Tool = { kind: "function", name: "f", description: null, parameters: null, strict: null, cache };
const turns = (count: number): readonly Message[] =>
  Array.from({ length: count }, (_, at) => hinted(at % 2 === 0 ? "user" : "assistant", `t${at}`));

const countIn = (body: object, key: string): number => JSON.stringify(body).split(`"${key}"`).length - 1;

test.each([
  ["anthropic", "cache_control"],
  ["bedrock-converse", "cachePoint"],
] as const)("%s is given the four latest cache hints, the earlier ones are named", (name, key) => {
  const model = name === "anthropic" ? "claude-opus-5-5" : "us.anthropic.claude-opus-4-8-20260901-v1:0";
  const { value, dropped } = writeRequest(name, {
    ...emptyConversation,
    model,
    tools: [tool],
    messages: turns(7),
  });
  expect(countIn(value, key)).toBe(4);
  expect(JSON.stringify(value["messages"]).lastIndexOf("t6")).toBeLessThan(JSON.stringify(value).lastIndexOf(key));
  expect(JSON.stringify(value["messages"]).slice(0, JSON.stringify(value["messages"]).indexOf("t3"))).not.toContain(
    key,
  );
  expect(dropped).toEqual(["tools.cache_control", "messages.content.cache_control"]);
});

test("a hint for the whole request counts, hints on results and in them too", () => {
  const inside = { kind: "text", text: "r", citations: [], cache } as const;
  const result = { callId: "c", name: "f", content: [inside], isError: false, isCustom: false, cache };
  const given: Conversation = {
    ...emptyConversation,
    cache,
    messages: [...turns(2), { role: "tool", results: [result] }],
  };
  const drops = createDrops({});
  const { messages } = withFewHints(given, drops);
  expect(messages[0]).toMatchObject({ content: [{ cache: null }] });
  expect(messages.slice(1)).toEqual(given.messages.slice(1));
  expect(drops.names()).toEqual(["messages.content.cache_control"]);
});

test("four hints stay as they are", () => {
  const given = { ...emptyConversation, messages: turns(4) };
  expect(withFewHints(given, createDrops({}))).toBe(given);
});
