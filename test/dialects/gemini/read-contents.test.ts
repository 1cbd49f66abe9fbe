import { expect, test } from "bun:test";
import { anything, call, image, readContents, result, text, thought, user } from "./make.ts";

const url = (uri: string, mimeType?: string) => ({ fileData: { fileUri: uri, ...(mimeType ? { mimeType } : {}) } });
const inline = (mimeType: string, rest: object = {}) => ({ inlineData: { mimeType, data: "AAAA", ...rest } });
const bytes = (mediaType: string, data = "AAAA") => ({ kind: "base64", data, mediaType });
const file = { kind: "file", name: null, context: null, cite: false, cache: null };
const own = "https://generativelanguage.googleapis.com/v1beta/files/abc-123";

test.each([
  [inline("image/webp"), { kind: "image", source: bytes("image/webp"), detail: null, cache: null }],
  [
    { ...inline("image/png"), mediaResolution: { level: "MEDIA_RESOLUTION_HIGH" } },
    { kind: "image", source: bytes("image/png"), detail: "high", cache: null },
  ],
  [inline("audio/wav"), { kind: "audio", source: bytes("audio/wav"), cache: null }],
  [inline("video/mp4"), { kind: "video", source: bytes("video/mp4"), cache: null }],
  [inline("application/pdf", { displayName: "a.pdf" }), { ...file, source: bytes("application/pdf"), name: "a.pdf" }],
  // A Python client writes the other alphabet of base64.
  [
    { inlineData: { mimeType: "image/png", data: "-_-_-w" } },
    { kind: "image", source: bytes("image/png", "+/+/+w=="), detail: null, cache: null },
  ],
  [
    url("https://a.example/x.png", "image/png"),
    {
      kind: "image",
      source: { kind: "url", url: "https://a.example/x.png", mediaType: "image/png" },
      detail: null,
      cache: null,
    },
  ],
  [
    url("https://www.youtube.com/watch?v=x"),
    { kind: "video", source: { kind: "url", url: "https://www.youtube.com/watch?v=x", mediaType: null }, cache: null },
  ],
  [
    url("gs://bucket/a.pdf", "application/pdf"),
    { ...file, source: { kind: "url", url: "gs://bucket/a.pdf", mediaType: "application/pdf" } },
  ],
  [url(own, "audio/mp3"), { kind: "audio", source: { kind: "file_id", id: own, dialect: "gemini" }, cache: null }],
  [
    { executableCode: { language: "PYTHON", code: "1" }, thoughtSignature: "YQ==" },
    {
      kind: "native",
      dialect: "gemini",
      name: "executableCode",
      value: { executableCode: { language: "PYTHON", code: "1" }, thoughtSignature: "YQ==" },
    },
  ],
] as const)("the part %j", (part, expected) => {
  expect(anything(readContents({ role: "user", parts: [part] }))).toEqual([
    { role: "user", content: [expected], name: null },
  ]);
});

