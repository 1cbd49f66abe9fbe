import { expect, test } from "bun:test";
import { vertexBaseUrl } from "../../src/config/provider-google.ts";
import { createVertexEmbeddings } from "../../src/providers/vertex.ts";
import { toVertexAnthropic } from "../../src/providers/vertex-body.ts";
import {
  vertexAnthropicCountUrl,
  vertexAnthropicUrl,
  vertexGeminiMethodUrl,
  vertexGeminiUrl,
  type VertexModel,
} from "../../src/providers/vertex-url.ts";

test.each([
  ["us-central1", "https://us-central1-aiplatform.googleapis.com/v1"],
  ["europe-west4", "https://europe-west4-aiplatform.googleapis.com/v1"],
  ["global", "https://aiplatform.googleapis.com/v1"],
  ["us", "https://aiplatform.us.rep.googleapis.com/v1"],
  ["eu", "https://aiplatform.eu.rep.googleapis.com/v1"],
])("the location %s is at %s", (location, url) => {
  expect(vertexBaseUrl(location)).toBe(url);
});

const at = (model: string): VertexModel => ({
  baseUrl: vertexBaseUrl("global"),
  project: "my-project",
  location: "global",
  model,
});
const models = "https://aiplatform.googleapis.com/v1/projects/my-project/locations/global/publishers";

test("URLs of Google's models", () => {
  const model = at("gemini-3-pro");
  expect(vertexGeminiUrl(model, false)).toBe(`${models}/google/models/gemini-3-pro:generateContent`);
  expect(vertexGeminiUrl(model, true)).toBe(`${models}/google/models/gemini-3-pro:streamGenerateContent?alt=sse`);
  expect(vertexGeminiMethodUrl(model, "countTokens")).toBe(`${models}/google/models/gemini-3-pro:countTokens`);
});

test("URLs of Anthropic's models, whose version begins with an @", () => {
  const model = at("claude-opus-4-8@20260901");
  const path = `${models}/anthropic/models/claude-opus-4-8@20260901`;
  expect(vertexAnthropicUrl(model, false)).toBe(`${path}:rawPredict`);
  expect(vertexAnthropicUrl(model, true)).toBe(`${path}:streamRawPredict`);
  expect(vertexAnthropicCountUrl(model)).toBe(`${models}/anthropic/models/count-tokens:rawPredict`);
});

test.each([
  ["gemini-embedding-001", "predict"],
  ["models/gemini-embedding-001", "predict"],
  ["text-embedding-005", "predict"],
  ["text-multilingual-embedding-002", "predict"],
  ["gemini-embedding-2", "embedContent"],
  ["gemini-embedding-2-preview", "embedContent"],
])("embeddings of %s are made by %s", (model, method) => {
  const placeOf = createVertexEmbeddings(vertexBaseUrl("global"), {
    project: "my-project",
    location: "global",
    credentials: null,
  });
  const name = model.replace("models/", "");
  expect(placeOf(model)).toMatchObject({ method, url: `${models}/google/models/${name}:${method}` });
  expect(placeOf("claude-opus-4-8")).toBeNull();
});

test("a name cannot leave its segment", () => {
  expect(vertexGeminiUrl(at("a/x;y?z#é\ud800"), false)).toBe(
    `${models}/google/models/a%2Fx%3By%3Fz%23%C3%A9%EF%BF%BD:generateContent`,
  );
  for (const name of ["", "..", "../../x", "a\\b"]) {
    expect(() => vertexGeminiUrl(at(name), false)).toThrow("The model's name");
    expect(() => vertexAnthropicUrl(at(name), true)).toThrow("The model's name");
  }
});

test("a Messages request for Vertex has its version in the body and no model", () => {
  expect(toVertexAnthropic({ model: "claude", max_tokens: 5, stream: true })).toEqual({
    anthropic_version: "vertex-2023-10-16",
    max_tokens: 5,
    stream: true,
  });
  expect(toVertexAnthropic({ anthropic_version: "vertex-2027-01-01" })).toEqual({
    anthropic_version: "vertex-2027-01-01",
  });
});
