import { describe, expect, test } from "bun:test";
import { readRequest, said } from "./support.ts";

const asks = {
  role: "assistant",
  tool_calls: [{ id: "c1", type: "function", function: { name: "weather", arguments: "{}" } }],
};
const user = { role: "user", content: "Hi" };
const messagesOf = (...messages: readonly object[]) => readRequest({ messages }).conversation.messages;
const partsOf = (...content: readonly object[]): unknown => {
  const [message] = messagesOf({ role: "user", content });
  return message?.role === "user" ? message.content : null;
};

describe("content", () => {
  test.each<[object, object]>([
    [{ type: "text", text: "a" }, said("a")],
    [
      { type: "image_url", image_url: { url: "https://a.example/b.png", detail: "low" } },
      {
        kind: "image",
        source: { kind: "url", url: "https://a.example/b.png", mediaType: null },
        detail: "low",
        cache: null,
      },
    ],
    [
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBO" } },
      { kind: "image", source: { kind: "base64", data: "iVBO", mediaType: "image/png" }, detail: null, cache: null },
    ],
    [
      { type: "input_audio", input_audio: { data: "UklG", format: "mp3" } },
      { kind: "audio", source: { kind: "base64", data: "UklG", mediaType: "audio/mpeg" }, cache: null },
    ],
    [
      { type: "file", file: { file_data: "data:application/pdf;base64,JVBE", filename: "a.pdf" } },
      {
        kind: "file",
        source: { kind: "base64", data: "JVBE", mediaType: "application/pdf" },
        name: "a.pdf",
        context: null,
        cite: false,
        cache: null,
      },
    ],
    [
      { type: "file", file: { file_data: "aGk=", filename: "a.txt" } },
      {
        kind: "file",
        source: { kind: "base64", data: "aGk=", mediaType: "text/plain" },
        name: "a.txt",
        context: null,
        cite: false,
        cache: null,
      },
    ],
    [
      { type: "file", file: { file_id: "file-1" } },
      {
        kind: "file",
        source: { kind: "file_id", id: "file-1", dialect: "openai-chat" },
        name: null,
        context: null,
        cite: false,
        cache: null,
      },
    ],
    [
      { type: "video_url", video_url: { url: "https://a.example/v.mp4" } },
      { kind: "video", source: { kind: "url", url: "https://a.example/v.mp4", mediaType: null }, cache: null },
    ],
    [
      { type: "video_url", video_url: { url: "data:video/mp4;base64,AAAA" } },
      { kind: "video", source: { kind: "base64", data: "AAAA", mediaType: "video/mp4" }, cache: null },
    ],
    [
      { type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } },
      { ...said("a"), cache: { ttlSeconds: null } },
    ],
    [
      { type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } },
      { ...said("a"), cache: { ttlSeconds: 43_200 } },
    ],
    [
      { type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "5m" } },
      { ...said("a"), cache: { ttlSeconds: 300 } },
    ],
  ])("%p", (part, expected) => {
    expect(partsOf(part)).toEqual([expected]);
  });
});

