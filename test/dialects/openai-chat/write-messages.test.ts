import { describe, expect, test } from "bun:test";
import type { Conversation, InputPart, Message, OutputPart } from "../../../src/dialects/conversation.ts";
import { plainTraits } from "../../../src/dialects/dialect.ts";
import { call, openaiTraits, openRouterTraits, readReply, talk, thought, writeRequest } from "./support.ts";

const text = (words: string, ttlSeconds?: number | null) => ({
  kind: "text" as const,
  text: words,
  citations: [],
  cache: ttlSeconds === undefined ? null : { ttlSeconds },
});
const userWith = (...content: readonly InputPart[]): Conversation =>
  talk({ messages: [{ role: "user", content, name: null }] });

const assistantWith = (...content: readonly OutputPart[]): Conversation =>
  talk({ messages: [{ role: "assistant", content, name: null }] });
const resultOf = (content: readonly InputPart[], more: object = {}): Message => ({
  role: "tool",
  results: [{ callId: "c1", name: "f", content, isError: false, isCustom: false, cache: null, ...more }],
});

describe("content", () => {
  const file = { kind: "file", name: null, context: null, cite: false, cache: null } as const;
  test.each<[InputPart, unknown, readonly string[]]>([
    [text("a"), "a", []],
    [
      { ...file, source: { kind: "base64", data: "JVBE", mediaType: "application/pdf" } },
      [{ type: "file", file: { file_data: "data:application/pdf;base64,JVBE", filename: "document.pdf" } }],
      [],
    ],
    [
      { ...file, name: "T", context: "C", cite: true, source: { kind: "text", text: "Body" } },
      "T\n\nC\n\nBody",
      ["messages.content.citations"],
    ],
    [
      { ...file, context: "C", source: { kind: "url", url: "https://a.example/a.pdf", mediaType: null } },
      [{ type: "file", file: { file_data: "https://a.example/a.pdf" } }],
      ["messages.content.context"],
    ],
    [
      { ...file, context: "C", source: { kind: "base64", data: "PGI+", mediaType: "text/html" } },
      [{ type: "file", file: { file_data: "data:text/html;base64,PGI+", filename: "document.html" } }],
      ["messages.content.context"],
    ],
    [
      { ...file, source: { kind: "file_id", id: "f", dialect: "openai-responses" } },
      [{ type: "file", file: { file_id: "f" } }],
      [],
    ],
    [{ ...file, source: { kind: "file_id", id: "f", dialect: "anthropic" } }, null, ["messages.content.file_id"]],
    [
      { kind: "image", source: { kind: "file_id", id: "f", dialect: "anthropic" }, detail: null, cache: null },
      null,
      ["messages.content.file_id"],
    ],
    [
      { kind: "audio", source: { kind: "base64", data: "T2dn", mediaType: "audio/ogg; codecs=opus" }, cache: null },
      [{ type: "input_audio", input_audio: { data: "T2dn", format: "ogg" } }],
      [],
    ],
    [
      { kind: "audio", source: { kind: "url", url: "https://a.example", mediaType: null }, cache: null },
      null,
      ["messages.content.audio"],
    ],
    [
      { kind: "video", source: { kind: "base64", data: "AAAA", mediaType: "video/mp4" }, cache: null },
      [{ type: "video_url", video_url: { url: "data:video/mp4;base64,AAAA" } }],
      [],
    ],
    [
      { kind: "native", dialect: "anthropic", name: "search_result", value: {} },
      null,
      ["messages.content.search_result"],
    ],
    [text("a", 300), "a", ["messages.content.cache_control"]],
  ])("%p", (part, content, names) => {
    const { body, dropped } = writeRequest(userWith(part));
    expect<object>(body.messages).toEqual(content === null ? [] : [{ role: "user", content }]);
    expect(dropped).toEqual(names);
  });

  test.each([
    [null, { mode: "explicit" }],
    [300, { mode: "explicit", ttl: "30m" }],
    [3600, { mode: "explicit", ttl: "12h" }],
  ])("a cache hint of %p seconds", (ttl, prompt_cache_breakpoint) => {
    const { body, dropped } = writeRequest(userWith(text("a", ttl)), openaiTraits);
    expect<unknown[] | string | null | undefined>(body.messages[0]?.content).toEqual([
      { type: "text", text: "a", prompt_cache_breakpoint },
    ]);
    expect(dropped).toEqual([]);
  });
});

