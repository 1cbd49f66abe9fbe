import { expect, test } from "bun:test";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import { readCountReply, writeCountReply, writeCountRequest } from "../../../src/dialects/anthropic/count-tokens.ts";
import type { Citation, Conversation, InputPart, Message, OutputPart } from "../../../src/dialects/conversation.ts";
import { adaptive, byBudget, call, conversationOf, newDrops, result, text, thrownBy, write } from "./make.ts";

const user = (...content: readonly InputPart[]): Message => ({ role: "user", content, name: null });
const assistant = (...content: readonly OutputPart[]): Message => ({ role: "assistant", content, name: null });
const system = (said: string): Message => ({ role: "system", content: [text(said)], name: null });
const tool = (name: string) => ({
  kind: "function" as const,
  name,
  description: null,
  parameters: null,
  strict: null,
  cache: null,
});

test("the least request there is has a limit, and nothing that was not given", () => {
  expect(write({})).toEqual({
    body: { model: "claude-opus-5-5", max_tokens: 8192, messages: [{ role: "user", content: "Hi" }] },
    dropped: [],
  });
});

test("every field the dialect has a word for", () => {
  const { body, dropped } = write({
    stream: true,
    maxOutputTokens: 100,
    temperature: 0.5,
    topK: 40,
    stop: ["END"],
    user: "u1",
    serviceTier: "default",
    cache: { ttlSeconds: 3600 },
    output: { kind: "schema", name: "n", description: null, schema: { type: "object" }, strict: true },
    tools: [{ ...tool("f"), description: "does f", strict: true, cache: { ttlSeconds: null } }],
    toolChoice: { kind: "tool", name: "f" },
    parallelToolCalls: false,
    native: { dialect: "anthropic", fields: { container: "c1", brand_new: 1 } },
  });
  expect(body).toEqual({
    model: "claude-opus-5-5",
    max_tokens: 100,
    messages: [{ role: "user", content: "Hi" }],
    tools: [
      {
        name: "f",
        description: "does f",
        input_schema: { type: "object" },
        strict: true,
        cache_control: { type: "ephemeral" },
      },
    ],
    tool_choice: { type: "tool", name: "f", disable_parallel_tool_use: true },
    output_config: { format: { type: "json_schema", schema: { type: "object" } } },
    temperature: 0.5,
    top_k: 40,
    stop_sequences: ["END"],
    stream: true,
    metadata: { user_id: "u1" },
    service_tier: "standard_only",
    cache_control: { type: "ephemeral", ttl: "1h" },
    container: "c1",
    brand_new: 1,
  });
  expect(dropped).toEqual([]);
});

const unsaid: readonly (readonly [string, Partial<Conversation>, readonly string[]])[] = [
  ["several answers", { candidates: 2 }, ["candidates"]],
  ["one answer", { candidates: 1 }, []],
  ["a seed", { seed: 1 }, ["seed"]],
  ["penalties", { presencePenalty: 1, frequencyPenalty: -1 }, ["presencePenalty", "frequencyPenalty"]],
  ["penalties of nothing", { presencePenalty: 0, frequencyPenalty: 0 }, []],
  ["probabilities", { topLogprobs: 0, logitBias: { "5": 1 } }, ["topLogprobs", "logitBias"]],
  ["verbosity", { verbosity: "low" }, ["verbosity"]],
  ["metadata", { metadata: { a: "b" } }, ["metadata"]],
  ["keeping the answer", { store: true }, ["store"]],
  ["not keeping it", { store: false }, []],
  ["any JSON", { output: { kind: "json" } }, ["output"]],
  ["plain text", { output: { kind: "text" } }, []],
  ["a tier of another's", { serviceTier: "flex" }, ["serviceTier"]],
  ["a stop of white space", { stop: ["\n"] }, ["stop"]],
  ["a forced tool without tools", { toolChoice: { kind: "required" } }, ["toolChoice"]],
  ["an open choice without tools", { toolChoice: { kind: "auto" } }, []],
  ["no choice without tools", { toolChoice: { kind: "none" } }, []],
  ["no bias", { logitBias: {} }, []],
  ["no metadata", { metadata: {} }, []],
  [
    "another dialect's own field",
    { native: { dialect: "openai-chat", fields: { modalities: ["text"] } } },
    ["modalities"],
  ],
];

