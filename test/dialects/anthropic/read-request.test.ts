import { expect, test } from "bun:test";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import { readCountRequest } from "../../../src/dialects/anthropic/count-tokens.ts";
import type { InputPart } from "../../../src/dialects/conversation.ts";
import { call, conversationOf, newDrops, parseBody, read, result, text } from "./make.ts";

const hi = [{ role: "user", content: "Hi" }];
const png = "iVBORw0KGgoAAAANSUhEUg==";

test("the least request there is", () => {
  expect(read({ messages: hi })).toEqual(
    conversationOf({ maxOutputTokens: 1024, wantsUsage: true, native: { dialect: "anthropic", fields: {} } }),
  );
});

test("every field of a request finds its place", () => {
  const drops = newDrops();
  const conversation = read(
    {
      max_tokens: 9000,
      messages: hi,
      system: "Be brief.",
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      stop_sequences: ["END"],
      metadata: { user_id: "u1" },
      service_tier: "standard_only",
      cache_control: { type: "ephemeral", ttl: "1h" },
      thinking: { type: "enabled", budget_tokens: 2048, display: "omitted" },
      output_config: { effort: "xhigh", format: { type: "json_schema", schema: { type: "object" } } },
      tools: [{ name: "f", input_schema: { type: "object" } }],
      tool_choice: { type: "any", disable_parallel_tool_use: true },
      container: "c1",
      speed: "fast",
    },
    drops,
    true,
  );
  expect(drops.names()).toEqual([]);
  expect(conversation).toEqual({
    ...conversationOf({}),
    stream: true,
    wantsUsage: true,
    messages: [
      { role: "system", content: [text("Be brief.")], name: null },
      { role: "user", content: [text("Hi")], name: null },
    ],
    maxOutputTokens: 9000,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    stop: ["END"],
    user: "u1",
    serviceTier: "default",
    cache: { ttlSeconds: 3600 },
    reasoning: { effort: "xhigh", budgetTokens: 2048, summary: "none", wantsSignatures: true },
    output: { kind: "schema", name: null, description: null, schema: { type: "object" }, strict: null },
    tools: [
      { kind: "function", name: "f", description: null, parameters: { type: "object" }, strict: null, cache: null },
    ],
    toolChoice: { kind: "required" },
    parallelToolCalls: false,
    native: { dialect: "anthropic", fields: { container: "c1", speed: "fast" } },
  });
});

const thinkings: readonly (readonly [string, object, object])[] = [
  ["adaptive", { thinking: { type: "adaptive", display: "summarized" } }, { budgetTokens: -1, summary: "auto" }],
  ["adaptive and an effort", { thinking: { type: "adaptive" }, output_config: { effort: "max" } }, { effort: "max" }],
  ["disabled", { thinking: { type: "disabled" } }, { effort: "none", budgetTokens: 0, wantsSignatures: false }],
  ["between_tools", { thinking: { type: "between_tools" } }, { effort: "minimal", budgetTokens: null }],
  ["an effort alone", { output_config: { effort: "low" } }, { effort: "low", budgetTokens: null, summary: null }],
];

test.each(thinkings)("thinking: %s", (_, fields, reasoning) => {
  expect(read({ messages: hi, ...fields }).reasoning).toMatchObject(reasoning);
});

const choices: readonly (readonly [object, unknown, boolean | null])[] = [
  [{ type: "auto" }, { kind: "auto" }, null],
  [{ type: "auto", disable_parallel_tool_use: false }, { kind: "auto" }, true],
  [{ type: "any", disable_parallel_tool_use: true }, { kind: "required" }, false],
  [{ type: "tool", name: "f" }, { kind: "tool", name: "f" }, null],
  [{ type: "none" }, { kind: "none" }, null],
];

test.each(choices)("tool_choice %j", (tool_choice, toolChoice, parallelToolCalls) => {
  const tools = [{ name: "f", input_schema: { type: "object" } }];
  expect(read({ messages: hi, tools, tool_choice })).toMatchObject({ toolChoice, parallelToolCalls });
});

