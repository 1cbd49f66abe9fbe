import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { createGenerate } from "../../../src/mock/auto/generate.ts";
import type { MockClock } from "../../../src/mock/clocks/clock.ts";
import { parseFields } from "../../../src/mock/endpoints/fields.ts";
import { findRoute } from "../../../src/mock/endpoints/routes.ts";
import { createConnection } from "../../../src/mock/faults/create-connection.ts";
import { deliver } from "../../../src/mock/faults/deliver.ts";
import { parseFaults } from "../../../src/mock/faults/fault-schema.ts";
import type { Ending } from "../../../src/mock/faults/progress.ts";
import { createWaits } from "../../../src/mock/faults/waits.ts";
import type { Framing, Said } from "../../../src/mock/said.ts";
import { createIds } from "../../../src/mock/seed.ts";
import type { StreamShape } from "../../../src/mock/shape.ts";
import { splitUrl } from "../../../src/wire/path.ts";
import { realClock } from "../serve-mock.ts";

/** What was told of one delivery. */
export interface Told {
  events: number;
  bytes: number;
  readonly ended: Ending[];
  readonly missed: string[];
}

export interface FaultOptions {
  /** Faults, in any form they may be written; those of the header `x-qlite-fault` without it. */
  readonly faults?: unknown;
  readonly clock?: MockClock;
  readonly shape?: StreamShape;
  /** What is said at every path; the mock's own answers without it. */
  readonly said?: () => Said;
  /** Whether the delivery knows the client's socket. */
  readonly isConnected?: boolean;
}

const atOnce: StreamShape = {
  chunk: { by: "token", size: 1 },
  ttft: { kind: "fixed", ms: 0 },
  gap: { kind: "fixed", ms: 0 },
};

const answer = async (request: Request, shape: StreamShape, ordinal: number): Promise<Said> => {
  const { path, search } = splitUrl(request.url);
  const route = findRoute(path, request.headers);
  if (route === undefined) throw new Error(`nothing at ${path}`);
  const ids = createIds(1)(ordinal);
  const incoming = {
    path,
    query: search.slice(1),
    headers: request.headers,
    body: parseFields(await request.text()),
  };
  const heard = route.endpoint.hear(incoming);
  const auto = heard.auto(ids, createGenerate({ responseTokens: 10, chunks: 3 }));
  const waits = createWaits(shape, () => 0.5);
  return heard.say(auto, { ids, cut: { chunk: shape.chunk, errorAfter: null }, nextWaitMs: waits });
};

/** A server of its own whose every reply is delivered with faults; disposing it closes its sockets. */
export const serveFaults = ({
  faults,
  clock = realClock,
  shape = atOnce,
  said,
  isConnected = true,
}: FaultOptions = {}) => {
  const told: Told[] = [];
  let ordinal = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    idleTimeout: 0,
    error: () => new Response("failed", { status: 500 }),
    fetch: async (request, bun) => {
      const one: Told = { events: 0, bytes: 0, ended: [], missed: [] };
      told.push(one);
      const header = request.headers.get("x-qlite-fault");
      const written = faults ?? header;
      const dialect = findRoute(splitUrl(request.url).path, request.headers)?.dialect ?? "openai-chat";
      return deliver(
        said === undefined ? await answer(request, shape, ordinal++) : said(),
        {},
        {
          clock,
          signal: request.signal,
          waitMs: 0,
          faults: written === null ? [] : parseFaults(written),
          dialect,
          requestId: "req_1",
          connection: isConnected
            ? createConnection(() => ({ peer: bun.requestIP(request), port: bun.port ?? 0 }))
            : null,
          progress: {
            handed: (events, bytes) => {
              one.events += events;
              one.bytes += bytes;
            },
            ended: (how) => one.ended.push(how),
            missed: (warning) => one.missed.push(warning),
          },
        },
      );
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    told,
    pending: () => server.pendingRequests,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-any", maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: "sk-any", maxRetries: 0 }),
    gemini: new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: url } }),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

/** A stream of these texts, one write each. */
export const streamOf = (texts: readonly (string | Uint8Array)[], framing: Framing = "sse"): Said => {
  let at = 0;
  return {
    status: 200,
    headers: { "content-type": framing === "sse" ? "text/event-stream" : "application/json" },
    body: {
      kind: "stream",
      framing,
      writes: {
        next: () => {
          const bytes = texts[at];
          at += 1;
          return bytes === undefined ? null : { bytes, afterMs: 0 };
        },
      },
    },
  };
};
