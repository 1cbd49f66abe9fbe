// Every client against the mock in every dialect, through the gateway: an upstream that checks what it is sent, seals and all.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { expect, test } from "bun:test";
import OpenAI from "openai";
import { startGateway } from "../support/gateway.ts";
import { geminiAsker, messagesAsker } from "./ask-others.ts";
import { chatAsker, responsesAsker } from "./ask-openai.ts";
import { addInput, type Asker, type Mock, type Question } from "./asker.ts";
import { serveMock } from "./serve-mock.ts";

const words =
  "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut";
const thought = "I am a mock: I look at the request, weigh nothing, and answer in lorem ipsum.";

const askers: readonly Asker[] = [chatAsker, responsesAsker, messagesAsker, geminiAsker];

const upstreams: Readonly<Record<string, (url: string) => object>> = {
  "openai-chat": (url) => ({ type: "openai", base_url: `${url}/v1`, dialects: ["openai-chat"] }),
  "openai-responses": (url) => ({ type: "openai", base_url: `${url}/v1`, dialects: ["openai-responses"] }),
  anthropic: (url) => ({ type: "anthropic", base_url: `${url}/v1` }),
  gemini: (url) => ({ type: "gemini", base_url: `${url}/v1beta` }),
};

/** Pairs in which the thinking is not shown, each with its reason. */
const unseen: Readonly<Record<string, string>> = {
  "anthropic > openai-chat": "adaptive thinking is no effort, and chat has no other word",
  "openai-chat > openai-responses": "a chat asks for no summary",
};

const run = async (upstream: string, asks: (mock: Mock) => Promise<void>): Promise<void> => {
  await using served = serveMock({ responseTokens: 20 });
  const provider = { name: "up", api_key: "sk-up", models: ["*"], ...upstreams[upstream]?.(served.url) };
  await using gateway = startGateway({ providers: [provider] });
  const { url } = gateway;
  await asks({
    ...served,
    url,
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-any", maxRetries: 0 }),
    anthropic: new Anthropic({ baseURL: url, apiKey: "sk-any", maxRetries: 0 }),
    gemini: new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: url } }),
  });
};

for (const upstream of Object.keys(upstreams)) {
  for (const { name, ask, finishes, hasStop } of askers) {
    for (const isStream of [false, true]) {
      const cell = `${name} > ${upstream}, ${isStream ? "streamed" : "whole"}`;
      test(`${cell}: words, calls, a schema, limits, and thinking in two turns`, () =>
        run(upstream, async (mock) => {
          const said = async (question: Omit<Question, "isStream">) =>
            (await ask(mock, { isStream, ...question })).said;
          expect(await said({})).toMatchObject({ text: words, finish: finishes.stop, usage: { input: 3, output: 20 } });
          expect(JSON.parse((await said({ hasSchema: true })).text)).toEqual(addInput);
          expect(await said({ most: 18 })).toMatchObject({ usage: { output: 18 }, finish: finishes.length });
          // The Responses API stops at no sequence.
          if (hasStop && upstream !== "openai-responses") {
            expect((await said({ stop: "sit" })).text).toBe("Lorem ipsum dolor ");
          }
          for (const force of ["any", "add"] as const) {
            const turn = await ask(mock, { isStream, force });
            expect(turn.said.calls).toEqual([{ name: force === "any" ? "other" : "add", input: addInput }]);
            expect((await turn.next()).said.text).toBe(words);
          }
          const turn = await ask(mock, { isStream, thinks: "shown" });
          expect(turn.said.text).toBe(words);
          expect(turn.said.thoughts).toBe(`${name} > ${upstream}` in unseen ? "" : thought);
          expect((await turn.next()).said.text).toBe(words);
          const hidden = await ask(mock, { isStream, thinks: "hidden" });
          expect((await hidden.next()).said.text).toBe(words);
          const called = await ask(mock, { isStream, thinks: "shown", force: "add" });
          expect((await called.next()).said.text).toBe(words);
        }));
    }
  }
}