test.each(unsaid)("%s: named exactly when it would have mattered", (_, fields, names) => {
  const { body, dropped } = write(fields);
  expect(dropped).toEqual([...names]);
  expect(Object.keys(body)).toEqual(["model", "max_tokens", "messages"]);
});

const samplings: readonly (readonly [string, Partial<Conversation>, object, readonly string[]])[] = [
  ["temperature above 1", { temperature: 1.7 }, { temperature: 1 }, ["temperature"]],
  ["top_p alone", { topP: 0.5 }, { top_p: 0.5 }, []],
  ["both", { temperature: 0.2, topP: 0.5 }, { temperature: 0.2 }, ["topP"]],
  ["both, one at its default", { temperature: 0.2, topP: 1 }, { temperature: 0.2 }, []],
];

test.each(samplings)("sampling: %s", (_, fields, said, names) => {
  const { body, dropped } = write(fields);
  expect(body).toMatchObject(said);
  expect(["temperature", "top_p", "top_k"].filter((key) => key in body)).toEqual(Object.keys(said));
  expect(dropped).toEqual([...names]);
});

test("sampling is left out, and named, for a model that takes none", () => {
  const traits = { ...adaptive, hasSampling: false };
  expect(write({ temperature: 0.2, topP: 0.9, topK: 5 }, traits)).toMatchObject({
    dropped: ["temperature", "topP", "topK"],
  });
  const { body, dropped } = write({ temperature: 1, topP: 1 }, traits);
  expect(dropped).toEqual([]);
  expect(body).not.toHaveProperty("temperature");
  expect(body).not.toHaveProperty("top_p");
});

test("fields this server refuses are left out and named", () => {
  const { body, dropped } = write({ user: "u", stop: ["a"] }, { ...adaptive, refusedFields: ["metadata"] });
  expect(body).not.toHaveProperty("metadata");
  expect(body).toHaveProperty("stop_sequences");
  expect(dropped).toEqual(["metadata"]);
});

test.each([
  [60, "5m"],
  [300, "5m"],
  [1900, "5m"],
  [2000, "1h"],
  [86_400, "1h"],
])("a cache for %d seconds is said as %s", (ttlSeconds, ttl) => {
  expect(write({ cache: { ttlSeconds } }).body.cache_control).toEqual({ type: "ephemeral", ttl });
});

test("system messages: leading ones are the field, a later one stays where the service takes it", () => {
  const { body, dropped } = write({
    messages: [
      system("A"),
      { role: "developer", content: [{ ...text("B"), cache: { ttlSeconds: 300 } }], name: null },
      user(text("1")),
      assistant(text("2")),
      user(text("3")),
      system("C"),
      assistant(text("4")),
      user(text("5")),
      system("D"),
      system("E"),
    ],
  });
  expect(body.system).toEqual([
    { type: "text", text: "A" },
    { type: "text", text: "B", cache_control: { type: "ephemeral", ttl: "5m" } },
  ]);
  expect(body.messages).toEqual([
    { role: "user", content: "1" },
    { role: "assistant", content: "2" },
    { role: "user", content: "3" },
    { role: "system", content: "C" },
    { role: "assistant", content: "4" },
    { role: "user", content: "5" },
    {
      role: "system",
      content: [
        { type: "text", text: "D" },
        { type: "text", text: "E" },
      ],
    },
  ]);
  expect(dropped).toEqual([]);
});

