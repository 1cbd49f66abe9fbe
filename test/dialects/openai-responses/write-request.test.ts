import { expect, test } from "bun:test";
import type { Conversation, InputPart, JsonObject, Message, OutputPart } from "../../../src/dialects/conversation.ts";
import { plainTraits, type Traits } from "../../../src/dialects/dialect.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import { ProxyError } from "../../../src/errors.ts";
import { emptyConversation, parseObject, read } from "./support.ts";
import { plainCall as call } from "../rich.ts";

const official: Traits = { ...plainTraits, hasDeveloperRole: true, hasOpenAiExtras: true };

const write = (
  given: Partial<Conversation>,
  traits = official,
): { readonly body: JsonObject; readonly dropped: readonly string[] } => {
  const drops = createDrops({});
  const body = openaiResponses.writeRequest({ ...emptyConversation, ...given }, traits, drops);
  return { body: parseObject(JSON.stringify(body)), dropped: drops.names() };
};

const text = (value: string) => ({ kind: "text", text: value, citations: [], cache: null }) as const;
const user = (...content: InputPart[]): Message => ({ role: "user", content, name: null });
const assistant = (...content: OutputPart[]): Message => ({ role: "assistant", content, name: null });
const reasoning = {
  kind: "reasoning",
  id: null,
  text: "Hm",
  isSummary: true,
  isRedacted: false,
  signature: null,
} as const;
const ownSeal = { by: "openai-responses", value: '{"id":"rs_1","encrypted_content":"gAAA"}' } as const;

test("a request of another dialect is stateless, and says nothing that was not given", () => {
  expect(write({ messages: [user(text("Hello"))] })).toEqual({
    body: { model: "m", input: [{ type: "message", role: "user", content: "Hello" }], store: false },
    dropped: [],
  });
});

const includeOf = (given: Partial<Conversation>): unknown => write(given).body["include"];

test("sealed reasoning is asked for with reasoning, or when a seal comes back; never of a model that may have none", () => {
  const asked = { effort: null, budgetTokens: null, summary: null, wantsSignatures: true } as const;
  const include = ["reasoning.encrypted_content"];
  expect(includeOf({})).toBeUndefined();
  expect(includeOf({ reasoning: asked })).toBeUndefined();
  expect(includeOf({ reasoning: { ...asked, effort: "high" } })).toEqual(include);
  expect(includeOf({ reasoning: { ...asked, effort: "none" } })).toBeUndefined();
  expect(includeOf({ reasoning: { ...asked, budgetTokens: 0 } })).toBeUndefined();
  expect(includeOf({ reasoning: { ...asked, budgetTokens: 2000 } })).toEqual(include);
  expect(includeOf({ reasoning: { ...asked, summary: "auto" } })).toEqual(include);
  expect(includeOf({ messages: [assistant({ ...reasoning, signature: ownSeal })] })).toEqual(include);
  expect(includeOf({ topLogprobs: 0 })).toEqual(["message.output_text.logprobs"]);
});

test.each([
  [{ effort: "minimal", budgetTokens: 9 }, { effort: "minimal" }],
  [{ budgetTokens: 0 }, { effort: "none" }],
  [{ budgetTokens: 1024 }, { effort: "low" }],
  [{ budgetTokens: 8192 }, { effort: "medium" }],
  [{ budgetTokens: 32_000 }, { effort: "high" }],
  [{ budgetTokens: -1 }, undefined],
  [{ summary: "concise" }, { summary: "concise" }],
  [{ summary: "none" }, undefined],
] as const)("reasoning %j is said as %j", (given, expected) => {
  const options = { effort: null, budgetTokens: null, summary: null, wantsSignatures: false, ...given };
  expect(write({ reasoning: options }).body["reasoning"]).toEqual(expected);
});

test("a leading system text is the instructions; one of several parts, and any later one, keeps its place", () => {
  const system = (role: "system" | "developer", ...texts: string[]): Message => ({
    role,
    content: texts.map(text),
    name: null,
  });
  const { body } = write({
    messages: [system("system", "a"), system("developer", "b"), user(text("c")), system("system", "d")],
  });
  expect(body["instructions"]).toBe("a");
  expect(body["input"]).toEqual([
    { type: "message", role: "developer", content: "b" },
    { type: "message", role: "user", content: "c" },
    { type: "message", role: "system", content: "d" },
  ]);
  const several = write({ messages: [system("system", "a", "b")] }).body;
  expect(several["instructions"]).toBeUndefined();
  expect(several["input"]).toEqual([
    {
      type: "message",
      role: "system",
      content: [
        { type: "input_text", text: "a" },
        { type: "input_text", text: "b" },
      ],
    },
  ]);
  const plain = write({ messages: [system("developer", "b")] }, plainTraits).body;
  expect(plain["input"]).toEqual([{ type: "message", role: "system", content: "b" }]);
});

