import { createAssembler } from "../../../src/dialects/assemble.ts";
import type {
  Citation,
  Conversation,
  OutputPart,
  Reasoning,
  Text,
  ToolCall,
} from "../../../src/dialects/conversation.ts";
import { plainTraits, type ReplyContext, type Traits } from "../../../src/dialects/dialect.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { openaiChat } from "../../../src/dialects/openai-chat/dialect.ts";
import { toObject } from "../../../src/dialects/fields.ts";
import type { ChatReply, Chunk } from "../../../src/dialects/openai-chat/wire-reply.ts";
import type { ChatRequest } from "../../../src/dialects/openai-chat/wire-request.ts";
import type { Failure, FinishReason, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { createSseParser } from "../../../src/wire/sse.ts";
import { plainCall, richReply } from "../rich.ts";

export const fixtures = `${import.meta.dir}/../../fixtures/streams/openai-chat`;

/** OpenAI's own service. */
export const openaiTraits: Traits = {
  ...plainTraits,
  maxTokensField: "max_completion_tokens",
  hasDeveloperRole: true,
  hasOpenAiExtras: true,
  reasoningField: null,
};
export const openRouterTraits: Traits = {
  ...plainTraits,
  hasTopK: true,
  reasoningField: "reasoning",
  hasReasoningDetails: true,
};

export const anyDrops = () => createDrops(openaiChat.fieldNames);

const json = (value: unknown) => JSON.parse(JSON.stringify(value));

export interface Read {
  readonly conversation: Conversation;
  readonly dropped: readonly string[];
}

/** Reads a request with a model and, unless it has its own, one message. */
export const readRequest = (body: object, stream = "stream_options" in body): Read => {
  const drops = anyDrops();
  const whole = { model: "m", messages: [{ role: "user", content: "Hi" }], ...body };
  const conversation = openaiChat.readRequest(
    toObject(parseJson(JSON.stringify(whole))) ?? {},
    { model: "m", stream },
    drops,
  );
  return { conversation, dropped: drops.names() };
};

/** The simplest conversation, changed as told. */
export const talk = (changes: Partial<Conversation> = {}): Conversation => ({
  ...readRequest({}).conversation,
  ...changes,
});

/** What was written, as it would come out of the JSON text. */
export interface Written<Body> {
  readonly body: Body;
  readonly dropped: readonly string[];
}

export const writeRequest = (conversation: Conversation, traits: Traits = plainTraits): Written<ChatRequest> => {
  const drops = anyDrops();
  return { body: json(openaiChat.writeRequest(conversation, traits, drops)), dropped: drops.names() };
};

export const contextOf = (conversation: Conversation = talk()): ReplyContext => {
  let made = 0;
  return {
    conversation,
    nowSeconds: 1_795_000_000,
    newId: (prefix) => `${prefix}${(made += 1)}`,
    framing: "sse",
  };
};

export const writeReply = (reply: Reply, context: ReplyContext = contextOf()): Written<ChatReply> => {
  const drops = anyDrops();
  return { body: json(openaiChat.writeReply(reply, context, drops)), dropped: drops.names() };
};

export const readReply = (body: object): Reply => openaiChat.readReply(json(body), anyDrops());

export interface ReadStream {
  readonly events: readonly ReplyEvent[];
  readonly reply: Reply;
  readonly failure: Failure | null;
  readonly isWhole: boolean;
}

/** Reads the bytes of a stream, given in the pieces told. */
export const readStream = (...pieces: readonly (Uint8Array | string)[]): ReadStream => {
  const events: ReplyEvent[] = [];
  const assembler = createAssembler();
  const reader = openaiChat.readEvents((event) => {
    events.push(event);
    assembler.event(event);
  });
  const parser = createSseParser(reader.event);
  for (const piece of pieces) parser.push(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
  const isWhole = reader.isWhole();
  return { events, reply: assembler.reply(), failure: assembler.failure(), isWhole };
};

export const writeStream = (events: readonly ReplyEvent[], context: ReplyContext = contextOf()): string =>
  events.map(openaiChat.writeEvents(context)).join("");

/** The bodies of the chunks in a stream. */
export const chunksOf = (text: string): readonly Chunk[] =>
  text
    .split("\n\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)));

/** What is wrong with the order of the events; see `ReplyEvent`. */
export const faultsOf = (events: readonly ReplyEvent[]): readonly string[] => {
  const faults: string[] = [];
  const open = new Map<number, number>();
  const count = new Map<number, number>();
  const finished = new Set<number>();
  if (events[0]?.kind !== "start") faults.push("no start");
  for (const [place, event] of events.entries()) {
    const isLast = place === events.length - 1;
    if ((event.kind === "end" || event.kind === "error") && !isLast) faults.push(`${event.kind} is not last`);
    if (event.kind === "start" && place > 0) faults.push("a second start");
    if (event.kind === "finish") {
      if (open.has(event.candidate)) faults.push("finish while a part is open");
      if (finished.has(event.candidate)) faults.push("a second finish");
      finished.add(event.candidate);
    }
    if (!("index" in event)) continue;
    if (event.kind === "part") {
      if (open.has(event.candidate)) faults.push("two parts open");
      if ((count.get(event.candidate) ?? 0) !== event.index) faults.push(`part ${event.index} out of order`);
      count.set(event.candidate, event.index + 1);
      open.set(event.candidate, event.index);
    } else if (open.get(event.candidate) !== event.index) faults.push(`${event.kind} of a part that is not open`);
    if (event.kind === "part_end") open.delete(event.candidate);
  }
  return faults;
};

/** A text as a part. */
export const said = (text: string, citations: readonly Citation[] = []): Text => ({
  kind: "text",
  text,
  citations,
  cache: null,
});
export const thought: Reasoning = {
  kind: "reasoning",
  id: null,
  text: "Hm.",
  isSummary: false,
  isRedacted: false,
  signature: null,
};
export const call: ToolCall = plainCall;

/** A reply of these parts. */
export const replyOf = (content: readonly OutputPart[], reason: FinishReason = "stop"): Reply => ({
  ...richReply,
  usage: null,
  candidates: [{ index: 0, content, finish: { reason, stopSequence: null, detail: null }, logprobs: null }],
});
