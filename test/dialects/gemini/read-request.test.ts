import { expect, test } from "bun:test";
import { toObject } from "../../../src/dialects/fields.ts";
import { anything, call, emptyConversation, image, newDrops, read, result, text, user } from "./make.ts";

const contents = [{ role: "user", parts: [{ text: "Hi" }] }];

test("the least request says nothing that was not given", () => {
  expect(read({ contents })).toEqual(emptyConversation);
});

test("one object stands for a list, a content without a role is the user's, a role of its own is not needed", () => {
  const least = { contents: { parts: { text: "Hi" } }, systemInstruction: { parts: { text: "Be brief." } } };
  expect(read(least).messages).toEqual([{ role: "system", content: [text("Be brief.")], name: null }, user("Hi")]);
});

const toSnake = (key: string) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test("every field of generationConfig is read, in either spelling", () => {
  const camel = {
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    candidateCount: 2,
    maxOutputTokens: 100,
    stopSequences: ["END"],
    seed: 7,
    presencePenalty: 0.1,
    frequencyPenalty: -0.1,
    responseLogprobs: true,
    logprobs: 3,
    responseMimeType: "application/json",
    responseJsonSchema: { type: "object" },
    thinkingConfig: { includeThoughts: true, thinkingBudget: 512 },
  };
  const snake = Object.fromEntries(Object.entries(camel).map(([key, value]) => [toSnake(key), value]));
  const expected = {
    ...emptyConversation,
    temperature: 0.5,
    topP: 0.9,
    topK: 40,
    candidates: 2,
    maxOutputTokens: 100,
    stop: ["END"],
    seed: 7,
    presencePenalty: 0.1,
    frequencyPenalty: -0.1,
    topLogprobs: 3,
    output: { kind: "schema", name: null, description: null, schema: { type: "object" }, strict: null } as const,
    reasoning: { effort: null, budgetTokens: 512, summary: "auto", wantsSignatures: true } as const,
  };
  expect(read({ contents, generationConfig: camel })).toEqual(expected);
  const thinking_config = { include_thoughts: true, thinking_budget: 512 };
  expect(read({ contents, generation_config: { ...snake, thinking_config } })).toEqual(expected);
});

test("a conversation in snake_case is the same as one in camelCase", () => {
  const drops = newDrops();
  const { messages, tools, toolChoice } = read(
    {
      system_instruction: { parts: [{ text: "s" }] },
      contents: [
        { role: "user", parts: [{ inline_data: { mime_type: "image/png", data: "iVBORw0KGgo=" } }] },
        {
          role: "model",
          parts: [{ function_call: { name: "f", args: { my_key: 1 } }, thought_signature: "c2VhbA==" }],
        },
        { role: "user", parts: [{ function_response: { name: "f", response: { my_key: 2 } } }] },
      ],
      tools: [{ function_declarations: [{ name: "f", parameters_json_schema: { type: "object" } }] }],
      tool_config: { function_calling_config: { mode: "ANY", allowed_function_names: ["f"] } },
    },
    drops,
  );
  expect(messages).toEqual([
    { role: "system", content: [text("s")], name: null },
    { role: "user", content: [image], name: null },
    { role: "assistant", content: [call("call_1", "f", '{"my_key":1}', "c2VhbA==")], name: null },
    { role: "tool", results: [result("call_1", '{"my_key":2}', "f")] },
  ]);
  expect(tools).toMatchObject([{ kind: "function", name: "f", parameters: { type: "object" } }]);
  expect(toolChoice).toEqual({ kind: "tool", name: "f" });
  expect(drops.names()).toEqual([]);
});

