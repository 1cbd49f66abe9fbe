// What the scripted upstreams share: the same small answers, each said by hand in the words of one dialect.
import type { ClientDialectName } from "../../../src/dialects/conversation.ts";
import { toChunk, toHead } from "../http-bytes.ts";
import type { RawUpstream, UpstreamCall, UpstreamScript } from "../raw-upstream.ts";
import { afterRequest, json, lastChunk, streamHead } from "../upstream-scripts.ts";

/** What the model says, the same through every dialect. */
export const said = {
  pieces: ["Paris, où ", "coule la ", "Seine ☕."],
  text: "Paris, où coule la Seine ☕.",
  thoughts: ["They ask ", "about France."],
  thought: "They ask about France.",
  object: { city: "Paris", people: 2_100_000 },
  refusal: "I cannot help with that.",
} as const;

/** The calls of one turn, in parallel. */
export const asked = [
  { id: "call_paris", name: "weather", input: { city: "Paris" } },
  { id: "call_oslo", name: "weather", input: { city: "Oslo" } },
] as const;

/**
 * Tokens of each answer: of the input 40 came from a cache and 10 went into it, where the service tells so much; of the
 * output 12 are reasoning.
 */
export const figures = { input: 100, cached: 40, written: 10, output: 30, reasoning: 12 } as const;

/** The bytes of a small PNG. */
export const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** The most tokens an answer may have; `short` is one cut there. */
export const limit = 256;

/** The bytes of something that begins like a PDF. */
export const page = Buffer.from("%PDF-1.7\n% a page about the Seine\n").toString("base64");

export type AnswerName = "text" | "calls" | "json" | "thought" | "thoughtCalls" | "hiddenCalls" | "short" | "refusal";

/** An answer in the words of a dialect. */
export interface Answer {
  readonly whole: object;
  /** The same as server-sent events, each with its blank line. */
  readonly events: readonly string[];
}

/** A call of an earlier turn with its result, joined as the dialect joins them. */
export interface AnsweredCall {
  readonly name: string;
  readonly input: unknown;
  readonly result: string;
}

/** A request as the upstream understands it. */
export interface Understood {
  /** What the model is told before all questions. */
  readonly system: readonly string[];
  /** Texts of the user, in order. */
  readonly questions: readonly string[];
  readonly answered: readonly AnsweredCall[];
  /** What it gave itself with its reasoning in the turn before, in the order it stands in. */
  readonly seals: readonly string[];
  readonly media: readonly { readonly mediaType: string; readonly data: string }[];
  readonly limit: number | null | undefined;
  /** Names of the tools it may call. */
  readonly tools: readonly string[];
  /** The JSON Schema the answer has to hold to, null without one. */
  readonly schema: unknown;
}

/** A service of one dialect: how it is reached, what it says, how it reads. */
export interface Side {
  readonly dialect: ClientDialectName;
  /** A model of the kind that is served in this dialect. */
  readonly model: string;
  /** Keys of the provider in a config beside its name and models. */
  readonly provider: (url: string) => object;
  /** Where a call has to arrive, without its query. */
  readonly path: (isStream: boolean) => string;
  /** The header our key has to come in, and how it reads. */
  readonly credential: readonly [name: string, value: string];
  readonly isStream: (call: UpstreamCall) => boolean;
  /** `figures.written`, or 0 where the service tells nothing of it. */
  readonly written: number;
  readonly answers: Readonly<Record<AnswerName, Answer>>;
  /** Whether the service sends this event although nobody asked; all of them without it. */
  readonly sends?: (event: string, call: UpstreamCall) => boolean;
  /** What the service does not do; the body of the 400 that says so. */
  readonly refuses?: (body: string) => object | null;
  /** The body of an error, with `said.refusal` as its message. */
  readonly failure: (status: number) => object;
  readonly overloadStatus: 503 | 529;
  /** The event that ends a stream with an error, with `said.refusal` as its message. */
  readonly streamFailure: string;
  /** What the service gives with its reasoning, as `Understood.seals` has it. `hiddenCalls` has no text to it. */
  readonly seals: Readonly<Record<"thought" | "thoughtCalls" | "hiddenCalls", readonly string[]>>;
  readonly read: (body: string) => Understood;
}