test("parts of every kind, and the names of those without words here", () => {
  const file = { kind: "file", name: null, context: null, cite: false, cache: null } as const;
  const { body, dropped } = write({
    messages: [
      user(
        { ...text("t"), cache: { ttlSeconds: 300 } },
        { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "QQ==" }, detail: null, cache: null },
        {
          kind: "image",
          source: { kind: "file_id", id: "file-1", dialect: "openai-chat" },
          detail: "low",
          cache: null,
        },
        { kind: "image", source: { kind: "file_id", id: "x", dialect: "anthropic" }, detail: null, cache: null },
        { ...file, source: { kind: "base64", mediaType: "application/pdf", data: "QQ==" } },
        { ...file, source: { kind: "text", text: "ä" }, name: "a.txt", context: "c", cite: true },
        { ...file, source: { kind: "url", url: "https://example.com/a.pdf", mediaType: null } },
        { kind: "audio", source: { kind: "base64", mediaType: "audio/mpeg", data: "QQ==" }, cache: null },
        { kind: "audio", source: { kind: "base64", mediaType: "audio/ogg", data: "QQ==" }, cache: null },
        { kind: "video", source: { kind: "url", url: "https://example.com/v", mediaType: null }, cache: null },
        { kind: "native", dialect: "anthropic", name: "search_result", value: {} },
      ),
    ],
  });
  expect(body["input"]).toEqual([
    {
      type: "message",
      role: "user",
      content: [
        { type: "input_text", text: "t" },
        { type: "input_image", image_url: "data:image/png;base64,QQ==", detail: "auto" },
        { type: "input_image", file_id: "file-1", detail: "low" },
        { type: "input_file", filename: "document.pdf", file_data: "data:application/pdf;base64,QQ==" },
        { type: "input_file", filename: "a.txt", file_data: "data:text/plain;base64,w6Q=" },
        { type: "input_file", file_url: "https://example.com/a.pdf" },
        { type: "input_audio", input_audio: { data: "QQ==", format: "mp3" } },
      ],
    },
  ]);
  expect(dropped).toEqual([
    "messages.content.cache_control",
    "messages.content.file_id",
    "messages.content.context",
    "messages.content.citations",
    "messages.content.audio",
    "messages.content.video",
    "messages.content.search_result",
  ]);
});

test("an item of the service's own among the user's words keeps its place", () => {
  const value = { type: "mcp_approval_response", approval_request_id: "a", approve: true };
  const native = { kind: "native", dialect: "openai-responses", name: "mcp_approval_response", value } as const;
  expect(write({ messages: [user(text("a"), native, text("b"))] }).body["input"]).toEqual([
    { type: "message", role: "user", content: "a" },
    value,
    { type: "message", role: "user", content: "b" },
  ]);
});

test("cache hints of a client that speaks an OpenAI dialect are breakpoints", () => {
  const chat: Partial<Conversation> = {
    native: { dialect: "openai-chat", fields: {} },
    messages: [user({ ...text("a"), cache: { ttlSeconds: null } }, { ...text("b"), cache: { ttlSeconds: 43_200 } })],
  };
  expect(write(chat)).toMatchObject({
    body: {
      input: [
        {
          content: [
            { text: "a", prompt_cache_breakpoint: { mode: "explicit" } },
            { text: "b", prompt_cache_breakpoint: { mode: "explicit", ttl: "12h" } },
          ],
        },
      ],
    },
    dropped: [],
  });
  expect(write(chat, plainTraits).dropped).toEqual(["messages.content.cache_control"]);
});

