// What the tests of this dialect are given: conversations, replies and everything around them.
import { join } from "node:path";
import { createAssembler } from "../../../src/dialects/assemble.ts";
import type { Conversation, JsonObject } from "../../../src/dialects/conversation.ts";
import { plainTraits, type ReplyContext, type Traits } from "../../../src/dialects/dialect.ts";
import { createDrops, type Drops } from "../../../src/dialects/drops.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import type { Finish, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { toList, toObject } from "../../../src/dialects/fields.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { createSseParser } from "../../../src/wire/sse.ts";
import { emptyConversation as hi, result, text, thrownBy, user } from "../support/conversation.ts";

export const byBudget: Traits = { ...plainTraits, thinking: "budget" };

export { result, text, thrownBy, user };

export const emptyConversation: Conversation = {
  ...hi,
  model: "gemini-3.8-flash",
  wantsUsage: true,
  native: { dialect: "gemini", fields: {} },
};

export const conversationOf = (fields: Partial<Conversation>): Conversation => ({ ...emptyConversation, ...fields });

export const thought = (said: string, seal: string | null = null, by: "gemini" | "anthropic" = "gemini") => ({
  kind: "reasoning" as const,
  id: null,
  text: said,
  isSummary: true,
  isRedacted: false,
  signature: seal === null ? null : { by, value: seal },
});

export const call = (id: string, name: string, args: string, seal: string | null = null) => ({
  kind: "tool_call" as const,
  id,
  name,
  arguments: args,
  isCustom: false,
  signature: seal === null ? null : { by: "gemini" as const, value: seal },
  cache: null,
});

export const image = {
  kind: "image" as const,
  source: { kind: "base64" as const, data: "iVBORw0KGgo=", mediaType: "image/png" },
  detail: null,
  cache: null,
};

export const newDrops = (): Drops => createDrops(gemini.fieldNames);

/** JSON as it goes over the wire: what is not given is not there. */
export const overTheWire = (body: unknown): JsonObject => {
  const read = toObject(parseJson(JSON.stringify(body)));
  if (read === null) throw new Error("the body is no object");
  return read;
};

/** A value to compare whatever its type. */
export const anything = (value: unknown): unknown => value;

/** The objects of a list at a path such as `candidates.0.content.parts`. */
export const objectsAt = (body: unknown, path: string): readonly JsonObject[] => {
  let value = body;
  for (const key of path.split(".")) value = Array.isArray(value) ? toList(value)[Number(key)] : toObject(value)?.[key];
  return toList(value).map((item) => toObject(item) ?? {});
};

export const read = (body: object, drops: Drops = newDrops()): Conversation =>
  gemini.readRequest(overTheWire(body), { model: "gemini-3.8-flash", stream: false }, drops);

export const readContents = (...contents: readonly object[]) => read({ contents }).messages;

export interface Written {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

export const write = (fields: Partial<Conversation>, traits: Traits = plainTraits): Written => {
  const drops = newDrops();
  const body = overTheWire(gemini.writeRequest(conversationOf(fields), traits, drops));
  return { body, dropped: drops.names() };
};

export const contextOf = (framing: ReplyContext["framing"] = "sse"): ReplyContext => {
  let ids = 0;
  return {
    conversation: emptyConversation,
    nowSeconds: 1_790_000_000,
    newId: (prefix) => {
      ids += 1;
      return `${prefix}new${ids}`;
    },
    framing,
  };
};

export const finishOf = (reason: Finish["reason"], detail: string | null = null): Finish => ({
  reason,
  stopSequence: null,
  detail,
});

const folder = join(import.meta.dir, "../../fixtures/streams/gemini");
export const fixture = (name: string) => Bun.file(join(folder, name));

export interface ReadStream {
  readonly events: readonly ReplyEvent[];
  readonly reply: Reply;
  readonly isWhole: boolean;
}

/** Reads a stream that arrives in pieces, parted before each of the given bytes. */
export const readStream = (bytes: Uint8Array, cuts: readonly number[] = []): ReadStream => {
  const events: ReplyEvent[] = [];
  const assembler = createAssembler();
  const reader = gemini.readEvents((event) => {
    events.push(event);
    assembler.event(event);
  });
  const parser = createSseParser(reader.event);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    parser.push(bytes.subarray(from, cut));
    from = cut;
  }
  const isWhole = reader.isWhole();
  return { events, reply: assembler.reply(), isWhole };
};

export const sse = (...events: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join(""));

/** A whole reply with these candidate's fields. */
export const readCandidate = (candidate: object, rest: object = {}): Reply =>
  gemini.readReply(overTheWire({ candidates: [candidate], ...rest }), newDrops());