test.each([
  ["before a user's turn", adaptive, [user(text("1")), system("S"), user(text("2"))]],
  ["behind the assistant", adaptive, [user(text("1")), assistant(text("2")), system("S"), user(text("3"))]],
  [
    "between a call and its result",
    adaptive,
    [
      user(text("1")),
      assistant(call("a", "f", "{}")),
      system("S"),
      { role: "tool" as const, results: [result("a", "r")] },
    ],
  ],
  ["where the model takes none", { ...adaptive, hasLateSystem: false }, [user(text("1")), system("S")]],
])("a system message %s joins the field", (_, traits, messages) => {
  const { body, dropped } = write({ messages: [system("First"), ...messages] }, traits);
  expect(body.system).toEqual([
    { type: "text", text: "First" },
    { type: "text", text: "S" },
  ]);
  expect(body.messages.map(({ role }: { role: string }) => role)).not.toContain("system");
  expect(dropped).toEqual(["messages.system.position"]);
});

test("a conversation of system messages alone: the last is said by the user", () => {
  expect(write({ messages: [system("A"), system("B")] })).toEqual({
    body: { model: "claude-opus-5-5", max_tokens: 8192, system: "A", messages: [{ role: "user", content: "B" }] },
    dropped: ["messages.role"],
  });
});

test("turns of one role are one, results first in it, empty texts gone", () => {
  const { body } = write({
    messages: [
      user(text("1"), text(" ")),
      user(text("2")),
      assistant(call("a", "f", '{"x":1.0}'), call("b", "g", "")),
      user(text("meanwhile")),
      { role: "tool", results: [{ ...result("b", "rb"), isError: true }] },
      { role: "tool", results: [{ ...result("a", ""), cache: { ttlSeconds: null } }] },
      assistant(text("")),
    ],
    tools: [tool("f"), tool("g")],
  });
  expect(body.messages).toEqual([
    {
      role: "user",
      content: [
        { type: "text", text: "1" },
        { type: "text", text: "2" },
      ],
    },
    {
      role: "assistant",
      content: [
        { type: "tool_use", id: "a", name: "f", input: { x: 1 } },
        { type: "tool_use", id: "b", name: "g", input: {} },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "b", content: "rb", is_error: true },
        { type: "tool_result", tool_use_id: "a", cache_control: { type: "ephemeral" } },
        { type: "text", text: "meanwhile" },
      ],
    },
  ]);
});

test("numbers of arguments go out as they were spelled", () => {
  const messages = [user(text("1")), assistant(call("a", "f", '{"n":9007199254740993,"x":1.0}'))];
  const body = anthropic.writeRequest(conversationOf({ messages }), adaptive, newDrops());
  expect(JSON.stringify(body)).toContain('"input":{"n":9007199254740993,"x":1.0}');
});

test("ids the service would refuse are made to fit, each the same way everywhere", () => {
  const messages: Message[] = [
    user(text("1")),
    assistant(call("a.b", "f", "{}"), call("a:b", "f", "{}"), call("a_b", "f", "{}"), call("", "f", "{}")),
    assistant(call("x".repeat(80), "f", "{}"), call("x".repeat(90), "f", "{}")),
    { role: "tool", results: ["a:b", "a.b", "a_b", "", "x".repeat(90)].map((id) => result(id, "r")) },
  ];
  const { body } = write({ messages, tools: [tool("f")] });
  const ids = body.messages[1].content.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(["a_b", "a_b_2", "a_b_3", "call", "x".repeat(64), `${"x".repeat(56)}_2`]);
  expect(body.messages[2].content.map((block: { tool_use_id: string }) => block.tool_use_id)).toEqual([
    "a_b_2",
    "a_b",
    "a_b_3",
    "call",
    `${"x".repeat(56)}_2`,
  ]);
});

const turnsOf = (count: number): Message[] => [
  user(text("1")),
  assistant(
    ...Array.from({ length: count }, (_, index) => call(`c.${index % 3 === 0 ? "x" : "y"}:${index}`, "f", "{}")),
  ),
];

