// Deltas that are like the ones before them are not read one by one (`wire/alike.ts`). Here every stream is translated both ways,
// with and without, and must come out the same to the byte, chunk by chunk, and be told the same to who reads along.
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createAssembler, toEvents } from "../../src/dialects/assemble.ts";
import type { ClientDialectName } from "../../src/dialects/conversation.ts";
import type { Reply, ReplyEvent } from "../../src/dialects/reply.ts";
import { translateStream, type Translation } from "../../src/dialects/translate-stream.ts";
import { noneAlike } from "../../src/wire/alike.ts";
import { createSseParser } from "../../src/wire/sse.ts";
import { eventsOf } from "../../bench/translation-replies.ts";
import { arbitraryReply } from "./support/arbitrary-reply.ts";
import { clientNames, clientOf, contextOf, plainConversation, toBytes, writeStream } from "./support/speak.ts";
import { cutAt } from "./support/stream-contract.ts";

const seed = Number(process.env["QLITE_SEED"] ?? 20_261_123);
const decoder = new TextDecoder();

interface Run {
  readonly from: ClientDialectName;
  readonly to: ClientDialectName;
  readonly chunks: readonly Uint8Array[];
  /** After each so many chunks somebody wants to know. */
  readonly askedEach?: number;
  /** Breaks behind the last chunk. */
  readonly breaks?: boolean;
}

const run = ({ from, to, chunks, askedEach = 0, breaks = false }: Run, compares: boolean) => {
  const upstream = clientOf(from);
  const assembler = createAssembler();
  const failed: string[] = [];
  let reads = 0;
  const translation: Translation = translateStream({
    createParser: createSseParser,
    deltas: compares ? upstream.deltas : noneAlike,
    read: (emit) => {
      const reader = upstream.readEvents((event) => {
        assembler.event(event);
        emit(event);
      });
      return {
        ...reader,
        event: (event) => {
          reads += 1;
          reader.event(event);
        },
      };
    },
    write: clientOf(to).writeEvents(contextOf({ ...plainConversation, stream: true, wantsUsage: true })),
    failed: ({ code, message }) => failed.push(`${code}: ${message}`),
  });
  const said: string[] = [];
  const asked: Reply[] = [];
  for (const [at, chunk] of chunks.entries()) {
    if (translation.isOver()) break;
    said.push(decoder.decode(translation.chunk(chunk)));
    if (askedEach === 0 || at % askedEach !== 0) continue;
    translation.catchUp();
    asked.push(assembler.reply());
  }
  if (!translation.isOver()) {
    said.push(decoder.decode(breaks ? (translation.broken(new Error("reset")) ?? undefined) : translation.last()));
  }
  return { said, asked, reply: assembler.reply(), failed, reads };
};

/** Translates a stream both ways; gives how many events were read, of how many. */
const compare = (one: Run): readonly [number, number] => {
  const { reads: fewer, ...with_ } = run(one, true);
  const { reads: all, ...without } = run(one, false);
  expect(with_).toEqual(without);
  return [fewer, all];
};

const eventsIn = (text: string): readonly string[] => text.split(/(?<=\n\n)/).filter((event) => event !== "");
const toChunks = (events: readonly string[]): readonly Uint8Array[] => events.map(toBytes);
const others = (from: ClientDialectName): readonly ClientDialectName[] => clientNames.filter((name) => name !== from);

const recorded = join(import.meta.dir, "../fixtures/streams");
const recordedOf = (from: ClientDialectName): readonly (readonly [string, string])[] =>
  readdirSync(join(recorded, from))
    .filter((name) => name.endsWith(".sse"))
    .map((name) => [name, readFileSync(join(recorded, from, name), "utf8").replaceAll("\r\n", "\n")]);

/** The events of a reply, its texts in pieces of so many characters. */
const inDeltas = (reply: Reply, size: number): readonly ReplyEvent[] =>
  toEvents(reply).flatMap((event): readonly ReplyEvent[] => {
    if (event.kind !== "delta") return [event];
    const characters = Array.from(event.text);
    return Array.from({ length: Math.ceil(characters.length / size) }, (_, at): ReplyEvent => {
      const text = characters.slice(at * size, (at + 1) * size).join("");
      return { kind: "delta", candidate: event.candidate, index: event.index, text, logprobs: null };
    });
  });

