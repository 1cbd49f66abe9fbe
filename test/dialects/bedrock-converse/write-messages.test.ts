import { expect, test } from "bun:test";
import type {
  CacheHint,
  Conversation,
  InputPart,
  Message,
  OutputPart,
  ToolCall,
} from "../../../src/dialects/conversation.ts";
import { base64, text, user, write } from "./conversation.ts";

const noCache: CacheHint | null = null;
const messagesOf = (messages: readonly Message[], fields: Partial<Conversation> = {}) => {
  const { body, dropped } = write({ messages, ...fields });
  return { messages: body["messages"], system: body["system"], dropped };
};

const assistant = (...content: readonly OutputPart[]): Message => ({ role: "assistant", content, name: null });
const asked = (...content: readonly InputPart[]): Message => ({ role: "user", content, name: null });
const file = (
  source: Extract<InputPart, { kind: "file" }>["source"],
  more: Partial<Extract<InputPart, { kind: "file" }>> = {},
) => ({ kind: "file", source, name: null, context: null, cite: false, cache: noCache, ...more }) as const;
const image = (source: Extract<InputPart, { kind: "image" }>["source"]) =>
  ({ kind: "image", source, detail: null, cache: noCache }) as const;
const call = (more: Partial<ToolCall> = {}): ToolCall => ({
  kind: "tool_call",
  id: "call_1",
  name: "get_weather",
  arguments: '{"city":"Paris","n":9007199254740993}',
  isCustom: false,
  signature: null,
  cache: noCache,
  ...more,
});
const result = (content: readonly InputPart[], more: object = {}): Message => ({
  role: "tool",
  results: [{ callId: "call_1", name: null, content, isError: false, isCustom: false, cache: noCache, ...more }],
});
const thought = (signature: { by: "bedrock-converse" | "anthropic"; value: string } | null, isRedacted = false) =>
  ({ kind: "reasoning", id: null, text: isRedacted ? "" : "Hm.", isSummary: false, isRedacted, signature }) as const;
const use = (toolUseId: string, input: unknown) => ({ toolUse: { toolUseId, name: "get_weather", input } });
const own = { by: "bedrock-converse", value: "c2VhbA==" } as const;

test("roles take turns; system messages join the system field, late ones by name", () => {
  const said = messagesOf([
    { role: "system", content: [text("Be kind.")], name: null },
    { role: "developer", content: [{ ...text("Be brief."), cache: { ttlSeconds: 3600 } }], name: null },
    user("One", "  "),
    { role: "user", content: [text("Two")], name: "Ann" },
    { role: "system", content: [text("Late.")], name: null },
    assistant(text("Three")),
    assistant({ kind: "refusal", text: "No." }),
  ]);
  expect(said).toEqual({
    system: [
      { text: "Be kind." },
      { text: "Be brief." },
      { cachePoint: { type: "default", ttl: "1h" } },
      { text: "Late." },
    ],
    messages: [
      { role: "user", content: [{ text: "One" }, { text: "Two" }] },
      { role: "assistant", content: [{ text: "Three" }, { text: "No." }] },
    ],
    dropped: ["messages.name", "messages.system.position"],
  });
});

test("images, sounds, videos and documents", () => {
  const said = messagesOf([
    asked(
      image(base64("aW1n", "image/JPEG; q=1")),
      image({ kind: "url", url: "s3://bucket/a.jpg", mediaType: null }),
      { kind: "audio", source: base64("c25k", "audio/mpeg"), cache: noCache },
      { kind: "video", source: base64("dmlk", "video/3gpp"), cache: { ttlSeconds: 300 } },
      file(base64("cGRm", "application/pdf"), { name: "my_report.v2.pdf", context: "Last year", cite: true }),
      file({ kind: "text", text: "Plain" }, { name: "notes" }),
      file({ kind: "text", text: "More" }, { name: "notes" }),
      file(base64("eA==", "text/csv")),
    ),
  ]);
  expect(said.messages).toEqual([
    {
      role: "user",
      content: [
        { image: { format: "jpeg", source: { bytes: "aW1n" } } },
        { image: { format: "jpeg", source: { s3Location: { uri: "s3://bucket/a.jpg" } } } },
        { audio: { format: "mp3", source: { bytes: "c25k" } } },
        { video: { format: "three_gp", source: { bytes: "dmlk" } } },
        { cachePoint: { type: "default", ttl: "5m" } },
        {
          document: {
            format: "pdf",
            name: "my-report-v2-pdf",
            source: { bytes: "cGRm" },
            context: "Last year",
            citations: { enabled: true },
          },
        },
        { document: { format: "txt", name: "notes", source: { text: "Plain" } } },
        { document: { format: "txt", name: "notes (2)", source: { text: "More" } } },
        { document: { format: "csv", name: "document", source: { bytes: "eA==" } } },
      ],
    },
  ]);
  expect(said.dropped).toEqual([]);
});

