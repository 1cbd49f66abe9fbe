import { expect, test } from "bun:test";
import type { Conversation, Message, OutputPart, ReasoningOptions } from "../../../src/dialects/conversation.ts";
import { adaptive, byBudget, call, result, text, write } from "./make.ts";

const want = (options: Partial<ReasoningOptions>): ReasoningOptions => ({
  effort: null,
  budgetTokens: null,
  summary: null,
  wantsSignatures: false,
  ...options,
});
const user: Message = { role: "user", content: [text("1")], name: null };
const assistant = (...content: readonly OutputPart[]): Message => ({ role: "assistant", content, name: null });
const answer: Message = { role: "tool", results: [result("a", "r")] };
const use = call("a", "f", "{}");
const thought: OutputPart = {
  kind: "reasoning",
  id: null,
  text: "Hm",
  isSummary: true,
  isRedacted: false,
  signature: { by: "anthropic", value: "s" },
};
const tools = [
  { kind: "function", name: "f", description: null, parameters: null, strict: null, cache: null },
] as const;

const byEffort: readonly (readonly [string, Partial<ReasoningOptions>, object | undefined, string | undefined])[] = [
  ["none", { effort: "none" }, { type: "disabled" }, undefined],
  ["a budget of nothing", { budgetTokens: 0 }, { type: "disabled" }, undefined],
  ["minimal", { effort: "minimal" }, { type: "adaptive" }, "low"],
  ["low", { effort: "low" }, { type: "adaptive" }, "low"],
  ["max", { effort: "max" }, { type: "adaptive" }, "max"],
  ["a budget of 1,024", { budgetTokens: 1024 }, { type: "adaptive" }, "low"],
  ["a budget of 8,192", { budgetTokens: 8192 }, { type: "adaptive" }, "medium"],
  ["a budget of 8,193", { budgetTokens: 8193 }, { type: "adaptive" }, "high"],
  ["a budget of 100,000", { budgetTokens: 100_000 }, { type: "adaptive" }, "max"],
  ["as the model likes", { budgetTokens: -1 }, { type: "adaptive" }, undefined],
  ["a summary", { summary: "auto" }, { type: "adaptive", display: "summarized" }, undefined],

  ["no summary", { effort: "high", summary: "none" }, { type: "adaptive", display: "omitted" }, "high"],
  ["seals alone", { wantsSignatures: true }, undefined, undefined],
];

test.each(byEffort)("a model told by effort: %s", (_, options, thinking, effort) => {
  const { body, dropped } = write({ reasoning: want(options), native: { dialect: "gemini", fields: {} } });
  expect(body.thinking).toEqual(thinking);
  expect(body.output_config?.effort).toBe(effort);
  expect(body.max_tokens).toBe(8192);
  expect(dropped).toEqual([]);
});

test.each<readonly [Partial<ReasoningOptions>, object | undefined]>([
  [{ effort: "high" }, { type: "adaptive", display: "summarized" }],
  [{ budgetTokens: 2000 }, { type: "adaptive", display: "summarized" }],
  [
    { effort: "high", summary: "none" },
    { type: "adaptive", display: "omitted" },
  ],
  [{ effort: "none" }, { type: "disabled" }],
])("a chat client that asks by %j sees what it asks for", (options, thinking) => {
  expect(write({ reasoning: want(options) }).body.thinking).toEqual(thinking);
});

test.each([
  ["xhigh", "max"],
  ["minimal", "low"],
] as const)("%s is said as %s to a model that does not take it", (effort, said) => {
  const { body, dropped } = write(
    { reasoning: want({ effort }) },
    { ...adaptive, efforts: ["none", "low", "medium", "high", "max"] },
  );
  expect(body.output_config).toEqual({ effort: said });
  expect(dropped).toEqual(effort === "minimal" ? [] : ["reasoning"]);
});

test.each<readonly [Partial<ReasoningOptions>, readonly string[]]>([
  [{ effort: "high" }, ["reasoning"]],
  [{ budgetTokens: 2000 }, ["reasoning"]],
  [{ summary: "auto" }, ["reasoning"]],
  [{ effort: "none" }, []],
  [{ budgetTokens: 0 }, []],
  [{ summary: "none" }, []],
  [{ wantsSignatures: true }, []],
])("a model that cannot think is told nothing of it for %j", (options, names) => {
  const { body, dropped } = write({ reasoning: want(options) }, { ...adaptive, thinking: "none" });
  expect(body).not.toHaveProperty("thinking");
  expect(body).not.toHaveProperty("output_config");
  expect(dropped).toEqual(names);
});

test("a model that cannot think is not sent the thoughts of earlier turns", () => {
  const messages = [user, assistant(thought, text("2")), user];
  const { body, dropped } = write({ messages }, { ...adaptive, thinking: "none" });
  expect(body.messages[1]).toEqual({ role: "assistant", content: "2" });
  expect(dropped).toEqual(["messages.content.reasoning"]);
});