describe("the assistant's history", () => {
  test("reasoning is said in the server's field; a foreign seal is worth nothing to it, and named", () => {
    const conversation = assistantWith({ ...thought, signature: { by: "anthropic", value: "E" } }, text("a"));
    expect(writeRequest(conversation)).toEqual({
      body: { model: "m", messages: [{ role: "assistant", content: "a", reasoning_content: "Hm." }] },
      dropped: ["messages.content.signature"],
    });
    expect(writeRequest(conversation, openRouterTraits).body.messages[0]).toEqual({
      role: "assistant",
      content: "a",
      reasoning: "Hm.",
    });
    expect(writeRequest(conversation, openaiTraits)).toEqual({
      body: { model: "m", messages: [{ role: "assistant", content: "a" }] },
      dropped: ["messages.content.reasoning"],
    });
  });

  test("where it stands among the content, it goes back there", () => {
    const mistral = { ...plainTraits, reasoningField: null, reasoningIn: "content" } as const;
    const thinking = { type: "thinking", thinking: [{ type: "text", text: thought.text }] } as const;
    expect(writeRequest(assistantWith(thought, text("a")), mistral)).toEqual({
      body: { model: "m", messages: [{ role: "assistant", content: [thinking, { type: "text", text: "a" }] }] },
      dropped: [],
    });
    expect(writeRequest(assistantWith(thought, call), mistral).body.messages[0]).toMatchObject({ content: [thinking] });
    expect(writeRequest(assistantWith(call), mistral).body.messages[0]).toMatchObject({ content: null });
    expect(writeRequest(assistantWith(thought, text("a")), { ...mistral, thinking: "none" })).toEqual({
      body: { model: "m", messages: [{ role: "assistant", content: "a" }] },
      dropped: ["messages.content.reasoning"],
    });
  });

  test("hidden reasoning of another provider is left out and named", () => {
    const conversation = assistantWith(
      { ...thought, text: "", isRedacted: true, signature: { by: "anthropic", value: "E" } },
      text("a"),
    );
    expect(writeRequest(conversation)).toEqual({
      body: { model: "m", messages: [{ role: "assistant", content: "a" }] },
      dropped: ["messages.content.reasoning"],
    });
  });

  test("where thinking is said, a turn with calls says it also when there was none", () => {
    const turns: readonly Message[] = [
      { role: "assistant", content: [thought, text("a")], name: null },
      { role: "assistant", content: [call], name: null },
      { role: "assistant", content: [text("b")], name: null },
    ];
    const has = writeRequest(talk({ messages: turns })).body.messages.map((turn) => "reasoning_content" in turn);
    expect(has).toEqual([true, true, false]);
    const without = writeRequest(talk({ messages: turns.slice(1) })).body.messages;
    expect(without.map((turn) => "reasoning_content" in turn)).toEqual([false, false]);
  });

  test("a seal of ours that no upstream of this kind made is worth nothing", () => {
    const conversation = assistantWith({ ...thought, signature: { by: "openai-chat", value: "" } });
    expect(writeRequest(conversation, openRouterTraits).body.messages[0]).toEqual({
      role: "assistant",
      content: "",
      reasoning: "Hm.",
    });
  });

  test("entries do not go back to a server that does not know them", () => {
    const signature = { by: "openai-chat", value: '{"type":"reasoning.text","signature":"S"}' } as const;
    expect(writeRequest(assistantWith({ ...thought, signature })).body.messages[0]).toEqual({
      role: "assistant",
      content: "",
      reasoning_content: "Hm.",
    });
  });

  test("OpenRouter gets its entries back as they were, whichever client carried the seals", () => {
    const details = [
      { type: "reasoning.summary", summary: "Sum", format: "openai-responses-v1", index: 0 },
      { type: "reasoning.text", text: "Hm.", signature: "S", format: "anthropic-claude-v1", index: 1, id: "t-1" },
      { type: "reasoning.encrypted", data: "X", format: "google-gemini-v1", index: 2, id: "c1" },
    ];
    const tool_calls = [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }];
    const message = { role: "assistant", content: "", reasoning: "SumHm.", reasoning_details: details, tool_calls };
    const { content } = readReply({ choices: [{ index: 0, message, finish_reason: "tool_calls" }] }).candidates[0]!;
    expect(content.map((part) => part.kind)).toEqual(["reasoning", "reasoning", "tool_call"]);
    // Another dialect's client has no place for ids of its own.
    const carried = content.map((part) => (part.kind === "reasoning" ? Object.assign(part, { id: null }) : part));
    const { body, dropped } = writeRequest(assistantWith(...carried), openRouterTraits);
    expect<object>(body.messages).toEqual([
      { role: "assistant", content: null, reasoning: "SumHm.", reasoning_details: details, tool_calls },
    ]);
    expect(dropped).toEqual([]);
  });

  test("Google's seal goes back beside the call", () => {
    const extra_content = { google: { thought_signature: "T" } };
    const signature = { by: "openai-chat", value: JSON.stringify({ extra_content }) } as const;
    expect(writeRequest(assistantWith({ ...call, signature })).body.messages[0]).toHaveProperty("tool_calls.0", {
      id: "c1",
      type: "function",
      function: { name: "f", arguments: "{}" },
      extra_content,
    });
  });

  test.each<[string, readonly OutputPart[], object, readonly string[]]>([
    [
      "calls alone",
      [call],
      { content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }] },
      [],
    ],
    [
      "a call without arguments",
      [{ ...call, arguments: "" }],
      { content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }] },
      [],
    ],
    [
      "a call whose arguments are no JSON",
      [{ ...call, arguments: "{oops" }],
      { content: null, tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{oops" } }] },
      [],
    ],
    [
      "a custom call where there are none",
      [{ ...call, isCustom: true, arguments: 'a "b"' }],
      {
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"input":"a \\"b\\""}' } }],
      },
      [],
    ],
    ["a refusal", [{ kind: "refusal", text: "No." }], { content: null, refusal: "No." }, []],
    [
      "speech",
      [{ kind: "speech", id: "audio_1", data: "", transcript: "Hi", expiresAt: null }],
      { content: "", audio: { id: "audio_1" } },
      [],
    ],
    [
      "speech without an id",
      [{ kind: "speech", id: "", data: "AA==", transcript: "Hi", expiresAt: null }],
      { content: "Hi" },
      ["messages.audio"],
    ],
    [
      "a cache hint on a call",
      [{ ...call, cache: { ttlSeconds: null } }],
      {
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      ["messages.content.cache_control"],
    ],
    [
      "what has no words",
      [
        { kind: "image", source: { kind: "base64", data: "AA==", mediaType: "image/png" }, detail: null, cache: null },
        { kind: "native", dialect: "openai-responses", name: "web_search_call", value: {} },
        { ...text("a"), citations: [{ url: null, title: null, quote: null, start: null, end: null, native: null }] },
      ],
      { content: "a" },
      ["messages.content.image", "messages.content.web_search_call", "messages.content.citations"],
    ],
  ])("%s", (_, content, message, names) => {
    const { body, dropped } = writeRequest(assistantWith(...content));
    expect<object>(body.messages).toEqual([{ role: "assistant", ...message }]);
    expect(dropped).toEqual(names);
  });
});

