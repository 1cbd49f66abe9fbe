// The mock behind a real socket, with fixtures that answer everything one after another.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { createGenerate } from "../../../src/mock/auto/generate.ts";
import { createEngine } from "../../../src/mock/engine.ts";
import type { Fixture } from "../../../src/mock/fixture.ts";
import { redactNothing } from "../../../src/mock/journal/journal-entry.ts";
import { createFixtureSet } from "../../../src/mock/fixtures/fixture-set.ts";
import { responseSchema, type ResponseSpec } from "../../../src/mock/responses/response-schema.ts";
import { answerKindsOf, toAnswerOf } from "../../../src/mock/responses/to-answer.ts";
import { realClock } from "../serve-mock.ts";

const files: Readonly<Record<string, string>> = { "story.txt": "Once upon a time.", "body.json": '{"ok":true}' };

export const place = {
  read: (path: string): Uint8Array => {
    const text = files[path];
    if (text === undefined) throw new Error(`${path} cannot be read`);
    return new TextEncoder().encode(text);
  },
};

/** The response as it would stand in a file, checked by the schema. */
export const parse = (written: unknown): ResponseSpec => responseSchema.parse(written);

const toFixture = (responses: readonly unknown[]): Fixture => ({
  id: "tested",
  source: null,
  conditions: [],
  priority: 0,
  isCatchAll: false,
  turns: responses.map((written) => {
    const spec = parse(written);
    return { when: [], kinds: answerKindsOf(spec), answer: toAnswerOf(spec, place) };
  }),
  exhausted: "repeat",
  faults: [],
  stream: {},
});

/** Serves these responses, one a request, the last one for ever. */
export const serveResponses = (...responses: readonly unknown[]) => {
  const none = { kind: "fixed", ms: 0 } as const;
  const engine = createEngine({
    seed: 1,
    clock: realClock,
    generate: createGenerate({ responseTokens: 10, chunks: 3 }),
    shape: { chunk: { by: "pieces", size: 3 }, ttft: none, gap: none },
    errorAfter: null,
    fixtures: createFixtureSet(responses.length === 0 ? [] : [toFixture(responses)]),
    tape: null,
    fallback: responses.length === 0 ? "auto" : "fail",
    validate: "error",
    scopeHeaders: [],
    journal: { max: 10, maxBodyBytes: 1000 },
    redact: redactNothing,
    keys: null,
    live: null,
    isLoopback: true,
    control: null,
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: (request) => engine.fetch(request),
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-any", maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: "sk-any", maxRetries: 0 }),
    gemini: new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: url } }),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

export type Served = ReturnType<typeof serveResponses>;

/** Runs with a mock that gives these responses. */
export const withResponses = async (
  responses: readonly unknown[],
  run: (mock: Served) => Promise<void>,
): Promise<void> => {
  await using mock = serveResponses(...responses);
  await run(mock);
};
