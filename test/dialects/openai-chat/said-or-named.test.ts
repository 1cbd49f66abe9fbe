// What crosses between dialects: said in words chat has, or named; nothing is lost without a word, and nothing is sent that
// the model's service refuses.
import { describe, expect, test } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { Conversation, InputPart, OutputPart, Tool } from "../../../src/dialects/conversation.ts";
import type { Finish, Reply } from "../../../src/dialects/reply.ts";
import { plainUsage } from "../rich.ts";
import {
  call,
  chunksOf,
  openaiTraits,
  readReply,
  readRequest,
  readStream,
  replyOf,
  said,
  talk,
  thought,
  writeReply,
  writeRequest,
  writeStream,
} from "./support.ts";

const foreign = { dialect: "anthropic", fields: {} } as const;
const file = { kind: "file", name: null, context: null, cite: false, cache: null } as const;
const unsayable: InputPart = { kind: "native", dialect: "anthropic", name: "search_result", value: {} };

describe("requests", () => {
  test("cache hints are breakpoints for a client of an OpenAI dialect alone", () => {
    const hinted: Partial<Conversation> = {
      messages: [{ role: "user", content: [{ ...said("a"), cache: { ttlSeconds: 300 } }], name: null }],
    };
    expect(writeRequest(talk({ ...hinted, native: foreign }), openaiTraits)).toEqual({
      body: { model: "m", messages: [{ role: "user", content: "a" }] },
      dropped: ["messages.content.cache_control"],
    });
    const kin = { dialect: "openai-responses", fields: {} } as const;
    expect(writeRequest(talk({ ...hinted, native: kin }), openaiTraits).dropped).toEqual([]);
  });

  test.each([
    [1024, "low"],
    [1025, "medium"],
    [8192, "medium"],
    [8193, "high"],
  ])("a budget of %d tokens is the effort %s", (budgetTokens, effort) => {
    const reasoning = { effort: null, budgetTokens, summary: null, wantsSignatures: false };
    expect<string | undefined>(writeRequest(talk({ reasoning })).body.reasoning_effort).toBe(effort);
  });

  test("a message of which nothing can be said is left out, one with something else is not", () => {
    const source = { kind: "file_id", id: "f", dialect: "gemini" } as const;
    const image: InputPart = { kind: "image", source, detail: null, cache: null };
    const { body, dropped } = writeRequest(
      talk({
        messages: [
          { role: "user", content: [unsayable], name: null },
          { role: "assistant", content: [{ ...thought, text: "" }], name: null },
          { role: "assistant", content: [], name: null },
          { role: "user", content: [unsayable, said("a"), image], name: null },
          { role: "user", content: [said("")], name: null },
        ],
      }),
    );
    expect(body.messages).toEqual([
      { role: "user", content: "a" },
      { role: "user", content: "" },
    ]);
    expect(dropped).toEqual([
      "messages.content.search_result",
      "messages.content.reasoning",
      "messages.content.file_id",
    ]);
  });

  test("sound the model spoke, known to another provider alone, is its words, and named", () => {
    const spoken = { kind: "speech", id: "", data: "AA==", transcript: "Hi", expiresAt: null } as const;
    const { body, dropped } = writeRequest(talk({ messages: [{ role: "assistant", content: [spoken], name: null }] }));
    expect(body.messages).toEqual([{ role: "assistant", content: "Hi" }]);
    expect(dropped).toEqual(["messages.audio"]);
  });

  test.each([
    [null, "application/pdf", "document.pdf"],
    ["Notes", "application/pdf", "Notes.pdf"],
    ["Notes of 1.2.", "text/markdown; charset=utf-8", "Notes of 1.2..md"],
    ["a.txt", "application/pdf", "a.txt"],
    ["Notes", "application/x-nobodys", "Notes"],
    [null, "application/octet-stream", "document.bin"],
  ])("a document called %p of the type %s goes as %s", (name, mediaType, filename) => {
    const part: InputPart = { ...file, name, source: { kind: "base64", data: "QQ==", mediaType } };
    const { body } = writeRequest(talk({ messages: [{ role: "user", content: [part], name: null }] }));
    expect(body.messages[0]?.content).toMatchObject([{ file: { filename } }]);
  });

  test("that only text is wanted says nothing", () => {
    expect(readRequest({ modalities: ["text"] }).conversation.native.fields).toEqual({});
    const both = { modalities: ["text", "audio"] };
    expect(readRequest(both).conversation.native.fields).toEqual(both);
  });
});

const tools = [
  { type: "function", function: { name: "f" } },
  {
    type: "custom",
    custom: {
      name: "p",
      format: { type: "grammar", odd: 1, grammar: { definition: "a", syntax: "lark", odder: 1 } },
    },
  },
];
const user = { role: "user", content: "Hi" };