test("the assistant's turn: reasoning with our seal, texts, refusals, calls; the rest is named", () => {
  const { body, dropped } = write({
    messages: [
      assistant(
        { ...reasoning, signature: ownSeal },
        { ...reasoning, text: "raw", isSummary: false, signature: ownSeal },
        { ...reasoning, signature: { by: "anthropic", value: "x" } },
        reasoning,
        text("Hello"),
        {
          ...text("Cited"),
          citations: [{ url: "https://a.example/", title: null, quote: null, start: null, end: null, native: null }],
        },
        { kind: "refusal", text: "No." },
        { ...call, signature: { by: "gemini", value: "x" } },
        { ...call, id: "c2", arguments: "free", isCustom: true },
        { ...call, id: "c3", arguments: "" },
        { kind: "speech", id: "a", data: "QQ==", transcript: "said", expiresAt: null },
        { kind: "image", source: { kind: "base64", mediaType: "image/png", data: "QQ==" }, detail: null, cache: null },
        {
          kind: "native",
          dialect: "openai-responses",
          name: "web_search_call",
          value: { type: "web_search_call", id: "ws_1" },
        },
        { kind: "native", dialect: "anthropic", name: "server_tool_use", value: {} },
      ),
      {
        role: "tool",
        results: [
          { callId: "c1", name: "f", content: [text("out")], isError: true, isCustom: false, cache: null },
          { callId: "c2", name: null, content: [], isError: false, isCustom: true, cache: null },
          {
            callId: "c3",
            name: null,
            content: [
              text("a"),
              {
                kind: "image",
                source: { kind: "url", url: "https://x.example/", mediaType: null },
                detail: "high",
                cache: null,
              },
            ],
            isError: false,
            isCustom: false,
            cache: null,
          },
        ],
      },
    ],
  });
  expect(body["input"]).toEqual([
    { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm" }], encrypted_content: "gAAA" },
    {
      type: "reasoning",
      id: "rs_1",
      summary: [],
      content: [{ type: "reasoning_text", text: "raw" }],
      encrypted_content: "gAAA",
    },
    { type: "message", role: "assistant", content: "Hello" },
    {
      type: "message",
      role: "assistant",
      content: [
        {
          type: "output_text",
          text: "Cited",
          annotations: [{ type: "url_citation", url: "https://a.example/", title: "", start_index: 0, end_index: 5 }],
          logprobs: [],
        },
      ],
    },
    { type: "message", role: "assistant", content: [{ type: "refusal", refusal: "No." }] },
    { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
    { type: "custom_tool_call", call_id: "c2", name: "f", input: "free" },
    { type: "function_call", call_id: "c3", name: "f", arguments: "{}" },
    { type: "message", role: "assistant", content: "said" },
    { type: "web_search_call", id: "ws_1" },
    { type: "function_call_output", call_id: "c1", output: "out" },
    { type: "custom_tool_call_output", call_id: "c2", output: "" },
    {
      type: "function_call_output",
      call_id: "c3",
      output: [
        { type: "input_text", text: "a" },
        { type: "input_image", image_url: "https://x.example/", detail: "high" },
      ],
    },
  ]);
  expect(dropped).toEqual([
    "messages.content.reasoning",
    "messages.tool_calls.signature",
    "messages.audio",
    "messages.content.image",
    "messages.content.server_tool_use",
    "tool_result.is_error",
  ]);
});

const tools: Conversation["tools"] = [
  {
    kind: "function",
    name: "f",
    description: null,
    parameters: { type: "object" },
    strict: null,
    cache: { ttlSeconds: null },
  },
  { kind: "custom", name: "p", description: "d", format: { type: "grammar", syntax: "lark", definition: "s" } },
];

test("tools: not strict unless told; custom ones are functions where the server has none", () => {
  const allowed = { kind: "allowed", names: ["p"], isRequired: true } as const;
  expect(write({ tools, toolChoice: allowed })).toMatchObject({
    body: {
      tools: [
        { type: "function", name: "f", parameters: { type: "object" }, strict: false },
        { type: "custom", name: "p", description: "d", format: { type: "grammar", syntax: "lark", definition: "s" } },
      ],
      tool_choice: { type: "allowed_tools", mode: "required", tools: [{ type: "custom", name: "p" }] },
    },
    dropped: ["tools.cache_control"],
  });
  const past = { ...call, arguments: 'a "b"', isCustom: true };
  const plain = write({ tools, toolChoice: allowed, messages: [assistant(past)] }, plainTraits);
  expect(plain.body).toMatchObject({
    tools: [{ type: "function", name: "p", parameters: { required: ["input"] }, strict: false }],
    tool_choice: "required",
    input: [{ type: "function_call", arguments: '{"input":"a \\"b\\""}' }],
  });
  expect(plain.dropped).toEqual(["tools.format"]);
});

test.each([
  [{ kind: "auto" }, "auto"],
  [{ kind: "none" }, "none"],
  [{ kind: "required" }, "required"],
  [
    { kind: "tool", name: "f" },
    { type: "function", name: "f" },
  ],
  [
    { kind: "tool", name: "p" },
    { type: "custom", name: "p" },
  ],
] as const)("the choice %j is said as %j", (toolChoice, expected) => {
  expect(write({ tools, toolChoice }).body["tool_choice"]).toEqual(expected);
});

test("a tool built into another provider is refused by name", () => {
  const native = { kind: "native", dialect: "anthropic", name: "web_search_20250305", value: {} } as const;
  expect(() => write({ tools: [native] })).toThrow(ProxyError);
  expect(() => write({ tools: [native] })).toThrow("web_search_20250305");
});

test("fields without words here are named; those of the chat dialect under the same name are kept", () => {
  const { body, dropped } = write({
    topK: 1,
    seed: 1,
    candidates: 2,
    stop: ["x"],
    presencePenalty: 0,
    frequencyPenalty: 0,
    logitBias: {},
    cache: { ttlSeconds: 3600 },
    temperature: 3,
    maxOutputTokens: 1,
    native: {
      dialect: "openai-chat",
      fields: { prompt_cache_key: "k", safety_identifier: "s", prediction: {}, stream_options: {} },
    },
  });
  expect(body).toEqual({
    model: "m",
    input: [],
    prompt_cache_key: "k",
    safety_identifier: "s",
    max_output_tokens: 16,
    temperature: 2,
    store: false,
  });
  expect(dropped).toEqual([
    "prediction",
    "stream_options",
    "topK",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
    "logitBias",
    "candidates",
    "stop",
    "cache",
    "maxOutputTokens",
    "temperature",
  ]);
});

test("what a server refuses is left out and named", () => {
  const traits = { ...official, hasSampling: false, refusedFields: ["store", "metadata"] };
  expect(write({ temperature: 1, topP: 0.5, metadata: { a: "b" } }, traits)).toEqual({
    body: { model: "m", input: [] },
    dropped: ["temperature", "topP", "metadata"],
  });
});

test("names, and what other fields are called", () => {
  const { body, dropped } = write({
    messages: [{ role: "user", content: [text("a")], name: "bob" }],
    stream: true,
    parallelToolCalls: true,
    output: { kind: "schema", name: null, description: null, schema: { n: 1 }, strict: null },
    verbosity: "low",
    topLogprobs: 2,
    serviceTier: "flex",
    user: "u",
    metadata: { a: "b" },
    store: true,
  });
  expect(body).toMatchObject({
    stream: true,
    parallel_tool_calls: true,
    text: { format: { type: "json_schema", name: "response", schema: { n: 1 } }, verbosity: "low" },
    top_logprobs: 2,
    service_tier: "flex",
    user: "u",
    metadata: { a: "b" },
    store: true,
  });
  expect(dropped).toEqual(["messages.name"]);
});

test("a rich request of this dialect, read and written again, is read as the same", () => {
  const rich = {
    model: "m",
    instructions: "Be brief.",
    input: [
      { role: "developer", content: "Speak Latin." },
      {
        role: "user",
        content: [
          { type: "input_text", text: "Look", prompt_cache_breakpoint: { mode: "explicit", ttl: "30m" } },
          { type: "input_image", image_url: "data:image/png;base64,iVBORw0KGgo=", detail: "high" },
          { type: "input_file", file_data: "data:application/pdf;base64,JVBERi0x", filename: "a.pdf" },
        ],
      },
      { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "x" } },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm" }], encrypted_content: "gAAA" },
      {
        role: "assistant",
        content: [
          {
            type: "output_text",
            text: "See [1]",
            annotations: [{ type: "file_citation", file_id: "file-1", filename: "a.pdf", index: 4 }],
          },
          { type: "output_text", text: "and more" },
          { type: "refusal", refusal: "but not that" },
        ],
      },
      { type: "function_call", call_id: "c1", name: "f", arguments: '{"n":1.0}' },
      { type: "custom_tool_call", call_id: "c2", name: "p", input: "x\ny" },
      { type: "function_call_output", call_id: "c1", output: "1" },
      {
        type: "custom_tool_call_output",
        call_id: "c2",
        output: [
          { type: "input_text", text: "a" },
          { type: "input_text", text: "b" },
        ],
      },
      { type: "mcp_approval_response", approval_request_id: "a", approve: true },
      { role: "user", content: "Go on" },
    ],
    include: ["file_search_call.results", "reasoning.encrypted_content", "message.output_text.logprobs"],
    tools: [
      {
        type: "function",
        name: "f",
        description: "d",
        parameters: { type: "object", maximum: 9007199254740993n },
        strict: true,
      },
      { type: "custom", name: "p", format: { type: "text" } },
      { type: "web_search" },
    ],
    tool_choice: { type: "web_search" },
    parallel_tool_calls: false,
    text: { format: { type: "json_object" }, verbosity: "high" },
    reasoning: { effort: "low", summary: "auto" },
    max_output_tokens: 4096,
    temperature: 0.25,
    top_p: 0.75,
    top_logprobs: 2,
    service_tier: "priority",
    user: "u",
    metadata: { k: "v" },
    store: true,
    previous_response_id: "resp_0",
    background: true,
    truncation: "auto",
    prompt_cache_key: "k",
  };
  const json = JSON.stringify(rich, (_, value) => (typeof value === "bigint" ? JSON.rawJSON(String(value)) : value));
  const first = read(parseObject(json), true);
  expect(first.dropped).toEqual([]);
  const written = write(first.conversation);
  expect(written.dropped).toEqual([]);
  expect(JSON.stringify(written.body)).toContain("9007199254740993");
  expect(read(written.body, true).conversation).toEqual(first.conversation);
});