const budgets: readonly (readonly [Partial<ReasoningOptions>, number | null, number, number])[] = [
  [{ effort: "minimal" }, null, 1024, 9216],
  [{ effort: "low" }, null, 2048, 10_240],
  [{ effort: "medium" }, null, 8192, 16_384],
  [{ effort: "high" }, null, 16_384, 24_576],
  [{ effort: "xhigh" }, null, 24_576, 32_768],
  [{ effort: "max" }, null, 32_768, 40_960],
  [{ budgetTokens: -1 }, null, 8192, 16_384],
  [{ effort: "max" }, 4000, 3000, 4000],
  [{ effort: "low" }, 4000, 2048, 4000],
  [{ budgetTokens: 3999 }, 4000, 3999, 4000],
  [{ budgetTokens: 4000 }, 4000, 3000, 4000],
  [{ budgetTokens: 5000 }, 4000, 3000, 4000],
  [{ budgetTokens: 10 }, 4000, 1024, 4000],
  [{ effort: "low", budgetTokens: 1500 }, null, 1500, 9692],
  [{ effort: "high" }, 1366, 1024, 1366],
];

test.each(budgets)(
  "a model told by a budget: %j under a limit of %p",
  (options, maxOutputTokens, budget, maxTokens) => {
    const { body, dropped } = write({ reasoning: want(options), maxOutputTokens }, byBudget);
    expect(body.thinking).toEqual({ type: "enabled", budget_tokens: budget });
    expect(body.max_tokens).toBe(maxTokens);
    expect(body).not.toHaveProperty("output_config");
    expect(dropped).toEqual([]);
  },
);

const refused: readonly (readonly [string, Partial<Conversation>])[] = [
  ["no room under the limit", { maxOutputTokens: 1300 }],
  ["a conversation that the assistant begins", { messages: [assistant(thought, text("Hi")), user] }],
  ["an answer to be gone on with", { messages: [user, assistant(thought, text("Well"))] }],
  ["a turn of tools that did not begin with thinking", { messages: [user, assistant(use), answer], tools }],
  [
    "a turn of tools that began without, with thinking in it",
    {
      messages: [
        user,
        assistant(use),
        answer,
        assistant(thought, { ...use, id: "b" }),
        { role: "tool", results: [result("b", "r")] },
      ],
      tools,
    },
  ],
  ["a forced tool", { tools, toolChoice: { kind: "required" } }],
];

test.each(refused)("with a budget the service refuses %s: it goes without thinking, named", (_, fields) => {
  const { body, dropped } = write({ reasoning: want({ effort: "high" }), ...fields }, byBudget);
  expect(body).not.toHaveProperty("thinking");
  expect(JSON.stringify(body.messages)).not.toContain('"thinking"');
  expect(body.max_tokens).toBe(fields.maxOutputTokens ?? 8192);
  expect(dropped).toContain("reasoning");
});

const taken: readonly (readonly [string, readonly Message[]])[] = [
  ["a turn of tools that began with thinking", [user, assistant(thought, use), answer]],
  [
    "a turn of tools that began with thinking, and went on without",
    [
      user,
      assistant(thought, use),
      answer,
      assistant({ ...use, id: "b" }),
      { role: "tool", results: [result("b", "r")] },
    ],
  ],
  ["a turn without thinking that is over", [user, assistant(use), answer, assistant(text("Done")), user]],
];

test.each(taken)("with a budget the service takes %s", (_, messages) => {
  const { body, dropped } = write({ reasoning: want({ effort: "high" }), messages, tools }, byBudget);
  expect(body.thinking).toBeDefined();
  expect(dropped).toEqual([]);
});

test("a forced tool goes before thinking where the model is told by effort, which it keeps", () => {
  const fields = { reasoning: want({ effort: "high" }), tools, toolChoice: { kind: "tool", name: "f" } } as const;
  const { body, dropped } = write(fields);
  expect(body).not.toHaveProperty("thinking");
  expect(body.output_config).toEqual({ effort: "high" });
  expect(dropped).toEqual(["reasoning"]);
});

test("thinking takes no sampling", () => {
  const fields = { reasoning: want({ effort: "low" }), temperature: 0.2, topP: 0.5, topK: 5 };
  expect(write(fields).dropped).toEqual(["temperature", "topP", "topK"]);
  expect(write(fields, byBudget).dropped).toEqual(["temperature", "topP", "topK"]);
  const { body, dropped } = write({ ...fields, temperature: 1, topP: 0.95, topK: null });
  expect(dropped).toEqual([]);
  expect(body.top_p).toBe(0.95);
  expect(body).not.toHaveProperty("temperature");
});

test.each([
  ["told by effort, not asked", adaptive, null, true],
  ["told by effort, off", adaptive, want({ effort: "none" }), false],
  ["told by a budget, not asked", byBudget, null, false],
  ["told by a budget, off", byBudget, want({ budgetTokens: 0 }), false],
])("thinking of earlier turns, the model %s", (_, traits, reasoning, isKept) => {
  const messages = [user, assistant(thought, text("A")), user, assistant(thought), user];
  const { body, dropped } = write({ messages, reasoning }, traits);
  expect(body.messages).toHaveLength(isKept ? 5 : 3);
  expect(JSON.stringify(body.messages).includes("signature")).toBe(isKept);
  expect(dropped).toEqual(isKept ? [] : ["messages.content.reasoning"]);
});
