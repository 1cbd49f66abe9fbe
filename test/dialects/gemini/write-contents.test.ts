import { expect, test } from "bun:test";
import type { File, InputPart, Message, Source } from "../../../src/dialects/conversation.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import { call, image, newDrops, objectsAt, overTheWire, result, text, thought, user, write } from "./make.ts";

const assistant = (...content: Extract<Message, { role: "assistant" }>["content"]): Message => ({
  role: "assistant",
  content,
  name: null,
});
const tool = (...results: Extract<Message, { role: "tool" }>["results"]): Message => ({ role: "tool", results });
const contentsOf = (messages: readonly Message[], model = "gemini-3.8-flash") => {
  const { body, dropped } = write({ messages, model });
  return { contents: body["contents"], dropped };
};
const skip = "skip_thought_signature_validator";

test("assistant messages in a row are one turn, and so are their results", () => {
  const { contents } = contentsOf([
    user("Hi"),
    assistant(text("Let me see.")),
    assistant(call("a", "f", '{"n":9007199254740993}', "YQ==")),
    assistant(call("b", "g", "")),
    tool(result("a", '{"t":1.0}')),
    tool(result("b", "no JSON")),
    user("And now?"),
  ]);
  expect(contents).toEqual(
    overTheWire({
      list: [
        { role: "user", parts: [{ text: "Hi" }] },
        {
          role: "model",
          parts: [
            { text: "Let me see." },
            {
              functionCall: { id: "a", name: "f", args: { n: JSON.rawJSON("9007199254740993") } },
              thoughtSignature: "YQ==",
            },
            { functionCall: { id: "b", name: "g", args: {} } },
          ],
        },
        {
          role: "user",
          parts: [
            { functionResponse: { id: "a", name: "f", response: { t: JSON.rawJSON("1.0") } } },
            { functionResponse: { id: "b", name: "g", response: { output: "no JSON" } } },
          ],
        },
        { role: "user", parts: [{ text: "And now?" }] },
      ],
    })["list"],
  );
});

test("a step's first call without a seal of Gemini gets the placeholder while its turn goes on", () => {
  const foreign = { ...call("c", "f", "{}"), signature: { by: "anthropic", value: "x" } as const };
  const { contents, dropped } = contentsOf([
    user("1"),
    assistant(call("old", "f", "{}")),
    tool(result("old", "ok")),
    assistant(text("Done.")),
    user("2"),
    assistant(thought("Hm."), call("a", "f", "{}"), call("b", "f", "{}")),
    tool(result("a", "ok"), result("b", "ok")),
    assistant(foreign),
    tool(result("c", "ok")),
    assistant(call("d", "f", "{}", "c2VhbA==")),
    tool(result("d", "ok")),
  ]);
  const seals = objectsAt({ contents }, "contents")
    .filter(({ role }) => role === "model")
    .map((content) => objectsAt(content, "parts").map((part) => part["thoughtSignature"]));
  expect(seals).toEqual([[undefined], [undefined], [undefined, skip, undefined], [skip], ["c2VhbA=="]]);
  expect(dropped).toEqual(["messages.tool_calls.signature"]);
});

test("what a client says beside its results does not end the turn", () => {
  const { contents } = contentsOf([
    user("1"),
    assistant(call("a", "f", "{}")),
    tool(result("a", "ok")),
    user("Hurry."),
  ]);
  expect(contents).toMatchObject([{}, { parts: [{ thoughtSignature: skip }] }, {}, { parts: [{ text: "Hurry." }] }]);
});

test("a model before Gemini 3 gets no placeholder, no media in responses and no detail", () => {
  const answer = { ...result("a", "Here."), content: [text("Here."), image] };
  const messages = [
    { role: "user", content: [{ ...image, detail: "low" }], name: null } as const,
    assistant(call("a", "f", "{}")),
    tool(answer),
  ];
  const inlineData = { mimeType: "image/png", data: "iVBORw0KGgo=" };
  const response = { id: "a", name: "f", response: { output: "Here." } };
  expect(contentsOf(messages)).toEqual({
    contents: [
      { role: "user", parts: [{ inlineData, mediaResolution: { level: "MEDIA_RESOLUTION_LOW" } }] },
      { role: "model", parts: [{ functionCall: { id: "a", name: "f", args: {} }, thoughtSignature: skip }] },
      { role: "user", parts: [{ functionResponse: { ...response, parts: [{ inlineData }] } }] },
    ],
    dropped: [],
  });
  expect(contentsOf(messages, "gemini-2.5-pro")).toEqual({
    contents: [
      { role: "user", parts: [{ inlineData }] },
      { role: "model", parts: [{ functionCall: { id: "a", name: "f", args: {} } }] },
      { role: "user", parts: [{ functionResponse: response }] },
      { role: "user", parts: [{ inlineData }] },
    ],
    dropped: ["messages.content.detail"],
  });
});