test("tools: a function with all it may say, and tools of the provider", () => {
  const drops = newDrops();
  const schema = { type: "object", properties: { n: { type: "number", maximum: 1 } }, required: ["n"] };
  const search = { type: "web_search_20260318", name: "web_search", max_uses: 3 };
  const { tools } = read(
    {
      messages: hi,
      tools: [
        {
          type: "custom",
          name: "f",
          description: "does f",
          input_schema: schema,
          strict: true,
          cache_control: { type: "ephemeral" },
          input_examples: [{ n: 1 }],
        },
        search,
        { type: "computer_toolset_20260801" },
      ],
    },
    drops,
  );
  expect(tools).toEqual([
    {
      kind: "function",
      name: "f",
      description: "does f",
      parameters: schema,
      strict: true,
      cache: { ttlSeconds: null },
    },
    { kind: "native", dialect: "anthropic", name: "web_search_20260318", value: search },
    {
      kind: "native",
      dialect: "anthropic",
      name: "computer_toolset_20260801",
      value: { type: "computer_toolset_20260801" },
    },
  ]);
  expect(drops.names()).toEqual(["tools.input_examples"]);
});

const noFile = { name: null, context: null, cite: false, cache: null };
const userBlocks: readonly (readonly [string, object, InputPart])[] = [
  [
    "text with a cache hint",
    { type: "text", text: "a", cache_control: { type: "ephemeral", ttl: "5m" } },
    { ...text("a"), cache: { ttlSeconds: 300 } },
  ],
  [
    "image of bytes",
    { type: "image", source: { type: "base64", media_type: "image/png", data: png } },
    { kind: "image", source: { kind: "base64", data: png, mediaType: "image/png" }, detail: null, cache: null },
  ],
  [
    "image by URL",
    { type: "image", source: { type: "url", url: "https://x.test/a.png" } },
    { kind: "image", source: { kind: "url", url: "https://x.test/a.png", mediaType: null }, detail: null, cache: null },
  ],
  [
    "image in the provider's store",
    { type: "image", source: { type: "file", file_id: "file_1" } },
    { kind: "image", source: { kind: "file_id", id: "file_1", dialect: "anthropic" }, detail: null, cache: null },
  ],
  [
    "PDF",
    {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
      title: "T",
      context: "C",
      citations: { enabled: true },
    },
    {
      kind: "file",
      ...noFile,
      source: { kind: "base64", data: "JVBERi0=", mediaType: "application/pdf" },
      name: "T",
      context: "C",
      cite: true,
    },
  ],
  [
    "plain text document",
    { type: "document", source: { type: "text", media_type: "text/plain", data: "abc" } },
    { kind: "file", ...noFile, source: { kind: "text", text: "abc" } },
  ],
  [
    "document by URL",
    { type: "document", source: { type: "url", url: "https://x.test/a.pdf" } },
    {
      kind: "file",
      ...noFile,
      source: { kind: "url", url: "https://x.test/a.pdf", mediaType: "application/pdf" },
    },
  ],
  [
    "document in the provider's store",
    { type: "document", source: { type: "file", file_id: "file_2" } },
    { kind: "file", ...noFile, source: { kind: "file_id", id: "file_2", dialect: "anthropic" } },
  ],
  [
    "document of blocks of text",
    {
      type: "document",
      source: {
        type: "content",
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      },
    },
    { kind: "file", ...noFile, source: { kind: "text", text: "a\n\nb" } },
  ],
  [
    "search result",
    { type: "search_result", source: "s", title: "t", content: [{ type: "text", text: "a" }] },
    {
      kind: "native",
      dialect: "anthropic",
      name: "search_result",
      value: { type: "search_result", source: "s", title: "t", content: [{ type: "text", text: "a" }] },
    },
  ],
];

test.each(userBlocks)("a user's block: %s", (_, block, part) => {
  const [message] = read({ messages: [{ role: "user", content: [block] }] }).messages;
  expect(message).toEqual({ role: "user", content: [part], name: null });
});

