import { ProxyError } from "../../errors.ts";
import type { Conversation, Tool, ToolChoice } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { writeCacheControl } from "./cache-control.ts";
import { isOwnBlock } from "./citations.ts";
import type { OwnBlock, ToolChoiceParam, ToolParam } from "./wire.ts";
import type { Turn } from "./write-messages.ts";

interface ToolFields {
  readonly tools?: readonly (ToolParam | OwnBlock)[];
  readonly tool_choice?: ToolChoiceParam;
}

const freeText = {
  type: "object",
  properties: { input: { type: "string" } },
  required: ["input"],
  additionalProperties: false,
} as const;

/**
 * Says a tool; a custom one as a function with the one parameter `input`, a string.
 *
 * @throws {ProxyError} `unsupported_feature` - a built-in tool of another provider
 */
const writeTool = (tool: Tool, drops: Drops): ToolParam | OwnBlock => {
  if (tool.kind === "native") {
    if (tool.dialect === "anthropic" && isOwnBlock(tool.value)) return tool.value;
    const message = `The built-in tool '${tool.name}' is not available from this model's provider`;
    throw new ProxyError("unsupported_feature", message, { param: "tools" });
  }
  const { name, description } = tool;
  const named = { name, ...(description === null ? {} : { description }) };
  if (tool.kind === "custom") {
    if (tool.format !== null && tool.format["type"] !== "text") drops.name("tools.format");
    return { ...named, input_schema: freeText };
  }
  return {
    ...named,
    input_schema: {
      ...(tool.parameters?.["type"] === undefined ? { type: "object" } : {}),
      ...tool.parameters,
      type: "object",
    },
    ...(tool.strict === null ? {} : { strict: tool.strict }),
    ...writeCacheControl(tool.cache),
  };
};

/** Whether the client leaves the model no choice but to call a tool. */
const wantsForced = ({ toolChoice, tools }: Conversation): boolean =>
  tools.length > 0 &&
  (toolChoice?.kind === "required" ||
    toolChoice?.kind === "tool" ||
    (toolChoice?.kind === "allowed" && toolChoice.isRequired));

/** The same, for a model that can be forced. */
export const isForced = (conversation: Conversation, { canForceTool }: Traits): boolean =>
  canForceTool && wantsForced(conversation);

const writeChoice = (choice: ToolChoice | null, parallel: boolean | null): ToolChoiceParam | null => {
  const serial = parallel === false ? ({ disable_parallel_tool_use: true } as const) : {};
  switch (choice?.kind) {
    case undefined:
      return parallel === false ? { type: "auto", ...serial } : null;
    case "none":
      return { type: "none" };
    case "auto":
      return { type: "auto", ...serial };
    case "required":
      return { type: "any", ...serial };
    case "tool":
      return { type: "tool", name: choice.name, ...serial };
    case "allowed":
      return { type: choice.isRequired ? "any" : "auto", ...serial };
  }
};

const calledNames = (turns: readonly Turn[]): readonly string[] => {
  const names = new Set<string>();
  for (const { blocks } of turns) {
    for (const block of blocks)
      if (block.type === "tool_use" && typeof block["name"] === "string") names.add(block["name"]);
  }
  return [...names];
};

/**
 * Says `tools` and `tool_choice`.
 *
 * The service wants tools defined wherever calls stand in the history: when the client offers none any more, those that
 * were called are named and not to be called. A model that cannot be forced to call one is left the choice (`tool_choice` is
 * named).
 */
export const writeTools = (
  conversation: Conversation,
  traits: Traits,
  turns: readonly Turn[],
  drops: Drops,
): ToolFields => {
  const { tools, toolChoice, parallelToolCalls } = conversation;
  if (tools.length === 0) {
    if (toolChoice !== null && toolChoice.kind !== "none" && toolChoice.kind !== "auto") drops.field("toolChoice");
    const names = calledNames(turns);
    if (names.length === 0) return {};
    return { tools: names.map((name) => ({ name, input_schema: { type: "object" } })), tool_choice: { type: "none" } };
  }
  const allowed = toolChoice?.kind === "allowed" ? new Set(toolChoice.names) : null;
  const offered = tools.filter((tool) => allowed === null || tool.kind === "native" || allowed.has(tool.name));
  const isRefused = wantsForced(conversation) && !isForced(conversation, traits);
  if (isRefused) drops.field("toolChoice");
  const choice = writeChoice(isRefused ? { kind: "auto" } : toolChoice, parallelToolCalls);
  return {
    tools: offered.map((tool) => writeTool(tool, drops)),
    ...(choice === null ? {} : { tool_choice: choice }),
  };
};
