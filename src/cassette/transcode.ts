// A recording in the other form: a whole reply of a stream, a stream of a whole reply.
import { createAssembler, toEvents } from "../dialects/assemble.ts";
import type { Conversation, JsonObject } from "../dialects/conversation.ts";
import type { Dialect, ReplyContext } from "../dialects/dialect.ts";
import { isObject } from "../dialects/fields.ts";
import type { ReplyEvent } from "../dialects/reply.ts";
import type { StreamShape } from "../mock/shape.ts";
import { createSseParser } from "../wire/sse.ts";
import { toWritten, joinWritten } from "./file/body.ts";
import { noDrops, type Form } from "./dialect-of.ts";
import type { RecordedBody } from "./file/interaction.ts";

export interface TranscodeOptions {
  readonly dialect: Dialect;
  readonly conversation: Conversation;
  readonly form: Form;
  readonly chunk: StreamShape["chunk"];
  /** Seconds since 1970, of an answer that does not tell when it was made. */
  readonly nowSeconds: number;
  /** What ids are made of that the recording does not have. */
  readonly name: string;
}

/** A body in another form. */
export interface Transcoded {
  readonly contentType: string;
  /** The texts of its writes; one of a whole body. */
  readonly texts: readonly string[];
}

const noSide = (): Uint8Array => new Uint8Array(0);

/** The whole events of a recorded stream. */
export const eventsOf = (body: RecordedBody): readonly { readonly type: string; readonly data: string }[] => {
  const bytes = joinWritten(toWritten(body, 0, noSide));
  const events: { type: string; data: string }[] = [];
  if (body.kind === "pieces") {
    const items: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (Array.isArray(items)) for (const item of items) events.push({ type: "", data: JSON.stringify(item) });
  } else createSseParser((event) => events.push(event)).push(bytes);
  return events;
};

/** The size of a piece, in the units of its kind. */
const splitText = (text: string, { by, size }: StreamShape["chunk"]): readonly string[] => {
  const units = by === "token" ? (text.match(/\s*\S+\s*$|\s*\S+/g) ?? [text]) : Array.from(text);
  const step = by === "pieces" ? Math.max(1, Math.ceil(units.length / size)) : size;
  const pieces: string[] = [];
  for (let at = 0; at < units.length; at += step) pieces.push(units.slice(at, at + step).join(""));
  return pieces;
};

const splitDelta = (event: ReplyEvent, chunk: StreamShape["chunk"]): readonly ReplyEvent[] =>
  event.kind === "delta" && event.logprobs === null
    ? splitText(event.text, chunk).map((text) => ({
        kind: "delta",
        candidate: event.candidate,
        index: event.index,
        text,
        logprobs: null,
      }))
    : [event];

const createNewId = (name: string): ((prefix: string) => string) => {
  let count = 0;
  return (prefix) => {
    count += 1;
    return prefix + new Bun.CryptoHasher("sha256").update(`${name}/${count}`).digest("hex").slice(0, 24);
  };
};

const contentTypes = {
  whole: "application/json",
  sse: "text/event-stream; charset=utf-8",
  "json-array": "application/json; charset=utf-8",
} as const;

/** Gemini's two forms of a stream hold the same chunks. */
const reframe = (body: RecordedBody, form: Form): readonly string[] => {
  const events = eventsOf(body);
  if (form === "sse") return events.map(({ data }) => `data: ${data}\r\n\r\n`);
  return [...events.map(({ data }, index) => `${index === 0 ? "[" : ",\r\n"}${data}`), "]"];
};

const toContext = ({ conversation, form, nowSeconds, name }: TranscodeOptions): ReplyContext => ({
  conversation,
  nowSeconds,
  newId: createNewId(name),
  framing: form === "json-array" ? "json-array" : "sse",
});

const toWhole = (body: RecordedBody, options: TranscodeOptions): readonly string[] | null => {
  const { dialect } = options;
  const assembler = createAssembler();
  const reader = dialect.readEvents(assembler.event);
  for (const event of eventsOf(body)) reader.event(event);
  // An answer without an end, or one that failed, is no whole one.
  if (!reader.isWhole() || assembler.failure() !== null) return null;
  return [JSON.stringify(dialect.writeReply(assembler.reply(), toContext(options), noDrops))];
};

const toStream = (value: JsonObject, options: TranscodeOptions): readonly string[] => {
  const { dialect, chunk } = options;
  const say = dialect.writeEvents(toContext(options));
  return toEvents(dialect.readReply(value, noDrops))
    .flatMap((event) => splitDelta(event, chunk))
    .map(say)
    .filter((text) => text !== "");
};

/** Gives a recorded body in the form that is asked for; null where it cannot be said in it. */
export const transcode = (body: RecordedBody, options: TranscodeOptions): Transcoded | null => {
  const { form } = options;
  const done = (texts: readonly string[] | null): Transcoded | null =>
    texts === null ? null : { contentType: contentTypes[form], texts };
  try {
    if (form === "whole") return done(toWhole(body, options));
    if (body.kind === "json") return isObject(body.value) ? done(toStream(body.value, options)) : null;
    return done(reframe(body, form));
  } catch {
    return null;
  }
};
