import { expect, test } from "bun:test";
import { allEfforts } from "../../../src/dialects/effort.ts";
import type { Conversation, Tool, ToolCall } from "../../../src/dialects/conversation.ts";
import type { Traits } from "../../../src/dialects/dialect.ts";
import { write } from "./conversation.ts";

const hi = [{ role: "user", content: [{ text: "Hi" }] }];
const nova = "us.amazon.nova-2-lite-v1:0";
const llama = "meta.llama4-scout-17b-instruct-v1:0";
const profile = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2c3";

const tool = (name: string, more: Partial<Extract<Tool, { kind: "function" }>> = {}): Tool => ({
  kind: "function",
  name,
  description: null,
  parameters: { type: "object", properties: { city: { type: "string" } } },
  strict: null,
  cache: null,
  ...more,
});
const spec = (name: string, more: object = {}) => ({
  toolSpec: { name, inputSchema: { json: { type: "object", properties: { city: { type: "string" } } } }, ...more },
});
const call: ToolCall = {
  kind: "tool_call",
  id: "call_1",
  name: "get_weather",
  arguments: '{"city":"Paris"}',
  isCustom: false,
  signature: null,
  cache: null,
};
const reasoning = { effort: null, budgetTokens: null, summary: null, wantsSignatures: false } as const;

interface Case {
  readonly name: string;
  readonly given: Partial<Conversation>;
  readonly traits?: Partial<Traits>;
  /** Beside `messages`, which say `Hi`. */
  readonly body?: object;
  readonly dropped?: readonly string[];
}

