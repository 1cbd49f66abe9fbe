// `validate`: what becomes of a request that can be read and that the official API would refuse.
import { describe, expect, test } from "bun:test";
import { chatOf, serveEngine } from "./serve-engine.ts";

const chat = chatOf("Hello");
const responses = { model: "m", input: "Hello" };
const messages = { ...chatOf("Hello", "claude-x"), max_tokens: 9 };
const contents = [{ role: "user", parts: [{ text: "Hello" }] }];
const gemini = "/v1beta/models/g:generateContent";
const speech = { model: "tts-1", input: "Hello", voice: "alloy", response_format: "wav" };

/** Out of bounds, or asking for what is not there: well understood all the same. */
const objectionable: readonly [path: string, said: string, body: object][] = [
  ["/v1/chat/completions", "temperature", { ...chat, temperature: 3 }],
  ["/v1/chat/completions", "top_p", { ...chat, top_p: -1 }],
  ["/v1/chat/completions", "presence_penalty", { ...chat, presence_penalty: 9 }],
  ["/v1/chat/completions", "max_completion_tokens", { ...chat, max_completion_tokens: 0 }],
  ["/v1/chat/completions", "max_tokens", { ...chat, max_tokens: -5 }],
  ["/v1/chat/completions", "max_tokens", { ...chat, max_tokens: 2.5 }],
  ["/v1/chat/completions", "top_logprobs", { ...chat, logprobs: true, top_logprobs: 1_000_000_000 }],
  ["/v1/chat/completions", "stop", { ...chat, stop: ["1", "2", "3", "4", "5"] }],
  ["/v1/chat/completions", "tool_choice", { ...chat, tool_choice: { type: "function", function: { name: "x" } } }],
  ["/v1/chat/completions", "colour", { ...chat, colour: "red" }],
  ["/v1/completions", "temperature", { model: "m", prompt: "Hello", temperature: 3 }],
  ["/v1/completions", "max_tokens", { model: "m", prompt: "Hello", max_tokens: 0 }],
  ["/v1/responses", "temperature", { ...responses, temperature: 3 }],
  ["/v1/responses", "resp_nobody", { ...responses, previous_response_id: "resp_nobody" }],
  ["/v1/messages", "max_tokens", { ...messages, max_tokens: -1 }],
  [gemini, "temperature", { contents, generationConfig: { temperature: 3 } }],
  [gemini, "candidateCount", { contents, generationConfig: { candidateCount: 9 } }],
  ["/v1/audio/speech", "speed", { ...speech, speed: 9 }],
  ["/v1/images/generations", "prompt", { prompt: "x".repeat(40_000), size: "1x1" }],
];

const post = (url: string, path: string, body: object): Promise<Response> =>
  fetch(url + path, { method: "POST", body: JSON.stringify(body), headers: { "anthropic-version": "2023-06-01" } });

test.each(objectionable)(
  "at %s off takes what is wrong with %s, warn notes it, error refuses it",
  async (path, said, body) => {
    await using off = serveEngine({ fallback: "auto", validate: "off" });
    expect((await post(off.url, path, body)).status).toBe(200);
    expect(off.engine.verdict()).toMatchObject({ outcomes: { auto: 1 }, warnings: [] });
    await using warn = serveEngine({ fallback: "auto", validate: "warn" });
    expect((await post(warn.url, path, body)).status).toBe(200);
    expect(warn.engine.verdict().warnings).toEqual([expect.stringContaining(said)]);
    await using error = serveEngine({ fallback: "auto", validate: "error" });
    const refused = await post(error.url, path, body);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining(said)]);
    expect(error.engine.verdict()).toMatchObject({
      outcomes: { refused: 1 },
      warnings: [expect.stringMatching(new RegExp(`^POST ${path.replaceAll(/[.?]/g, ".")} was refused: .*${said}`))],
    });
  },
);

describe("off", () => {
  test.each([
    ["/v1/chat/completions", { ...chat, temperature: "hot" }],
    ["/v1/chat/completions", { model: "m" }],
    ["/v1/chat/completions", { ...chat, n: 1_000_000_000 }],
    ["/v1/chat/completions", { ...chat, n: 1.5 }],
    ["/v1/completions", { model: "m", prompt: "Hello", n: 129 }],
    ["/v1/embeddings", { model: "m", input: "Hello", dimensions: 1_000_000_000 }],
    ["/v1/responses", "not JSON"],
  ])("refuses what cannot be understood, or made, at %s: %j", async (path, body) => {
    await using mock = serveEngine({ fallback: "auto", validate: "off" });
    const init = { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) };
    expect((await fetch(mock.url + path, init)).status).toBe(400);
  });

  test.each([
    [-5, 0],
    [2.5, 2],
  ])("a limit of %p tokens is one of %i", async (limit, tokens) => {
    await using mock = serveEngine({ fallback: "auto", validate: "off" });
    const reply = await mock.openai.chat.completions.create({ ...chat, max_tokens: limit });
    expect(reply.usage?.completion_tokens).toBe(tokens);
    expect(reply.choices[0]?.finish_reason).toBe("length");
  });

  test("a seal on thinking that the mock has not made is not looked at", async () => {
    await using mock = serveEngine({ fallback: "auto", validate: "off" });
    const content = [
      { type: "thinking", thinking: "Hm.", signature: "forged" },
      { type: "text", text: "Hi" },
    ];
    const body = { ...messages, messages: [...chat.messages, { role: "assistant", content }, ...chat.messages] };
    expect((await post(mock.url, "/v1/messages", body)).status).toBe(200);
  });
});