const unsayable: readonly (readonly [string, InputPart, string])[] = [
  [
    "an image by its URL",
    image({ kind: "url", url: "https://x.example/a.png", mediaType: null }),
    "messages.content.image",
  ],
  ["an image of a type nobody takes", image(base64("eA==", "image/heic")), "messages.content.image"],
  [
    "a sound of a type nobody takes",
    { kind: "audio", source: base64("eA==", "audio/x"), cache: noCache },
    "messages.content.audio",
  ],
  [
    "a video by its URL",
    { kind: "video", source: { kind: "url", url: "https://x.example/a.mp4", mediaType: null }, cache: noCache },
    "messages.content.video",
  ],
  ["a document of a type nobody takes", file(base64("eA==", "application/x")), "messages.content.file"],
  [
    "a file of another store",
    file({ kind: "file_id", id: "file-1", dialect: "openai-chat" }),
    "messages.content.file_id",
  ],
  [
    "a part of another dialect",
    { kind: "native", dialect: "gemini", name: "toolCall", value: {} },
    "messages.content.toolCall",
  ],
];

test.each(unsayable)("%s is left out and named, from a question and from a result", (_, part, name) => {
  const hinted = part.kind === "native" ? part : { ...part, cache: { ttlSeconds: null } };
  const beside = messagesOf([asked(hinted, text("Hi"))]);
  expect(beside).toMatchObject({ messages: [{ role: "user", content: [{ text: "Hi" }] }], dropped: [name] });
  const history = [user("Hi"), assistant(call())];
  expect(messagesOf([...history, result([part])])).toMatchObject({
    messages: [{}, {}, { content: [{ toolResult: { content: [] } }] }],
    dropped: [name],
  });
});

test("a question with nothing left in it is left out, and a conversation of nothing else refused", () => {
  const [, part] = unsayable[0]!;
  const said = messagesOf([asked(part), assistant(text("What?")), user("Hi")]);
  expect(said.messages).toMatchObject([{ role: "assistant" }, { role: "user" }]);
  expect(() => messagesOf([asked(part)])).toThrow(
    "nothing that this model's provider could be told: messages.content.image left out",
  );
});

test("how closely to look is named", () => {
  expect(messagesOf([asked({ ...image(base64("eA==", "image/png")), detail: "high" })]).dropped).toEqual([
    "messages.content.detail",
  ]);
});

test("calls and their results, in the ids and the JSON the service takes", () => {
  const said = messagesOf(
    [
      assistant(
        call(),
        call({ id: "bad id/é", arguments: "" }),
        call({ id: "c3", arguments: "free", isCustom: true }),
        call({ id: "c4", arguments: '{"cut' }),
        call({ id: "c5", arguments: "[1]" }),
      ),
      result([text("Rain"), image(base64("aW1n", "image/png"))], { isError: true, cache: { ttlSeconds: null } }),
      result(
        [
          text(""),
          { kind: "audio", source: base64("c25k", "audio/wav"), cache: noCache },
          { ...text("x"), cache: { ttlSeconds: 60 } },
        ],
        { callId: "bad id/é" },
      ),
      user("And now?"),
    ],
    { cache: { ttlSeconds: null } },
  );
  expect(said.messages).toEqual([
    {
      role: "assistant",
      content: [
        use("call_1", { city: "Paris", n: Number("9007199254740993") }),
        use("bad_id___0", {}),
        use("c3", { input: "free" }),
        use("c4", { input: '{"cut' }),
        use("c5", { input: "[1]" }),
      ],
    },
    {
      role: "user",
      content: [
        {
          toolResult: {
            toolUseId: "call_1",
            content: [{ text: "Rain" }, { image: { format: "png", source: { bytes: "aW1n" } } }],
            status: "error",
          },
        },
        { cachePoint: { type: "default" } },
        { toolResult: { toolUseId: "bad_id___0", content: [{ text: "x" }] } },
        { audio: { format: "wav", source: { bytes: "c25k" } } },
        { cachePoint: { type: "default", ttl: "5m" } },
        { text: "And now?" },
        { cachePoint: { type: "default" } },
      ],
    },
  ]);
  expect(said.dropped).toEqual(["messages.tool_calls.arguments"]);
});

test("numbers in arguments and schemas are written as they were spelled", () => {
  const parameters = { maximum: JSON.rawJSON("1.0") };
  const { json } = write({
    messages: [assistant(call())],
    tools: [{ kind: "function", name: "get_weather", description: null, parameters, strict: null, cache: noCache }],
  });
  expect(json).toContain('"input":{"city":"Paris","n":9007199254740993}');
  expect(json).toContain('"json":{"maximum":1.0}');
});