const idsOf = (count: number): string[] =>
  write({ messages: turnsOf(count) }).body.messages[1].content.map(({ id }: { id: string }) => id);

test("a conversation that grows keeps the ids it had", () => {
  expect(idsOf(9).slice(0, 5)).toEqual(idsOf(5));
});

test.each([
  ["no JSON", '{"a":', false, { input: '{"a":' }, ["tool_calls.arguments"]],
  ["no object", "[1]", false, { input: [1] }, ["tool_calls.arguments"]],
  ["free text of a custom tool", "*** patch", true, { input: "*** patch" }, []],
])("arguments that are %s become an object", (_, said, isCustom, input, names) => {
  const { body, dropped } = write({ messages: [user(text("1")), assistant({ ...call("a", "f", said), isCustom })] });
  expect(body.messages[1].content[0].input).toEqual(input);
  expect(dropped).toEqual([...names]);
});

const noFile = { name: null, context: null, cite: false, cache: null };
const image = { kind: "image" as const, detail: null, cache: null };
const parts: readonly (readonly [string, InputPart, object | null, readonly string[]])[] = [
  [
    "image of bytes",
    { ...image, source: { kind: "base64", data: "AA==", mediaType: "image/png" } },
    { type: "image", source: { type: "base64", data: "AA==", media_type: "image/png" } },
    [],
  ],
  [
    "image to look at closely",
    { ...image, detail: "high", source: { kind: "url", url: "https://x.test/a", mediaType: null } },
    { type: "image", source: { type: "url", url: "https://x.test/a" } },
    ["messages.content.detail"],
  ],
  [
    "image in the provider's store",
    { ...image, source: { kind: "file_id", id: "f", dialect: "anthropic" } },
    { type: "image", source: { type: "file", file_id: "f" } },
    [],
  ],
  [
    "image in another's store",
    { ...image, source: { kind: "file_id", id: "f", dialect: "gemini" } },
    null,
    ["messages.content.file_id"],
  ],
  [
    "PDF with all it may say",
    {
      kind: "file",
      source: { kind: "base64", data: "AA==", mediaType: "application/pdf" },
      name: "T",
      context: "C",
      cite: true,
      cache: { ttlSeconds: 300 },
    },
    {
      type: "document",
      source: { type: "base64", data: "AA==", media_type: "application/pdf" },
      title: "T",
      context: "C",
      citations: { enabled: true },
      cache_control: { type: "ephemeral", ttl: "5m" },
    },
    [],
  ],
  [
    "bytes that are text",
    { kind: "file", ...noFile, source: { kind: "base64", data: btoa("a,b"), mediaType: "text/csv" } },
    { type: "document", source: { type: "text", data: "a,b", media_type: "text/plain" } },
    [],
  ],
  [
    "bytes that are neither",
    { kind: "file", ...noFile, source: { kind: "base64", data: "AA==", mediaType: "application/zip" } },
    null,
    ["messages.content.file"],
  ],
  [
    "document by URL",
    { kind: "file", ...noFile, source: { kind: "url", url: "https://x.test/a.pdf", mediaType: null } },
    { type: "document", source: { type: "url", url: "https://x.test/a.pdf" } },
    [],
  ],
  [
    "document in the provider's store",
    { kind: "file", ...noFile, source: { kind: "file_id", id: "f", dialect: "anthropic" } },
    { type: "document", source: { type: "file", file_id: "f" } },
    [],
  ],
  [
    "document in another's store",
    { kind: "file", ...noFile, source: { kind: "file_id", id: "f", dialect: "gemini" } },
    null,
    ["messages.content.file_id"],
  ],
  [
    "sound",
    { kind: "audio", source: { kind: "base64", data: "AA==", mediaType: "audio/wav" }, cache: null },
    null,
    ["messages.content.audio"],
  ],
  [
    "film",
    { kind: "video", source: { kind: "url", url: "https://x.test/a", mediaType: null }, cache: null },
    null,
    ["messages.content.video"],
  ],
  [
    "a part of its own",
    { kind: "native", dialect: "anthropic", name: "search_result", value: { type: "search_result", source: "s" } },
    { type: "search_result", source: "s" },
    [],
  ],
  [
    "a part of another's",
    { kind: "native", dialect: "gemini", name: "exec", value: {} },
    null,
    ["messages.content.exec"],
  ],
];