test("tools: each function, and each of Google's own under its name", () => {
  const drops = newDrops();
  const { tools, native } = read(
    {
      contents,
      tools: [
        {
          functionDeclarations: [
            { name: "a", description: "A.", parameters: { type: "OBJECT" }, behavior: "BLOCKING" },
            { name: "b", parametersJsonSchema: { type: "object", additionalProperties: false } },
            { name: "c" },
          ],
          googleSearch: {},
        },
        { codeExecution: {} },
      ],
      toolConfig: { retrievalConfig: { languageCode: "de" } },
    },
    drops,
  );
  const plain = { kind: "function", description: null, parameters: null, strict: null, cache: null };
  expect(anything(tools)).toEqual([
    { ...plain, name: "a", description: "A.", parameters: { type: "object" } },
    { ...plain, name: "b", parameters: { type: "object", additionalProperties: false } },
    { ...plain, name: "c" },
    { kind: "native", dialect: "gemini", name: "googleSearch", value: { googleSearch: {} } },
    { kind: "native", dialect: "gemini", name: "codeExecution", value: { codeExecution: {} } },
  ]);
  expect(native.fields).toEqual({ "toolConfig.retrievalConfig": { languageCode: "de" } });
  expect(drops.names()).toEqual(["tools.functionDeclarations.behavior"]);
});

const choose = (functionCallingConfig: object, drops = newDrops()) => {
  const tools = [{ functionDeclarations: [{ name: "a" }, { name: "b" }] }];
  return read({ contents, tools, toolConfig: { functionCallingConfig } }, drops).toolChoice;
};

test("the check of arguments that VALIDATED asks for is named", () => {
  const drops = newDrops();
  choose({ mode: "VALIDATED" }, drops);
  expect(drops.names()).toEqual(["toolConfig.functionCallingConfig.mode"]);
});

test.each([
  [{ mode: "AUTO" }, { kind: "auto" }],
  [{ mode: "NONE" }, { kind: "none" }],
  [{ mode: "ANY" }, { kind: "required" }],
  [
    { mode: "any", allowedFunctionNames: ["a"] },
    { kind: "tool", name: "a" },
  ],
  [
    { mode: "ANY", allowedFunctionNames: ["a", "b"] },
    { kind: "allowed", names: ["a", "b"], isRequired: true },
  ],
  [{ mode: "VALIDATED" }, { kind: "auto" }],
  [
    { mode: "VALIDATED", allowedFunctionNames: ["a"] },
    { kind: "allowed", names: ["a"], isRequired: false },
  ],
  [{ mode: "MODE_UNSPECIFIED" }, null],
  [{}, null],
] as const)("the tool choice %j", (config, expected) => {
  expect(choose(config)).toEqual(expected);
});

const thinking = (thinkingConfig: object) => read({ contents, generationConfig: { thinkingConfig } }).reasoning;

test.each([
  [{ thinkingLevel: "LOW" }, { effort: "low", budgetTokens: null, summary: null }],
  [
    { thinkingLevel: "minimal", includeThoughts: false },
    { effort: "minimal", budgetTokens: null, summary: "none" },
  ],
  [{ thinkingLevel: "THINKING_LEVEL_UNSPECIFIED" }, { effort: null, budgetTokens: null, summary: null }],
  [
    { thinkingBudget: -1, includeThoughts: true },
    { effort: null, budgetTokens: -1, summary: "auto" },
  ],
] as const)("the thinking %j", (config, expected) => {
  expect(thinking(config)).toEqual({ ...expected, wantsSignatures: true });
});

const output = (generationConfig: object) => read({ contents, generationConfig }).output;

test.each([
  [{ responseMimeType: "text/plain" }, { kind: "text" }],
  [{ responseMimeType: "application/json" }, { kind: "json" }],
  [{ responseMimeType: "text/x.enum", responseSchema: { type: "STRING", enum: ["a"] } }, null],
  [
    { responseMimeType: "application/json", responseSchema: { type: "OBJECT" } },
    { kind: "schema", name: null, description: null, schema: { type: "object" }, strict: null },
  ],
] as const)("the output of %j", (config, expected) => {
  expect(output(config)).toEqual(expected);
});

