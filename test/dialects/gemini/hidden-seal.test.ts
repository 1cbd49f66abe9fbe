import { expect, test } from "bun:test";
import { createAssembler, toEvents } from "../../../src/dialects/assemble.ts";
import type { OutputPart } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import type { Reply } from "../../../src/dialects/reply.ts";
import { createSseParser } from "../../../src/wire/sse.ts";
import { plainCall as call } from "../rich.ts";

const hidden: OutputPart = {
  kind: "reasoning",
  id: null,
  text: "",
  isSummary: true,
  isRedacted: true,
  signature: { by: "anthropic", value: "c2VhbA==" },
};
const text: OutputPart = { kind: "text", text: "Hi", citations: [], cache: null };
const replyOf = (content: readonly OutputPart[]): Reply => ({
  id: "r",
  model: "m",
  createdAt: 1,
  serviceTier: null,
  fingerprint: null,
  usage: null,
  candidates: [{ index: 0, content, finish: { reason: "stop", stopSequence: null, detail: null }, logprobs: null }],
});
const conversation = gemini.readRequest(
  { contents: [{ parts: [{ text: "x" }] }] },
  { model: "m", stream: false },
  createDrops({}),
);
const context = { conversation, nowSeconds: 1, newId: (prefix: string) => `${prefix}1`, framing: "sse" } as const;

interface Parts {
  readonly candidates: readonly { readonly content: { readonly parts?: readonly object[] } }[];
}
const isParts = (value: unknown): value is Parts =>
  typeof value === "object" && value !== null && "candidates" in value;
const partsOf = (value: unknown): readonly object[] => {
  if (!isParts(value)) throw new Error("no candidates");
  return value.candidates.flatMap(({ content }) => content.parts ?? []);
};

const forms: readonly [name: string, write: (reply: Reply) => readonly object[]][] = [
  ["whole", (reply) => partsOf(gemini.writeReply(reply, context, createDrops({})))],
  [
    "streamed",
    (reply) => {
      const found: object[] = [];
      const parser = createSseParser(({ data }) => found.push(...partsOf(JSON.parse(data))));
      parser.push(new TextEncoder().encode(toEvents(reply).map(gemini.writeEvents(context)).join("")));
      return found.filter((part) => JSON.stringify(part) !== '{"text":""}');
    },
  ],
];

test.each(forms)(
  "%s: the seal of hidden reasoning stands on the call behind it, and comes back before it",
  (_, write) => {
    const parts = write(replyOf([hidden, call]));
    expect(parts).toEqual([{ functionCall: { id: "c1", name: "f", args: {} }, thoughtSignature: expect.any(String) }]);
    const contents = [
      { role: "user", parts: [{ text: "x" }] },
      { role: "model", parts },
    ];
    const { messages } = gemini.readRequest({ contents }, { model: "m", stream: false }, createDrops({}));
    expect(messages[1]).toMatchObject({ role: "assistant", content: [hidden, call] });
  },
);

test.each(forms)("%s: without a call behind it, it stands by itself", (_, write) => {
  expect(write(replyOf([hidden, text]))).toMatchObject([{ text: "", thought: true }, { text: "Hi" }]);
  expect(write(replyOf([text, hidden]))).toMatchObject([{ text: "Hi" }, { text: "", thought: true }]);
});

test.each(forms)("%s: a call with a seal of its own keeps it", (_, write) => {
  const sealed = { ...call, signature: { by: "gemini", value: "b3du" } } as const;
  expect(write(replyOf([hidden, sealed]))).toMatchObject([{ thought: true }, { thoughtSignature: "b3du" }]);
});

test("nothing of it is lost on the way through a stream", () => {
  const assembler = createAssembler();
  const reader = gemini.readEvents(assembler.event);
  const parser = createSseParser(reader.event);
  parser.push(
    new TextEncoder().encode(
      toEvents(replyOf([hidden, call]))
        .map(gemini.writeEvents(context))
        .join(""),
    ),
  );
  expect(reader.isWhole()).toBe(true);
});
