// What crosses between dialects: said in words Responses has, or named; nothing is lost without a word, and nothing is sent
// that the model's service refuses.
import { describe, expect, test } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type {
  Conversation,
  InputPart,
  JsonObject,
  OutputPart,
  ToolChoice,
} from "../../../src/dialects/conversation.ts";
import { plainTraits, type Traits } from "../../../src/dialects/dialect.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import type { Finish, Reply } from "../../../src/dialects/reply.ts";
import { contextOf, emptyConversation, parseObject, read, readStreamText } from "./support.ts";

const official: Traits = { ...plainTraits, hasDeveloperRole: true, hasOpenAiExtras: true };
const text = (value: string) => ({ kind: "text", text: value, citations: [], cache: null }) as const;
const thought = {
  kind: "reasoning",
  id: null,
  text: "Hm",
  isSummary: false,
  isRedacted: false,
  signature: null,
} as const;

const write = (given: Partial<Conversation>, traits = official) => {
  const drops = createDrops(openaiResponses.fieldNames);
  const body = openaiResponses.writeRequest({ ...emptyConversation, ...given }, traits, drops);
  return { body: parseObject(JSON.stringify(body)), dropped: drops.names() };
};
const writeUser = (...content: readonly InputPart[]) => write({ messages: [{ role: "user", content, name: null }] });

const f = { kind: "function", name: "f", description: null, parameters: null, strict: null, cache: null } as const;

