import { expect, test } from "bun:test";
import { createAssembler, toEvents } from "../../../src/dialects/assemble.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import type { Candidate, Reply, ReplyEvent } from "../../../src/dialects/reply.ts";
import { createSseParser } from "../../../src/wire/sse.ts";
import { plainUsage, richReply } from "../rich.ts";
import { call, contextOf, finishOf, image, newDrops, objectsAt, overTheWire, text, thought } from "./make.ts";

/** What this dialect keeps of `richReply`. */
const said: Reply = {
  ...richReply,
  createdAt: null,
  fingerprint: null,
  candidates: richReply.candidates.map((candidate): Candidate => {
    const logprobs =
      candidate.logprobs?.map((one) => ({
        ...one,
        bytes: null,
        top: one.top.map((top) => ({ ...top, bytes: null })),
      })) ?? null;
    if (candidate.index === 1) {
      // A refusal is a text that a filter ended, in Gemini's words.
      return { index: 1, content: [text("I cannot.")], finish: finishOf("content_filter", "SAFETY: policy"), logprobs };
    }
    const content = candidate.content.map((part) => {
      if (part.kind === "reasoning") return { ...part, id: null };
      if (part.kind !== "text") return part;
      return {
        ...part,
        citations: part.citations.map((citation) => ({
          ...citation,
          quote: null,
          native: {
            kind: "native" as const,
            dialect: "gemini" as const,
            name: "groundingChunk",
            value: { web: { uri: citation.url, title: citation.title } },
          },
        })),
      };
    });
    const grounding = {
      groundingChunks: [{ web: { uri: "https://weather.example/", title: "Weather" } }],
      groundingSupports: [
        { segment: { startIndex: 0, endIndex: 13, text: "It is raining" }, groundingChunkIndices: [0] },
      ],
    };
    const native = {
      kind: "native",
      dialect: "gemini",
      name: "groundingMetadata",
      value: { groundingMetadata: grounding },
    } as const;
    return { ...candidate, content: [...content, native], logprobs };
  }),
};

const dropped = (reply: unknown): unknown =>
  JSON.parse(JSON.stringify(reply, (key, value: unknown) => (key === "partIndex" ? undefined : value)));

test("a rich reply written and read again keeps all that this dialect can say", () => {
  const drops = newDrops();
  const body = overTheWire(gemini.writeReply(richReply, contextOf(), drops));
  expect(dropped(gemini.readReply(body, drops))).toEqual(dropped(said));
  expect(drops.names()).toEqual(["system_fingerprint", "message.annotations.cited_text"]);
});

const readBack = (streamed: string): { readonly reply: Reply; readonly isWhole: boolean } => {
  const assembler = createAssembler();
  const reader = gemini.readEvents(assembler.event);
  const parser = createSseParser(reader.event);
  parser.push(new TextEncoder().encode(streamed));
  const isWhole = reader.isWhole();
  return { reply: assembler.reply(), isWhole };
};

const writeAll = (events: readonly ReplyEvent[], framing: "sse" | "json-array" = "sse"): string => {
  const write = gemini.writeEvents(contextOf(framing));
  return events.map(write).join("");
};

/** The text behind the calls: sources come in a stream's last chunk, and stand on the text that is open then. */
const textLast = (reply: Reply): Reply => ({
  ...reply,
  candidates: reply.candidates.map((candidate) => {
    const order = ["reasoning", "tool_call", "text", "refusal", "native"];
    const content = candidate.content.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
    return { ...candidate, content };
  }),
});

test("a rich reply told as events, written as a stream and read again is the whole one", () => {
  const { reply, isWhole } = readBack(writeAll(toEvents(textLast(richReply))));
  expect(dropped(reply)).toEqual(dropped({ ...textLast(said), serviceTier: null }));
  expect(isWhole).toBe(true);
});

