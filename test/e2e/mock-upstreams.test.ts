// `qlite serve --mock-upstreams`: a real config, mocks in the place of its providers, no egress.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { share } from "../support/share.ts";
import { names, openBed } from "./mock-upstreams-bed.ts";

const { start, trap } = openBed();
const gateway = share(await start());
const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "sk-any", maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: "sk-any", maxRetries: 0 });
const gemini = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: gateway.url } });
const hi = [{ role: "user" as const, content: "hi" }];

const streamed = async (model: string): Promise<string> => {
  let text = "";
  const stream = await openai.chat.completions.create({ model, messages: hi, stream: true });
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
  return text;
};

test("says what it is, which credentials are not set, what is not spoken and what is not written", () => {
  const told = gateway.stderr();
  expect(told).toContain("Every provider is a mock of 6 fixtures; nothing leaves this machine.");
  expect(told).toContain("On here, though their credentials are not set: openai, anthropic, google, vertex, bedrock\n");
  expect(told).toContain("Asked in Anthropic's dialect, as the mock does not speak Converse: bedrock\n");
  expect(told).toContain("Not written: traces, ledger\n");
  expect(told).toContain("fallback: live counts as fail\n");
  for (const name of [...names, "groq"]) expect(told).toMatch(new RegExp(`^  on   ${name} `, "m"));
});

describe("a model's own provider answers, whole and streamed, whatever dialect the client speaks", () => {
  test.each([
    ["gpt-5.4", "openai"],
    ["smart", "openai"],
    ["openai/gpt-5.4", "openai"],
    ["claude-opus-5-5", "anthropic"],
    ["cheap", "google"],
    ["gpt-5.6-sol", "azure"],
    ["claude-opus-4@20250514", "vertex"],
    ["gemini-3-pro", "vertex"],
    ["eu.anthropic.claude-opus-5", "bedrock"],
  ])("%s: %s", async (model, provider) => {
    const whole = await openai.chat.completions.create({ model, messages: hi });
    expect(whole.choices[0]?.message.content).toBe(`from ${provider}`);
    expect(await streamed(model)).toBe(`from ${provider}`);
    const message = await anthropic.messages.create({ model, messages: hi, max_tokens: 20 });
    expect(message.content).toMatchObject([{ type: "text", text: `from ${provider}` }]);
    const counted = await anthropic.messages.stream({ model, messages: hi, max_tokens: 20 }).finalText();
    expect(counted).toBe(`from ${provider}`);
    const response = await openai.responses.create({ model, input: "hi" });
    expect(response.output_text).toBe(`from ${provider}`);
    if (model.includes("/")) return;
    const answer = await gemini.models.generateContent({ model, contents: "hi" });
    expect(answer.text).toBe(`from ${provider}`);
  });
});

test("tokens of Claude on Vertex are counted by the mock, too", async () => {
  const counted = await anthropic.messages.countTokens({ model: "claude-opus-4@20250514", messages: hi });
  expect(counted.input_tokens).toBeGreaterThan(0);
});

test("a scope and a fault by header reach the mock through the gateway, and its journal is at the gateway", async () => {
  const headers = { "x-qlite-scope": "faulty", "x-qlite-fault": "status=429; retry_after_ms=0; on=first 1" };
  const patient = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: "sk-any",
    maxRetries: 1,
    defaultHeaders: headers,
  });
  const { choices } = await patient.chat.completions.create({ model: "smart", messages: hi });
  expect(choices[0]?.message.content).toBe("from openai");
  const journal = await fetch(`${gateway.url}/__qlite/mock/requests?scope=faulty`);
  expect(await journal.json()).toMatchObject({
    requests: [{ outcome: "faulted", status: 429 }, { outcome: "matched" }],
  });
  const once = openai.chat.completions.create(
    { model: "smart", messages: hi },
    { headers: { "x-qlite-fault": "status=503" } },
  );
  expect(await once.catch((thrown: unknown) => thrown)).toMatchObject({ status: 503 });
});

test("a fixture made at run time by the control API of the gateway answers", async () => {
  const made = await fetch(`${gateway.url}/__qlite/mock/fixtures`, {
    method: "POST",
    body: JSON.stringify({ id: "late", match: { provider: "groq", user: "late" }, response: "made late" }),
  });
  expect(made.ok).toBe(true);
  const late = await openai.chat.completions.create({
    model: "openai/gpt-oss-120b",
    messages: [{ role: "user", content: "late" }],
  });
  expect(late.choices[0]?.message.content).toBe("made late");
});

test("nobody outside was asked", () => {
  expect(trap.asked()).toBe(0);
});