test("a whole round with tools, thinking and results", () => {
  const drops = newDrops();
  const { messages } = read(
    {
      messages: [
        { role: "user", content: "Weather?" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm", signature: "s1" },
            { type: "redacted_thinking", data: "r1" },
            { type: "text", text: "", citations: null },
            { type: "text", text: "Looking", citations: null },
            { type: "server_tool_use", id: "st1", name: "web_search", input: { query: "q" } },
            { type: "web_search_tool_result", tool_use_id: "st1", content: [] },
            { type: "tool_use", id: "t1", name: "f", input: { a: 1 }, caller: { type: "direct" } },
            { type: "tool_use", id: "t2", name: "g", input: {}, caller: { type: "code_execution_20260120" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "t1", content: "one" },
            {
              type: "tool_result",
              tool_use_id: "t2",
              is_error: true,
              content: [
                { type: "text", text: "" },
                { type: "text", text: "two" },
                { type: "image", source: { type: "url", url: "https://x.test/a.png" } },
                { type: "tool_reference", tool_name: "h" },
              ],
            },
            { type: "text", text: "and now?" },
          ],
        },
        { role: "system", content: "Hurry" },
      ],
    },
    drops,
  );
  const reasoning = { kind: "reasoning", id: null, isSummary: true } as const;
  const native = { kind: "native", dialect: "anthropic" } as const;
  expect(messages).toEqual([
    { role: "user", content: [text("Weather?")], name: null },
    {
      role: "assistant",
      name: null,
      content: [
        { ...reasoning, text: "Hm", isRedacted: false, signature: { by: "anthropic", value: "s1" } },
        { ...reasoning, text: "", isRedacted: true, signature: { by: "anthropic", value: "r1" } },
        text("Looking"),
        {
          ...native,
          name: "server_tool_use",
          value: { type: "server_tool_use", id: "st1", name: "web_search", input: { query: "q" } },
        },
        {
          ...native,
          name: "web_search_tool_result",
          value: { type: "web_search_tool_result", tool_use_id: "st1", content: [] },
        },
        call("t1", "f", '{"a":1}'),
        call("t2", "g", "{}"),
      ],
    },
    {
      role: "tool",
      results: [
        result("t1", "one", "f"),
        {
          ...result("t2", "two", "g"),
          isError: true,
          content: [
            text("two"),
            {
              kind: "image",
              source: { kind: "url", url: "https://x.test/a.png", mediaType: null },
              detail: null,
              cache: null,
            },
            { ...native, name: "tool_reference", value: { type: "tool_reference", tool_name: "h" } },
          ],
        },
      ],
    },
    { role: "user", content: [text("and now?")], name: null },
    { role: "system", content: [text("Hurry")], name: null },
  ]);
  expect(drops.names()).toEqual(["messages.content.caller"]);
});

test("results in two user messages answer the calls of one turn", () => {
  const { messages } = read({
    messages: [
      { role: "user", content: "Go" },
      { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: {} }] },
      { role: "assistant", content: [{ type: "tool_use", id: "b", name: "g", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "b" }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "a" }] },
    ],
  });
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "assistant", "tool", "tool"]);
});

const turnWith = (data: string) =>
  read({
    messages: [
      ...hi,
      {
        role: "assistant",
        content: [
          { type: "redacted_thinking", data },
          { type: "tool_use", id: "t", name: "f", input: {} },
        ],
      },
    ],
  }).messages[1];

test("Gemini's seal of a call comes back in the block before it; redacted thinking of others stays what it is", () => {
  expect(turnWith("qlite:gemini:abc")).toMatchObject({
    content: [{ kind: "tool_call", signature: { by: "gemini", value: "abc" } }],
  });
  expect(turnWith("qlite:bedrock-converse:abc")).toMatchObject({
    content: [
      { kind: "reasoning", isRedacted: true, signature: { by: "bedrock-converse", value: "abc" } },
      { kind: "tool_call", signature: null },
    ],
  });
});

test("citations in the history keep what the service said", () => {
  const value = {
    type: "char_location",
    cited_text: "q",
    document_index: 0,
    document_title: "T",
    start_char_index: 1,
    end_char_index: 2,
  };
  const { messages } = read({
    messages: [...hi, { role: "assistant", content: [{ type: "text", text: "a", citations: [value] }] }],
  });
  expect(messages[1]).toMatchObject({
    content: [
      {
        citations: [
          { url: null, title: "T", quote: "q", native: { dialect: "anthropic", name: "char_location", value } },
        ],
      },
    ],
  });
});