test("thoughts, texts, calls and images of the model keep their seals", () => {
  expect(
    readContents(
      { role: "user", parts: [{ text: "Hi" }] },
      {
        role: "model",
        parts: [
          { text: "Hm.", thought: true, thoughtSignature: "YQ==" },
          { text: "Yes.", thoughtSignature: "Yg==" },
          { functionCall: { id: "fc1", name: "f", args: { a: 1 } }, thoughtSignature: "Yw==" },
          { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" }, thoughtSignature: "ZA==" },
          { text: "", thoughtSignature: "ZQ==" },
        ],
      },
      { role: "user", parts: [{ functionResponse: { id: "fc1", name: "f", response: { output: "ok" } } }] },
    )[1],
  ).toEqual({
    role: "assistant",
    content: [
      thought("Hm.", "YQ=="),
      text("Yes."),
      thought("", "Yg=="),
      call("fc1", "f", '{"a":1}', "Yw=="),
      image,
      thought("", "ZA=="),
      thought("", "ZQ=="),
    ],
    name: null,
  });
});

const packed = (said: string) => Buffer.from(said).toString("base64");

test("the seals of other providers come back out of base64, a placeholder is none", () => {
  const parts = [
    { text: "Hm.", thought: true, thoughtSignature: packed("qlite:anthropic:Eq+/=") },
    { text: "", thought: true, thoughtSignature: packed("qlite:redacted:qlite:anthropic:x") },
    { text: "?", thought: true, thoughtSignature: packed("qlite:nobody:x") },
    { functionCall: { name: "f" }, thoughtSignature: "skip_thought_signature_validator" },
  ];
  expect(readContents({ role: "model", parts })).toEqual([
    {
      role: "assistant",
      content: [
        thought("Hm.", "Eq+/=", "anthropic"),
        { ...thought("", "x", "anthropic"), isRedacted: true },
        thought("?", packed("qlite:nobody:x")),
        call("call_1", "f", "{}"),
      ],
      name: null,
    },
  ]);
});

const f = (id?: string) => ({ functionCall: { name: "f", ...(id === undefined ? {} : { id }) } });

const done = (output: string, id?: string) => ({
  functionResponse: { name: "f", response: { output }, ...(id === undefined ? {} : { id }) },
});

test("responses answer by id, without one by name and in order; calls without an id get one by their place", () => {
  const messages = readContents(
    { role: "model", parts: [f(), f("b"), f()] },
    { role: "function", parts: [done("second", "b"), done("first")] },
    { role: "tool", parts: [done("third"), { text: "Go on." }] },
  );
  expect(messages).toEqual([
    {
      role: "assistant",
      content: [call("call_1", "f", "{}"), call("b", "f", "{}"), call("call_3", "f", "{}")],
      name: null,
    },
    {
      role: "tool",
      results: [result("b", "second", "f"), result("call_1", "first", "f"), result("call_3", "third", "f")],
    },
    user("Go on."),
  ]);
});

test.each([
  [{ output: "It rains." }, "It rains.", false],
  [{ result: "It rains." }, "It rains.", false],
  [{ output: { temp: 20 } }, '{"temp":20}', false],
  [{ error: "no such city" }, "no such city", true],
  [{ error: { code: 5 } }, '{"code":5}', true],
  [{ temp: 20, unit: "C" }, '{"temp":20,"unit":"C"}', false],
  [{ output: "a", error: "b" }, '{"output":"a","error":"b"}', false],
  // As the AI SDK says it.
  [{ name: "f", content: "It rains." }, "It rains.", false],
  [{ name: "f", content: { temp: 20 } }, '{"temp":20}', false],
  [{ name: "f", error: { code: 5 } }, '{"code":5}', true],
  [{ name: "g", content: "It rains." }, '{"name":"g","content":"It rains."}', false],
  [{ name: "f", content: "a", more: 1 }, '{"name":"f","content":"a","more":1}', false],
  [{ name: "f", temp: 20 }, '{"name":"f","temp":20}', false],
  [{ name: "f" }, '{"name":"f"}', false],
  [{}, "{}", false],
] as const)("the response %j is what the function gave", (response, said, isError) => {
  const [, message] = readContents(
    { role: "model", parts: [{ functionCall: { name: "f" } }] },
    { role: "user", parts: [{ functionResponse: { name: "f", response } }] },
  );
  expect(message).toEqual({ role: "tool", results: [{ ...result("call_1", said, "f"), isError }] });
});

test("a response's media stand behind its text", () => {
  const parts = [{ inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }];
  const messages = (response: object) =>
    readContents(
      { role: "model", parts: [{ functionCall: { name: "f" } }] },
      { role: "user", parts: [{ functionResponse: { name: "f", response, parts } }] },
    );
  expect(messages({ output: "Here." })[1]).toMatchObject({ results: [{ content: [text("Here."), image] }] });
  expect(messages({})[1]).toMatchObject({ results: [{ content: [image] }] });
});

const chunk = (...parts: readonly object[]) => ({ role: "model", parts });

test("the chunks of a stream that a client keeps as contents are one turn again", () => {
  expect(
    readContents(
      { role: "user", parts: [{ text: "Hi" }] },
      chunk({ text: "Hm", thought: true }),
      chunk({ text: "m.", thought: true, thoughtSignature: "YQ==" }),
      chunk({ text: "Let " }),
      chunk({ text: "me see." }),
      chunk({ functionCall: { name: "f" } }),
      chunk({ text: "" }),
      { role: "user", parts: [{ functionResponse: { name: "f", response: { output: "ok" } } }] },
    ),
  ).toEqual([
    user("Hi"),
    {
      role: "assistant",
      content: [thought("Hmm.", "YQ=="), text("Let me see."), call("call_1", "f", "{}")],
      name: null,
    },
    { role: "tool", results: [result("call_1", "ok", "f")] },
  ]);
});

test("an id made for a call is none that another call has", () => {
  const [message] = readContents({ role: "model", parts: [f("call_2"), f()] });
  expect(message).toMatchObject({ content: [{ id: "call_2" }, { id: "call_2_" }] });
});

test("a long history of a stream's chunks is read in time", () => {
  const chunks = Array.from({ length: 20_000 }, (_, index) => chunk({ text: "t", thought: index % 2 === 0 }));
  const from = performance.now();
  expect(readContents(...chunks)).toHaveLength(1);
  expect(performance.now() - from).toBeLessThan(1000);
});