test.each(parts)("%s, in a user's turn and in a tool's result", (_, part, block, names) => {
  const inTurn = write({ messages: [user(text("see"), part)] });
  const see = { type: "text", text: "see" };
  expect(inTurn.body.messages[0].content).toEqual(block === null ? "see" : [see, block]);
  expect(inTurn.dropped).toEqual([...names]);
  const results = [{ ...result("a", "see"), content: [text("see"), part] }];
  const inResult = write({ messages: [user(text("1")), assistant(call("a", "f", "{}")), { role: "tool", results }] });
  expect(inResult.body.messages[2].content[0].content).toEqual(block === null ? [see] : [see, block]);
  expect(inResult.dropped).toEqual([...names]);
});

const citation: Citation = { url: "https://x.test", title: "T", quote: "q", start: 0, end: 1, native: null };
const own = { type: "char_location", cited_text: "q", document_index: 0 };
const unsealed = { type: "web_search_result_location", url: "https://x.test", encrypted_index: "" };
const reasoning = { kind: "reasoning" as const, id: null, text: "Hm", isSummary: true, isRedacted: false };
const said: readonly (readonly [string, OutputPart, object | null, readonly string[]])[] = [
  ["a refusal", { kind: "refusal", text: "No." }, { type: "text", text: "No." }, []],
  [
    "speech",
    { kind: "speech", id: "s", data: "AA==", transcript: "Hello", expiresAt: null },
    { type: "text", text: "Hello" },
    ["messages.audio"],
  ],
  [
    "a picture",
    { ...image, source: { kind: "base64", data: "AA==", mediaType: "image/png" } },
    null,
    ["messages.content.image"],
  ],
  [
    "sealed thinking",
    { ...reasoning, signature: { by: "anthropic", value: "s" } },
    { type: "thinking", thinking: "Hm", signature: "s" },
    [],
  ],
  [
    "redacted thinking",
    { ...reasoning, text: "", isRedacted: true, signature: { by: "anthropic", value: "d" } },
    { type: "redacted_thinking", data: "d" },
    [],
  ],
  [
    "another's thinking",
    { ...reasoning, signature: { by: "gemini", value: "s" } },
    null,
    ["messages.content.reasoning"],
  ],
  ["thinking without a seal", { ...reasoning, signature: null }, null, ["messages.content.reasoning"]],
  [
    "its own citation",
    {
      ...text("a"),
      citations: [{ ...citation, native: { kind: "native", dialect: "anthropic", name: "char_location", value: own } }],
    },
    { type: "text", text: "a", citations: [own] },
    [],
  ],
  [
    "another's citation",
    { ...text("a"), citations: [citation] },
    { type: "text", text: "a" },
    ["messages.content.citations"],
  ],
  [
    "another's citation that went through a client of this dialect",
    {
      ...text("a"),
      citations: [{ ...citation, native: { kind: "native", dialect: "anthropic", name: "w", value: unsealed } }],
    },
    { type: "text", text: "a" },
    ["messages.content.citations"],
  ],
];

test.each(said)("in the assistant's turn: %s", (_, part, block, names) => {
  const { body, dropped } = write({ messages: [user(text("1")), assistant(part, text("end")), user(text("2"))] });
  const end = { type: "text", text: "end" };
  expect(body.messages[1].content).toEqual(block === null ? "end" : [block, end]);
  expect(dropped).toEqual([...names]);
});

