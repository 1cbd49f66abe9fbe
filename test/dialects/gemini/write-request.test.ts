import { expect, test } from "bun:test";
import { allEfforts } from "../../../src/dialects/effort.ts";
import type { Message, Tool } from "../../../src/dialects/conversation.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import { byBudget, call, conversationOf, newDrops, objectsAt, result, text, thrownBy, user, write } from "./make.ts";
import { plainTraits } from "../../../src/dialects/dialect.ts";

const system = (said: string, role: "system" | "developer" = "system"): Message => ({
  role,
  content: [text(said)],
  name: null,
});

test("the least request is the least body", () => {
  expect(write({})).toEqual({ body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] }, dropped: [] });
});

test("every field is written under generationConfig", () => {
  const { body, dropped } = write({
    temperature: 0,
    topP: 0.9,
    topK: 40,
    candidates: 2,
    maxOutputTokens: 100,
    stop: ["END"],
    seed: 0,
    presencePenalty: 0.1,
    frequencyPenalty: -0.1,
    topLogprobs: 0,
    output: { kind: "schema", name: "answer", description: null, schema: { type: "object" }, strict: true },
    reasoning: { effort: "low", budgetTokens: null, summary: "auto", wantsSignatures: false },
    serviceTier: "default",
    store: false,
  });
  expect(body).toEqual({
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
    generationConfig: {
      temperature: 0,
      topP: 0.9,
      topK: 40,
      candidateCount: 2,
      maxOutputTokens: 100,
      stopSequences: ["END"],
      seed: 0,
      presencePenalty: 0.1,
      frequencyPenalty: -0.1,
      responseLogprobs: true,
      responseMimeType: "application/json",
      responseJsonSchema: { type: "object" },
      thinkingConfig: { includeThoughts: true, thinkingLevel: "LOW" },
    },
    serviceTier: "standard",
    store: false,
  });
  expect(dropped).toEqual([]);
});

test("what is above a limit becomes the limit, what has no word is named", () => {
  const { body, dropped } = write({
    temperature: 2.5,
    stop: ["1", "2", "3", "4", "5", "6"],
    topLogprobs: 30,
    logitBias: { 1: 2 },
    verbosity: "low",
    user: "u",
    metadata: { a: "b" },
    cache: { ttlSeconds: null },
    parallelToolCalls: false,
    serviceTier: "scale",
    native: { dialect: "openai-chat", fields: { prediction: {}, none: null } },
  });
  expect(body["generationConfig"]).toEqual({
    temperature: 2,
    stopSequences: ["1", "2", "3", "4", "5"],
    responseLogprobs: true,
    logprobs: 20,
  });
  expect(dropped.toSorted()).toEqual([
    "cache",
    "generationConfig.logprobs",
    "generationConfig.stopSequences",
    "generationConfig.temperature",
    "logitBias",
    "metadata",
    "parallelToolCalls",
    "prediction",
    "serviceTier",
    "user",
    "verbosity",
  ]);
});

test.each([
  ["none", "MINIMAL", 0, true, false],
  ["minimal", "MINIMAL", 1024, false, false],
  ["low", "LOW", 1024, false, false],
  ["medium", "MEDIUM", 8192, false, false],
  ["high", "HIGH", 24_576, false, false],
  ["xhigh", "XHIGH", 24_576, false, true],
  ["max", "XHIGH", 24_576, true, true],
] as const)("effort %s is level %s or %d tokens", (effort, thinkingLevel, thinkingBudget, isNamed, isNamedByBudget) => {
  const reasoning = { effort, budgetTokens: null, summary: null, wantsSignatures: false };
  const name = ["generationConfig.thinkingConfig"];
  expect(write({ reasoning })).toMatchObject({
    body: { generationConfig: { thinkingConfig: { thinkingLevel } } },
    dropped: isNamed ? name : [],
  });
  expect(write({ reasoning }, byBudget)).toMatchObject({
    body: { generationConfig: { thinkingConfig: { thinkingBudget } } },
    dropped: isNamedByBudget ? name : [],
  });
});

