import { expect, test } from "bun:test";
import { readTokenizeRequest } from "../../src/tokens/request.ts";

const read = (body: unknown) =>
  readTokenizeRequest(new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)));

const model = "gpt-4o";
const plain = { model, extraTokens: 0, isWhole: true };

test.each([
  ["a text", { input: "hello" }, { ...plain, texts: ["hello"], isList: false }],
  ["a text as vLLM names it", { prompt: "hello" }, { ...plain, texts: ["hello"], isList: false }],
  ["a text as others name it", { text: "hello" }, { ...plain, texts: ["hello"], isList: false }],
  ["an empty text", { input: "" }, { ...plain, texts: [""], isList: false }],
  ["a list", { input: ["a", "b"] }, { ...plain, texts: ["a", "b"], isList: true }],
  ["an empty list", { input: [] }, { ...plain, texts: [], isList: true }],
  ["a text beside what is not given", { input: "a", messages: null }, { ...plain, texts: ["a"], isList: false }],
  ["no messages", { messages: [] }, { model, texts: [], isList: false, extraTokens: 3, isWhole: true }],
  [
    "messages, 3 tokens for each, 1 for a name and 3 for the reply",
    {
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", name: "ann", content: [{ type: "text", text: "hi" }] },
        { role: "assistant", content: null },
      ],
    },
    { texts: ["system", "Be kind.", "user", "hi", "ann", "assistant"], extraTokens: 13, isList: false, isWhole: true },
  ],
  [
    "a message with an image, which counts nothing",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA" } }] }] },
    { texts: ["user"], extraTokens: 6, isWhole: false },
  ],
  [
    "a call of a tool and the tools",
    { messages: [{ role: "assistant", tool_calls: [{ id: "c1" }] }], tools: [{ type: "function" }] },
    { texts: ["assistant", '[{"id":"c1"}]', '[{"type":"function"}]'], isWhole: false },
  ],
])("reads %s", (_what, body, wanted) => {
  expect(read({ model, ...body })).toMatchObject(wanted);
});

test.each([
  ["{", "invalid_json", null],
  ["[]", "invalid_request", null],
  [{ input: "a" }, "missing_required_parameter", "model"],
  [{ model: 5, input: "a" }, "invalid_request", "model"],
  ['{"model":"a","model":"b","input":"c"}', "duplicate_field", "model"],
  [{ model }, "missing_required_parameter", "input"],
  [{ model, input: "a", messages: [] }, "invalid_request", "input"],
  [{ model, input: "a", prompt: "a" }, "invalid_request", "prompt"],
  [{ model, input: 5 }, "invalid_request", "input"],
  [{ model, input: {} }, "invalid_request", "input"],
  [{ model, input: ["a", 5] }, "invalid_request", "input[1]"],
  [{ model, input: [[1, 2]] }, "invalid_request", "input[0]"],
  [{ model, messages: {} }, "invalid_request", "messages"],
  [{ model, messages: ["a"] }, "invalid_request", "messages[0]"],
  [{ model, messages: [{}] }, "missing_required_parameter", "messages[0].role"],
  [{ model, messages: [{ role: "user", content: 5 }] }, "invalid_request", "messages[0].content"],
  [{ model, messages: [{ role: "user", content: [5] }] }, "invalid_request", "messages[0].content[0]"],
  [{ model, messages: [], tools: 5 }, "invalid_request", "tools"],
] as const)("refuses %j as %s", (body, code, param) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code, param }));
});

test("refuses a list of more than 2,048 texts, and says how many there are", () => {
  const most = Array.from({ length: 2048 }, () => "a");
  expect(read({ model, input: most }).texts).toEqual(most);
  expect(() => read({ model, input: [...most, "a"] })).toThrow("'input' has 2,049 texts, the limit is 2,048");
});
