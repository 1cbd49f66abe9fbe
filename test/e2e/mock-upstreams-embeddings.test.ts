// `qlite serve --mock-upstreams` with Vertex AI, whose embeddings are asked for in its own way.
import { GoogleGenAI } from "@google/genai";
import { expect, test } from "bun:test";
import { makeFolder } from "../support/folder.ts";
import { startProgram } from "../support/program.ts";
import { openaiAt } from "../support/sdk.ts";
import { share } from "../support/share.ts";

const folder = share(
  makeFolder({
    "qlite.yaml": `providers:
  - { name: vertex, type: vertex, project: p, credentials_json: "{}", models: ["*"] }
  - { name: openai, type: openai, api_key: k, models: [text-embedding-3-small] }
mock: { fallback: auto }
`,
    "mock/all.yaml": `fixtures:
  - { match: { user: cat }, response: { embedding: [0.5, 0.25] } }
  - { match: { user: broken }, response: { error: { status: 429, message: "slow down" } } }
`,
  }),
);
const gateway = share(
  await startProgram(["serve", "-c", "qlite.yaml", "--port", "0", "--mock-upstreams", "mock"], { cwd: folder.path }),
);
const openai = openaiAt(gateway);
const google = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: gateway.url } });

test.each([["text-embedding-005"], ["gemini-embedding-001"], ["gemini-embedding-2"]])(
  "the mock makes the embeddings of %s, by a fixture and by itself",
  async (model) => {
    const asked = await openai.embeddings.create({ model, input: "a cat" });
    expect(asked.data.map(({ embedding }) => embedding)).toEqual([[0.5, 0.25]]);
    expect(asked.usage.prompt_tokens).toBeGreaterThan(0);
    const { embeddings } = await google.models.embedContent({
      model,
      contents: "x",
      config: { outputDimensionality: 8 },
    });
    expect(embeddings?.map(({ values }) => values?.length)).toEqual([8]);
  },
);

test("several texts have a vector each, and their tokens add up as they do with OpenAI", async () => {
  const input = ["one", "three and four", "five"];
  const { data, usage } = await openai.embeddings.create({ model: "text-embedding-005", input, dimensions: 4 });
  expect(data.map(({ embedding }) => embedding.length)).toEqual([4, 4, 4]);
  const other = await openai.embeddings.create({ model: "text-embedding-3-small", input, dimensions: 4 });
  expect(usage).toEqual(other.usage);
});

test("a failure of a fixture reaches the client as one", async () => {
  const asked = openai.embeddings.create({ model: "text-embedding-005", input: "broken" });
  expect(await asked.catch((thrown: unknown) => thrown)).toMatchObject({ status: 429 });
});
