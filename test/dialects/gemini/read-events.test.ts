import { expect, test } from "bun:test";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import { parseJson } from "../../../src/wire/lossless-json.ts";
import { plainUsage } from "../rich.ts";
import { fixture, newDrops, overTheWire, readStream, sse, text, thought, thrownBy } from "./make.ts";

const whole = ["text", "thinking-tools", "grounding", "native", "blocked", "safety", "candidates", "partial-args"];
const streams = [...whole, "error", "cut"];

test.each(streams)("%s.sse: cut at every byte, the stream gives the same events", async (name) => {
  const bytes = await fixture(`${name}.sse`).bytes();
  const { events, isWhole } = readStream(bytes);
  expect(events.length).toBeGreaterThan(2);
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const again = readStream(bytes, [cut]);
    if (!Bun.deepEquals(again.events, events, true)) expect({ cut, events: again.events }).toEqual({ cut, events });
    expect(again.isWhole).toBe(isWhole);
  }
});

test.each(streams)("%s.sse: one byte at a time gives the same events", async (name) => {
  const bytes = await fixture(`${name}.sse`).bytes();
  const everywhere = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
  expect(readStream(bytes, everywhere)).toEqual(readStream(bytes));
});

test.each(whole)("%s.sse: the stream put together is the whole reply", async (name) => {
  const body = overTheWire(parseJson(await fixture(`${name}.json`).text()));
  const { reply, isWhole } = readStream(await fixture(`${name}.sse`).bytes());
  expect(reply).toEqual(gemini.readReply(body, newDrops()));
  expect(isWhole).toBe(true);
});

test.each(streams)("%s.sse: parts come one after the other, and the end is the last of all", async (name) => {
  const { events, isWhole } = readStream(await fixture(`${name}.sse`).bytes());
  const open = new Map<number, number>();
  const next = new Map<number, number>();
  const finished = new Set<number>();
  for (const [place, event] of events.entries()) {
    if (event.kind === "start") expect(place).toBe(0);
    if (event.kind === "end" || event.kind === "error") expect(place).toBe(events.length - 1);
    if (event.kind === "finish") {
      expect([finished.has(event.candidate), open.has(event.candidate)]).toEqual([false, false]);
      finished.add(event.candidate);
    }
    if (!("index" in event)) continue;
    const { candidate, index } = event;
    if (event.kind === "part") {
      expect(open.has(candidate)).toBe(false);
      expect(index).toBe(next.get(candidate) ?? 0);
      next.set(candidate, index + 1);
      open.set(candidate, index);
    } else expect(open.get(candidate)).toBe(index);
    if (event.kind === "part_end") open.delete(candidate);
  }
  expect(isWhole).toBe(name !== "cut");
});

test("the events of text.sse, one by one", async () => {
  const at = { candidate: 0, index: 0 };
  const usage = {
    ...plainUsage,
    inputTokens: 1200,
    cachedInputTokens: 1000,
    audioInputTokens: 0,
    imageInputTokens: 0,
  };
  expect(readStream(await fixture("text.sse").bytes()).events).toEqual([
    {
      kind: "start",
      id: "rKPnaKDFA6-ZvdIPvOOIwAk",
      model: "gemini-3.8-flash",
      createdAt: null,
      serviceTier: "default",
      fingerprint: null,
    },
    { kind: "part", ...at, part: text("") },
    { kind: "delta", ...at, text: "Grüße, ", logprobs: null },
    { kind: "usage", usage: { ...usage, outputTokens: 2 } },
    { kind: "delta", ...at, text: "世界 🌍!\n", logprobs: null },
    { kind: "usage", usage: { ...usage, outputTokens: 9 } },
    { kind: "delta", ...at, text: "Ende.", logprobs: null },
    { kind: "usage", usage: { ...usage, outputTokens: 52, reasoningTokens: 40 } },
    { kind: "part_end", ...at },
    { kind: "part", candidate: 0, index: 1, part: thought("") },
    { kind: "signature", candidate: 0, index: 1, signature: { by: "gemini", value: "EjQKMgG+Pvb7/w==" } },
    { kind: "part_end", candidate: 0, index: 1 },
    { kind: "finish", candidate: 0, finish: { reason: "stop", stopSequence: null, detail: null } },
    { kind: "end" },
  ]);
});