describe("results", () => {
  const image: InputPart = {
    kind: "image",
    source: { kind: "base64", data: "iVBO", mediaType: "image/png" },
    detail: null,
    cache: null,
  };

  test("images come in a user's message behind all results", () => {
    const first = resultOf([text("a"), image]);
    const results = first.role === "tool" ? first.results : [];
    const { body } = writeRequest(
      talk({ messages: [{ role: "tool", results: [...results, { ...results[0]!, callId: "c2", content: [image] }] }] }),
    );
    const said = { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } };
    expect<object>(body.messages).toEqual([
      { role: "tool", tool_call_id: "c1", content: "a" },
      { role: "tool", tool_call_id: "c2", content: "" },
      { role: "user", content: [said, said] },
    ]);
  });

  test("a cache hint on a result without a text is named", () => {
    const conversation = talk({ messages: [resultOf([], { cache: { ttlSeconds: null } })] });
    expect(writeRequest(conversation, openaiTraits).dropped).toEqual(["messages.content.cache_control"]);
    expect(writeRequest(talk({ messages: [resultOf([text("a")])] }), openaiTraits).body.messages).toEqual([
      { role: "tool", tool_call_id: "c1", content: "a" },
    ]);
  });

  test("an error has no word, a cache hint lands on the last text", () => {
    const conversation = talk({
      messages: [resultOf([text("a"), text("b")], { isError: true, cache: { ttlSeconds: null } })],
    });
    expect(writeRequest(conversation, openaiTraits)).toEqual({
      body: {
        model: "m",
        messages: [
          {
            role: "tool",
            tool_call_id: "c1",
            content: [
              { type: "text", text: "a" },
              { type: "text", text: "b", prompt_cache_breakpoint: { mode: "explicit" } },
            ],
          },
        ],
      },
      dropped: ["tool_result.is_error"],
    });
  });
});