test("a Schema of OpenAPI becomes a JSON Schema", () => {
  const responseSchema = {
    type: "OBJECT",
    propertyOrdering: ["b", "a"],
    required: ["a"],
    properties: {
      a: { type: "STRING", nullable: true, enum: ["x", "y"], format: "enum" },
      b: { type: "ARRAY", minItems: "1", maxItems: "9007199254740993", items: { type: "INTEGER", minimum: 0 } },
      c: { anyOf: [{ type: "NUMBER" }, { type: "NULL" }], nullable: true },
      d: { type: "string", example: "x", max_length: "5", default: null },
    },
  };
  const schema = output({ responseMimeType: "application/json", responseSchema });
  if (schema?.kind !== "schema") throw new Error("no schema");
  expect(schema.schema).toEqual({
    type: "object",
    required: ["a"],
    properties: {
      b: { type: "array", minItems: 1, maxItems: "9007199254740993", items: { type: "integer", minimum: 0 } },
      a: { type: ["string", "null"], enum: ["x", "y", null] },
      c: { anyOf: [{ type: "number" }, { type: "null" }, { type: "null" }] },
      d: { type: "string", examples: ["x"], maxLength: 5, default: null },
    },
  });
  expect(Object.keys(toObject(schema.schema["properties"]) ?? {})).toEqual(["b", "a", "c", "d"]);
});

test("what only this dialect knows stands in native by its path, and nothing is lost in silence", () => {
  const drops = newDrops();
  const { native, serviceTier, store } = read(
    {
      model: "models/gemini-3.8-flash",
      contents: [{ role: "user", parts: [{ text: "Hi", videoMetadata: { fps: 1 } }], extra: 1 }],
      safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
      cached_content: "cachedContents/1",
      labels: { my_team: "a" },
      serviceTier: "STANDARD",
      store: false,
      generationConfig: {
        responseModalities: ["TEXT", "IMAGE"],
        speech_config: { voice: 1 },
        thinkingConfig: { newField: 1 },
      },
      toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } },
    },
    drops,
  );
  expect(native).toEqual({
    dialect: "gemini",
    fields: {
      safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }],
      cachedContent: "cachedContents/1",
      labels: { my_team: "a" },
      "generationConfig.responseModalities": ["TEXT", "IMAGE"],
      "generationConfig.speechConfig": { voice: 1 },
      "generationConfig.thinkingConfig.newField": 1,
      "toolConfig.functionCallingConfig.streamFunctionCallArguments": true,
    },
  });
  expect([serviceTier, store]).toEqual(["default", false]);
  expect(drops.names()).toEqual(["contents.extra", "contents.parts.videoMetadata"]);
});

const modalitiesIn = (responseModalities: unknown) =>
  read({ contents, generationConfig: { responseModalities } }).native.fields;

test("an answer in text alone is what there is without being asked for", () => {
  expect(modalitiesIn(["TEXT"])).toEqual({});
  expect(modalitiesIn(["text"])).toEqual({});
  for (const told of [["TEXT", "IMAGE"], ["AUDIO"], []]) {
    expect(modalitiesIn(told)).toEqual({ "generationConfig.responseModalities": told });
  }
});

const droppedIn = (turns: readonly object[]) => {
  const drops = newDrops();
  read({ contents: turns }, drops);
  return drops.names();
};

test("unknown keys of media and of calls are named by their place", () => {
  const inlineData = { mimeType: "image/png", data: "AAAA", strange: 1 };
  expect(
    droppedIn([{ parts: [{ inlineData, mediaResolution: { level: "MEDIA_RESOLUTION_LOW", num_tokens: 1 } }] }]),
  ).toEqual(["contents.parts.inlineData.strange", "contents.parts.mediaResolution.numTokens"]);
  expect(droppedIn([{ parts: [{ fileData: { fileUri: "https://a.example/a.png", strange: 1 } }] }])).toEqual([
    "contents.parts.fileData.strange",
  ]);
  const functionCall = { name: "f", args: {}, strange: 1 };
  const parts = [{ inlineData, strange: 1 }];
  expect(
    droppedIn([
      { parts: [{ text: "Hi" }] },
      { role: "model", parts: [{ functionCall }] },
      { role: "user", parts: [{ functionResponse: { name: "f", response: {}, parts } }] },
    ]),
  ).toEqual([
    "contents.parts.functionCall.strange",
    "contents.parts.functionResponse.parts.strange",
    "contents.parts.functionResponse.parts.inlineData.strange",
  ]);
});