/** An event without a name. */
export const toEvent = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;

interface Typed {
  readonly type: string;
}

/** An event named after its type. */
export const toTypedEvent = (data: Typed): string => `event: ${data.type}\n${toEvent(data)}`;

/** Takes a data URL apart. */
export const fromDataUrl = (url = ""): Understood["media"][number] => {
  const [, mediaType = "", data = ""] = /^data:(.*?);base64,(.*)$/.exec(url) ?? [];
  return { mediaType, data };
};

/** Cuts a JSON text in two within a string. */
export const halves = (text: string): readonly [string, string] => [text.slice(0, 9), text.slice(9)];

const isAtTheDoor = (side: Side, call: UpstreamCall): boolean => {
  const [name, value] = side.credential;
  return call.header(name) === value && call.target.split("?")[0] === side.path(side.isStream(call));
};

/** Streams these events as they are, and then does as `ending` says. */
const stream = async (
  call: UpstreamCall,
  events: readonly string[],
  ending: (call: UpstreamCall) => void | Promise<void>,
): Promise<void> => {
  await call.write(streamHead);
  for (const event of events) await call.write(toChunk(event));
  await ending(call);
};

/** Answers one request after another; a request beside the script, to another path or with another key gets a 404. */
export const playing = (side: Side, names: readonly AnswerName[]): UpstreamScript => {
  const left = [...names];
  return afterRequest(async (call) => {
    const refusal = side.refuses?.(call.body().toString()) ?? null;
    if (refusal !== null) {
      await call.reply(400, json, JSON.stringify(refusal));
      return;
    }
    const name = left.shift();
    if (name === undefined || !isAtTheDoor(side, call)) {
      await call.reply(404, json, JSON.stringify({ error: { message: `nothing for ${call.target}` } }));
      return;
    }
    const { whole, events } = side.answers[name];
    if (!side.isStream(call)) {
      await call.reply(200, json, JSON.stringify(whole));
      return;
    }
    const sent = events.filter((event) => side.sends?.(event, call) !== false);
    await stream(call, sent, (done) => done.write(lastChunk));
  });
};

/** The first events of the text, of which some have text and none is the end. */
const begun = ({ answers }: Side): readonly string[] =>
  answers.text.events.slice(0, answers.text.events.findIndex((event) => event.includes("coule")) + 1);

/** Ends a stream in its middle with the service's own error event. */
export const failingInStream = (side: Side): UpstreamScript =>
  afterRequest((call) => stream(call, [...begun(side), side.streamFailure], (done) => done.write(lastChunk)));

/** Resets the connection in the middle of a stream. */
export const cutInStream = (side: Side): UpstreamScript =>
  afterRequest((call) =>
    stream(call, begun(side), async (done) => {
      await Bun.sleep(5);
      done.reset();
    }),
  );

/** Resets the connection in the middle of a whole reply. */
export const cutInReply = (side: Side): UpstreamScript =>
  afterRequest(async (call) => {
    const body = JSON.stringify(side.answers.text.whole);
    const head = toHead(200, { ...json, "content-length": String(Buffer.byteLength(body)) });
    await call.write(head + body.slice(0, body.indexOf(said.text)));
    await Bun.sleep(5);
    call.reset();
  });

/** Goes silent in the middle of a stream; `reached` is called before. */
export const silentInStream = (side: Side, reached: () => void): UpstreamScript =>
  afterRequest((call) =>
    stream(call, begun(side), async (done) => {
      // By then the client has what was written.
      await Bun.sleep(10);
      reached();
      return done.connection.closed;
    }),
  );

/** Ends the body in the middle of a stream as if it were whole. */
export const stoppingInStream = (side: Side): UpstreamScript =>
  afterRequest((call) => stream(call, begun(side), (done) => done.write(lastChunk)));

/** What the upstream understood of its newest request. */
export const understoodBy = (upstream: RawUpstream, side: Side): Understood =>
  side.read(upstream.last().body().toString());