test("thoughts go back with a seal of Gemini, as text without one, and others' seals are named", () => {
  const { contents, dropped } = contentsOf([
    user("Hi"),
    assistant(
      thought("a", "YQ=="),
      text("b"),
      thought("", "Yg=="),
      thought("c", "x", "anthropic"),
      thought("", "y", "anthropic"),
      thought("", "Yw=="),
      image,
      thought("", "ZA=="),
    ),
  ]);
  expect(objectsAt({ contents }, "contents")[1]).toEqual({
    role: "model",
    parts: [
      { text: "a", thought: true, thoughtSignature: "YQ==" },
      { text: "b", thoughtSignature: "Yg==" },
      { text: "c", thought: true },
      { text: "", thoughtSignature: "Yw==" },
      { inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" }, thoughtSignature: "ZA==" },
    ],
  });
  expect(dropped).toEqual(["messages.content.signature"]);
});

test.each([
  ["It rains.", false, { output: "It rains." }],
  ['{"a":1}', false, { a: 1 }],
  [' {"a":1} ', false, { a: 1 }],
  ["{not JSON", false, { output: "{not JSON" }],
  ["[1]", false, { output: "[1]" }],
  ["", false, { output: "" }],
  // These would be read as what the function gave or how it failed.
  ['{"output":"x"}', false, { output: '{"output":"x"}' }],
  ['{"error":"x"}', false, { output: '{"error":"x"}' }],
  ['{"name":"f","content":"x"}', false, { output: '{"name":"f","content":"x"}' }],
  ['{"a":1}', true, { error: '{"a":1}' }],
] as const)("the result %p is written so that it is read as itself", (said, isError, response) => {
  const messages = [user("Hi"), assistant(call("a", "f", "{}")), tool({ ...result("a", said), isError })];
  const { body } = write({ messages });
  expect(objectsAt(body, "contents")[2]).toMatchObject({ parts: [{ functionResponse: { response } }] });
  const read = gemini.readRequest(body, { model: "m", stream: false }, newDrops());
  expect(read.messages[2]).toMatchObject({ results: [{ content: [text(said.trim())], isError }] });
});

test("arguments that are no object are wrapped, a custom tool's text too", () => {
  const custom = { ...call("a", "f", "SELECT 1"), isCustom: true };
  expect(contentsOf([assistant(custom)])).toMatchObject({
    contents: [{ parts: [{ functionCall: { args: { input: "SELECT 1" } } }] }],
    dropped: [],
  });
  for (const broken of ['{"a":', "[1]", "null", "text"]) {
    expect(contentsOf([assistant(call("a", "f", broken))])).toMatchObject({
      contents: [{ parts: [{ functionCall: { args: { input: broken } } }] }],
      dropped: ["messages.tool_calls.arguments"],
    });
  }
});

const media = (source: Source, rest: Partial<File> = {}): File => ({
  kind: "file",
  name: null,
  context: null,
  cite: false,
  cache: null,
  source,
  ...rest,
});

test("media: bytes, addresses, files and texts", () => {
  const content: readonly InputPart[] = [
    media({ kind: "text", text: "Grüße" }, { name: "a.txt", context: "c", cite: true, cache: { ttlSeconds: 300 } }),
    media({ kind: "url", url: "https://a.example/x.pdf?y=1", mediaType: null }),
    {
      kind: "image",
      source: { kind: "url", url: "https://a.example/x", mediaType: null },
      detail: "auto",
      cache: null,
    },
    { kind: "video", source: { kind: "file_id", id: "files/1", dialect: "gemini" }, cache: null },
    { kind: "native", dialect: "anthropic", name: "search_result", value: {} },
    { kind: "native", dialect: "anthropic", name: "executableCode", value: { executableCode: {} } },
  ];
  expect(contentsOf([{ role: "user", content, name: "bob" }])).toEqual({
    contents: [
      {
        role: "user",
        parts: [
          {
            inlineData: { mimeType: "text/plain", data: Buffer.from("Grüße").toString("base64"), displayName: "a.txt" },
          },
          { fileData: { fileUri: "https://a.example/x.pdf?y=1", mimeType: "application/pdf" } },
          { fileData: { fileUri: "https://a.example/x" } },
          { fileData: { fileUri: "files/1" } },
        ],
      },
    ],
    dropped: [
      "messages.name",
      "messages.content.cache_control",
      "messages.content.context",
      "messages.content.citations",
      "messages.content.search_result",
      "messages.content.executableCode",
    ],
  });
});

test("messages of the user in a row stay apart", () => {
  expect(contentsOf([user("a"), user("b")]).contents).toEqual([
    { role: "user", parts: [{ text: "a" }] },
    { role: "user", parts: [{ text: "b" }] },
  ]);
});