test.each([
  [0, "MINIMAL"],
  [1024, "LOW"],
  [2000, "MEDIUM"],
  [20_000, "HIGH"],
  [-1, undefined],
] as const)("a budget of %d tokens is itself or level %s", (budgetTokens, thinkingLevel) => {
  const reasoning = { effort: null, budgetTokens, summary: "none", wantsSignatures: false } as const;
  const levelled = write({ reasoning }).body["generationConfig"];
  const level = thinkingLevel === undefined ? {} : { thinkingLevel };
  expect(levelled).toEqual({ thinkingConfig: { includeThoughts: false, ...level } });
  expect(write({ reasoning }, byBudget).body["generationConfig"]).toEqual({
    thinkingConfig: { includeThoughts: false, thinkingBudget: budgetTokens },
  });
});

test("system and developer messages are the instruction; a later one is named", () => {
  const { body, dropped } = write({ messages: [system("a"), system("b", "developer"), user("Hi"), system("c")] });
  expect(body).toEqual({
    systemInstruction: { parts: [{ text: "a" }, { text: "b" }, { text: "c" }] },
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
  });
  expect(dropped).toEqual(["messages.system.position"]);
});

const thinking = { effort: null, budgetTokens: null, summary: null, wantsSignatures: false } as const;
const foreignFile = {
  kind: "image",
  source: { kind: "file_id", id: "file_1", dialect: "anthropic" },
  detail: null,
  cache: { ttlSeconds: null },
} as const;
const foreignPart = { kind: "native", dialect: "anthropic", name: "search_result", value: {} } as const;

test.each([
  ["a file of another provider", foreignFile, "messages.content.file_id"],
  ["a part of another dialect", foreignPart, "messages.content.search_result"],
] as const)("%s is left out and named, and a question that is nothing else", (_, part, name) => {
  const alone = { role: "user", content: [part], name: null } as const;
  const beside = { role: "user", content: [part, text("Hi")], name: null } as const;
  const asked = write({ messages: [alone, beside] });
  expect(asked.body["contents"]).toEqual([{ role: "user", parts: [{ text: "Hi" }] }]);
  expect(asked.dropped).toEqual([name]);
  const answered = { role: "tool", results: [{ ...result("1", "ok"), content: [text("ok"), part] }] } as const;
  for (const model of ["gemini-3.8-flash", "gemini-2.5-pro"]) {
    const messages = [
      user("Hi"),
      { role: "assistant", content: [call("1", "f", "{}", "s")], name: null },
      answered,
    ] as const;
    const { body, dropped } = write({ model, messages });
    expect(objectsAt(body, "contents").at(-1)).toEqual({
      role: "user",
      parts: [{ functionResponse: { id: "1", name: "f", response: { output: "ok" } } }],
    });
    expect(dropped).toEqual([name]);
  }
});

test("the texts of a result are joined with nothing between them", () => {
  const answered = { role: "tool", results: [{ ...result("1", ""), content: [text("a: "), text("b")] }] } as const;
  const { body } = write({
    messages: [user("Hi"), { role: "assistant", content: [call("1", "f", "{}", "s")], name: null }, answered],
  });
  expect(objectsAt(body, "contents").at(-1)).toMatchObject({
    parts: [{ functionResponse: { response: { output: "a: b" } } }],
  });
});

test.each([
  { ...thinking, effort: "none" },
  { ...thinking, budgetTokens: 0 },
] as const)("a model that cannot stop thinking thinks as little as it can for %j", (reasoning) => {
  const dropped = ["generationConfig.thinkingConfig"];
  expect(write({ reasoning }, { ...byBudget, efforts: allEfforts.slice(1) })).toMatchObject({
    body: { generationConfig: { thinkingConfig: { thinkingBudget: 128 } } },
    dropped,
  });
  expect(write({ reasoning }, { ...plainTraits, efforts: allEfforts.slice(1) })).toMatchObject({
    body: { generationConfig: { thinkingConfig: { thinkingLevel: "MINIMAL" } } },
    dropped,
  });
});