test("sources of a text that calls have followed come without their place", () => {
  const { reply } = readBack(writeAll(toEvents(richReply)));
  expect(reply.candidates[0]?.content.slice(1)).toMatchObject([
    { text: "It is raining.", citations: [] },
    { kind: "tool_call" },
    { kind: "tool_call" },
    { text: "", citations: [{ url: "https://weather.example/", start: null, end: null }] },
    { name: "groundingMetadata" },
  ]);
});

const native = (name: string, value: object) => ({
  kind: "native" as const,
  dialect: "gemini" as const,
  name,
  value: { ...value },
});

test("this dialect's own reply survives its own writers", () => {
  const own: Reply = {
    ...richReply,
    createdAt: null,
    fingerprint: null,
    serviceTier: null,
    usage: {
      ...plainUsage,
      inputTokens: 420,
      outputTokens: 90,
      cachedInputTokens: 50,
      audioInputTokens: 10,
      imageInputTokens: 40,
      toolInputTokens: 20,
      reasoningTokens: 30,
      audioOutputTokens: 5,
      imageOutputTokens: 6,
    },
    candidates: [
      {
        index: 0,
        content: [
          thought("Hm."),
          text("Grüße"),
          thought("", "YQ=="),
          native("executableCode", { executableCode: { code: "1" }, thoughtSignature: "Yg==" }),
          image,
          thought("", "Yw=="),
          native("inlineData", { inlineData: { mimeType: "audio/L16", data: "AAAA" } }),
          call("a", "f", '{"a":1}', "ZA=="),
          native("safetyRatings", { safetyRatings: [1] }),
        ],
        finish: finishOf("tool_calls"),
        logprobs: null,
      },
      { index: 1, content: [], finish: finishOf("content_filter", "RECITATION: too close"), logprobs: null },
      { index: 2, content: [text("x")], finish: finishOf("error", "MALFORMED_FUNCTION_CALL"), logprobs: null },
    ],
  };
  const body = overTheWire(gemini.writeReply(own, contextOf(), newDrops()));
  expect(gemini.readReply(body, newDrops())).toEqual(own);
  expect(readBack(writeAll(toEvents(own))).reply).toEqual(own);
});

test("seals of other providers, redacted ones too, survive a client of Gemini as base64", () => {
  const content = [
    { ...thought("", "data", "anthropic"), isRedacted: true },
    thought("Hm.", '{"id":"rs_1","encrypted_content":"gAAA"}', "anthropic"),
    text("Yes."),
  ];
  const reply: Reply = {
    ...richReply,
    candidates: [{ index: 0, content, finish: finishOf("stop"), logprobs: null }],
  };
  const parts = objectsAt(gemini.writeReply(reply, contextOf(), newDrops()), "candidates.0.content.parts");
  for (const part of parts) {
    const seal = part["thoughtSignature"];
    if (typeof seal === "string") expect(Buffer.from(seal, "base64").toString("base64")).toBe(seal);
  }
  // A Python client writes base64 in its other alphabet.
  const history = JSON.stringify(parts).replaceAll(/"thoughtSignature":"[^"]*"/g, (seal) =>
    seal.replaceAll("+", "-").replaceAll("/", "_"),
  );
  const read = gemini.readRequest(
    overTheWire({ contents: [{ role: "model", parts: JSON.parse(history) }] }),
    { model: "m", stream: false },
    newDrops(),
  );
  expect(read.messages).toEqual([{ role: "assistant", content, name: null }]);
  expect(readBack(writeAll(toEvents(reply))).reply.candidates[0]?.content).toEqual(content);
});

test("an array of chunks is one JSON text", () => {
  const sse = writeAll(toEvents(richReply));
  const array = writeAll(toEvents(richReply), "json-array");
  expect(array.startsWith('[{"candidates":')).toBe(true);
  expect(array).toContain("}\n,\r\n{");
  expect(array.endsWith("}\n]")).toBe(true);
  const chunks = sse
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event): unknown => JSON.parse(event.slice("data: ".length)));
  expect(JSON.parse(array)).toEqual(chunks);
});