test("numbers in schemas and arguments keep their spelling", () => {
  const body = parseBody(
    '{"max_tokens":1024.0,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"n":9007199254740993,"x":1.0}}]}],"tools":[{"name":"f","input_schema":{"type":"object","minimum":1.50}}]}',
  );
  const conversation = anthropic.readRequest(body, { model: "m", stream: false }, newDrops());
  expect(conversation.maxOutputTokens).toBe(1024);
  expect(conversation.messages[1]).toMatchObject({ content: [{ arguments: '{"n":9007199254740993,"x":1.0}' }] });
  expect(JSON.stringify(conversation.tools)).toContain('"minimum":1.50');
});

test("what is not known is named at every level, and kept at the top", () => {
  const drops = newDrops();
  const { native } = read(
    {
      messages: [
        { role: "user", content: [{ type: "text", text: "a", shade: 1 }], mood: 1, quiet: null },
        { role: "system", content: [], output_config: { effort: "low" } },
      ],
      metadata: { user_id: "u", team: "t" },
      thinking: { type: "adaptive", block_binding: {} },
      output_config: { task_budget: {} },
      tools: [{ name: "f", input_schema: { type: "object" }, defer_loading: true }],
      tool_choice: { type: "auto", odd: 1 },
      brand_new: 1,
    },
    drops,
  );
  expect(drops.names().toSorted()).toEqual([
    "messages.content.shade",
    "messages.mood",
    "messages.output_config",
    "metadata.team",
    "output_config.task_budget",
    "thinking.block_binding",
    "tool_choice.odd",
    "tools.defer_loading",
  ]);
  expect(native).toEqual({ dialect: "anthropic", fields: { brand_new: 1 } });
});

const documentOf = (...content: readonly object[]) => ({ type: "document", source: { type: "content", content } });

test("a document made of blocks: its borders are named as dropped, and with an image it is the service's alone", () => {
  const drops = newDrops();
  const said = { type: "text", text: "a" };
  read({ messages: [{ role: "user", content: [documentOf(said)] }] }, drops);
  expect(drops.names()).toEqual(["messages.content.source.content"]);
  const block = documentOf(said, { type: "image" });
  expect(read({ messages: [{ role: "user", content: [block] }] }).messages[0]).toEqual({
    role: "user",
    content: [{ kind: "native", dialect: "anthropic", name: "document", value: block }],
    name: null,
  });
  const drop = newDrops();
  const whole = { type: "document", source: { type: "content", content: "a" } };
  read({ messages: [{ role: "user", content: [whole] }] }, drop);
  expect(drop.names()).toEqual([]);
});

test.each([
  ["user", "search_result"],
  ["user", "container_upload"],
  ["assistant", "container_upload"],
  ["assistant", "compaction"],
  ["assistant", "fallback"],
  ["assistant", "mcp_tool_use"],
  ["assistant", "mcp_tool_result"],
  ["assistant", "mcp_tool_listing"],
  ["assistant", "tool_addition"],
  ["assistant", "tool_removal"],
  ["assistant", "server_tool_use"],
  ["assistant", "code_execution_tool_result"],
])("in the %s's turn, a %s block is the service's own", (role, type) => {
  const native = { kind: "native", dialect: "anthropic", name: type, value: { type } };
  expect(read({ messages: [...hi, { role, content: [{ type }] }] }).messages[1]).toMatchObject({ content: [native] });
});

test.each(["search_result", "tool_reference", "browser_state"])(
  "in a tool's result, a %s block is the service's own",
  (type) => {
    const use = { type: "tool_use", id: "a", name: "f", input: {} };
    const { messages } = read({
      messages: [
        ...hi,
        { role: "assistant", content: [use] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: [{ type }] }] },
      ],
    });
    expect(messages[2]).toMatchObject({ results: [{ content: [{ kind: "native", name: type }] }] });
  },
);