test("an empty text is not missed, but for a cache hint on it", () => {
  expect(write({ messages: [user(text("1"), text(""))] }).dropped).toEqual([]);
  expect(write({ messages: [user(text("1"), { ...text(" "), cache: { ttlSeconds: null } })] }).dropped).toEqual([
    "messages.content.cache_control",
  ]);
});

test("fields that clients of other dialects send under the service's names go through", () => {
  const fields = { container: "c", context_management: {}, inference_geo: "eu", mcp_servers: [], speed: "fast" };
  const { body, dropped } = write({ native: { dialect: "openai-chat", fields } });
  expect(body).toMatchObject(fields);
  expect(dropped).toEqual([]);
});

test("the context management of the Responses API, which is another, is named", () => {
  const fields = { context_management: [{ type: "compaction", compact_threshold: 1000 }] };
  const { body, dropped } = write({ native: { dialect: "openai-responses", fields } });
  expect(body).not.toHaveProperty("context_management");
  expect(dropped).toEqual(["context_management"]);
});

test("what a schema is described as is named", () => {
  const output = { kind: "schema", name: "n", description: "d", schema: {}, strict: null } as const;
  expect(write({ output })).toMatchObject({
    body: { output_config: { format: { type: "json_schema", schema: {} } } },
    dropped: ["response_format.description"],
  });
});

test("an answer to be gone on with does not end in white space", () => {
  expect(write({ messages: [user(text("1")), assistant(text("The answer is \n"))] }).body.messages[1]).toEqual({
    role: "assistant",
    content: "The answer is",
  });
});

test("a name of a message is not said", () => {
  expect(write({ messages: [{ role: "user", content: [text("1")], name: "ann" }] }).dropped).toEqual(["messages.name"]);
});

const choices: readonly (readonly [string, Partial<Conversation>, object | undefined, readonly string[]])[] = [
  ["none given", {}, undefined, ["f", "g"]],
  ["auto", { toolChoice: { kind: "auto" } }, { type: "auto" }, ["f", "g"]],
  ["required", { toolChoice: { kind: "required" } }, { type: "any" }, ["f", "g"]],
  ["none", { toolChoice: { kind: "none" }, parallelToolCalls: false }, { type: "none" }, ["f", "g"]],
  ["some", { toolChoice: { kind: "allowed", names: ["g"], isRequired: false } }, { type: "auto" }, ["g"]],
  ["one of some", { toolChoice: { kind: "allowed", names: ["g"], isRequired: true } }, { type: "any" }, ["g"]],
  ["one at a time", { parallelToolCalls: false }, { type: "auto", disable_parallel_tool_use: true }, ["f", "g"]],
  ["many at a time", { parallelToolCalls: true }, undefined, ["f", "g"]],
];

test.each(choices)("tool choice: %s", (_, fields, choice, names) => {
  const { body, dropped } = write({ tools: [tool("f"), tool("g")], ...fields });
  expect(body.tool_choice).toEqual(choice);
  expect(body.tools.map(({ name }: { name: string }) => name)).toEqual(names);
  expect(dropped).toEqual([]);
});

test("a custom tool is a function with one parameter, its grammar named", () => {
  const { body, dropped } = write({
    tools: [{ kind: "custom", name: "patch", description: "d", format: { type: "grammar", syntax: "lark" } }],
  });
  expect(body.tools).toEqual([
    {
      name: "patch",
      description: "d",
      input_schema: {
        type: "object",
        properties: { input: { type: "string" } },
        required: ["input"],
        additionalProperties: false,
      },
    },
  ]);
  expect(dropped).toEqual(["tools.format"]);
  for (const format of [null, { type: "text" }]) {
    expect(write({ tools: [{ kind: "custom", name: "patch", description: null, format }] }).dropped).toEqual([]);
  }
});

