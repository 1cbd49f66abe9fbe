import { createAssembler } from "../../../src/dialects/assemble.ts";
import type { Conversation, JsonObject } from "../../../src/dialects/conversation.ts";
import type { ReplyContext } from "../../../src/dialects/dialect.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { needObject } from "../../../src/dialects/fields.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import type { Failure, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { createSseParser } from "../../../src/wire/sse.ts";

/** An object out of a JSON text, as readers are given it. */
export const parseObject = (json: string): JsonObject => needObject(parseJson(json), "");

/** What a request is read as, and what of it was named as dropped. */
export const read = (
  body: object,
  stream = false,
): { readonly conversation: Conversation; readonly dropped: readonly string[] } => {
  const drops = createDrops(openaiResponses.fieldNames);
  const parsed = parseObject(JSON.stringify(body));
  const conversation = openaiResponses.readRequest(parsed, { model: "m", stream }, drops);
  return { conversation, dropped: drops.names() };
};

/** A conversation with nothing in it, as a client of another dialect. */
export const emptyConversation: Conversation = {
  ...read({ input: "x" }).conversation,
  messages: [],
  native: { dialect: "anthropic", fields: {} },
};

export const contextOf = (conversation: Conversation = emptyConversation): ReplyContext => {
  let count = 0;
  return {
    conversation,
    nowSeconds: 1_790_000_009,
    newId: (prefix) => `${prefix}new${++count}`,
    framing: "sse",
  };
};

export interface ReadStream {
  readonly events: readonly ReplyEvent[];
  readonly reply: Reply;
  readonly failure: Failure | null;
  readonly isWhole: boolean;
}

/** The events of a stream that arrives in the given pieces. */
export const readPieces = (...pieces: readonly Uint8Array[]): Pick<ReadStream, "events" | "isWhole"> => {
  const events: ReplyEvent[] = [];
  const reader = openaiResponses.readEvents((event) => events.push(event));
  const parser = createSseParser(reader.event);
  for (const piece of pieces) parser.push(piece);
  return { events, isWhole: reader.isWhole() };
};

export const readStream = (bytes: Uint8Array): ReadStream => {
  const { events, isWhole } = readPieces(bytes);
  const assembler = createAssembler();
  for (const event of events) assembler.event(event);
  return { events, reply: assembler.reply(), failure: assembler.failure(), isWhole };
};

export const readStreamText = (text: string): ReadStream => readStream(new TextEncoder().encode(text));

/** The wire events of a stream's text. */
export const wireEvents = (text: string): readonly (JsonObject & { readonly type: string })[] => {
  const events: (JsonObject & { readonly type: string })[] = [];
  const parser = createSseParser(({ type, data }) => {
    const event = JSON.parse(data);
    if (event.type !== type) throw new Error(`the event '${type}' holds '${event.type}'`);
    events.push(event);
  });
  parser.push(new TextEncoder().encode(text));
  return events;
};
