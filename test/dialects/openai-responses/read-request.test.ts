import { describe, expect, test } from "bun:test";
import type { JsonObject, Message, Native } from "../../../src/dialects/conversation.ts";
import { ProxyError } from "../../../src/errors.ts";
import { read } from "./support.ts";

const text = (value: string) => ({ kind: "text", text: value, citations: [], cache: null }) as const;
const messagesOf = (input: unknown): readonly Message[] => read({ input }).conversation.messages;

test("a text is a message of the user", () => {
  expect(messagesOf("Hello")).toEqual([{ role: "user", content: [text("Hello")], name: null }]);
});

test("instructions lead as a system message; a developer message stays what it is", () => {
  const { conversation } = read({ instructions: "Be brief.", input: [{ role: "developer", content: "Speak Latin." }] });
  expect(conversation.messages).toEqual([
    { role: "system", content: [text("Be brief.")], name: null },
    { role: "developer", content: [text("Speak Latin.")], name: null },
  ]);
});

test("parts of the user: text with a cache breakpoint, images, files, audio", () => {
  const content = [
    { type: "input_text", text: "Look", prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } },
    { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=", detail: "high" },
    { type: "input_image", image_url: "https://example.com/a.png", prompt_cache_breakpoint: { mode: "explicit" } },
    { type: "input_image", file_id: "file-1", detail: "auto" },
    { type: "input_file", file_data: "data:application/pdf;base64,JVBERi0x", filename: "a.pdf" },
    { type: "input_file", file_data: "JVBERi0x", filename: "b.pdf" },
    { type: "input_file", file_url: "https://example.com/a.pdf" },
    { type: "input_file", file_id: "file-2" },
    { type: "input_audio", input_audio: { data: "UklGRg==", format: "mp3" } },
  ];
  const file = { kind: "file", name: null, context: null, cite: false, cache: null } as const;
  const pdf = { kind: "base64", mediaType: "application/pdf", data: "JVBERi0x" } as const;
  const ofUs = { kind: "file_id", dialect: "openai-responses" } as const;
  expect(messagesOf([{ type: "message", role: "user", content }])).toEqual([
    {
      role: "user",
      name: null,
      content: [
        { ...text("Look"), cache: { ttlSeconds: 43_200 } },
        {
          kind: "image",
          source: { kind: "base64", mediaType: "image/png", data: "iVBORw0KGgo=" },
          detail: "high",
          cache: null,
        },
        {
          kind: "image",
          source: { kind: "url", url: "https://example.com/a.png", mediaType: null },
          detail: null,
          cache: { ttlSeconds: null },
        },
        { kind: "image", source: { ...ofUs, id: "file-1" }, detail: "auto", cache: null },
        { ...file, source: pdf, name: "a.pdf" },
        { ...file, source: pdf, name: "b.pdf" },
        { ...file, source: { kind: "url", url: "https://example.com/a.pdf", mediaType: null } },
        { ...file, source: { ...ofUs, id: "file-2" } },
        { kind: "audio", source: { kind: "base64", data: "UklGRg==", mediaType: "audio/mp3" }, cache: null },
      ],
    },
  ]);
});