describe("requests", () => {
  test.each<[ToolChoice, unknown, readonly string[]]>([
    [{ kind: "auto" }, "auto", []],
    [{ kind: "none" }, "none", []],
    [{ kind: "required" }, "auto", ["tool_choice"]],
    [{ kind: "tool", name: "f" }, "auto", ["tool_choice"]],
    [
      { kind: "allowed", names: ["f"], isRequired: true },
      { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "f" }] },
      ["tool_choice"],
    ],
    [
      { kind: "allowed", names: ["f"], isRequired: false },
      { type: "allowed_tools", mode: "auto", tools: [{ type: "function", name: "f" }] },
      [],
    ],
  ])("where no call can be forced %j is %j", (toolChoice, choice, names) => {
    const { body, dropped } = write({ tools: [f], toolChoice }, { ...official, canForceTool: false });
    expect(body["tool_choice"]).toEqual(choice);
    expect(dropped).toEqual(names);
  });

  test("nor where only the allowed tools are sent", () => {
    const toolChoice = { kind: "allowed", names: ["f"], isRequired: true } as const;
    const { body, dropped } = write({ tools: [f], toolChoice }, { ...plainTraits, canForceTool: false });
    expect(body).toMatchObject({ tools: [{ name: "f" }], tool_choice: "auto" });
    expect(dropped).toEqual(["tool_choice"]);
  });

  test("a model that cannot stop thinking thinks little", () => {
    const off = { effort: null, budgetTokens: 0, summary: null, wantsSignatures: false };
    const { body, dropped } = write({ reasoning: off }, { ...official, efforts: ["low", "medium", "high"] });
    expect(body["reasoning"]).toEqual({ effort: "low" });
    expect(dropped).toEqual(["reasoning"]);
  });

  test("a model that cannot think is told nothing of it, and sent no thoughts", () => {
    const asked = { effort: "high", budgetTokens: null, summary: "auto", wantsSignatures: true } as const;
    const own = { by: "openai-responses", value: "sealed" } as const;
    const user = { role: "user", content: [text("1")], name: null } as const;
    const answer = { role: "assistant", content: [{ ...thought, signature: own }, text("2")], name: null } as const;
    const messages = [user, answer, user];
    const { body, dropped } = write({ messages, reasoning: asked }, { ...official, thinking: "none" });
    expect(body).not.toHaveProperty("reasoning");
    expect(body).not.toHaveProperty("include");
    expect(JSON.stringify(body)).not.toContain("Hm");
    expect(dropped).toEqual(["reasoning", "messages.content.reasoning"]);
  });

  test("no summary is asked for that nobody asked for: a service may refuse it", () => {
    const reasoning = { effort: "high", budgetTokens: null, summary: null, wantsSignatures: true } as const;
    const { body } = write({ reasoning, native: { dialect: "openai-chat", fields: {} } }, official);
    expect(body["reasoning"]).toEqual({ effort: "high" });
  });

  test("a loss has the name it has in every dialect", () => {
    const image = { kind: "image", source: { kind: "url", url: "https://a.example/", mediaType: null } } as const;
    const { dropped } = write({
      messages: [
        {
          role: "user",
          content: [
            { ...image, detail: "closest", cache: null },
            { kind: "audio", source: { kind: "url", url: "https://a.example/", mediaType: null }, cache: null },
          ],
          name: null,
        },
        { role: "assistant", content: [thought, text("a")], name: null },
      ],
    });
    expect(dropped).toEqual(["messages.content.detail", "messages.content.audio", "messages.content.reasoning"]);
  });

  test("a message of which nothing can be said is left out", () => {
    const video: InputPart = { kind: "video", source: { kind: "text", text: "" }, cache: null };
    const hi = {
      role: "user",
      content: [{ kind: "text", text: "Hi", citations: [], cache: null }],
      name: null,
    } as const;
    expect(write({ messages: [{ role: "user", content: [video], name: null }, hi] })).toMatchObject({
      body: { input: [{ role: "user", content: "Hi" }] },
      dropped: ["messages.content.video"],
    });
  });

  test("a conversation of which nothing can be said is refused: the service wants an input", () => {
    const video: InputPart = { kind: "video", source: { kind: "text", text: "" }, cache: null };
    expect(() => writeUser(video)).toThrow("messages.content.video left out");
  });

  test("instructions alone are said as the one message: the service wants an input beside them", () => {
    const told = { kind: "text", text: "Say hi.", citations: [], cache: null } as const;
    const { body } = write({ messages: [{ role: "system", content: [told], name: null }] });
    expect(body).toMatchObject({ input: [{ type: "message", role: "system", content: "Say hi." }] });
    expect(body).not.toHaveProperty("instructions");
  });

  test("a cache hint on a result that holds nothing is named", () => {
    const result = {
      callId: "c",
      name: "f",
      content: [],
      isError: false,
      isCustom: false,
      cache: { ttlSeconds: null },
    };
    const { dropped } = write({ messages: [{ role: "tool", results: [result] }] });
    expect(dropped).toEqual(["messages.content.cache_control"]);
  });

  test("a seal on a call, which only Gemini makes, is named", () => {
    const signature = { by: "gemini", value: "AA==" } as const;
    const called = { kind: "tool_call", id: "c", name: "f", arguments: "{}", isCustom: false, cache: null } as const;
    const { dropped } = write({ messages: [{ role: "assistant", content: [{ ...called, signature }], name: null }] });
    expect(dropped).toEqual(["messages.tool_calls.signature"]);
  });

  test.each([
    [null, "application/pdf", "document.pdf"],
    ["Notes", "application/pdf", "Notes.pdf"],
    ["a.txt", "application/pdf", "a.txt"],
    ["Notes", "application/x-nobodys", "Notes"],
  ])("a document called %p of the type %s goes as %s", (name, mediaType, filename) => {
    const file = { kind: "file", name, context: null, cite: false, cache: null } as const;
    const { body } = writeUser({ ...file, source: { kind: "base64", data: "QQ==", mediaType } });
    expect(body["input"]).toMatchObject([{ content: [{ filename }] }]);
  });

  test("a document in words without an ending is a text", () => {
    const file = { kind: "file", name: "Notes", context: null, cite: false, cache: null } as const;
    const { body } = writeUser({ ...file, source: { kind: "text", text: "a" } });
    expect(body["input"]).toMatchObject([{ content: [{ filename: "Notes.txt" }] }]);
  });
});

const grammar = { type: "grammar", definition: "a", syntax: "lark", odd: 1 };
const tools = [{ type: "function", name: "f", parameters: null, strict: false }];