test.each([
  ["minimal", "LOW", false],
  ["medium", "HIGH", true],
  ["none", "LOW", true],
  ["max", "HIGH", true],
] as const)("effort %s is level %s for a model of two levels", (effort, thinkingLevel, isNamed) => {
  const { body, dropped } = write({ reasoning: { ...thinking, effort } }, { ...plainTraits, efforts: ["low", "high"] });
  expect(body["generationConfig"]).toEqual({ thinkingConfig: { thinkingLevel } });
  expect(dropped).toEqual(isNamed ? ["generationConfig.thinkingConfig"] : []);
});

test.each([
  [
    { ...thinking, effort: "high" },
    { includeThoughts: true, thinkingLevel: "HIGH" },
  ],
  [{ ...thinking, budgetTokens: -1 }, { includeThoughts: true }],
  [
    { ...thinking, effort: "high", summary: "none" },
    { includeThoughts: false, thinkingLevel: "HIGH" },
  ],
  [{ ...thinking, effort: "none" }, { thinkingLevel: "MINIMAL" }],
  [thinking, undefined],
] as const)("a chat client that asks by %j sees the thoughts it asks for", (reasoning, thinkingConfig) => {
  const { body } = write({ reasoning, native: { dialect: "openai-chat", fields: {} } });
  expect(body["generationConfig"]).toEqual(thinkingConfig === undefined ? undefined : { thinkingConfig });
});

test.each([
  [{ ...thinking, effort: "high" }, true],
  [{ ...thinking, summary: "auto" }, true],
  [{ ...thinking, budgetTokens: 0 }, false],
  [{ ...thinking, summary: "none" }, false],
] as const)("a model that cannot think is told nothing of it for %j", (reasoning, isNamed) => {
  const { body, dropped } = write({ reasoning }, { ...byBudget, thinking: "none" });
  expect(body).not.toHaveProperty("generationConfig");
  expect(dropped).toEqual(isNamed ? ["generationConfig.thinkingConfig"] : []);
});

test("a model that cannot think is not sent the thoughts of earlier turns", () => {
  const thought = { kind: "reasoning", id: null, text: "Hm", isSummary: true, isRedacted: false } as const;
  const signature = { by: "gemini", value: "s" } as const;
  const answer = { role: "assistant", content: [{ ...thought, signature }, text("2")], name: null } as const;
  const { body, dropped } = write({ messages: [user("1"), answer, user("3")] }, { ...plainTraits, thinking: "none" });
  expect(objectsAt(body, "contents")[1]).toEqual({ role: "model", parts: [{ text: "2" }] });
  expect(dropped).toEqual(["messages.content.reasoning"]);
});

test("a model without sampling is told none", () => {
  const { body, dropped } = write({ temperature: 0.5, topP: 0.5, topK: 3 }, { ...plainTraits, hasSampling: false });
  expect(body).not.toHaveProperty("generationConfig");
  expect(dropped).toEqual(["generationConfig.temperature", "generationConfig.topP", "generationConfig.topK"]);
  expect(write({ temperature: 1, topP: 1 }, { ...plainTraits, hasSampling: false }).dropped).toEqual([]);
});

test("fields this server refuses are left out and named", () => {
  const { body, dropped } = write({ store: true, serviceTier: "flex" }, { ...plainTraits, refusedFields: ["store"] });
  expect(Object.keys(body).sort()).toEqual(["contents", "serviceTier"]);
  expect(dropped).toEqual(["store"]);
});