test("items of the assistant's side make one message in their order, results of its calls another", () => {
  const annotation = { type: "url_citation", url: "https://a.example/", title: "A", start_index: 0, end_index: 3 };
  const { conversation, dropped } = read({
    input: [
      { role: "user", content: "Weather?" },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm" }], encrypted_content: "gAAA" },
      {
        type: "message",
        id: "msg_1",
        status: "completed",
        role: "assistant",
        phase: "commentary",
        content: [
          { type: "output_text", text: "Let me see", annotations: [annotation], logprobs: [] },
          { type: "refusal", refusal: "No." },
        ],
      },
      {
        type: "function_call",
        id: "fc_1",
        call_id: "call_1",
        name: "f",
        arguments: '{"n":9007199254740993}',
        status: "completed",
      },
      { type: "custom_tool_call", call_id: "call_2", name: "patch", input: "*** free text" },
      { type: "function_call_output", call_id: "call_1", output: "sunny" },
      {
        type: "custom_tool_call_output",
        call_id: "call_2",
        output: [{ type: "input_image", image_url: "https://example.com/a.png", detail: "low" }],
      },
      { role: "assistant", content: "Done." },
    ],
  });
  expect(conversation.messages).toEqual([
    { role: "user", content: [text("Weather?")], name: null },
    {
      role: "assistant",
      name: null,
      content: [
        {
          kind: "reasoning",
          id: "rs_1",
          text: "Hm",
          isSummary: true,
          isRedacted: false,
          signature: { by: "openai-responses", value: '{"id":"rs_1","encrypted_content":"gAAA"}' },
        },
        {
          ...text("Let me see"),
          citations: [
            {
              url: "https://a.example/",
              title: "A",
              quote: null,
              start: 0,
              end: 3,
              native: { kind: "native", dialect: "openai-responses", name: "url_citation", value: annotation },
            },
          ],
        },
        { kind: "refusal", text: "No." },
        {
          kind: "tool_call",
          id: "call_1",
          name: "f",
          arguments: '{"n":9007199254740993}',
          isCustom: false,
          signature: null,
          cache: null,
        },
        {
          kind: "tool_call",
          id: "call_2",
          name: "patch",
          arguments: "*** free text",
          isCustom: true,
          signature: null,
          cache: null,
        },
      ],
    },
    {
      role: "tool",
      results: [
        { callId: "call_1", name: "f", content: [text("sunny")], isError: false, isCustom: false, cache: null },
        {
          callId: "call_2",
          name: "patch",
          content: [
            {
              kind: "image",
              source: { kind: "url", url: "https://example.com/a.png", mediaType: null },
              detail: "low",
              cache: null,
            },
          ],
          isError: false,
          isCustom: true,
          cache: null,
        },
      ],
    },
    { role: "assistant", content: [text("Done.")], name: null },
  ]);
  expect(dropped).toEqual(["input.phase"]);
});

const native = (name: string, value: JsonObject): Native => ({
  kind: "native",
  dialect: "openai-responses",
  name,
  value,
});

const turn = (call_id: string) => [
  { type: "function_call", call_id, name: "f", arguments: "{}" },
  { type: "function_call_output", call_id, output: "x" },
];

test("calls and their results in turn are turns of their own", () => {
  const roles = messagesOf([...turn("a"), ...turn("b")]).map(({ role }) => role);
  expect(roles).toEqual(["assistant", "tool", "assistant", "tool"]);
});

test("the parts of a summary are paragraphs of one text", () => {
  const summary = ["A", "", "B"].map((one) => ({ type: "summary_text", text: one }));
  expect(messagesOf([{ type: "reasoning", id: "rs_1", summary }])).toMatchObject([
    { content: [{ kind: "reasoning", text: "A\n\nB" }] },
  ]);
});