const cases: readonly Case[] = [
  { name: "nothing but a message", given: {} },
  {
    name: "sampling",
    given: { maxOutputTokens: 100, temperature: 0.2, topK: 40, stop: ["END", ""] },
    body: {
      inferenceConfig: { maxTokens: 100, temperature: 0.2, stopSequences: ["END"] },
      additionalModelRequestFields: { top_k: 40 },
      additionalModelResponseFieldPaths: ["/stop_sequence", "/delta/stop_sequence"],
    },
  },
  {
    name: "a temperature above the service's greatest",
    given: { temperature: 1.5 },
    body: { inferenceConfig: { temperature: 1 } },
    dropped: ["temperature"],
  },
  {
    name: "topK of Nova",
    given: { model: nova, topK: 40, stop: ["END"] },
    body: {
      inferenceConfig: { stopSequences: ["END"] },
      additionalModelRequestFields: { inferenceConfig: { topK: 40 } },
    },
  },
  { name: "topK of a model that has none", given: { model: llama, topK: 40 }, dropped: ["topK"] },
  {
    name: "what the service has no words for",
    given: {
      seed: 1,
      candidates: 2,
      presencePenalty: 0.5,
      frequencyPenalty: 0.5,
      topLogprobs: 3,
      logitBias: { "1": 2 },
      verbosity: "low",
      user: "u",
      store: true,
      native: { dialect: "openai-chat", fields: { prediction: {}, prompt_cache_key: null } },
    },
    dropped: [
      "seed",
      "candidates",
      "presencePenalty",
      "frequencyPenalty",
      "topLogprobs",
      "logitBias",
      "verbosity",
      "user",
      "store",
      "prediction",
    ],
  },
  {
    name: "values that say nothing are not missed",
    given: { candidates: 1, presencePenalty: 0, frequencyPenalty: 0, store: false, serviceTier: "auto", metadata: {} },
  },
  { name: "a service tier", given: { serviceTier: "priority" }, body: { serviceTier: { type: "priority" } } },
  { name: "a tier of another provider", given: { serviceTier: "scale" }, dropped: ["serviceTier"] },
  { name: "metadata", given: { metadata: { team: "a b" } }, body: { requestMetadata: { team: "a b" } } },
  { name: "metadata that the service would refuse", given: { metadata: { team: "ü" } }, dropped: ["metadata"] },
  {
    name: "structured output",
    given: {
      output: { kind: "schema", name: null, description: "d", schema: { type: "object" }, strict: true },
    },
    body: {
      outputConfig: {
        textFormat: {
          type: "json_schema",
          structure: { jsonSchema: { schema: '{"type":"object"}', name: "response", description: "d" } },
        },
      },
    },
  },
  { name: "any JSON", given: { output: { kind: "json" } }, dropped: ["output"] },
  {
    name: "fields of this dialect in a request of another",
    given: {
      topK: 5,
      native: {
        dialect: "openai-chat",
        fields: {
          guardrailConfig: { guardrailIdentifier: "g", guardrailVersion: "1" },
          additionalModelRequestFields: { top_k: 7, anthropic_beta: ["x"] },
        },
      },
    },
    body: {
      guardrailConfig: { guardrailIdentifier: "g", guardrailVersion: "1" },
      additionalModelRequestFields: { top_k: 7, anthropic_beta: ["x"] },
    },
  },
  {
    name: "tools",
    given: {
      tools: [
        tool("get_weather", { description: "Weather", strict: true, cache: { ttlSeconds: null } }),
        tool("now", { description: "", parameters: null, strict: false }),
        { kind: "custom", name: "run", description: null, format: null },
        {
          kind: "native",
          dialect: "bedrock-converse",
          name: "systemTool",
          value: { systemTool: { name: "nova_grounding" } },
        },
      ],
      toolChoice: { kind: "required" },
      parallelToolCalls: false,
    },
    body: {
      toolConfig: {
        tools: [
          spec("get_weather", { description: "Weather", strict: true }),
          { cachePoint: { type: "default" } },
          { toolSpec: { name: "now", inputSchema: { json: { type: "object", properties: {} } } } },
          {
            toolSpec: {
              name: "run",
              inputSchema: { json: { type: "object", properties: { input: { type: "string" } }, required: ["input"] } },
            },
          },
          { systemTool: { name: "nova_grounding" } },
        ],
        toolChoice: { any: {} },
      },
    },
    dropped: ["parallelToolCalls"],
  },
  {
    name: "one tool by name",
    given: { tools: [tool("a")], toolChoice: { kind: "tool", name: "a" } },
    body: { toolConfig: { tools: [spec("a")], toolChoice: { tool: { name: "a" } } } },
  },
  {
    name: "allowed tools",
    given: { tools: [tool("a"), tool("b")], toolChoice: { kind: "allowed", names: ["b"], isRequired: false } },
    body: { toolConfig: { tools: [spec("b")], toolChoice: { auto: {} } } },
  },
  { name: "no tool at all", given: { tools: [tool("a")], toolChoice: { kind: "none" } } },
  {
    name: "effort for a Claude told by effort",
    given: { reasoning: { ...reasoning, effort: "xhigh", summary: "auto" }, temperature: 0.5, topK: 3, topP: 1 },
    traits: { thinking: "effort" },
    body: {
      outputConfig: { effort: "xhigh" },
      additionalModelRequestFields: { thinking: { type: "adaptive", display: "summarized" } },
    },
    dropped: ["topK", "temperature"],
  },
  {
    name: "effort for a Claude told by a budget",
    given: { reasoning: { ...reasoning, effort: "low" } },
    traits: { thinking: "budget" },
    body: {
      inferenceConfig: { maxTokens: 8192 + 2048 },
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 2048 } },
    },
  },
  {
    name: "a budget under the client's limit",
    given: { reasoning: { ...reasoning, budgetTokens: 10_000 }, maxOutputTokens: 4000 },
    traits: { thinking: "budget" },
    body: {
      inferenceConfig: { maxTokens: 4000 },
      additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 3000 } },
    },
  },
  {
    name: "a budget without room",
    given: { reasoning: { ...reasoning, budgetTokens: 2000 }, maxOutputTokens: 1000 },
    traits: { thinking: "budget" },
    body: { inferenceConfig: { maxTokens: 1000 } },
    dropped: ["reasoning"],
  },
  {
    name: "thinking beside a forced tool",
    given: { reasoning: { ...reasoning, effort: "high" }, tools: [tool("a")], toolChoice: { kind: "required" } },
    traits: { thinking: "budget" },
    body: { toolConfig: { tools: [spec("a")], toolChoice: { any: {} } } },
    dropped: ["reasoning"],
  },
  {
    name: "effort of Nova",
    given: { model: nova, reasoning: { ...reasoning, effort: "max" } },
    body: { additionalModelRequestFields: { reasoningConfig: { type: "enabled", maxReasoningEffort: "high" } } },
    dropped: ["reasoning"],
  },
  {
    name: "effort that the Claude of the service does not take",
    given: { reasoning: { ...reasoning, effort: "xhigh", summary: "auto" } },
    traits: { efforts: ["low", "medium", "high", "max"] },
    body: {
      outputConfig: { effort: "max" },
      additionalModelRequestFields: { thinking: { type: "adaptive", display: "summarized" } },
    },
    dropped: ["reasoning"],
  },
  {
    name: "effort of a model that cannot think",
    given: { model: nova, reasoning: { ...reasoning, effort: "high" } },
    traits: { thinking: "none" },
    dropped: ["reasoning"],
  },
  {
    name: "effort of an open GPT",
    given: { model: "openai.gpt-oss-120b-1:0", reasoning: { ...reasoning, effort: "minimal" } },
    body: { additionalModelRequestFields: { reasoning_effort: "low" } },
  },
  {
    name: "effort of a GPT",
    given: { model: "openai.gpt-5.5", reasoning: { ...reasoning, effort: "none" } },
    body: { additionalModelRequestFields: { reasoning: { effort: "none" } } },
  },
  {
    name: "sampling of a model that takes none",
    given: { temperature: 0.2, topP: 1, topK: 3, maxOutputTokens: 5 },
    traits: { hasSampling: false },
    body: { inferenceConfig: { maxTokens: 5 } },
    dropped: ["topK", "temperature"],
  },
  {
    name: "a field this server refuses",
    given: { serviceTier: "flex" },
    traits: { refusedFields: ["serviceTier", "outputConfig"] },
    dropped: ["serviceTier"],
  },
  {
    name: "temperature and top_p for Claude, which takes one of them",
    given: { temperature: 0.2, topP: 0.5 },
    body: { inferenceConfig: { temperature: 0.2 } },
    dropped: ["topP"],
  },
  {
    name: "a top_p that says nothing beside a temperature for Claude",
    given: { temperature: 0.2, topP: 1 },
    body: { inferenceConfig: { temperature: 0.2 } },
  },
  { name: "top_p alone for Claude", given: { topP: 0.5 }, body: { inferenceConfig: { topP: 0.5 } } },
  {
    name: "temperature and top_p for Nova",
    given: { model: nova, temperature: 0.2, topP: 0.5 },
    body: { inferenceConfig: { temperature: 0.2, topP: 0.5 } },
  },
  {
    name: "no effort for a Claude that cannot stop thinking",
    given: { reasoning: { ...reasoning, effort: "none" } },
    traits: { efforts: allEfforts.slice(1) },
    body: { outputConfig: { effort: "low" } },
    dropped: ["reasoning"],
  },
  {
    name: "no budget for a Claude that cannot stop thinking",
    given: { reasoning: { ...reasoning, budgetTokens: 0 } },
    traits: { efforts: allEfforts.slice(1) },
    body: { outputConfig: { effort: "low" } },
    dropped: ["reasoning"],
  },
  {
    name: "a forced tool of a model that cannot be forced",
    given: { tools: [tool("a")], toolChoice: { kind: "tool", name: "a" }, reasoning: { ...reasoning, effort: "high" } },
    traits: { canForceTool: false },
    body: {
      toolConfig: { tools: [spec("a")], toolChoice: { auto: {} } },
      outputConfig: { effort: "high" },
      additionalModelRequestFields: { thinking: { type: "adaptive", display: "summarized" } },
    },
    dropped: ["toolChoice"],
  },
  {
    name: "a custom tool of a grammar",
    given: { tools: [{ kind: "custom", name: "a", description: null, format: { type: "grammar" } }] },
    body: {
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: "a",
              inputSchema: { json: { type: "object", properties: { input: { type: "string" } }, required: ["input"] } },
            },
          },
        ],
      },
    },
    dropped: ["tools.format"],
  },
  { name: "no effort", given: { reasoning: { ...reasoning, effort: "none" } } },
  { name: "seals wanted is no wish to think", given: { reasoning: { ...reasoning, wantsSignatures: true } } },
  {
    name: "effort of a model nobody knows how to tell",
    given: { model: profile, reasoning: { ...reasoning, effort: "low" } },
    dropped: ["reasoning"],
  },
];

