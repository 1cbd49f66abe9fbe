import { expect } from "bun:test";
import { limit, said, understoodBy } from "../../support/dialects/scripted.ts";
import { document, image, instructions, question } from "./client.ts";
import { forms, startMatrix } from "./matrix.ts";

const forEach = await startMatrix();

for (const { isStream, form } of forms) {
  forEach(`the question arrives there and the text here, ${form}`, async ({ ask, upstream, side }) => {
    expect(await ask({ isStream }, "text")).toMatchObject({ text: said.text, thoughts: "" });
    expect(understoodBy(upstream, side)).toMatchObject({ system: [instructions], questions: [question] });
  });

  forEach(`the usage is told in the client's words, ${form}`, async ({ ask, client, side }) => {
    // Gemini has no word for what went into the cache.
    const written = client.dialect === "gemini" ? 0 : side.written;
    expect((await ask({ isStream }, "text")).usage).toMatchObject(client.usage(written));
  });

  forEach(`an image and a PDF reach the upstream, ${form}`, async ({ ask, upstream, side }) => {
    expect((await ask({ isStream, hasMedia: true }, "text")).text).toBe(said.text);
    expect(understoodBy(upstream, side).media).toEqual(
      [image, document].map(({ mediaType, data }) => ({ mediaType, data })),
    );
  });

  forEach(`a schema reaches the upstream and the SDK parses the answer, ${form}`, async ({ ask, upstream, side }) => {
    expect((await ask({ isStream, hasSchema: true }, "json")).parsed).toEqual(said.object);
    expect(understoodBy(upstream, side).schema).toMatchObject({
      type: "object",
      properties: { city: { type: "string" }, people: { type: "number" } },
      required: ["city", "people"],
    });
  });

  forEach(`a limit of tokens arrives there and its reason here, ${form}`, async ({ ask, client, upstream, side }) => {
    expect(await ask({ isStream, isShort: true }, "short")).toMatchObject({ text: said.text, finish: client.cutShort });
    expect(understoodBy(upstream, side).limit).toBe(limit);
  });

  forEach(`a refusal is told, ${form}`, async ({ ask, client }) => {
    const { finish, refusal = null } = await ask({ isStream }, "refusal");
    expect(refusal ?? finish).toBe(refusal === null ? client.refused : said.refusal);
  });
}
