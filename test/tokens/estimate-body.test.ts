import { describe, expect, test } from "bun:test";
import { estimateBody, estimateValue } from "../../src/tokens/estimate-body.ts";
import { clientNames, readRequest } from "../dialects/support/speak.ts";

const question = "How is the weather in Paris today, and will it rain tomorrow? Answer in one sentence. ".repeat(20);
const name = "get_weather";
const description = "Gives the weather of a city by its name";
const schema = { type: "object", properties: { city: { type: "string", description: "Name of the city" } } };
const image = "QUJD".repeat(5000);
const url = `data:image/png;base64,${image}`;

/** One request in each dialect: a question, a picture, a tool. */
const requests = {
  "openai-chat": {
    model: "m",
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: question },
          { type: "image_url", image_url: { url } },
        ],
      },
    ],
    tools: [{ type: "function", function: { name, description, parameters: schema } }],
  },
  "openai-responses": {
    model: "m",
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: question },
          { type: "input_image", image_url: url, detail: "auto" },
        ],
      },
    ],
    tools: [{ type: "function", name, description, parameters: schema, strict: false }],
  },
  anthropic: {
    model: "m",
    max_tokens: 100,
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: question },
          { type: "image", source: { type: "base64", media_type: "image/png", data: image } },
        ],
      },
    ],
    tools: [{ name, description, input_schema: schema }],
  },
  gemini: {
    contents: [{ role: "user", parts: [{ text: question }, { inlineData: { mimeType: "image/png", data: image } }] }],
    tools: [{ functionDeclarations: [{ name, description, parameters: schema }] }],
  },
} as const;

describe.each(clientNames.map((client) => [client] as const))("a request of %s", (client) => {
  const body = requests[client];
  const { messages, tools } = readRequest(client, body).value;

  test("is estimated by its words alone, and translated or not it is the same to a twentieth", () => {
    const untranslated = estimateBody(new TextEncoder().encode(JSON.stringify(body)));
    expect(untranslated).toBeWithin(400, 500);
    expect(Math.abs(estimateValue({ messages, tools }) / untranslated - 1)).toBeLessThan(0.05);
  });
});

test("seals count nothing, in requests and between the dialects", () => {
  const seal = "c2Vh".repeat(1000);
  const plain = estimateValue([{ type: "thinking", thinking: "a" }]);
  expect(estimateValue([{ type: "thinking", thinking: "a", signature: seal }])).toBe(plain);
  expect(estimateValue([{ kind: "thinking", thinking: "a", signature: { by: "anthropic", value: seal } }])).toBe(plain);
});