test("calls get ids that no other answer has, keep their own, and their arguments as they were spelled", async () => {
  const { reply } = readStream(await fixture("thinking-tools.sse").bytes());
  const [candidate] = reply.candidates;
  expect(candidate?.content.map((part) => part.kind)).toEqual([
    "reasoning",
    "text",
    "tool_call",
    "tool_call",
    "tool_call",
  ]);
  expect(candidate?.content.slice(2)).toMatchObject([
    {
      id: "call_rKPnaKDFA6-ZvdIPvOOIwAk_1",
      arguments: '{"city":"Paris","days":3,"exact":1.0}',
      signature: { by: "gemini", value: "EvUBCvIBAb4+9vs=" },
    },
    { id: "fc-2", arguments: '{"city":"Zürich"}', signature: null },
    { id: "call_rKPnaKDFA6-ZvdIPvOOIwAk_2", name: "now", arguments: "{}" },
  ]);
  expect(candidate?.finish.reason).toBe("tool_calls");
});

const yes = (fields: string): string =>
  `data: {"candidates":[{"content":{"parts":[{"text":"Yes."}],"role":"model"},${fields}}]}\n\n`;

test("numbers of what only this dialect has keep their spelling, beside words too", () => {
  const scored = yes('"groundingMetadata":{"retrievalMetadata":{"score":0.50}}');
  const { reply } = readStream(Buffer.from(yes('"index":0') + scored + yes('"finishReason":"STOP"')));
  const [, native] = reply.candidates[0]?.content ?? [];
  expect(JSON.stringify(native)).toContain('{"score":0.50}');
});

test("sources are cited where they stand in UTF-16, told in bytes of UTF-8", async () => {
  const { reply } = readStream(await fixture("grounding.sse").bytes());
  const [part, native] = reply.candidates[0]?.content ?? [];
  if (part?.kind !== "text") throw new Error("no text");
  expect(part.citations.map(({ url, start, end }) => [url, part.text.slice(start ?? 0, end ?? 0)])).toEqual([
    ["https://wetter.example/zh", "Zürich: 12 °C."],
    ["https://wetter.example/zh", "Regen ☔ morgen."],
    ["https://regen.example/", "Regen ☔ morgen."],
  ]);
  expect(native).toMatchObject({ kind: "native", dialect: "gemini", name: "groundingMetadata" });
  expect(reply.usage).toMatchObject({ inputTokens: 320, toolInputTokens: 300, outputTokens: 14, webSearches: 2 });
});

test("arguments that come in pieces are one text when they are whole", async () => {
  const { events, reply } = readStream(await fixture("partial-args.sse").bytes());
  expect(events.filter(({ kind }) => kind === "delta")).toHaveLength(1);
  expect(reply.candidates[0]?.content).toMatchObject([
    {
      kind: "tool_call",
      name: "book",
      arguments: '{"city":"New Delhi","rooms":[{"beds":2,"sea view":true}],"note":null}',
      signature: { by: "gemini", value: "cGFydA==" },
    },
  ]);
});

test("a piece at a place that cannot be breaks the stream", () => {
  for (const jsonPath of ["$.a[9]", "$[", "$.a..b"]) {
    const chunk = { functionCall: { name: "f", willContinue: true, partialArgs: [{ jsonPath, stringValue: "x" }] } };
    const error = thrownBy(() => readStream(sse({ candidates: [{ content: { parts: [chunk] } }] })));
    expect(error.code).toBe("upstream_invalid_response");
  }
  const proto = { jsonPath: "$.__proto__.polluted", boolValue: true };
  const { reply } = readStream(
    sse({
      candidates: [
        { content: { parts: [{ functionCall: { name: "f", partialArgs: [proto] } }] }, finishReason: "STOP" },
      ],
    }),
  );
  expect(reply.candidates[0]?.content).toMatchObject([{ arguments: '{"__proto__":{"polluted":true}}' }]);
  expect("polluted" in {}).toBe(false);
});