describe("an unknown key is named", () => {
  test.each<[string, object, readonly string[]]>([
    [
      "in the choice of a tool",
      { input: "a", tools, tool_choice: { type: "function", name: "f", odd: 1 } },
      ["tool_choice.odd"],
    ],
    [
      "in the choice of some",
      {
        input: "a",
        tools,
        tool_choice: {
          type: "allowed_tools",
          mode: "auto",
          odd: 1,
          tools: [{ type: "function", name: "f", odder: 1 }],
        },
      },
      ["tool_choice.odd", "tool_choice.tools.odder"],
    ],
    ["in a grammar", { input: "a", tools: [{ type: "custom", name: "p", format: grammar }] }, ["tools.format.odd"]],
    [
      "in what the user says",
      {
        input: [
          {
            role: "user",
            content: [
              { type: "input_text", text: "a", prompt_cache_breakpoint: { mode: "explicit", odd: 1 } },
              { type: "input_audio", input_audio: { data: "QQ==", format: "wav", odder: 1 } },
            ],
          },
        ],
      },
      ["input.content.prompt_cache_breakpoint.odd", "input.content.input_audio.odder"],
    ],
    [
      "in what the model has thought and said",
      {
        input: [
          {
            type: "reasoning",
            id: "rs_1",
            summary: [{ type: "summary_text", text: "a", odd: 1 }],
            content: [{ type: "reasoning_text", text: "b", odder: 1 }],
          },
        ],
      },
      ["input.summary.odd", "input.content.odder"],
    ],
  ])("%s", (_, body, names) => {
    expect(read(body).dropped).toEqual(names);
  });

  test("and what is named of a grammar is not passed on", () => {
    const [custom] = read({ input: "a", tools: [{ type: "custom", name: "p", format: grammar }] }).conversation.tools;
    expect(custom).toMatchObject({ format: { type: "grammar", definition: "a", syntax: "lark" } });
    expect(JSON.stringify(custom)).not.toContain("odd");
  });

  test("but a choice among the provider's own tools is passed on whole", () => {
    const tool_choice = { type: "web_search", odd: 1 };
    const { conversation, dropped } = read({ input: "a", tools: [{ type: "web_search" }], tool_choice });
    expect(conversation.native.fields).toEqual({ tool_choice });
    expect(dropped).toEqual([]);
  });
});

const finish: Finish = { reason: "stop", stopSequence: null, detail: null };
const replyOf = (given: Partial<Finish>, ...content: readonly OutputPart[]): Reply => ({
  id: "resp_1",
  model: "m",
  createdAt: 1,
  serviceTier: null,
  fingerprint: null,
  usage: null,
  candidates: [{ index: 0, content, finish: { ...finish, ...given }, logprobs: null }],
});
const wholeOf = (reply: Reply): JsonObject =>
  parseObject(JSON.stringify(openaiResponses.writeReply(reply, contextOf(), createDrops({}))));
const readWhole = (reply: Reply): Reply => openaiResponses.readReply(wholeOf(reply), createDrops({}));
const streamOf = (reply: Reply): string => toEvents(reply).map(openaiResponses.writeEvents(contextOf())).join("");
const readStreamed = (reply: Reply): Reply => readStreamText(streamOf(reply)).reply;

const argumentsOf = (reply: Reply): readonly string[] =>
  (reply.candidates[0]?.content ?? []).flatMap((part) => (part.kind === "tool_call" ? [part.arguments] : []));

describe("replies", () => {
  test("what is said of a refusal is its text, whole and streamed", () => {
    const reply = replyOf({ reason: "refusal", detail: "Not that." }, text("Well."));
    expect(wholeOf(reply)).toMatchObject({
      status: "completed",
      output: [
        {
          type: "message",
          status: "completed",
          content: [{ text: "Well." }, { type: "refusal", refusal: "Not that." }],
        },
      ],
    });
    for (const again of [readWhole(reply), readStreamed(reply)]) {
      expect(again.candidates[0]).toMatchObject({
        content: [{ text: "Well." }, { kind: "refusal", text: "Not that." }],
        finish: { reason: "refusal" },
      });
    }
  });

  test("a refusal with a text of its own keeps it, one without a word is a filter's", () => {
    const own = replyOf({ reason: "refusal", detail: "policy" }, { kind: "refusal", text: "No." });
    expect(readWhole(own).candidates[0]?.content).toEqual([{ kind: "refusal", text: "No." }]);
    expect(readStreamed(own).candidates[0]?.content).toEqual([{ kind: "refusal", text: "No." }]);
    expect(wholeOf(replyOf({ reason: "refusal" }))).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "content_filter" },
      output: [],
    });
  });

  test("a call without arguments has those of an empty object, whole and streamed", () => {
    const empty = { kind: "tool_call", id: "c1", name: "f", arguments: "", isCustom: false } as const;
    const none = { signature: null, cache: null };
    const calls = [
      { ...empty, ...none },
      { ...empty, ...none, id: "c2", isCustom: true },
      { ...empty, ...none, id: "c3" },
    ];
    const reply = replyOf({ reason: "tool_calls" }, ...calls);
    expect(argumentsOf(readWhole(reply))).toEqual(["{}", "", "{}"]);
    expect(argumentsOf(readStreamed(reply))).toEqual(["{}", "", "{}"]);
    expect(streamOf(reply)).toContain('"response.function_call_arguments.delta","sequence_number":3');
    // Cut before its arguments came, a call must not look as if it could be made.
    const cut = replyOf({ reason: "length" }, ...calls);
    expect(argumentsOf(readWhole(cut))).toEqual(["{}", "", ""]);
    expect(argumentsOf(readStreamed(cut))).toEqual(["{}", "", ""]);
  });
});