describe("an unknown key is named", () => {
  test.each<[string, object, readonly string[]]>([
    [
      "in the choice of a tool",
      { tools: tools.slice(0, 1), tool_choice: { type: "function", odd: 1, function: { name: "f", odder: 1 } } },
      ["tool_choice.odd", "tool_choice.function.odder"],
    ],
    [
      "in the choice of some",
      {
        tools: tools.slice(0, 1),
        tool_choice: {
          type: "allowed_tools",
          odd: 1,
          allowed_tools: {
            mode: "auto",
            odder: 1,
            tools: [{ type: "function", oddest: 1, function: { name: "f", no: 1 } }],
          },
        },
      },
      [
        "tool_choice.odd",
        "tool_choice.allowed_tools.odder",
        "tool_choice.allowed_tools.tools.oddest",
        "tool_choice.allowed_tools.tools.function.no",
      ],
    ],
    ["in the old choice", { functions: [{ name: "f" }], function_call: { name: "f", odd: 1 } }, ["function_call.odd"]],
    ["in a grammar", { tools }, ["tools.custom.format.odd", "tools.custom.format.grammar.odder"]],
    [
      "in a cache hint",
      {
        cache_control: { type: "ephemeral", odd: 1 },
        messages: [
          {
            role: "user",
            content: [{ type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit", odd: 1 } }],
          },
          { role: "user", content: [{ type: "text", text: "a", cache_control: { type: "ephemeral", odd: 1 } }] },
        ],
        tools: [{ type: "function", function: { name: "f" }, cache_control: { type: "ephemeral", odd: 1 } }],
      },
      [
        "tools.cache_control.odd",
        "messages.content.prompt_cache_breakpoint.odd",
        "messages.content.cache_control.odd",
        "cache_control.odd",
      ],
    ],
    [
      "in an annotation",
      {
        messages: [
          user,
          {
            role: "assistant",
            content: "a",
            annotations: [{ type: "url_citation", odd: 1, url_citation: { url: "https://a.example/", odder: 1 } }],
          },
        ],
      },
      ["messages.annotations.odd", "messages.annotations.url_citation.odder"],
    ],
  ])("%s", (_, body, names) => {
    expect(readRequest(body).dropped).toEqual(names);
  });

  test("and what is named of a grammar is not passed on", () => {
    const custom: Tool | undefined = readRequest({ tools }).conversation.tools[1];
    expect(custom).toMatchObject({ format: { type: "grammar", definition: "a", syntax: "lark" } });
    expect(JSON.stringify(custom)).not.toContain("odd");
  });
});

const endedBy = (finish: Partial<Finish>, ...content: readonly OutputPart[]): Reply => {
  const reply = replyOf(content);
  const [first] = reply.candidates;
  return { ...reply, candidates: [{ ...first!, finish: { ...first!.finish, ...finish } }] };
};
const streamedFinish = (reply: Reply) => readStream(writeStream(toEvents(reply))).reply.candidates[0];

const argumentsOf = (reply: Reply): readonly string[] =>
  (reply.candidates[0]?.content ?? []).flatMap((part) => (part.kind === "tool_call" ? [part.arguments] : []));

const usageOf = (prompt_tokens_details: object) =>
  readReply({
    choices: [{ index: 0, message: { content: "x" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 100, completion_tokens: 1, prompt_tokens_details },
  }).usage;

describe("replies", () => {
  test("without a model the reply has the one that was asked, whole and streamed", () => {
    const reply = { ...replyOf([said("Hello")]), model: "" };
    expect(writeReply(reply).body.model).toBe("m");
    expect(chunksOf(writeStream(toEvents(reply))).map(({ model }) => model)).toEqual(["m", "m", "m"]);
  });

  test("what is said of a refusal is its text, whole and streamed", () => {
    const reply = endedBy({ reason: "refusal", detail: "Not that." });
    expect(writeReply(reply).body.choices[0]).toMatchObject({
      message: { content: null, refusal: "Not that." },
      finish_reason: "stop",
    });
    const refused = { content: [{ kind: "refusal", text: "Not that." }], finish: { reason: "refusal" } };
    expect(readReply(writeReply(reply).body).candidates[0]).toMatchObject(refused);
    expect(streamedFinish(reply)).toMatchObject(refused);
  });

  test("a refusal with a text of its own keeps it", () => {
    const reply = endedBy({ reason: "refusal", detail: "policy" }, { kind: "refusal", text: "No." });
    expect(writeReply(reply).body.choices[0]?.message.refusal).toBe("No.");
    expect(streamedFinish(reply)?.content).toEqual([{ kind: "refusal", text: "No." }]);
  });

  test("the stop sequence that matched is said as vLLM says it, whole and streamed", () => {
    const reply = endedBy({ reason: "stop_sequence", stopSequence: "END" }, said("Hello"));
    expect(writeReply(reply).body.choices[0]).toMatchObject({ finish_reason: "stop", stop_reason: "END" });
    const finish = { reason: "stop_sequence", stopSequence: "END", detail: null } as const;
    expect(readReply(writeReply(reply).body).candidates[0]?.finish).toEqual(finish);
    expect(streamedFinish(reply)?.finish).toEqual(finish);
    expect(writeReply(endedBy({}, said("Hello"))).body.choices[0]).not.toHaveProperty("stop_reason");
  });

  test("searches are said as OpenRouter says them; what else of a usage has no words is named", () => {
    const usage = { ...plainUsage, inputTokens: 9, webSearches: 2, toolInputTokens: 1, cacheWriteLongTokens: 1 };
    const { body, dropped } = writeReply({ ...replyOf([said("Hello")]), usage });
    expect(readReply(body).usage?.webSearches).toBe(2);
    expect(dropped).toEqual(["usage.tool_input_tokens", "usage.cache_write_long_tokens"]);
    const none = { ...plainUsage, toolInputTokens: 0, cacheWriteLongTokens: 0 };
    expect(writeReply({ ...replyOf([said("Hello")]), usage: none }).dropped).toEqual([]);
  });

  test("a call without arguments has those of an empty object, whole and streamed", () => {
    const empty = { ...call, arguments: "" };
    const free = { ...empty, id: "c3", isCustom: true };
    const calls = [empty, { ...empty, id: "c2" }, free, said("and")];
    const wanted = ["{}", "{}", ""];
    for (const content of [calls, calls.slice(0, 3)]) {
      const reply = replyOf(content, "tool_calls");
      expect(argumentsOf(readReply(writeReply(reply).body))).toEqual(wanted);
      expect(argumentsOf(readStream(writeStream(toEvents(reply))).reply)).toEqual(wanted);
    }
    // Cut before its arguments came, a call must not look as if it could be made.
    const cut = replyOf([empty, { ...empty, id: "c2" }], "length");
    expect(argumentsOf(readReply(writeReply(cut).body))).toEqual(["{}", ""]);
    expect(argumentsOf(readStream(writeStream(toEvents(cut))).reply)).toEqual(["{}", ""]);
  });

  test("whether hidden reasoning was redacted or its text kept back comes back with its seal", () => {
    const hidden = { ...thought, text: "", isSummary: true, signature: { by: "anthropic", value: "E1" } } as const;
    const redacted = { ...hidden, isSummary: false, isRedacted: true } as const;
    const bedrock = { ...redacted, signature: { by: "bedrock-converse", value: "E2" } } as const;
    for (const [part, isRedacted] of [
      [hidden, false],
      [redacted, true],
      [bedrock, true],
    ] as const) {
      const reply = replyOf([part, said("Hello")]);
      const wanted = { text: "", isRedacted, signature: part.signature };
      expect(readReply(writeReply(reply).body).candidates[0]?.content[0]).toMatchObject(wanted);
      expect(readStream(writeStream(toEvents(reply))).reply.candidates[0]?.content[0]).toMatchObject(wanted);
    }
  });

  test("sounds and images that came from the cache count once", () => {
    expect(usageOf({ cached_tokens: 80, audio_tokens: 50, image_tokens: 5 })).toMatchObject({
      inputTokens: 100,
      cachedInputTokens: 80,
      audioInputTokens: 20,
      imageInputTokens: 0,
    });
    expect(usageOf({ cached_tokens: 50, audio_tokens: 30, image_tokens: 30 })).toMatchObject({
      audioInputTokens: 30,
      imageInputTokens: 20,
    });
  });
});

describe("words that another dialect has more of", () => {
  test("options of the cache that only Responses knows are named", () => {
    const prompt_cache_options = { mode: "explicit", ttl: "12h", prewarm: true, comparison_response_id: "resp_1" };
    const native = { dialect: "openai-responses", fields: { prompt_cache_options } } as const;
    const { body, dropped } = writeRequest(talk({ native }), openaiTraits);
    expect(body).toMatchObject({ prompt_cache_options: { mode: "explicit" } });
    expect(JSON.stringify(body)).not.toContain("prewarm");
    expect(dropped).toEqual([
      "prompt_cache_options.prewarm",
      "prompt_cache_options.comparison_response_id",
      "prompt_cache_options.ttl",
    ]);
  });

  test("options of the cache that both know go as they are", () => {
    const prompt_cache_options = { mode: "implicit", ttl: "30m" };
    const native = { dialect: "openai-responses", fields: { prompt_cache_options } } as const;
    const { body, dropped } = writeRequest(talk({ native }), openaiTraits);
    expect(body).toMatchObject({ prompt_cache_options });
    expect(dropped).toEqual([]);
  });

  test("a seal on a call, which only Gemini makes, is named", () => {
    const sealed = { ...call, signature: { by: "gemini", value: "AA==" } } as const;
    const messages = [{ role: "assistant", content: [sealed], name: null }] as const;
    expect(writeRequest(talk({ messages })).dropped).toEqual(["messages.tool_calls.signature"]);
  });

  test("of a file's bytes and its id the bytes count, and the id is named", () => {
    const part = { type: "file", file: { file_data: "JVBERi0=", file_id: "file-1", filename: "a.pdf" } };
    const { dropped } = readRequest({ messages: [{ role: "user", content: [part] }] });
    expect(dropped).toEqual(["messages.content.file.file_id"]);
  });
});
