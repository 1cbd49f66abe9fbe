// The engine behind a real socket, with the official clients pointed at it, and fixtures made by hand.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import type { Asked } from "../../../src/mock/asked.ts";
import { createGenerate } from "../../../src/mock/auto/generate.ts";
import { createEngine, type EngineParts } from "../../../src/mock/engine.ts";
import type { Condition, Fixture, Turn } from "../../../src/mock/fixture.ts";
import { createConnection } from "../../../src/mock/faults/create-connection.ts";
import { createFixtureSet } from "../../../src/mock/fixtures/fixture-set.ts";
import { createRedactor } from "../../../src/log.ts";
import { wholeShape } from "../../../src/mock/shape.ts";
import { realClock } from "../serve-mock.ts";

export const partsOf = (parts: Partial<EngineParts> = {}): EngineParts => ({
  seed: 1,
  clock: realClock,
  generate: createGenerate({ responseTokens: 10, chunks: 3 }),
  shape: wholeShape,
  errorAfter: null,
  fixtures: null,
  tape: null,
  fallback: "fail",
  validate: "error",
  scopeHeaders: ["x-qlite-scope"],
  journal: { max: 1000, maxBodyBytes: 64 * 1024 },
  redact: createRedactor([]),
  keys: null,
  live: null,
  isLoopback: true,
  control: { adminKey: null, mode: null, heartbeatMs: 15_000 },
  ...parts,
});

/** Clients of a base URL; `name` puts them into a scope by its path. */
export const clientsOf = (url: string, key = "sk-any") => ({
  openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: key }),
  anthropic: new Anthropic({ baseURL: url, apiKey: key }),
  gemini: new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } }),
});

export const serveEngine = (given: Partial<EngineParts> = {}) => {
  const engine = createEngine(partsOf(given));
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    idleTimeout: 0,
    fetch: (request, bun) =>
      engine.fetch(request, {
        address: () => bun.requestIP(request)?.address ?? "",
        socket: createConnection(() => ({ peer: bun.requestIP(request), port: bun.port ?? 0 })),
      }),
  });
  const url = `http://127.0.0.1:${server.port}`;
  const control = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const reply = await fetch(`${url}/__qlite/mock/${path}`, { method, headers, ...init });
    return { status: reply.status, headers: reply.headers, body: await reply.json() };
  };
  return {
    engine,
    url,
    control,
    ...clientsOf(url),
    [Symbol.asyncDispose]: async () => {
      engine.close();
      await server.stop(true);
    },
  };
};

const condition = (field: string, wanted: string, of: (asked: Asked) => string): Condition => ({
  field,
  wanted: JSON.stringify(wanted),
  holds: (asked) => of(asked).includes(wanted),
  objection: (asked) => (of(asked).includes(wanted) ? null : JSON.stringify(of(asked))),
  captures: null,
});

/** A turn that answers a text. */
export const textTurn = (text: string): Turn => ({
  when: [],
  kinds: ["reply"],
  answer: ({ asked }) => ({
    kind: "reply",
    reply: {
      id: "",
      model: asked.model ?? "",
      createdAt: 1_700_000_000,
      serviceTier: null,
      fingerprint: null,
      usage: null,
      candidates: [
        {
          index: 0,
          content: [{ kind: "text", text, citations: [], cache: null }],
          finish: { reason: "stop", stopSequence: null, detail: null },
          logprobs: null,
        },
      ],
    },
  }),
});

export const fixture = (
  id: string,
  match: { readonly user?: string; readonly model?: string; readonly endpoint?: string },
  texts: string | readonly string[],
  more: Partial<Fixture> = {},
): Fixture => {
  const conditions: Condition[] = [];
  if (match.user !== undefined) conditions.push(condition("user", match.user, (asked) => asked.user()));
  if (match.model !== undefined) conditions.push(condition("model", match.model, (asked) => asked.model ?? ""));
  if (match.endpoint !== undefined) conditions.push(condition("endpoint", match.endpoint, (asked) => asked.endpoint));
  return {
    id,
    source: { file: "mock/test.yaml", line: 3 },
    conditions,
    priority: 0,
    isCatchAll: false,
    turns: (typeof texts === "string" ? [texts] : texts).map(textTurn),
    exhausted: "repeat",
    faults: [],
    stream: {},
    ...more,
  };
};

export const setOf = (...fixtures: readonly Fixture[]) => createFixtureSet(fixtures);

export const chatOf = (content: string, model = "gpt-6.1-sol") => ({
  model,
  messages: [{ role: "user" as const, content }],
});

/** Waits until something is true; fails after two seconds. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 2000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error("waited two seconds for what did not come true");
    await Bun.sleep(2);
  }
};