test("a tool that says nothing of itself is a name and a schema", () => {
  expect(write({ tools: [tool("f")] }).body.tools).toEqual([{ name: "f", input_schema: { type: "object" } }]);
});

test("a schema without a type is an object's, and keeps the order of its keys", () => {
  const parameters = { properties: { a: {} }, required: ["a"] };
  const { body } = write({
    tools: [
      { ...tool("f"), parameters },
      { ...tool("g"), parameters: { $schema: "s", type: "object" } },
    ],
  });
  expect(JSON.stringify(body.tools.map((one: { input_schema: unknown }) => one.input_schema))).toBe(
    '[{"type":"object","properties":{"a":{}},"required":["a"]},{"$schema":"s","type":"object"}]',
  );
});

test("tools that were called and are offered no more are defined, and not to be called", () => {
  const messages: Message[] = [
    user(text("1")),
    assistant(call("a", "f", "{}")),
    { role: "tool", results: [result("a", "r")] },
  ];
  const { body } = write({ messages });
  expect(body.tools).toEqual([{ name: "f", input_schema: { type: "object" } }]);
  expect(body.tool_choice).toEqual({ type: "none" });
});

test("its own built-in tool goes as it came, another's is refused by name", () => {
  const value = { type: "web_search_20260318", name: "web_search", max_uses: 2 };
  expect(write({ tools: [{ kind: "native", dialect: "anthropic", name: "x", value }] }).body.tools).toEqual([value]);
  const foreign = { kind: "native", dialect: "openai-responses", name: "file_search", value: {} } as const;
  const refused = thrownBy(() => write({ tools: [foreign] }));
  expect(refused).toMatchObject({ code: "unsupported_feature", param: "tools" });
  expect(refused.message).toContain("'file_search'");
});

test.each([
  ["an earlier answer that the provider would have to hold", { previousResponseId: "resp_1" }, "previous_response_id"],
  [
    "what another provider keeps, before all else",
    { messages: [], native: { dialect: "openai-responses", fields: { prompt: { id: "p" } } } },
    "prompt",
  ],
  [
    "nothing that can be said",
    {
      messages: [
        user({ kind: "audio", source: { kind: "base64", data: "AA==", mediaType: "audio/wav" }, cache: null }),
      ],
    },
    "messages",
  ],
] as const)("%s is refused", (_, fields, param) => {
  expect(thrownBy(() => write(fields))).toMatchObject({ code: "unsupported_feature", param });
});

test("a count is asked with the fields of a count alone", () => {
  const conversation = conversationOf({
    messages: [system("S"), user(text("1"))],
    maxOutputTokens: 9,
    temperature: 0.5,
    stop: ["x"],
    user: "u",
    stream: true,
    tools: [tool("f")],
    reasoning: { effort: "high", budgetTokens: null, summary: null, wantsSignatures: false },
    native: { dialect: "anthropic", fields: { speed: "fast", container: "c" } },
  });
  expect(Object.keys(writeCountRequest(conversation, byBudget, newDrops()))).toEqual([
    "model",
    "system",
    "messages",
    "tools",
    "speed",
  ]);
  expect(Object.keys(writeCountRequest(conversation, adaptive, newDrops()))).toContain("thinking");
});

test("a count's reply, both ways", () => {
  expect(readCountReply({ input_tokens: 14 })).toBe(14);
  expect({ ...writeCountReply(14) }).toEqual({ input_tokens: 14 });
  expect(() => readCountReply({})).toThrow("holds no 'input_tokens'");
});

test("a seal on a call, which only Gemini makes, is named", () => {
  const sealed = { ...call("toolu_1", "f", "{}"), signature: { by: "gemini", value: "AA==" } } as const;
  const { dropped } = write({
    messages: [
      { role: "assistant", content: [sealed], name: null },
      { role: "tool", results: [result("toolu_1", "x", "f")] },
    ],
  });
  expect(dropped).toEqual(["messages.tool_calls.signature"]);
});
