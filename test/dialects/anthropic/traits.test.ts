// What some models refuse and other models of the same dialect take.
import { expect, test } from "bun:test";
import { allEfforts } from "../../../src/dialects/effort.ts";
import type { Conversation, Tool } from "../../../src/dialects/conversation.ts";
import { adaptive, byBudget, write } from "./make.ts";

const weather: Tool = {
  kind: "function",
  name: "weather",
  description: null,
  parameters: { type: "object" },
  strict: null,
  cache: null,
};
const options = { effort: null, budgetTokens: null, summary: null, wantsSignatures: false } as const;
const unforced = { ...adaptive, canForceTool: false };
const restless = { ...adaptive, efforts: allEfforts.slice(1) };

test.each<readonly [string, Conversation["toolChoice"]]>([
  ["any tool", { kind: "required" }],
  ["one tool", { kind: "tool", name: "weather" }],
  ["one of those allowed", { kind: "allowed", names: ["weather"], isRequired: true }],
])("a model that cannot be forced to call %s is left the choice, and thinks", (_, toolChoice) => {
  const fields = {
    tools: [weather],
    toolChoice,
    parallelToolCalls: false,
    reasoning: { ...options, effort: "high" },
  } as const;
  const { body, dropped } = write(fields, unforced);
  expect(body).toMatchObject({
    tool_choice: { type: "auto", disable_parallel_tool_use: true },
    thinking: { type: "adaptive" },
    output_config: { effort: "high" },
  });
  expect(dropped).toEqual(["toolChoice"]);
});

test.each<readonly [Conversation["toolChoice"], string]>([
  [{ kind: "auto" }, "auto"],
  [{ kind: "none" }, "none"],
  [{ kind: "allowed", names: ["weather"], isRequired: false }, "auto"],
])("the choice %j forces nobody and is not named", (toolChoice, type) => {
  const { body, dropped } = write({ tools: [weather], toolChoice }, unforced);
  expect(body.tool_choice).toEqual({ type });
  expect(dropped).toEqual([]);
});

test.each([
  { ...options, effort: "none" },
  { ...options, budgetTokens: 0 },
] as const)("a model that cannot stop thinking thinks as little as it can for %j", (reasoning) => {
  const { body, dropped } = write({ reasoning }, restless);
  expect(body.thinking).toBeUndefined();
  expect(body.output_config).toEqual({ effort: "low" });
  expect(dropped).toEqual(["reasoning"]);
  expect(write({ reasoning }, adaptive)).toMatchObject({ body: { thinking: { type: "disabled" } }, dropped: [] });
});

test("a model that cannot stop thinking and is told a budget is told nothing", () => {
  const { body, dropped } = write(
    { reasoning: { ...options, effort: "none" } },
    { ...byBudget, efforts: allEfforts.slice(1) },
  );
  expect(body).not.toHaveProperty("thinking");
  expect(body).not.toHaveProperty("output_config");
  expect(dropped).toEqual(["reasoning"]);
});

test.each(["none", "json"] as const)("structured output is named where a model has %s of it", (structuredOutput) => {
  const output = { kind: "schema", name: "a", description: "b", schema: { type: "object" }, strict: true } as const;
  const { body, dropped } = write({ output }, { ...byBudget, structuredOutput });
  expect(body).not.toHaveProperty("output_config");
  expect(dropped).toEqual(["output"]);
});
