import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTape, type TapeOptions, type TapeSettings } from "../../src/cassette/tape.ts";
import type { ClientDialectName, JsonObject } from "../../src/dialects/conversation.ts";
import { conversationOf } from "../../src/cassette/dialect-of.ts";
import type { Asked, EndpointName } from "../../src/mock/asked.ts";
import type { Said } from "../../src/mock/said.ts";
import { wholeShape } from "../../src/mock/shape.ts";
import type { Played, Tape } from "../../src/mock/tape.ts";

const streams = join(import.meta.dir, "../fixtures/streams");
export const stream = (name: string): string => readFileSync(join(streams, name), "utf8");

export const settings: TapeSettings = {
  mode: "once",
  profile: "semantic",
  ignore: ["user", "metadata", "stream_options"],
  normalize: [{ kind: "builtin", name: "tool_call_ids" }],
  redact: { isBuiltIn: true, patterns: [], onLeak: "refuse" },
  expire: { afterMs: 30 * 86_400_000, action: "warn" },
  exhausted: "repeat",
  recordErrors: false,
  timing: 0,
  wireStrict: false,
  shape: wholeShape,
};

/** The instant of every test. */
export const noon = Date.parse("2026-11-20T12:00:00Z");

export type Send = (request: Request) => Promise<Response>;

/** Whoever is asked fails the test. */
export const nobody: Send = () => Promise.reject(new Error("a provider was asked"));

export const openTape = (
  folder: string,
  send: Send | null,
  changed: Partial<TapeSettings> = {},
  options: Partial<TapeOptions> = {},
): Promise<Tape> =>
  createTape({
    settings: { ...settings, ...changed },
    folder,
    send,
    now: () => noon,
    isCi: false,
    allowRecord: false,
    ...options,
  });

const endpoints: Readonly<Record<string, readonly [EndpointName, ClientDialectName]>> = {
  "/v1/chat/completions": ["chat", "openai-chat"],
  "/v1/responses": ["responses", "openai-responses"],
  "/v1/messages": ["messages", "anthropic"],
  "/v1/completions": ["completions", "openai-chat"],
  "/v1/embeddings": ["embeddings", "openai-chat"],
  "/v1/audio/speech": ["speech", "openai-chat"],
};

export interface Ask {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly scope?: string;
  readonly signal?: AbortSignal;
}

let ordinal = 0;

/** Asks a tape as the engine does. */
export const ask = async (
  tape: Tape,
  body: JsonObject,
  { path: target = "/v1/chat/completions", headers = {}, scope = "default", signal }: Ask = {},
): Promise<Played> => {
  const [path = "", query = ""] = target.split("?");
  const [endpoint, dialect] = path.includes(":")
    ? (["gemini", "gemini"] as const)
    : (endpoints[path] ?? (["chat", "openai-chat"] as const));
  const request = new Request(`http://mock${target}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers,
    ...(signal === undefined ? {} : { signal }),
  });
  const conversation = conversationOf({ method: "POST", path, query, headers: {}, endpoint, body });
  ordinal += 1;
  const asked: Asked = {
    method: "POST",
    path,
    query,
    headers: request.headers,
    body,
    endpoint,
    dialect,
    says: new Set(),
    model: typeof body["model"] === "string" ? body["model"] : null,
    stream: body["stream"] === true || path.endsWith(":streamGenerateContent"),
    conversation,
    user: () => "",
    system: () => "",
    provider: null,
    scope,
    ordinal,
  };
  return tape.play(asked, request);
};

/** All bytes of a reply, as text; writes one after another. */
export const textOf = async (said: Said): Promise<string> => {
  const { body } = said;
  const decoder = new TextDecoder();
  const toText = (bytes: string | Uint8Array): string =>
    typeof bytes === "string" ? bytes : decoder.decode(bytes, { stream: true });
  if (body.kind === "whole") return toText(body.bytes);
  let text = "";
  for (let write = await body.writes.next(); write !== null; write = await body.writes.next())
    text += toText(write.bytes);
  return text;
};

/** A reply that was found, read whole. */
export const read = async (played: Played) => {
  if (played.kind === "miss") throw new Error(`a miss: ${JSON.stringify(played.nearest)}`);
  return { ...played, text: await textOf(played.said) };
};

/** A provider on a socket of its own that answers as `reply` says. */
export const startProvider = (reply: (request: Request, body: JsonObject) => Response | Promise<Response>) => {
  const seen: { readonly headers: Headers; readonly url: string; readonly body: JsonObject }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: async (request) => {
      const text = await request.text();
      const body: JsonObject = text.startsWith("{") ? JSON.parse(text) : {};
      seen.push({ headers: request.headers, url: request.url, body });
      return reply(request, body);
    },
  });
  const send: Send = async (request) => {
    const { pathname, search } = new URL(request.url);
    return fetch(`http://127.0.0.1:${server.port}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      body: await request.bytes(),
      decompress: false,
    });
  };
  return { send, seen, url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
};

export const sse = (text: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, { headers: { "content-type": "text/event-stream", ...headers } });

export const chat = (text: string, more: JsonObject = {}): JsonObject => ({
  model: "gpt-4o",
  messages: [{ role: "user", content: text }],
  ...more,
});

/** A whole answer of the chat dialect. */
export const chatReply = (content: string): JsonObject => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_795_330_000,
  model: "gpt-4o-2024-08-06",
  choices: [
    { index: 0, message: { role: "assistant", content, refusal: null }, logprobs: null, finish_reason: "stop" },
  ],
  usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
});