describe.each(clientNames)("a stream of %s", (from) => {
  test.each(recordedOf(from))("%s comes out the same, each event of it once, twice or five times", (_, text) => {
    for (const to of others(from)) {
      for (const times of [1, 2, 5]) {
        const events = eventsIn(text).flatMap((event) => Array.from({ length: times }, () => event));
        for (const breaks of [false, true]) compare({ from, to, chunks: toChunks(events), askedEach: 3, breaks });
      }
    }
  });

  test("of a long text is read in part, and comes out the same", () => {
    for (const to of others(from)) {
      const [fewer, all] = compare({ from, to, chunks: toChunks(eventsOf(from, "text", 2000)) });
      expect([all >= 2000, fewer < 100]).toEqual([true, true]);
    }
  });

  test("of the long arguments of a call comes out the same", () => {
    for (const to of others(from)) compare({ from, to, chunks: toChunks(eventsOf(from, "arguments", 400)) });
  });

  test("of any reply, however it is cut, comes out the same", () => {
    const cuts = fc.array(fc.nat({ max: 6000 }), { maxLength: 6 });
    const any = fc.record({
      reply: arbitraryReply,
      size: fc.integer({ min: 1, max: 4 }),
      to: fc.constantFrom(...others(from)),
      askedEach: fc.integer({ min: 0, max: 9 }),
      breaks: fc.boolean(),
      cuts,
    });
    fc.assert(
      fc.property(any, ({ reply, size, cuts: places, ...rest }) => {
        const events = writeStream(from, inDeltas(reply, size)).flatMap(eventsIn);
        compare({ from, chunks: toChunks(events), ...rest });
        compare({ from, chunks: cutAt(events.join(""), places), ...rest });
      }),
      { seed, numRuns: 150 },
    );
  });
});

const chatChunk = (content: string, tokens: number): string =>
  `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"${content}"},` +
  `"finish_reason":null}],"usage":{"prompt_tokens":5,"completion_tokens":${tokens},"total_tokens":${tokens + 5}}}\n\n`;

test("a chat stream that tells its usage with each chunk is read in part, and its last usage is told", () => {
  const chunks = toChunks(Array.from({ length: 120 }, (_, at) => chatChunk(`w${at % 7} `, at)));
  const one: Run = { from: "openai-chat", to: "anthropic", chunks };
  expect(compare(one)[0]).toBeLessThan(10);
  expect(run(one, true).reply.usage?.outputTokens).toBe(119);
});

const groundedChunk = (text: string): string => {
  const segment = { startIndex: 0, endIndex: text.length, text };
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: "https://a.example/", title: "A" } }],
    groundingSupports: [{ segment, groundingChunkIndices: [0] }],
  };
  const content = { parts: [{ text }], role: "model" };
  return `data: ${JSON.stringify({ candidates: [{ content, groundingMetadata, index: 0 }], modelVersion: "m" })}\n\n`;
};

test("a Gemini stream whose chunks have sources each comes out the same", () => {
  const chunks = toChunks(["word one, ", "word two, ", "word ten, ", "word two."].map(groundedChunk));
  for (const to of others("gemini")) compare({ from: "gemini", to, chunks });
});

const chatDelta = (delta: string, logprobs = "null"): string =>
  `data: {"id":"1","model":"m","created":1,"choices":[{"index":0,"delta":${delta},"logprobs":${logprobs},"finish_reason":null}]}\n\n`;
const dot = '{"content":[{"token":".","logprob":0.0,"bytes":[46],"top_logprobs":[]}]}';
const five = (event: string): readonly string[] => Array.from({ length: 5 }, () => event);
const textDelta = (delta: string, padding: string): string =>
  `event: response.output_text.delta\ndata: {"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,` +
  `"delta":"${delta}","obfuscation":"${padding}"}\n\n`;
const numbered = (event: (word: string) => string): readonly string[] => ["a", "b", "c", "d", "e"].map(event);

// What an event adds and does not tell at once, or is no JSON where nobody looks, must not be lost among its like.
test.each<readonly [string, ClientDialectName, readonly string[]]>([
  [
    "logprobs beside reasoning",
    "openai-chat",
    [...five(chatDelta('{"reasoning_content":"."}', dot)), chatDelta('{"content":"A"}', dot)],
  ],
  [
    "sound beside a text",
    "openai-chat",
    numbered((word) => chatDelta(`{"content":"${word}","audio":{"data":"AAAA"}}`)),
  ],
  [
    "arguments of a call without a name",
    "openai-chat",
    [
      ...numbered((word) => chatDelta(`{"content":"${word}","tool_calls":[{"index":0,"function":{"arguments":"1"}}]}`)),
      chatDelta('{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]}'),
    ],
  ],
  [
    "a key with an escape",
    "openai-chat",
    numbered((word) => chatDelta(`{"content":"${word}","aud\\u0069o":{"data":"AAAA"}}`)),
  ],
  [
    "padding that is no JSON",
    "openai-responses",
    [...numbered((word) => textDelta(word, "ab")), textDelta("f", "\\x"), textDelta("g", "ab")],
  ],
  [
    "arguments beside a text",
    "gemini",
    numbered(
      (word) =>
        `data: {"candidates":[{"index":0,"content":{"parts":[{"text":"${word}"}]}},{"index":1,"content":{"parts":[{"functionCall":` +
        `{"name":"f","partialArgs":[{"jsonPath":"$.a","stringValue":"x"}],"willContinue":true}}]}}]}\n\n`,
    ),
  ],
])("%s (%s) come out the same", (_, from, events) => {
  for (const to of others(from))
    for (const breaks of [false, true]) compare({ from, to, chunks: toChunks(events), breaks });
});
