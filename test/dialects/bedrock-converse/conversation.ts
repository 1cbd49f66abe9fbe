import type { Conversation, JsonObject } from "../../../src/dialects/conversation.ts";
import { plainTraits, type Traits } from "../../../src/dialects/dialect.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/dialect.ts";
import { emptyConversation, text, user } from "../support/conversation.ts";

export const claude = "us.anthropic.claude-opus-4-8-20260901-v1:0";

export { text, user };

export const base64 = (data: string, mediaType: string) => ({ kind: "base64", data, mediaType }) as const;

/** Writes a request and gives the body with the names of what it does not say. */
export const write = (
  fields: Partial<Conversation>,
  traits: Partial<Traits> = {},
): { readonly body: JsonObject; readonly json: string; readonly dropped: readonly string[] } => {
  const drops = createDrops({});
  const conversation = { ...emptyConversation, model: claude, ...fields };
  const json = JSON.stringify(bedrockConverse.writeRequest(conversation, { ...plainTraits, ...traits }, drops));
  return { body: JSON.parse(json), json, dropped: drops.names() };
};