test("a seal of Gemini's own stands on its text, in a stream in a part behind it", () => {
  const reply: Reply = {
    ...richReply,
    candidates: [{ index: 0, content: [text("Yes."), thought("", "YQ==")], finish: finishOf("stop"), logprobs: null }],
  };
  const body = gemini.writeReply(reply, contextOf(), newDrops());
  expect(objectsAt(body, "candidates.0.content.parts")).toEqual([{ text: "Yes.", thoughtSignature: "YQ==" }]);
  const streamed = writeAll(toEvents(reply));
  expect(streamed).toContain('"parts":[{"text":"","thoughtSignature":"YQ=="}]');
});

const cited = (words: string, url: string) => ({
  ...text(words),
  citations: [{ url, title: null, quote: null, start: 1, end: words.length, native: null }],
});

test("sources of several texts in a stream: a source once, its segments counted from the begin of the answer", () => {
  const content = [cited("für a", "https://a.example/"), image, cited("für b", "https://a.example/")];
  const reply: Reply = {
    ...richReply,
    candidates: [{ index: 0, content, finish: finishOf("stop"), logprobs: null }],
  };
  const last = writeAll(toEvents(reply)).trimEnd().split("\n\n").at(-1) ?? "";
  expect(JSON.parse(last.slice("data: ".length))).toMatchObject({
    candidates: [
      {
        groundingMetadata: {
          groundingChunks: [{ web: { uri: "https://a.example/" } }],
          groundingSupports: [
            { segment: { startIndex: 1, endIndex: 6, text: "ür a" }, groundingChunkIndices: [0] },
            { segment: { startIndex: 7, endIndex: 12, text: "ür b" }, groundingChunkIndices: [0] },
          ],
        },
      },
    ],
  });
});

const everywhere = (url: string) => ({ url, title: null, quote: null, start: null, end: null, native: null });

const supportsOf = (all: readonly ReplyEvent[]) => {
  const last = writeAll(all).trimEnd().split("\n\n").at(-1) ?? "";
  return objectsAt(JSON.parse(last.slice("data: ".length)), "candidates.0.groundingMetadata.groundingSupports");
};

test("a source without a place in a stream stands on its whole text, however much of it has come", () => {
  const texts = [text("eins"), text("für b"), text("drei")] as const;
  const [first, second, third] = texts;
  const content = [first, { ...second, citations: [everywhere("https://a.example/")] }, third];
  const events = toEvents({
    ...richReply,
    candidates: [{ index: 0, content, finish: finishOf("stop"), logprobs: null }],
  });
  const early = events.toSorted((a, b) => Number(b.kind === "citation") - Number(a.kind === "citation"));
  const begun = early.findIndex((event) => event.kind === "part" && event.index === 1);
  const [citation, ...others] = early;
  const moved = [...others.slice(0, begun), ...(citation === undefined ? [] : [citation]), ...others.slice(begun)];
  const expected = [{ segment: { startIndex: 4, endIndex: 10, text: "für b" }, groundingChunkIndices: [0] }];
  expect(supportsOf(events)).toEqual(expected);
  expect(moved[begun - 1]).toMatchObject({ kind: "part", index: 1 });
  expect(supportsOf(moved)).toEqual(expected);
});

test.each(["end", "error"] as const)("nothing is written behind the %s of a stream", (kind) => {
  const write = gemini.writeEvents(contextOf());
  const failure = { kind: "server", status: 500, message: "m", code: null, param: null } as const;
  const events = toEvents(richReply);
  for (const event of events.slice(0, 3)) write(event);
  expect(write(kind === "end" ? { kind } : { kind, failure })).not.toBe("");
  expect([...events, { kind: "error", failure } as const].map(write).join("")).toBe("");
});
