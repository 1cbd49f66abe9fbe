// What the tests of all dialects together need: the dialects by name, and their functions with the framing around them.
import { createAssembler } from "../../../src/dialects/assemble.ts";
import type { ClientDialectName, Conversation, DialectName, JsonObject } from "../../../src/dialects/conversation.ts";
import {
  plainTraits,
  type Dialect,
  type ReplyContext,
  type Traits,
  type UpstreamDialect,
} from "../../../src/dialects/dialect.ts";
import { dialects } from "../../../src/dialect-table.ts";
import { createDrops, type Drops } from "../../../src/dialects/drops.ts";
import { needObject } from "../../../src/dialects/fields.ts";
import type { Failure, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { ProxyError } from "../../../src/errors.ts";
import { presets } from "../../../src/providers/presets.ts";
import { toMatcher } from "../../../src/wire/glob.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { createSseParser } from "../../../src/wire/sse.ts";

export const clientNames = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const;
export const upstreamNames = [...clientNames, "bedrock-converse"] as const;

export const clientOf = (name: ClientDialectName): Dialect => dialects.clients[name];
export const upstreamOf = (name: DialectName): UpstreamDialect => dialects.upstreams[name];

const traitsOf = (type: "openai" | "anthropic" | "google", model: string): Traits => {
  const { traits, quirks } = presets[type];
  return { ...traits, ...quirks.find(({ models }) => toMatcher(models)(model))?.traits };
};

/** OpenAI has no model that takes sampling and thinks at once; this one is said to think. */
const gpt = { model: "gpt-4.1", traits: { ...traitsOf("openai", "gpt-4.1"), thinking: "effort" } } as const;

/** Each dialect as its own service speaks it, with a model of it that takes sampling and can be forced. */
export const targets: Readonly<Record<DialectName, { readonly model: string; readonly traits: Traits }>> = {
  "openai-chat": gpt,
  "openai-responses": gpt,
  anthropic: { model: "claude-sonnet-4-6", traits: traitsOf("anthropic", "claude-sonnet-4-6") },
  gemini: { model: "gemini-3.8-flash", traits: traitsOf("google", "gemini-3.8-flash") },
  "bedrock-converse": {
    model: "us.anthropic.claude-sonnet-4-6-v1:0",
    traits: { ...plainTraits, ...traitsOf("anthropic", "claude-sonnet-4-6"), hasLateSystem: false },
  },
};

/** A value as it is once it was a JSON text, with its numbers as they were spelled. */
export const asParsed = (value: unknown): JsonObject => needObject(parseJson(JSON.stringify(value)), "");

export interface Noted<T> {
  readonly value: T;
  readonly dropped: readonly string[];
}

const noted = <T>(client: Dialect, make: (drops: Drops) => T): Noted<T> => {
  const drops = createDrops(client.fieldNames);
  return { value: make(drops), dropped: drops.names() };
};

export const readRequest = (from: ClientDialectName, body: unknown, model = "m", stream = false): Noted<Conversation> =>
  noted(clientOf(from), (drops) => clientOf(from).readRequest(asParsed(body), { model, stream }, drops));

/** Says a conversation to an upstream; names are those its client knows. */
export const writeRequest = (
  to: DialectName,
  conversation: Conversation,
  traits: Traits = targets[to].traits,
): Noted<JsonObject> => {
  const { native } = conversation;
  const from = native.dialect === "bedrock-converse" ? "openai-chat" : native.dialect;
  return noted(clientOf(from), (drops) => upstreamOf(to).writeRequest(conversation, traits, drops));
};

export const plainConversation: Conversation = {
  ...readRequest("openai-chat", { messages: [{ role: "user", content: "Hi" }] }).value,
};

export const contextOf = (conversation: Conversation = plainConversation): ReplyContext => {
  let count = 0;
  return { conversation, nowSeconds: 1_790_000_009, newId: (prefix) => `${prefix}new${++count}`, framing: "sse" };
};

export const readReply = (from: DialectName, body: unknown): Noted<Reply> =>
  noted(clientOf("openai-chat"), (drops) => upstreamOf(from).readReply(asParsed(body), drops));

export const writeReply = (
  to: ClientDialectName,
  reply: Reply,
  conversation: Conversation = plainConversation,
): Noted<JsonObject> => noted(clientOf(to), (drops) => clientOf(to).writeReply(reply, contextOf(conversation), drops));

/** A stream of the same, one text for each event that was given. */
export const writeStream = (
  to: ClientDialectName,
  events: readonly ReplyEvent[],
  conversation: Conversation = { ...plainConversation, stream: true, wantsUsage: true },
): readonly string[] => events.map(clientOf(to).writeEvents(contextOf(conversation)));

export interface ReadStream {
  readonly events: readonly ReplyEvent[];
  readonly reply: Reply;
  readonly failure: Failure | null;
  readonly isWhole: boolean;
}

/** Reads a stream that arrives in the given pieces and is closed then. */
export const readStream = (from: DialectName, pieces: readonly Uint8Array[]): ReadStream => {
  const events: ReplyEvent[] = [];
  const assembler = createAssembler();
  const reader = upstreamOf(from).readEvents((event) => {
    events.push(event);
    assembler.event(event);
  });
  const parser = createSseParser(reader.event);
  for (const piece of pieces) parser.push(piece);
  const isWhole = reader.isWhole();
  return { events, reply: assembler.reply(), failure: assembler.failure(), isWhole };
};

const encoder = new TextEncoder();

export const toBytes = (text: string): Uint8Array => encoder.encode(text);

export const readStreamText = (from: DialectName, text: string): ReadStream => readStream(from, [toBytes(text)]);

/** What a function gives, or the refusal it throws; anything else thrown is a bug and thrown on. */
export const orRefusal = <T>(run: () => T): T | ProxyError => {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof ProxyError) return thrown;
    throw thrown;
  }
};