test("an item only this dialect knows is native, on the side that made it", () => {
  const search = { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search" } };
  const output = { type: "computer_call_output", call_id: "c", output: { type: "computer_screenshot" } };
  expect(messagesOf([search, { role: "assistant", content: "So." }, output, { id: "msg_9" }])).toEqual([
    { role: "assistant", content: [native("web_search_call", search), text("So.")], name: null },
    { role: "user", content: [native("computer_call_output", output)], name: null },
    { role: "assistant", content: [native("item_reference", { id: "msg_9" })], name: null },
  ]);
});

test("tools that an item brings stand with the others, in the place of one with the same name", () => {
  const input = [
    { role: "user", content: "Hi" },
    { type: "additional_tools", role: "developer", tools: [{ ...tool, description: "newer" }] },
    { type: "additional_tools", role: "developer", tools: [{ type: "function", name: "late" }, { type: "mcp" }] },
  ];
  const { conversation, dropped } = read({
    input,
    tools: [tool, { type: "mcp" }],
    tool_choice: { type: "function", name: "late" },
  });
  expect(conversation.tools).toMatchObject([
    { kind: "native", name: "mcp" },
    { kind: "function", name: tool.name, description: "newer" },
    { kind: "function", name: "late" },
    { kind: "native", name: "mcp" },
  ]);
  expect(conversation.messages).toHaveLength(1);
  expect(dropped).toEqual([]);
  const broken = { type: "additional_tools", tools: [{ type: "function", name: "" }] };
  expect(() => read({ input: [broken] })).toThrow("Invalid 'input[0].tools[0].name'");
});

test("seals of another dialect come back from where the writer put them", () => {
  const { conversation, dropped } = read({
    input: [
      { type: "reasoning", summary: [], encrypted_content: "redacted.qlite:anthropic:abc" },
      {
        type: "reasoning",
        id: "rs_2",
        summary: [{ type: "summary_text", text: "A" }],
        encrypted_content: "qlite:anthropic:def",
      },
      { type: "function_call", call_id: "call_1", name: "f", arguments: "{}" },
      { type: "reasoning", summary: [], encrypted_content: "call.qlite:gemini:ghi" },
      { type: "reasoning", id: "rs_3", summary: [] },
    ],
  });
  const reasoning = { kind: "reasoning", isSummary: true } as const;
  expect(conversation.messages[0]).toEqual({
    role: "assistant",
    name: null,
    content: [
      { ...reasoning, id: null, text: "", isRedacted: true, signature: { by: "anthropic", value: "abc" } },
      { ...reasoning, id: "rs_2", text: "A", isRedacted: false, signature: { by: "anthropic", value: "def" } },
      {
        kind: "tool_call",
        id: "call_1",
        name: "f",
        arguments: "{}",
        isCustom: false,
        signature: { by: "gemini", value: "ghi" },
        cache: null,
      },
    ],
  });
  // The last one holds neither text nor seal.
  expect(dropped).toEqual(["input.reasoning"]);
});

test("every field of a conversation", () => {
  const { conversation, dropped } = read(
    {
      model: "m",
      input: "x",
      stream: true,
      include: ["reasoning.encrypted_content", "message.output_text.logprobs", "file_search_call.results"],
      tools: [
        {
          type: "function",
          name: "f",
          description: "d",
          parameters: { type: "object" },
          strict: true,
          defer_loading: true,
        },
        { type: "function", name: "g", parameters: null, strict: null },
        { type: "custom", name: "p", description: "e", format: { type: "grammar", syntax: "lark", definition: "s" } },
        { type: "web_search", search_context_size: "low" },
      ],
      tool_choice: {
        type: "allowed_tools",
        mode: "required",
        tools: [
          { type: "function", name: "f" },
          { type: "custom", name: "p" },
        ],
      },
      parallel_tool_calls: false,
      text: {
        format: { type: "json_schema", name: "r", description: "d", schema: { type: "object" }, strict: true },
        verbosity: "low",
      },
      reasoning: { effort: "xhigh", summary: "detailed", context: "all_turns" },
      max_output_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_logprobs: 3,
      service_tier: "flex",
      user: "u",
      metadata: { a: "b" },
      store: false,
      previous_response_id: "resp_1",
      background: false,
      truncation: "disabled",
      safety_identifier: "s",
      prompt_cache_key: "k",
      max_tool_calls: null,
      newest_field: { deep: 1 },
    },
    true,
  );
  expect(conversation).toEqual({
    model: "m",
    stream: true,
    messages: [{ role: "user", content: [text("x")], name: null }],
    tools: [
      { kind: "function", name: "f", description: "d", parameters: { type: "object" }, strict: true, cache: null },
      { kind: "function", name: "g", description: null, parameters: null, strict: null, cache: null },
      { kind: "custom", name: "p", description: "e", format: { type: "grammar", syntax: "lark", definition: "s" } },
      {
        kind: "native",
        dialect: "openai-responses",
        name: "web_search",
        value: { type: "web_search", search_context_size: "low" },
      },
    ],
    toolChoice: { kind: "allowed", names: ["f", "p"], isRequired: true },
    parallelToolCalls: false,
    output: { kind: "schema", name: "r", description: "d", schema: { type: "object" }, strict: true },
    reasoning: { effort: "xhigh", budgetTokens: null, summary: "detailed", wantsSignatures: true },
    maxOutputTokens: 100,
    temperature: 0.5,
    topP: 0.9,
    topK: null,
    seed: null,
    candidates: null,
    stop: [],
    presencePenalty: null,
    frequencyPenalty: null,
    topLogprobs: 3,
    logitBias: null,
    verbosity: "low",
    serviceTier: "flex",
    user: "u",
    metadata: { a: "b" },
    store: false,
    previousResponseId: "resp_1",
    cache: null,
    wantsUsage: false,
    native: {
      dialect: "openai-responses",
      fields: {
        safety_identifier: "s",
        prompt_cache_key: "k",
        newest_field: { deep: 1 },
        include: ["file_search_call.results"],
      },
    },
  });
  expect(dropped).toEqual(["tools.defer_loading", "reasoning.context"]);
});

const tool = { type: "function", name: "f", parameters: {}, strict: true };
test.each([
  ["auto", { kind: "auto" }],
  ["none", { kind: "none" }],
  ["required", { kind: "required" }],
  [
    { type: "function", name: "f" },
    { kind: "tool", name: "f" },
  ],
  [{ type: "web_search_preview" }, null],
  [{ type: "allowed_tools", mode: "auto", tools: [{ type: "mcp", server_label: "x" }] }, null],
])("the tool choice %j", (choice, expected) => {
  const { conversation } = read({ input: "x", tools: [tool], tool_choice: choice });
  expect(conversation.toolChoice as unknown).toEqual(expected);
  // What has no words between the dialects stays as it is.
  expect(conversation.native.fields["tool_choice"]).toEqual(expected === null ? choice : undefined);
});

test.each([
  [{ include: ["message.output_text.logprobs"] }, 0],
  [{ include: ["message.output_text.logprobs"], top_logprobs: 5 }, 5],
  [{ top_logprobs: 5 }, 5],
  [{ top_logprobs: 0 }, null],
  [{}, null],
])("probabilities asked for by %j", (fields, expected) => {
  expect(read({ input: "x", ...fields }).conversation.topLogprobs).toBe(expected);
});

const bad = (input: unknown) => ({ input });
const user = (...content: unknown[]) => bad([{ role: "user", content }]);
test.each([
  ["missing_required_parameter", "input", {}],
  ["missing_required_parameter", "input", { input: [] }],
  ["invalid_request", "input", bad(7)],
  ["invalid_request", "input[0]", bad(["x"])],
  ["invalid_request", "input[0].role", bad([{ role: "tool", content: "x" }])],
  ["missing_required_parameter", "input[0].role", bad([{ type: "message", content: "x" }])],
  ["missing_required_parameter", "input[0].role", bad([{ content: "x" }])],
  ["missing_required_parameter", "input[0].content", bad([{ role: "user" }])],
  ["invalid_request", "input[0].content", bad([{ role: "user", content: 1 }])],
  ["missing_required_parameter", "input[0].content[0].type", user({ text: "x" })],
  ["invalid_request", "input[0].content[0].type", user({ type: "text", text: "x" })],
  ["missing_required_parameter", "input[0].content[0].text", user({ type: "input_text" })],
  ["missing_required_parameter", "input[0].content[0].image_url", user({ type: "input_image" })],
  ["invalid_request", "input[0].content[0].image_url", user({ type: "input_image", image_url: "not a url" })],
  ["invalid_request", "input[0].content[0].image_url", user({ type: "input_image", image_url: "file:///etc/passwd" })],
  [
    "invalid_request",
    "input[0].content[0].image_url",
    user({ type: "input_image", image_url: "data:text/plain;base64,QQ==" }),
  ],
  [
    "invalid_request",
    "input[0].content[0].image_url",
    user({ type: "input_image", image_url: "data:image/png;base64,@@" }),
  ],
  ["invalid_request", "input[0].content[0].detail", user({ type: "input_image", file_id: "f", detail: "huge" })],
  ["missing_required_parameter", "input[0].content[0].file_data", user({ type: "input_file", filename: "x" })],
  ["invalid_request", "input[0].content[0].file_data", user({ type: "input_file", file_data: "§" })],
  [
    "invalid_request",
    "input[0].content[0].type",
    bad([{ role: "assistant", content: [{ type: "input_text", text: "x" }] }]),
  ],
  ["missing_required_parameter", "input[0].call_id", bad([{ type: "function_call", name: "f", arguments: "{}" }])],
  ["invalid_request", "input[0].arguments", bad([{ type: "function_call", call_id: "c", name: "f", arguments: {} }])],
  ["invalid_request", "input", bad([{ type: "function_call_output", call_id: "c", output: "x" }])],
  ["missing_required_parameter", "input[0].output", bad([{ type: "function_call_output", call_id: "c" }])],
  ["missing_required_parameter", "tools[0].name", { input: "x", tools: [{ type: "function" }] }],
  ["invalid_request", "tools[0].name", { input: "x", tools: [{ type: "function", name: "" }] }],
  [
    "invalid_request",
    "tools[0].parameters",
    { input: "x", tools: [{ type: "function", name: "f", parameters: "{}" }] },
  ],
  ["invalid_request", "tool_choice", { input: "x", tool_choice: "sometimes" }],
  ["invalid_request", "tool_choice", { input: "x", tools: [tool], tool_choice: { type: "function", name: "g" } }],
  [
    "missing_required_parameter",
    "text.format.name",
    { input: "x", text: { format: { type: "json_schema", schema: {} } } },
  ],
  [
    "invalid_request",
    "text.format.schema",
    { input: "x", text: { format: { type: "json_schema", name: "r", schema: [] } } },
  ],
  ["invalid_request", "text.format.type", { input: "x", text: { format: { type: "yaml" } } }],
  ["invalid_request", "text.verbosity", { input: "x", text: { verbosity: "chatty" } }],
  ["invalid_request", "reasoning.effort", { input: "x", reasoning: { effort: "a lot" } }],
  ["invalid_request", "temperature", { input: "x", temperature: 2.5 }],
  ["invalid_request", "temperature", { input: "x", temperature: "1" }],
  ["invalid_request", "top_p", { input: "x", top_p: -1 }],
  ["invalid_request", "top_logprobs", { input: "x", top_logprobs: 21 }],
  ["invalid_request", "max_output_tokens", { input: "x", max_output_tokens: 0 }],
  ["invalid_request", "max_output_tokens", { input: "x", max_output_tokens: 1.5 }],
  ["invalid_request", "metadata.a", { input: "x", metadata: { a: 1 } }],
  ["invalid_request", "instructions", { input: "x", instructions: ["x"] }],
  ["invalid_request", "include", { input: "x", include: "all" }],
])("refuses with %s at %s: %j", (code, param, body) => {
  let thrown: unknown;
  try {
    read(body);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ProxyError);
  expect(thrown).toMatchObject({ code, param });
});

test("a result without its call is the service's own matter when the service holds what came before", () => {
  const output = { type: "function_call_output", call_id: "c", output: "" };
  expect(read({ input: [output], previous_response_id: "resp_1" }).conversation.messages).toEqual([
    {
      role: "tool",
      results: [{ callId: "c", name: null, content: [], isError: false, isCustom: false, cache: null }],
    },
  ]);
  expect(() => read({ input: [{ type: "item_reference", id: "fc_1" }, output] })).not.toThrow();
});

test("without input, what the service holds is gone on with", () => {
  expect(read({ previous_response_id: "resp_1" }).conversation.messages).toEqual([]);
});

const call = (id: string) => ({ type: "function_call", call_id: id, name: "f", arguments: "{}" });
const output = (id: string) => ({ type: "function_call_output", call_id: id, output: `of ${id}` });
const said = (content: string) => ({ role: "assistant", content });
const asked = (content: string) => ({ role: "user", content });
/** Each message as its texts, the ids of its calls and the calls that its results answer. */
const outline = (input: readonly object[]): readonly string[] =>
  read({ input }).conversation.messages.map((message) =>
    message.role === "tool"
      ? `results ${message.results.map(({ callId }) => callId).join(" ")}`
      : `${message.role} ${message.content.map((part) => (part.kind === "tool_call" ? part.id : part.kind === "text" ? part.text : "")).join(" ")}`,
  );

describe("results that do not follow their calls", () => {
  test.each([
    [
      [call("a"), call("b"), output("a"), said("Wait."), output("b"), said("Done.")],
      ["assistant a b", "results a b", "assistant Wait. Done."],
    ],
    [
      [call("a"), asked("Hurry!"), output("a")],
      ["assistant a", "results a", "user Hurry!"],
    ],
    [
      [call("a"), asked("x"), call("b"), output("b"), output("a"), asked("y")],
      ["assistant a", "results a", "user x", "assistant b", "results b", "user y"],
    ],
    [
      [call("a"), output("a"), call("b"), output("b")],
      ["assistant a", "results a", "assistant b", "results b"],
    ],
  ])("%#: they stand right behind the turn with the call, as other dialects want it", (input, outlined) => {
    expect(outline(input)).toEqual(outlined);
  });
});

test("of several ways to say where a file is the first counts, the others are named", () => {
  const content = [
    { type: "input_image", image_url: "https://x.example/a.png", file_id: "file-1" },
    { type: "input_file", file_data: "JVBERi0=", file_url: "https://x.example/a.pdf" },
  ];
  expect(read({ input: [{ role: "user", content }] }).dropped).toEqual([
    "input.content.file_id",
    "input.content.file_url",
  ]);
});
