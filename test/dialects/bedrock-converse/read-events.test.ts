import { expect, test } from "bun:test";
import { createAssembler } from "../../../src/dialects/assemble.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { toObject } from "../../../src/dialects/fields.ts";
import type { Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/dialect.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { frameEvent } from "../../support/event-stream.ts";
import { plainUsage } from "../rich.ts";
import { bytesOf, framesOf, readChunks } from "./streams.ts";

const at = (index: number) => ({ candidate: 0, index });
const start: ReplyEvent = {
  kind: "start",
  id: "",
  model: "",
  createdAt: null,
  serviceTier: null,
  fingerprint: null,
};
const delta = (index: number, text: string): ReplyEvent => ({ kind: "delta", ...at(index), text, logprobs: null });
const openText = (index: number): ReplyEvent => ({
  kind: "part",
  ...at(index),
  part: { kind: "text", text: "", citations: [], cache: null },
});

test("a text with its stop sequence and its usage", async () => {
  const { events, isWhole } = readChunks(await bytesOf("text"));
  expect(events).toEqual([
    start,
    openText(0),
    delta(0, "It is "),
    delta(0, "5 °C in Zürich 🌧"),
    { kind: "part_end", ...at(0) },
    { kind: "finish", candidate: 0, finish: { reason: "stop_sequence", stopSequence: "END", detail: null } },
    {
      kind: "usage",
      usage: {
        ...plainUsage,
        inputTokens: 1071,
        outputTokens: 14,
        cachedInputTokens: 1000,
        cacheWriteTokens: 50,
        cacheWriteLongTokens: 40,
      },
    },
    { kind: "end" },
  ]);
  expect(isWhole).toBe(true);
});

const assemble = (events: readonly ReplyEvent[]): Reply => {
  const assembler = createAssembler();
  for (const event of events) assembler.event(event);
  return assembler.reply();
};

const unary = (content: readonly string[], rest: string): Reply =>
  bedrockConverse.readReply(
    toObject(parseJson(`{"output":{"message":{"role":"assistant","content":[${content.join(",")}]}},${rest}}`)) ?? {},
    createDrops({}),
  );

const whole: readonly (readonly [name: string, reply: Reply])[] = [
  [
    "text",
    unary(
      ['{"text":"It is 5 °C in Zürich 🌧"}'],
      `"stopReason":"stop_sequence","additionalModelResponseFields":{"stop_sequence":"END"},"usage":{"inputTokens":21,
       "outputTokens":14,"cacheReadInputTokens":1000,"cacheWriteInputTokens":50,"cacheDetails":[{"ttl":"1h","inputTokens":40}]}`,
    ),
  ],
  [
    "tools",
    unary(
      [
        '{"reasoningContent":{"reasoningText":{"text":"Two cities, two calls.","signature":"EqoBCkgIARABGAIiQ"}}}',
        '{"reasoningContent":{"redactedContent":"RW1nQkNrZ0lBUkFC"}}',
        '{"text":"I look."}',
        '{"toolUse":{"toolUseId":"tooluse_1","name":"get_weather","input":{"city":"Paris","n":9007199254740993}}}',
        '{"toolUse":{"toolUseId":"tooluse_2","name":"now","input":{}}}',
      ],
      '"stopReason":"tool_use","usage":{"inputTokens":400,"outputTokens":120}',
    ),
  ],
  [
    "citations",
    unary(
      [
        '{"toolUse":{"name":"nova_grounding","toolUseId":"tooluse_s","type":"server_tool_use","input":{"q":1.0}}}',
        '{"toolResult":{"status":"success","toolUseId":"tooluse_s","type":"nova_grounding_result","content":[{"text":"found"}]}}',
        `{"citationsContent":{"content":[{"text":"The grass "},{"text":"is green."}],"citations":[{"title":"Grass",
          "sourceContent":[{"text":"green"}],"location":{"web":{"url":"https://grass.example/","domain":"grass.example"}}}]}}`,
        '{"image":{"format":"png","source":{"bytes":"iVBORw0KGgo="}}}',
      ],
      '"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":2}',
    ),
  ],
];

test.each(whole)("the stream %s says the same as the whole reply", async (name, reply) => {
  const { events } = readChunks(await bytesOf(name));
  expect(assemble(events)).toEqual(reply);
});

test.each(["text", "tools", "citations", "error", "cut"])(
  "the stream %s, cut at every byte, gives the same events",
  async (name) => {
    const bytes = await bytesOf(name);
    const right = readChunks(bytes);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(readChunks(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(right);
    }
    expect(readChunks(...Array.from(bytes, (_byte, index) => bytes.subarray(index, index + 1)))).toEqual(right);
  },
);

test.each(["text", "tools", "citations"])(
  "the stream %s, ended early at any byte, is whole only behind its stop",
  async (name) => {
    const frames = await framesOf(name);
    const bytes = await bytesOf(name);
    const stopsAt = bytes.length - (frames.at(-1)?.length ?? 0);
    for (let end = 0; end < bytes.length; end += 1) {
      const { events, isWhole } = readChunks(bytes.subarray(0, end));
      expect(isWhole).toBe(end >= stopsAt);
      expect(events.at(-1)?.kind === "end").toBe(isWhole);
    }
  },
);

test("parts begin and end in turn, with indexes that count from 0", async () => {
  for (const name of ["text", "tools", "citations"]) {
    let open = -1;
    let next = 0;
    for (const event of readChunks(await bytesOf(name)).events) {
      if (event.kind === "part") {
        expect([open, event.index]).toEqual([-1, next]);
        open = event.index;
        next += 1;
      } else if (event.kind === "part_end") {
        expect(event.index).toBe(open);
        open = -1;
      } else if ("index" in event) expect(event.index).toBe(open);
    }
    expect(open).toBe(-1);
  }
});

test("an exception in the middle is an error, and nothing behind it is read", async () => {
  const { events, isWhole } = readChunks(await bytesOf("error"), frameEvent("messageStop", { stopReason: "end_turn" }));
  expect(events.at(-1)).toEqual({
    kind: "error",
    failure: {
      kind: "server",
      status: 424,
      message: "The model broke.",
      code: "modelStreamErrorException",
      param: null,
    },
  });
  expect(isWhole).toBe(false);
});

test("an exception before anything else is an error alone", () => {
  expect(readChunks(frameEvent("throttlingException", { message: "Slow down" })).events).toEqual([
    {
      kind: "error",
      failure: { kind: "rate_limit", status: 429, message: "Slow down", code: "throttlingException", param: null },
    },
  ]);
});

test("usage that comes before the stop does not end the answer", () => {
  const { events } = readChunks(
    frameEvent("metadata", { usage: { inputTokens: 1, outputTokens: 2 } }),
    frameEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "a" } }),
    frameEvent("messageStop", { stopReason: "end_turn" }),
  );
  expect(events.map(({ kind }) => kind)).toEqual(["start", "usage", "part", "delta", "part_end", "finish", "end"]);
});

