import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { expect } from "bun:test";
import OpenAI from "openai";
import type { MockClock } from "../../src/mock/clocks/clock.ts";
import { createRealClock } from "../../src/mock/clocks/real-clock.ts";
import { createMockUpstream, type MockOptions } from "../../src/mock/upstream.ts";

export const realClock = createRealClock(() => performance.now());

/** The mock as a function, by the clock of this machine unless told otherwise. */
export const mockOf = (options: MockOptions = {}, clock: MockClock = realClock) => createMockUpstream(options, clock);

/** The mock behind a real socket, with the official clients pointed at it; disposing it closes the socket. */
export const serveMock = (options: MockOptions = {}) => {
  const mock = mockOf(options);
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    fetch: (request) => mock.fetch(request),
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

export const post = (path: string, body: unknown, init: RequestInit = {}): Request =>
  new Request(`http://mock${path}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });

/** The `data:` of every event of an SSE text. */
export const dataOf = (sse: string): string[] =>
  sse
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => event.replace(/^(event: .*\n)?data: /, ""));

/** What a promise is rejected with; fails when it is not. */
export const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error("resolved, wanted a rejection");
};

export const hello = [{ role: "user" as const, content: "Hello, mock!" }];
export const tenWords = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do";

/** `toEqual` without its hold on types: the SDKs' types are unions which a literal is not. */
export const expectSame = (actual: unknown, wanted: unknown): void => expect(actual).toEqual(wanted);