describe("messages", () => {
  test("every role, calls and their results", () => {
    expect(
      messagesOf(
        { role: "system", content: "S" },
        { role: "developer", content: [{ type: "text", text: "D" }], name: "dev" },
        user,
        {
          role: "assistant",
          content: "Let me.",
          refusal: null,
          audio: null,
          function_call: null,
          annotations: [],
          tool_calls: [...asks.tool_calls, { id: "c2", type: "custom", custom: { name: "patch", input: "***" } }],
        },
        { role: "tool", tool_call_id: "c2", content: "ok" },
        { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "Rain" }] },
        user,
      ),
    ).toEqual([
      { role: "system", content: [said("S")], name: null },
      { role: "developer", content: [said("D")], name: "dev" },
      { role: "user", content: [said("Hi")], name: null },
      {
        role: "assistant",
        name: null,
        content: [
          said("Let me."),
          {
            kind: "tool_call",
            id: "c1",
            name: "weather",
            arguments: "{}",
            isCustom: false,
            signature: null,
            cache: null,
          },
          {
            kind: "tool_call",
            id: "c2",
            name: "patch",
            arguments: "***",
            isCustom: true,
            signature: null,
            cache: null,
          },
        ],
      },
      {
        role: "tool",
        results: [
          { callId: "c2", name: "patch", content: [said("ok")], isError: false, isCustom: true, cache: null },
          { callId: "c1", name: "weather", content: [said("Rain")], isError: false, isCustom: false, cache: null },
        ],
      },
      { role: "user", content: [said("Hi")], name: null },
    ]);
  });

  test("the old functions", () => {
    const { conversation } = readRequest({
      functions: [{ name: "add", description: "Adds", parameters: { type: "object" } }],
      function_call: { name: "add" },
      messages: [
        user,
        { role: "assistant", content: null, function_call: { name: "add", arguments: '{"a":1}' } },
        { role: "function", name: "add", content: "3" },
        { role: "assistant", content: null, function_call: { name: "add", arguments: "{}" } },
        user,
      ],
    });
    expect(conversation).toMatchObject({
      tools: [{ kind: "function", name: "add", description: "Adds" }],
      toolChoice: { kind: "tool", name: "add" },
      messages: [
        {},
        { content: [{ kind: "tool_call", id: "call_function_1", name: "add", arguments: '{"a":1}' }] },
        { role: "tool", results: [{ callId: "call_function_1", name: "add", content: [said("3")] }] },
        {},
        {},
      ],
    });
  });

  test("refusal, speech and images of the assistant", () => {
    expect(
      messagesOf(
        user,
        {
          role: "assistant",
          content: [
            { type: "text", text: "a" },
            { type: "refusal", refusal: "no" },
          ],
        },
        user,
        {
          role: "assistant",
          content: null,
          refusal: "No.",
          audio: { id: "audio_1" },
          images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } }],
        },
      ).flatMap((message) => (message.role === "assistant" ? [message.content] : [])),
    ).toEqual([
      [said("a"), { kind: "refusal", text: "no" }],
      [
        { kind: "refusal", text: "No." },
        { kind: "image", source: { kind: "base64", data: "AA==", mediaType: "image/png" }, detail: null, cache: null },
        { kind: "speech", id: "audio_1", data: "", transcript: "", expiresAt: null },
      ],
    ]);
  });

  test.each<[string, object, object[]]>([
    ["reasoning_content", { reasoning_content: "Hm" }, [{ text: "Hm", signature: { by: "openai-chat", value: "" } }]],
    ["reasoning", { reasoning: "Hm" }, [{ text: "Hm", signature: { by: "openai-chat", value: "" } }]],
    [
      "both of them and entries",
      { reasoning_content: "Hm", reasoning: "Hm", reasoning_details: [{ type: "reasoning.text", text: "Hm" }] },
      [{ text: "Hm" }],
    ],
    [
      "text beside an entry that hides it",
      { reasoning: "Hm", reasoning_details: [{ type: "reasoning.encrypted", data: "x", id: "rs_1" }] },
      [
        { text: "Hm" },
        {
          text: "",
          id: "rs_1",
          signature: { by: "openai-chat", value: '{"data":"x","id":"rs_1","type":"reasoning.encrypted"}' },
        },
      ],
    ],
  ])("reasoning sent back as %s", (_, fields, expected) => {
    const content = messagesOf(user, { role: "assistant", content: "a", ...fields }).at(-1);
    expect(content).toMatchObject({ content: [...expected, { kind: "text" }] });
  });

  test("reasoning sent back among the content, as Mistral has it", () => {
    const thinking = {
      type: "thinking",
      thinking: [
        { type: "text", text: "H" },
        { type: "text", text: "m" },
      ],
      closed: true,
    };
    const content = [thinking, { type: "text", text: "a" }];
    expect(messagesOf(user, { role: "assistant", content }).at(-1)).toMatchObject({
      content: [
        { kind: "reasoning", text: "Hm", signature: { by: "openai-chat", value: "" } },
        { kind: "text", text: "a" },
      ],
    });
  });

  test("annotations sent back stay with their text", () => {
    const annotations = [
      { type: "url_citation", url_citation: { url: "https://a.example", title: "A", start_index: 0, end_index: 1 } },
    ];
    expect(messagesOf(user, { role: "assistant", content: "a", annotations })[1]).toMatchObject({
      content: [{ kind: "text", citations: [{ url: "https://a.example", title: "A", start: 0, end: 1 }] }],
    });
  });

  test("entries are names of calls only where a call has the name", () => {
    const detail = { type: "reasoning.encrypted", data: "qlite:gemini:Z2Vt", id: "c1", index: 0 };
    const messages = messagesOf(
      user,
      { ...asks, reasoning_details: [detail] },
      { role: "tool", tool_call_id: "c1", content: "" },
      { role: "assistant", content: "a", reasoning_details: [detail] },
    );
    expect(messages[1]).toMatchObject({ content: [{ kind: "tool_call", signature: { by: "gemini", value: "Z2Vt" } }] });
    expect(messages[3]).toMatchObject({ content: [{ kind: "reasoning", id: "c1" }, { kind: "text" }] });
  });

  test("an echo with an empty text beside its calls says nothing but them", () => {
    expect(
      messagesOf(user, { ...asks, content: "" }, { role: "tool", tool_call_id: "c1", content: "" })[1],
    ).toMatchObject({
      content: [{ kind: "tool_call" }],
    });
  });
});