test("what would change the meaning of the answer is refused by its name", () => {
  const foreign: Tool = { kind: "native", dialect: "anthropic", name: "web_search_20250305", value: {} };
  const cases = [
    [{ tools: [foreign] }, "tools", "web_search_20250305"],
    [
      { messages: [{ role: "user", content: [foreignFile], name: null }] },
      "messages",
      "messages.content.file_id left out",
    ],
    [{ messages: [], native: { dialect: "openai-responses", fields: { prompt: { id: "p" } } } }, "prompt", "prompt"],
    [{ previousResponseId: "resp_1" }, "previous_response_id", "earlier response"],
  ] as const;
  for (const [fields, param, message] of cases) {
    const error = thrownBy(() => gemini.writeRequest(conversationOf(fields), plainTraits, newDrops()));
    expect(error).toMatchObject({ code: "unsupported_feature", param });
    expect(error.message).toContain(message);
  }
});

test("tools and their choice", () => {
  const { body, dropped } = write({
    tools: [
      {
        kind: "function",
        name: "a",
        description: "A.",
        parameters: { type: "object" },
        strict: true,
        cache: { ttlSeconds: null },
      },
      { kind: "function", name: "b", description: null, parameters: null, strict: false, cache: null },
      { kind: "custom", name: "c", description: "C.", format: { type: "grammar" } },
      { kind: "native", dialect: "gemini", name: "googleSearch", value: { googleSearch: {} } },
    ],
    toolChoice: { kind: "allowed", names: ["a", "b"], isRequired: false },
  });
  expect(body).toMatchObject({
    tools: [
      {
        functionDeclarations: [
          { name: "a", description: "A.", parametersJsonSchema: { type: "object" } },
          { name: "b" },
          {
            name: "c",
            description: "C.",
            parametersJsonSchema: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
          },
        ],
      },
      { googleSearch: {} },
    ],
    toolConfig: { functionCallingConfig: { mode: "VALIDATED", allowedFunctionNames: ["a", "b"] } },
  });
  expect(dropped).toEqual(["tools.cache_control", "tools.format"]);
});

test.each([
  [[true, true], null, "VALIDATED", []],
  [[true, true], "auto", "VALIDATED", []],
  [[true, false], "auto", "AUTO", ["tools.strict"]],
  [[true, false], "required", "ANY", []],
  [[false, null], "auto", "AUTO", []],
] as const)("strict tools %j with the choice %s", (stricts, choice, mode, names) => {
  const { body, dropped } = write({
    tools: stricts.map((strict, index) => ({
      kind: "function",
      name: `f${index}`,
      description: null,
      parameters: null,
      strict,
      cache: null,
    })),
    toolChoice: choice === null ? null : { kind: choice },
  });
  expect(body).toMatchObject({ toolConfig: { functionCallingConfig: { mode } } });
  expect(dropped).toEqual([...names]);
});

test.each([
  [{ kind: "auto" }, { mode: "AUTO" }],
  [{ kind: "none" }, { mode: "NONE" }],
  [{ kind: "required" }, { mode: "ANY" }],
  [
    { kind: "tool", name: "a" },
    { mode: "ANY", allowedFunctionNames: ["a"] },
  ],
  [
    { kind: "allowed", names: ["a"], isRequired: true },
    { mode: "ANY", allowedFunctionNames: ["a"] },
  ],
] as const)("the tool choice %j", (toolChoice, functionCallingConfig) => {
  expect(write({ toolChoice }).body["toolConfig"]).toEqual({ functionCallingConfig });
});

test("what came in this dialect alone goes back to its place", () => {
  const fields = {
    safetySettings: [1],
    "generationConfig.speechConfig": { voice: 1 },
    "generationConfig.thinkingConfig.newField": 1,
    "toolConfig.retrievalConfig": {},
  };
  const { body } = write({ temperature: 1, native: { dialect: "gemini", fields } });
  expect(body).toEqual({
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
    generationConfig: { temperature: 1, speechConfig: { voice: 1 }, thinkingConfig: { newField: 1 } },
    safetySettings: [1],
    toolConfig: { retrievalConfig: {} },
  });
});

test("the tier auto says nothing", () => {
  expect(write({ serviceTier: "auto" })).toEqual(write({}));
});