test("only seals of this dialect go back, and only while Claude may think", () => {
  const history = [
    user("Hi"),
    assistant(thought(own), thought(own, true), thought({ by: "anthropic", value: "x" }), thought(null), text("Ho")),
    user("Go on"),
  ];
  const on = write(
    { messages: history, reasoning: { effort: "low", budgetTokens: null, summary: null, wantsSignatures: true } },
    { thinking: "budget" },
  );
  expect(on.body["messages"]).toMatchObject([
    {},
    {
      content: [
        { reasoningContent: { reasoningText: { text: "Hm.", signature: "c2VhbA==" } } },
        { reasoningContent: { redactedContent: "c2VhbA==" } },
        { text: "Ho" },
      ],
    },
    {},
  ]);
  expect(on.dropped).toEqual(["messages.content.reasoning"]);
  const off = write({ messages: [user("Hi"), assistant(thought(own), text("Ho"))] }, { thinking: "budget" });
  expect(off.body["messages"]).toMatchObject([{}, { content: [{ text: "Ho" }] }]);
  expect(off.dropped).toEqual(["messages.content.reasoning"]);
});

test("with a budget a turn that goes on with results goes without thinking unless it began with it", () => {
  const reasoning = { effort: "low", budgetTokens: null, summary: null, wantsSignatures: true } as const;
  const turn = (...content: readonly OutputPart[]) =>
    write({ messages: [user("Hi"), assistant(...content), result([text("x")])], reasoning }, { thinking: "budget" });
  expect(turn(thought(own), call()).dropped).toEqual([]);
  expect(turn(call()).dropped).toEqual(["reasoning"]);
});

test("what only this dialect has goes back as it came; what only another has is named", () => {
  const block = { toolResult: { toolUseId: "s", content: [{ text: "found" }] } };
  const citation = { title: "Grass", location: { web: { url: "https://grass.example/" } } };
  const cited = { url: null, title: null, quote: null, start: null, end: null } as const;
  const said = messagesOf([
    user("Hi"),
    assistant(
      { kind: "native", dialect: "bedrock-converse", name: "toolResult", value: block },
      { kind: "native", dialect: "openai-responses", name: "web_search_call", value: {} },
      {
        ...text("Green."),
        citations: [
          { ...cited, native: { kind: "native", dialect: "bedrock-converse", name: "citation", value: citation } },
          { ...cited, native: null },
        ],
      },
      { kind: "speech", id: "s", data: "eA==", transcript: "Spoken.", expiresAt: null },
      image(base64("aW1n", "image/png")),
    ),
  ]);
  expect(said.messages).toMatchObject([
    {},
    {
      content: [
        block,
        { citationsContent: { content: [{ text: "Green." }], citations: [citation] } },
        { text: "Spoken." },
      ],
    },
  ]);
  expect(said.dropped).toEqual([
    "messages.content.web_search_call",
    "messages.content.citations",
    "messages.audio",
    "messages.content.image",
  ]);
});

test("a profile, behind which any model may be, is given its cache points", () => {
  const model = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3";
  const said = messagesOf([asked({ ...text("Hi"), cache: { ttlSeconds: null } })], { model });
  expect(said).toMatchObject({ messages: [{ content: [{ text: "Hi" }, { cachePoint: {} }] }], dropped: [] });
});

test("a model that takes no cache points is given none", () => {
  const said = messagesOf([asked({ ...text("Hi"), cache: { ttlSeconds: null } })], { model: "meta.llama4-v1:0" });
  expect(said).toMatchObject({
    messages: [{ content: [{ text: "Hi" }] }],
    dropped: ["messages.content.cache_control"],
  });
});

test("a hundred thousand documents of one name, and a model's endless name, take no longer than they must", () => {
  const content = Array.from({ length: 100_000 }, () => file({ kind: "text", text: "x" }, { name: "notes" }));
  const began = performance.now();
  messagesOf([asked(...content.slice(0, 10)), asked(...content)], { model: `${"prompt/".repeat(100_000)}.` });
  expect(performance.now() - began).toBeLessThan(2000);
});

test("citations of another dialect and the seal on a call are named", () => {
  const citation = { url: "https://a.example", title: null, quote: null, start: null, end: null, native: null };
  const cited = { ...text("It is so."), citations: [citation] };
  expect(write({ messages: [{ role: "user", content: [cited], name: null }] }).dropped).toEqual([
    "messages.content.citations",
  ]);
  expect(write({ messages: [{ role: "system", content: [cited], name: null }, user("Hi")] }).dropped).toEqual([
    "messages.content.citations",
  ]);
  const signature = { by: "gemini", value: "AA==" } as const;
  const messages = [user("Hi"), { role: "assistant", content: [call({ signature })], name: null } as const];
  expect(write({ messages }).dropped).toEqual(["messages.tool_calls.signature"]);
});
