import { createAssembler } from "../../src/dialects/assemble.ts";
import type { ClientDialectName } from "../../src/dialects/conversation.ts";
import { plainTraits, type ReplyContext } from "../../src/dialects/dialect.ts";
import { createDrops } from "../../src/dialects/drops.ts";
import type { ReplyEvent } from "../../src/dialects/reply.ts";
import { dialects } from "../../src/dialect-table.ts";
import { parseJson } from "../../src/wire/lossless-json.ts";
import { createSseParser, type SseEvent } from "../../src/wire/sse.ts";
import { eventsOf, piecesOf, type Growing } from "../translation-replies.ts";
import { dialectNames, requestOf } from "../translation-requests.ts";
import { textOfStream } from "../translation-texts.ts";
import type { Case } from "./case.ts";

const { clients } = dialects;
const model = "bench";

const parse = (text: string) => JSON.parse(text);

const readRequest = (name: ClientDialectName, text: string) =>
  clients[name].readRequest(Object(parseJson(text)), { model, stream: true }, createDrops(clients[name].fieldNames));

const contextOf = (name: ClientDialectName): ReplyContext => ({
  conversation: readRequest(name, requestOf(name, "small", model, true)),
  nowSeconds: 1_795_330_000,
  newId: (prefix) => `${prefix}bench`,
  framing: "sse",
});

const toSseEvents = (name: ClientDialectName, growing: Growing, count: number): readonly SseEvent[] => {
  const found: SseEvent[] = [];
  createSseParser((event) => found.push(event)).push(new TextEncoder().encode(eventsOf(name, growing, count).join("")));
  return found;
};

const wordOf = ({ candidates: [first] }: ReturnType<ReturnType<typeof createAssembler>["reply"]>): string => {
  const part = first?.content[0];
  if (part?.kind === "text") return part.text;
  return part?.kind === "tool_call" ? part.arguments : "";
};

const read = (name: ClientDialectName, events: readonly SseEvent[]): string => {
  const assembler = createAssembler();
  const reader = clients[name].readEvents(assembler.event);
  for (const event of events) reader.event(event);
  return wordOf(assembler.reply());
};

const toReadCase = (name: ClientDialectName, growing: Growing, count: number): Case => {
  const events = toSseEvents(name, growing, count);
  const frames = events.map(({ data }) => `data: ${data}`);
  return {
    name: `${name}: reads a delta of ${growing}, ${count} in a stream`,
    per: count,
    variants: {
      readEvents: () => read(name, events),
      "JSON.parse, the text looked up by its path": () => frames.map((frame) => textOfStream(name, frame)).join(""),
    },
    toComparable: (text) => (growing === "text" ? text : parse(String(text))),
  };
};

const eventsToWrite = (growing: Growing, count: number): readonly ReplyEvent[] => {
  const [candidate, index, cache] = [0, 0, null] as const;
  return [
    { kind: "start", id: "1", model, createdAt: 1_795_330_000, serviceTier: null, fingerprint: null },
    {
      kind: "part",
      candidate,
      index,
      part:
        growing === "text"
          ? { kind: "text", text: "", citations: [], cache }
          : { kind: "tool_call", id: "c", name: "t", arguments: "", isCustom: false, signature: null, cache },
    },
    ...piecesOf(growing, count).map((text): ReplyEvent => ({ kind: "delta", candidate, index, text, logprobs: null })),
    { kind: "part_end", candidate, index },
    { kind: "finish", candidate: 0, finish: { reason: "stop", stopSequence: null, detail: null } },
    { kind: "end" },
  ];
};

const toWriteCase = (name: ClientDialectName, growing: Growing, count: number): Case => {
  const events = eventsToWrite(growing, count);
  const pieces = piecesOf(growing, count);
  const context = contextOf(name);
  return {
    name: `${name}: writes a delta of ${growing}, ${count} in a stream`,
    per: count,
    variants: {
      writeEvents: () => {
        const write = clients[name].writeEvents(context);
        let out = "";
        for (const event of events) out += write(event);
        return out;
      },
      "JSON.stringify of the delta alone": () =>
        pieces.map((delta) => `data: ${JSON.stringify({ type: "delta", delta })}\n\n`).join(""),
    },
    toComparable: (out) => {
      if (String(out).includes("functionCall")) return pieces.join("");
      return textOfStream(name, String(out)) || textOfStream("openai-responses", String(out));
    },
  };
};

const isJsonObject = (text: string): boolean => text.startsWith("{") && text.endsWith("}");

/** The long texts of a request, wherever they stand, in no order: what must not be lost, whatever the dialect. */
const longTextsOf = (value: unknown): readonly string[] => {
  if (typeof value === "string") {
    if (isJsonObject(value)) return longTextsOf(parse(value));
    return value.length > 40 ? [value] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(longTextsOf);
};

const toRequestCase = (from: ClientDialectName, to: ClientDialectName): Case => {
  const [given, wanted] = [requestOf(from, "large", model, true), parse(requestOf(to, "large", model, true))];
  return {
    name: `request of 200 KB: ${from} -> ${to}`,
    variants: {
      "read, written, to JSON": () => {
        const conversation = readRequest(from, given);
        return JSON.stringify(clients[to].writeRequest(conversation, plainTraits, createDrops({})));
      },
      "JSON.parse and JSON.stringify alone": () => (parse(given), JSON.stringify(wanted)),
    },
    toComparable: (text) => longTextsOf(parse(String(text))).toSorted(),
  };
};

const deltaOfResponses =
  eventsOf("openai-responses", "text", 3)
    .find((event) => event.includes("output_text.delta"))
    ?.replace(/^[^]*?data: /, "")
    .replace(/"msg_[^"]*"/, '"msg_0c7a68e5f1b2c3d40069e1f2a3b4c5d6"') ?? "";

const bodies = {
  "a delta": eventsOf("openai-chat", "text", 3)[1]?.slice("data: ".length) ?? "",
  // The id has hex digits that look like an exponent.
  "a delta of Responses": deltaOfResponses,
  "200 KB, 1.0 and 3e5 in its texts": requestOf("openai-chat", "large", model, true),
  "200 KB, nothing like these": requestOf("openai-chat", "large", model, true).replaceAll(/[\d.]+/g, "7"),
  "200 KB, a number to keep": requestOf("openai-chat", "large", model, true).replace("{", '{"seed":9007199254740993,'),
};

export const dialectCases: readonly Case[] = [
  ...Object.entries(bodies).map(([name, text]) => ({
    name: `json: ${name}`,
    variants: { parseJson: () => parseJson(text), "JSON.parse": () => parse(text) },
    toComparable: (value: unknown) => parse(JSON.stringify(value)),
  })),
  ...dialectNames.map((name) => toReadCase(name, "text", 1000)),
  ...dialectNames.map((name) => toWriteCase(name, "text", 1000)),
  // Ten times as long must not cost more for each: what grows with the whole answer shows here.
  ...dialectNames
    // A call of Gemini's comes in one event.
    .filter((name) => name !== "gemini")
    .flatMap((name) => [1000, 10_000].map((count) => toReadCase(name, "arguments", count))),
  ...dialectNames.flatMap((name) => [1000, 10_000].map((count) => toWriteCase(name, "arguments", count))),
  ...dialectNames.flatMap((from) => dialectNames.flatMap((to) => (from === to ? [] : toRequestCase(from, to)))),
];
