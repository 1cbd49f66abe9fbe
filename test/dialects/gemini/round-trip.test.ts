import { expect, test } from "bun:test";
import type { Conversation } from "../../../src/dialects/conversation.ts";
import { plainTraits } from "../../../src/dialects/dialect.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import { call, conversationOf, image, newDrops, overTheWire, result, text, thought, user } from "./make.ts";

/** Everything this dialect can say. */
const rich: Conversation = conversationOf({
  messages: [
    { role: "system", content: [text("Be brief."), text("Be kind.")], name: null },
    {
      role: "user",
      content: [
        text("Look."),
        { ...image, detail: "high" },
        { kind: "audio", source: { kind: "base64", data: "AAAA", mediaType: "audio/wav" }, cache: null },
        {
          kind: "video",
          source: { kind: "url", url: "https://www.youtube.com/watch?v=x", mediaType: null },
          cache: null,
        },
        {
          kind: "file",
          source: { kind: "base64", data: "AAAA", mediaType: "application/pdf" },
          name: "a.pdf",
          context: null,
          cite: false,
          cache: null,
        },
        { kind: "native", dialect: "gemini", name: "toolResponse", value: { toolResponse: { id: "t" } } },
      ],
      name: null,
    },
    {
      role: "assistant",
      content: [
        thought("Hm.", "YQ=="),
        text("I look."),
        thought("", "Yg=="),
        {
          kind: "native",
          dialect: "gemini",
          name: "executableCode",
          value: { executableCode: { code: "1" }, thoughtSignature: "ZQ==" },
        },
        call("a", "f", '{"n":9007199254740993,"x":1.0}', "Yw=="),
        call("b", "f", "{}"),
      ],
      name: null,
    },
    {
      role: "tool",
      results: [
        { ...result("a", '{"t":1.50}', "f"), content: [text('{"t":1.50}'), image] },
        { ...result("b", "broken", "f"), isError: true },
      ],
    },
    { role: "assistant", content: [image, thought("", "ZA=="), text("Done.")], name: null },
    user("Thanks."),
  ],
  tools: [
    { kind: "function", name: "f", description: "F.", parameters: { type: "object" }, strict: null, cache: null },
    { kind: "native", dialect: "gemini", name: "urlContext", value: { urlContext: {} } },
  ],
  toolChoice: { kind: "tool", name: "f" },
  output: { kind: "schema", name: null, description: null, schema: { type: "object" }, strict: null },
  reasoning: { effort: "medium", budgetTokens: null, summary: "auto", wantsSignatures: true },
  maxOutputTokens: 100,
  temperature: 0.5,
  topP: 0.9,
  topK: 40,
  seed: 7,
  candidates: 2,
  stop: ["END"],
  presencePenalty: 0.1,
  frequencyPenalty: 0.2,
  topLogprobs: 3,
  serviceTier: "flex",
  store: true,
  native: {
    dialect: "gemini",
    fields: { safetySettings: [], "generationConfig.speechConfig": {}, "toolConfig.retrievalConfig": {} },
  },
});

test("a rich conversation written and read again is the same", () => {
  const drops = newDrops();
  const body = overTheWire(gemini.writeRequest(rich, plainTraits, drops));
  const read = gemini.readRequest(body, { model: rich.model, stream: false }, drops);
  expect(read).toEqual(rich);
  expect(drops.names()).toEqual([]);
});