test.each(cases.map((one) => [one.name, one] as const))("the request: %s", (_, { given, traits, body, dropped }) => {
  const written = write(given, traits);
  expect(written.body).toEqual({ messages: hi, ...body });
  expect(written.dropped).toEqual([...(dropped ?? [])]);
});

const foreign: Tool = { kind: "native", dialect: "openai-responses", name: "web_search", value: {} };

test.each<readonly [string, Partial<Conversation>, string, string]>([
  ["an answer to go on from", { previousResponseId: "resp_1" }, "previous_response_id", "keeps no answers"],
  ["a built-in tool of another provider", { tools: [foreign] }, "tools", "web_search"],
  ["the same where nothing else is said", { messages: [], tools: [foreign] }, "tools", "web_search"],
  ["such a tool that is not to be called", { tools: [foreign], toolChoice: { kind: "none" } }, "tools", "web_search"],
  [
    "such a tool that is not among those allowed",
    { tools: [tool("a"), foreign], toolChoice: { kind: "allowed", names: ["a"], isRequired: false } },
    "tools",
    "web_search",
  ],
])("refused: %s", (_, given, param, message) => {
  let thrown: unknown = null;
  try {
    write(given);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: "unsupported_feature", param, message: expect.stringContaining(message) });
});

test("a history with calls has its tools declared, whatever the client says", () => {
  const messages: Conversation["messages"] = [
    { role: "assistant", content: [call], name: null },
    {
      role: "tool",
      results: [{ callId: "call_1", name: null, content: [], isError: false, isCustom: false, cache: null }],
    },
  ];
  const none = { toolSpec: { name: "get_weather", inputSchema: { json: { type: "object", properties: {} } } } };
  expect(write({ messages }).body["toolConfig"]).toEqual({ tools: [none] });
  const { body, dropped } = write({ messages, tools: [tool("get_weather")], toolChoice: { kind: "none" } });
  expect(body["toolConfig"]).toEqual({ tools: [spec("get_weather")] });
  expect(dropped).toEqual(["toolChoice"]);
});
