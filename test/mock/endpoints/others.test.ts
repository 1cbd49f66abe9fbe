import { expect, test } from "bun:test";
import { rejectionOf } from "../serve-mock.ts";
import { withResponses } from "../responses/serve-response.ts";

test("moderations.create flags nothing by itself, of each text, or of one of several parts", () =>
  withResponses([], async ({ openai }) => {
    const one = await openai.moderations.create({ input: "Be kind" });
    expect(one.model).toBe("omni-moderation-latest");
    expect(one.id).toMatch(/^modr-/);
    expect(one.results).toHaveLength(1);
    expect(one.results[0]?.flagged).toBe(false);
    expect(Object.values(one.results[0]?.categories ?? {})).toEqual(Array(13).fill(false));
    for (const score of Object.values(one.results[0]?.category_scores ?? {})) expect(score).toBeLessThan(0.01);
    expect((await openai.moderations.create({ input: ["a", "b"] })).results).toHaveLength(2);
    const { results } = await openai.moderations.create({
      input: [
        { type: "text", text: "a" },
        { type: "image_url", image_url: { url: "https://example.com/a.png" } },
      ],
    });
    expect(results).toHaveLength(1);
    expect(results[0]?.category_applied_input_types).toMatchObject({ violence: ["text", "image"], hate: ["text"] });
    for (const [body, param] of [
      [{}, "input"],
      [{ input: [] }, "input"],
      [{ input: 5 }, "input"],
      [{ input: [{ type: "sound" }] }, "input[0]"],
    ] as const) {
      expect(await rejectionOf(openai.post("/moderations", { body }))).toMatchObject({ status: 400, param });
    }
  }));

const rounded = (values: readonly number[]): readonly number[] => values.map(Math.fround);

test("Gemini's embedContent gives unit vectors, the same that OpenAI's endpoint gives", () =>
  withResponses([], async ({ gemini, openai, url }) => {
    const config = { outputDimensionality: 8 };
    const { embeddings } = await gemini.models.embedContent({
      model: "gemini-embedding-001",
      contents: ["cat", "dog"],
      config,
    });
    const vectors = embeddings?.map(({ values }) => values ?? []) ?? [];
    expect(vectors.map((values) => values.length)).toEqual([8, 8]);
    for (const values of vectors) expect(Math.hypot(...values)).toBeCloseTo(1, 5);
    const { data } = await openai.embeddings.create({ model: "m", input: ["cat", "dog"], dimensions: 8 });
    expect(vectors.map(rounded)).toEqual(data.map(({ embedding }) => rounded(embedding)));

    const single = await fetch(`${url}/v1beta/models/gemini-embedding-001:embedContent`, {
      method: "POST",
      body: JSON.stringify({ content: { parts: [{ text: "cat" }] } }),
    });
    const { embedding } = await single.json();
    expect(embedding.values).toHaveLength(3072);
    const faulty = await fetch(`${url}/v1beta/models/m:embedContent`, { method: "POST", body: '{"content":{}}' });
    expect([faulty.status, (await faulty.json()).error.status]).toEqual([400, "INVALID_ARGUMENT"]);
  }));

test("written vectors are answered in Gemini's shape too", () =>
  withResponses(
    [
      {
        embedding: [
          [1, 0],
          [0, 1],
        ],
      },
    ],
    async ({ gemini }) => {
      const { embeddings } = await gemini.models.embedContent({ model: "m", contents: ["a", "b"] });
      expect(embeddings?.map(({ values }) => values)).toEqual([
        [1, 0],
        [0, 1],
      ]);
    },
  ));
