import { ProxyError } from "../../errors.ts";
import type { Conversation, JsonObject, Tool } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import type { Family } from "./families.ts";
import type { CachePoint, ToolConfig, ToolSpec, WireMessage, WireToolChoice } from "./wire.ts";
import { writeCache } from "./write-messages.ts";

const noParameters: JsonObject = { type: "object", properties: {} };
/** A tool that takes any text takes it here as its one argument, and its calls come back so. */
const freeText: JsonObject = { type: "object", properties: { input: { type: "string" } }, required: ["input"] };

const toSpec = (name: string, description: string | null, schema: JsonObject, isStrict = false): ToolSpec => ({
  toolSpec: {
    name,
    ...(description === null || description === "" ? {} : { description }),
    inputSchema: { json: schema },
    ...(isStrict ? { strict: true } : {}),
  },
});

const writeTool = (tool: Tool, family: Family, drops: Drops): readonly (ToolSpec | CachePoint | JsonObject)[] => {
  switch (tool.kind) {
    case "function": {
      const spec = toSpec(tool.name, tool.description, tool.parameters ?? noParameters, tool.strict === true);
      return [spec, ...writeCache(tool.cache, family, "tools.cache_control", drops)];
    }
    case "custom":
      if (tool.format !== null && tool.format["type"] !== "text") drops.name("tools.format");
      return [toSpec(tool.name, tool.description, freeText)];
    case "native":
      if (tool.dialect === "bedrock-converse") return [tool.value];
      throw new ProxyError("unsupported_feature", `The provider of this model has no built-in tool '${tool.name}'`, {
        param: "tools",
      });
  }
};

const isUse = (block: object): block is { readonly toolUse: { readonly name: string } } => "toolUse" in block;

/** The tools that were called so far; the service wants tools declared wherever there are calls. */
const calledTools = (messages: readonly WireMessage[]): readonly string[] => [
  ...new Set(messages.flatMap(({ content }) => content.flatMap((block) => (isUse(block) ? [block.toolUse.name] : [])))),
];

const hasToolBlocks = (messages: readonly WireMessage[]): boolean =>
  messages.some(({ content }) => content.some((block) => "toolUse" in block || "toolResult" in block));

/** Whether the client leaves the model no choice but to call a tool. */
const wantsForced = ({ toolChoice, tools }: Conversation): boolean =>
  tools.length > 0 &&
  (toolChoice?.kind === "required" ||
    toolChoice?.kind === "tool" ||
    (toolChoice?.kind === "allowed" && toolChoice.isRequired));

/** The same, for a model that can be forced. */
export const isForced = (conversation: Conversation, { canForceTool }: Traits): boolean =>
  canForceTool && wantsForced(conversation);

const writeChoice = ({ toolChoice }: Conversation): WireToolChoice | null => {
  switch (toolChoice?.kind) {
    case "required":
      return { any: {} };
    case "tool":
      return { tool: { name: toolChoice.name } };
    case "allowed":
      return toolChoice.isRequired ? { any: {} } : { auto: {} };
    case "auto":
      return { auto: {} };
    case "none":
    case undefined:
      return null;
  }
};

/**
 * Says the tools, null for none.
 *
 * The service has no choice `none`: the tools stay away then, unless the history holds calls, where it wants tools
 * declared (`tool_choice` is named), and so for a model that cannot be forced to call one. For a history with calls and no tools, those that were called are declared.
 *
 * @throws {ProxyError} `unsupported_feature` - a built-in tool of another provider
 */
export const writeTools = (
  conversation: Conversation,
  traits: Traits,
  messages: readonly WireMessage[],
  family: Family,
  drops: Drops,
): ToolConfig | null => {
  const { tools, toolChoice, parallelToolCalls } = conversation;
  const needsTools = hasToolBlocks(messages);
  // A tool that is refused is refused also where the choice would leave it out.
  const written = tools.map((tool) => ({ tool, specs: writeTool(tool, family, drops) }));
  if (tools.length > 0 && parallelToolCalls === false) drops.field("parallelToolCalls");
  if (tools.length === 0 || (toolChoice?.kind === "none" && !needsTools)) {
    const called = needsTools ? calledTools(messages) : [];
    return called.length === 0 ? null : { tools: called.map((name) => toSpec(name, null, noParameters)) };
  }
  if (toolChoice?.kind === "none") drops.field("toolChoice");
  const offered =
    toolChoice?.kind === "allowed" ? written.filter(({ tool }) => toolChoice.names.includes(tool.name)) : written;
  if (offered.length === 0) return null;
  const isRefused = wantsForced(conversation) && !isForced(conversation, traits);
  if (isRefused) drops.field("toolChoice");
  const choice = isRefused ? { auto: {} } : writeChoice(conversation);
  return {
    tools: offered.flatMap(({ specs }) => specs),
    ...(choice === null ? {} : { toolChoice: choice }),
  };
};