test.each(["tool_addition", "tool_removal"])("a %s of the beta in a system message is named", (type) => {
  const drops = newDrops();
  const { messages } = read(
    { messages: [...hi, { role: "system", content: [{ type }, { type: "text", text: "S" }] }] },
    drops,
  );
  expect(messages[1]).toEqual({ role: "system", content: [text("S")], name: null });
  expect(drops.names()).toEqual([`messages.content.${type}`]);
});

test("a field is called what this dialect calls it", () => {
  expect(anthropic.fieldNames).toEqual({
    toolChoice: "tool_choice",
    parallelToolCalls: "tool_choice.disable_parallel_tool_use",
    output: "output_config.format",
    reasoning: "thinking",
    maxOutputTokens: "max_tokens",
    topP: "top_p",
    topK: "top_k",
    stop: "stop_sequences",
    serviceTier: "service_tier",
    user: "metadata.user_id",
    cache: "cache_control",
  });
});

test("a count is read like a message, without its limit", () => {
  const body = { model: "c", messages: hi, thinking: { type: "enabled", budget_tokens: 5000 }, system: "S" };
  const conversation = readCountRequest(body, { model: "c", stream: false }, newDrops());
  expect(conversation.maxOutputTokens).toBeNull();
  expect(conversation.reasoning?.budgetTokens).toBe(5000);
  expect(conversation.messages.map(({ role }) => role)).toEqual(["system", "user"]);
});

test.each([
  ["user", { type: "image", source: { type: "file", file_id: "f" }, odd: 1 }],
  ["user", { type: "document", source: { type: "file", file_id: "f" }, odd: 1 }],
  ["assistant", { type: "thinking", thinking: "a", signature: "s", odd: 1 }],
  ["assistant", { type: "redacted_thinking", data: "d", odd: 1 }],
  ["assistant", { type: "tool_use", id: "a", name: "f", input: {}, odd: 1 }],
])("what is not known of a block of the %s's, %j, is named", (role, block) => {
  const drops = newDrops();
  read({ messages: [...hi, { role, content: [block] }] }, drops);
  expect(drops.names()).toEqual(["messages.content.odd"]);
});

test("what is not known of a result, a cache hint and a format is named", () => {
  const drops = newDrops();
  const use = { type: "tool_use", id: "a", name: "f", input: {} };
  read(
    {
      messages: [
        ...hi,
        { role: "assistant", content: [use] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a", toolset_name: "browser" }] },
      ],
      cache_control: { type: "ephemeral", scope: "global" },
      output_config: { format: { type: "json_schema", schema: {}, name: "n" } },
    },
    drops,
  );
  expect(drops.names()).toEqual(["messages.content.toolset_name", "output_config.format.name", "cache_control.scope"]);
});

test.each(["disabled", "between_tools"])("an effort beside thinking %s is named", (type) => {
  const drops = newDrops();
  read({ messages: hi, thinking: { type }, output_config: { effort: "low" } }, drops);
  expect(drops.names()).toEqual(["output_config.effort"]);
});

test("numbers at their bounds are taken", () => {
  const fields = { max_tokens: 1025, thinking: { type: "enabled", budget_tokens: 1024 }, top_p: 1, top_k: 0 };
  expect(read({ messages: hi, temperature: 0, ...fields })).toMatchObject({ temperature: 0, topP: 1, topK: 0 });
  expect(read({ messages: hi, temperature: 1, max_tokens: 0 })).toMatchObject({ temperature: 1, maxOutputTokens: 0 });
});

test("no choice of a tool needs no tools", () => {
  expect(read({ messages: hi, tool_choice: { type: "none" } }).toolChoice).toEqual({ kind: "none" });
});

test("two sets of tools have no name to share", () => {
  const tools = [{ type: "computer_toolset_20260801" }, { type: "browser_toolset_20260801" }];
  expect(read({ messages: hi, tools, tool_choice: { type: "tool", name: "click" } }).tools).toHaveLength(2);
});

test("a new Thread is the provider's to hold, going on with one needs what nobody here holds", () => {
  expect(read({ messages: hi, thread: { type: "create" } }).native.fields).toEqual({ thread: { type: "create" } });
  const thread = { type: "continue", previous_message_id: "msg_1" };
  expect(() => read({ messages: hi, thread })).toThrow("send the whole conversation");
});