test("an error in the stream is the last event", async () => {
  const { events, isWhole } = readStream(await fixture("error.sse").bytes());
  expect(events.at(-1)).toEqual({
    kind: "error",
    failure: {
      kind: "overloaded",
      status: 503,
      message: "The model is overloaded. Please try again later.",
      code: "UNAVAILABLE",
      param: null,
    },
  });
  expect(isWhole).toBe(true);
});

test("a stream that stops short has no finish and no end", async () => {
  const { events, isWhole } = readStream(await fixture("cut.sse").bytes());
  expect(isWhole).toBe(false);
  expect(events.some(({ kind }) => kind === "end" || kind === "finish")).toBe(false);
});

const chunk = (said: string) => ({ candidates: [{ content: { parts: [{ text: said }] }, finishReason: "STOP" }] });

test("what says STOP in every chunk goes on, and what comes behind a finish still counts", () => {
  const late = {
    candidates: [{ groundingMetadata: { webSearchQueries: ["q"] } }],
    usageMetadata: { promptTokenCount: 3 },
  };
  const { events, reply } = readStream(sse(chunk("a"), chunk("b"), late));
  expect(reply.candidates[0]?.content).toMatchObject([text("ab"), { name: "groundingMetadata" }]);
  expect(events.filter(({ kind }) => kind === "finish" || kind === "end")).toHaveLength(2);
});

test("asked twice whether it is whole, a stream ends once", () => {
  const events: string[] = [];
  const reader = gemini.readEvents(({ kind }) => events.push(kind));
  reader.event({ type: "", data: '{"candidates":[{"finishReason":"STOP"}]}' });
  expect([reader.isWhole(), reader.isWhole()]).toEqual([true, true]);
  expect(events).toEqual(["start", "finish", "end"]);
});

test.each(["", "no json", "1", '"x"'])("the event %p is refused unless it is empty", (data) => {
  const reader = gemini.readEvents(() => {});
  if (data === "") reader.event({ type: "", data });
  else expect(thrownBy(() => reader.event({ type: "", data })).code).toBe("upstream_invalid_response");
});

test("what stands on a text that is over is cited without a place", () => {
  const { reply } = readStream(
    sse(
      { candidates: [{ content: { parts: [{ text: "Sunny." }] } }] },
      { candidates: [{ content: { parts: [{ functionCall: { name: "f" } }] } }] },
      {
        candidates: [
          {
            finishReason: "STOP",
            citationMetadata: {
              citationSources: [{ startIndex: 0, endIndex: 6, uri: "https://a.example/", license: "MIT" }],
            },
          },
        ],
      },
    ),
  );
  expect(reply.candidates[0]?.content[2]).toMatchObject({
    kind: "text",
    text: "",
    citations: [{ url: "https://a.example/", start: null, end: null, native: { name: "citationSource" } }],
  });
});

test("a source told in two chunks is cited once, its segment counts from the begin of the text", () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: "https://a.example/", title: "A" } }],
    groundingSupports: [{ segment: { partIndex: 0, startIndex: 5, endIndex: 10 }, groundingChunkIndices: [0] }],
  };
  const { reply } = readStream(
    sse(
      { candidates: [{ content: { parts: [{ text: "🌍 " }] } }] },
      { candidates: [{ content: { parts: [{ text: "round" }] }, groundingMetadata }] },
      {
        candidates: [
          { content: { parts: [{ text: "" }] }, groundingMetadata, safetyRatings: [], finishReason: "STOP" },
        ],
      },
    ),
  );
  expect(reply.candidates[0]?.content).toMatchObject([
    { text: "🌍 round", citations: [{ url: "https://a.example/", start: 3, end: 8 }] },
    { name: "groundingMetadata" },
  ]);
  const [part] = reply.candidates[0]?.content ?? [];
  expect(part?.kind === "text" && part.citations.length).toBe(1);
});

test("a stream that never had a candidate is not whole", () => {
  expect(readStream(sse({ usageMetadata: { promptTokenCount: 3 } })).isWhole).toBe(false);
  expect(readStream(sse()).isWhole).toBe(false);
});
