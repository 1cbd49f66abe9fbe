import { expect, test } from "bun:test";
import { readCountTokens, readTokenCount, writeCountTokens } from "../../../src/dialects/gemini/count-tokens.ts";
import {
  toBatchEmbedContents,
  toEmbedContentReply,
  toEmbeddingsReply,
  toEmbeddingsRequest,
} from "../../../src/dialects/gemini/embed-content.ts";
import { plainTraits } from "../../../src/dialects/dialect.ts";
import { anything, conversationOf, emptyConversation, newDrops, overTheWire, text, thrownBy, user } from "./make.ts";

const contents = [{ role: "user", parts: [{ text: "Hi" }] }];
const model = "gemini-3.8-flash";

test("tokens of contents, of a whole request, and of one spread out as Vertex AI has it", () => {
  expect(readCountTokens({ contents }, model, newDrops())).toEqual(emptyConversation);
  const systemInstruction = { parts: [{ text: "s" }] };
  const whole = { system_instruction: systemInstruction, contents };
  const messages = [{ role: "system", content: [text("s")], name: null }, user("Hi")];
  expect(anything(readCountTokens({ generate_content_request: whole }, model, newDrops()).messages)).toEqual(messages);
  expect(anything(readCountTokens(whole, model, newDrops()).messages)).toEqual(messages);
});

test("a count of two things or of none is refused", () => {
  const both = { contents, generateContentRequest: { contents } };
  expect(thrownBy(() => readCountTokens(both, model, newDrops()))).toMatchObject({ param: "generateContentRequest" });
  expect(thrownBy(() => readCountTokens({}, model, newDrops()))).toMatchObject({ param: "contents" });
  expect(thrownBy(() => readTokenCount({})).code).toBe("upstream_invalid_response");
});

test("a count is asked with everything that costs tokens", () => {
  const body = writeCountTokens(conversationOf({}), plainTraits, newDrops());
  expect(overTheWire(body)).toEqual({
    generateContentRequest: { model: "models/gemini-3.8-flash", contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
  });
  expect(readTokenCount(overTheWire({ totalTokens: 31 }))).toBe(31);
});

test("one content becomes one input, a batch a list", () => {
  const drops = newDrops();
  const content = { parts: [{ text: "a" }, { text: "b" }] };
  expect(toEmbeddingsRequest({ content, taskType: "RETRIEVAL_QUERY", title: "T" }, "m", drops)).toEqual({
    model: "m",
    input: "ab",
    encoding_format: "float",
  });
  expect(drops.names()).toEqual(["requests.taskType", "requests.title"]);
  const requests = [{ model: "models/x", content, output_dimensionality: 8 }];
  expect(toEmbeddingsRequest({ requests }, "m", drops)).toMatchObject({ input: ["ab"], dimensions: 8 });
});

const one = (rest: object) => ({ content: { parts: [{ text: "a" }] }, ...rest });

test.each([
  [{}, "content", "missing_required_parameter"],
  [{ requests: [] }, "requests", "missing_required_parameter"],
  [{ content: { parts: [] } }, "content.parts", "invalid_request"],
  [{ content: { parts: [{ inlineData: {} }] } }, "content.parts[0]", "unsupported_feature"],
  [
    { requests: [one({}), one({ outputDimensionality: 2 })] },
    "requests[1].outputDimensionality",
    "unsupported_feature",
  ],
] as const)("the embeddings of %j are refused at %s", (body, param, code) => {
  expect(thrownBy(() => toEmbeddingsRequest(overTheWire(body), "m", newDrops()))).toMatchObject({ param, code });
});

const replyWith = (embedding: unknown) => ({ data: [{ index: 0, embedding }], usage: { prompt_tokens: 3 } });

test("an OpenAI reply, in floats or in base64, is Gemini's", () => {
  const base64 = Buffer.from(new Float32Array([0.5, -2]).buffer).toString("base64");
  expect(toEmbedContentReply(replyWith([0.5, -2]), false)).toEqual({
    embedding: { values: [0.5, -2] },
    usageMetadata: { promptTokenCount: 3 },
  });
  expect(toEmbedContentReply(replyWith(base64), true)).toMatchObject({ embeddings: [{ values: [0.5, -2] }] });
  expect(thrownBy(() => toEmbedContentReply({}, true)).code).toBe("upstream_invalid_response");
});

test("an OpenAI request becomes a batch, and its reply comes back as it was asked", () => {
  const drops = newDrops();
  const asked = {
    model: "gemini-embedding-001",
    input: ["a", "b"],
    dimensions: 2,
    encoding_format: "base64",
    user: "u",
  };
  expect(toBatchEmbedContents(asked, "gemini-embedding-001", drops)).toEqual({
    requests: ["a", "b"].map((said) => ({
      model: "models/gemini-embedding-001",
      content: { parts: [{ text: said }] },
      outputDimensionality: 2,
    })),
  });
  expect(drops.names()).toEqual(["user"]);
  const embedding = Buffer.from(new Float32Array([1, 0.5]).buffer).toString("base64");
  const reply = { embeddings: [{ values: [1, 0.5] }], usageMetadata: { promptTokenCount: 4 } };
  expect(toEmbeddingsReply(reply, asked, "m")).toEqual({
    object: "list",
    data: [{ object: "embedding", index: 0, embedding }],
    model: "m",
    usage: { prompt_tokens: 4, total_tokens: 4 },
  });
  expect(toEmbeddingsReply({ embedding: { values: [1] } }, {}, "m")).toMatchObject({ data: [{ embedding: [1] }] });
  expect(thrownBy(() => toEmbeddingsReply({}, {}, "m")).code).toBe("upstream_invalid_response");
});

test.each([
  [{ input: [[1, 2]] }, "unsupported_feature"],
  [{ input: [1, 2] }, "unsupported_feature"],
  [{ input: [] }, "invalid_request"],
  [{}, "missing_required_parameter"],
  [{ input: "a", encoding_format: "int8" }, "invalid_request"],
] as const)("the OpenAI request %j is refused", (body, code) => {
  expect(thrownBy(() => toBatchEmbedContents(body, "m", newDrops())).code).toBe(code);
});