test("blocks without a stop, without a start and with nothing in them", () => {
  const { events } = readChunks(
    frameEvent("contentBlockStart", { contentBlockIndex: 0, start: {} }),
    frameEvent("contentBlockDelta", { contentBlockIndex: 1, delta: { text: "a" } }),
    frameEvent("contentBlockDelta", { contentBlockIndex: 2, delta: { text: "b" } }),
    frameEvent("contentBlockStop", { contentBlockIndex: 3 }),
    frameEvent("somethingNew", { x: 1 }),
    frameEvent("messageStop", { stopReason: "end_turn" }),
  );
  expect(events).toEqual([
    start,
    openText(0),
    delta(0, "a"),
    { kind: "part_end", ...at(0) },
    openText(1),
    delta(1, "b"),
    { kind: "part_end", ...at(1) },
    { kind: "finish", candidate: 0, finish: { reason: "stop", stopSequence: null, detail: null } },
    { kind: "end" },
  ]);
});

test.each<readonly [string, Uint8Array]>([
  ["a payload that is no object", frameEvent("messageStart", [1])],
  [
    "arguments of a call that has not begun",
    frameEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: "{" } } }),
  ],
])("not of the dialect: %s", (_, bytes) => {
  expect(() => readChunks(bytes)).toThrow("not of its dialect");
});
