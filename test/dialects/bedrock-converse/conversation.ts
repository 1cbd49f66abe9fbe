import type { Conversation, JsonObject, Message } from "../../../src/dialects/conversation.ts";
import { plainTraits, type Traits } from "../../../src/dialects/dialect.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/dialect.ts";

export const claude = "us.anthropic.claude-opus-4-8-20260901-v1:0";

/** A conversation that says nothing but this. */
export const plain = (fields: Partial<Conversation>): Conversation => ({
  model: claude,
  stream: false,
  messages: [],
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  output: null,
  reasoning: null,
  maxOutputTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  seed: null,
  candidates: null,
  stop: [],
  presencePenalty: null,
  frequencyPenalty: null,
  topLogprobs: null,
  logitBias: null,
  verbosity: null,
  serviceTier: null,
  user: null,
  metadata: null,
  store: null,
  previousResponseId: null,
  cache: null,
  wantsUsage: false,
  native: { dialect: "openai-chat", fields: {} },
  ...fields,
});

export const text = (said: string) => ({ kind: "text", text: said, citations: [], cache: null }) as const;
export const user = (...said: readonly string[]): Message => ({ role: "user", content: said.map(text), name: null });

export const base64 = (data: string, mediaType: string) => ({ kind: "base64", data, mediaType }) as const;

/** Writes a request and gives the body with the names of what it does not say. */
export const write = (
  fields: Partial<Conversation>,
  traits: Partial<Traits> = {},
): { readonly body: JsonObject; readonly json: string; readonly dropped: readonly string[] } => {
  const drops = createDrops({});
  const conversation = plain({ messages: [user("Hi")], ...fields });
  const json = JSON.stringify(bedrockConverse.writeRequest(conversation, { ...plainTraits, ...traits }, drops));
  return { body: JSON.parse(json), json, dropped: drops.names() };
};
