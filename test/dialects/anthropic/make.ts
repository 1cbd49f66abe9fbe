// What the tests of this dialect are given: conversations, replies and everything around them.
import type { Conversation, JsonObject } from "../../../src/dialects/conversation.ts";
import { plainTraits, type ReplyContext, type Traits } from "../../../src/dialects/dialect.ts";
import { createDrops, type Drops } from "../../../src/dialects/drops.ts";
import type { Finish, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { createAssembler } from "../../../src/dialects/assemble.ts";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import { needObject } from "../../../src/dialects/fields.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { createSseParser, type SseEvent } from "../../../src/wire/sse.ts";
import { emptyConversation as hi, result, text, thrownBy } from "../support/conversation.ts";

export const adaptive: Traits = { ...plainTraits, hasLateSystem: true };
export const byBudget: Traits = { ...plainTraits, thinking: "budget" };

export { result, text, thrownBy };

const emptyConversation: Conversation = { ...hi, model: "claude-opus-5-5" };

export const conversationOf = (fields: Partial<Conversation>): Conversation => ({ ...emptyConversation, ...fields });

export const call = (id: string, name: string, input: string) => ({
  kind: "tool_call" as const,
  id,
  name,
  arguments: input,
  isCustom: false,
  signature: null,
  cache: null,
});

export const newDrops = (): Drops => createDrops({});

/** A body as it comes over the wire. */
export const parseBody = (json: string): JsonObject => needObject(parseJson(json), "body");

/** Reads a request as it comes over the wire. */
export const read = (body: object, drops: Drops = newDrops(), stream = false): Conversation => {
  const parsed = parseBody(JSON.stringify({ model: "claude-opus-5-5", max_tokens: 1024, ...body }));
  return anthropic.readRequest(parsed, { model: "claude-opus-5-5", stream }, drops);
};

/** Writes a request as it goes over the wire, with the names of what it does not say. */
export const write = (fields: Partial<Conversation>, traits: Traits = adaptive) => {
  const drops = newDrops();
  const body = JSON.parse(JSON.stringify(anthropic.writeRequest(conversationOf(fields), traits, drops)));
  return { body, dropped: drops.names() };
};

export const context: ReplyContext = {
  conversation: emptyConversation,
  nowSeconds: 1_795_000_000,
  newId: (prefix) => `${prefix}new`,
  framing: "sse",
};

export const finish = (reason: Finish["reason"], detail: string | null = null): Finish => ({
  reason,
  stopSequence: null,
  detail,
});

export const replyOf = (fields: Partial<Reply> = {}): Reply => ({
  id: "msg_1",
  model: "claude-opus-5-5",
  createdAt: null,
  serviceTier: null,
  fingerprint: null,
  candidates: [{ index: 0, content: [text("Hi")], finish: finish("stop"), logprobs: null }],
  usage: null,
  ...fields,
});

/** Writes events as one stream. */
export const writeStream = (events: readonly ReplyEvent[]): string =>
  events.map(anthropic.writeEvents(context)).join("");

export const parseSse = (bytes: Uint8Array | string, cuts: readonly number[] = []): SseEvent[] => {
  const events: SseEvent[] = [];
  const parser = createSseParser((event) => events.push(event));
  const whole = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  let from = 0;
  for (const cut of [...cuts, whole.length]) {
    parser.push(whole.subarray(from, cut));
    from = cut;
  }
  return events;
};

/** Reads a stream, cut where told, and puts the answer together. */
export const readStream = (bytes: Uint8Array | string, cuts: readonly number[] = []) => {
  const events: ReplyEvent[] = [];
  const assembler = createAssembler();
  const reader = anthropic.readEvents((event) => {
    events.push(event);
    assembler.event(event);
  });
  for (const event of parseSse(bytes, cuts)) reader.event(event);
  return { events, reply: assembler.reply(), failure: assembler.failure(), isWhole: reader.isWhole() };
};
