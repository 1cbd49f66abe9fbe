import { ProxyError } from "../../errors.ts";
import type { Conversation, JsonObject, OutputFormat, Tool, ToolChoice } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { toObject, toText } from "../fields.ts";
import type { CustomFormat, RequestTool, RequestToolChoice, ResponseFormat } from "./wire-request.ts";

/** What a custom tool is to a server that has none: a function that takes its text as `input`. */
const inputSchema = { type: "object", properties: { input: { type: "string" } }, required: ["input"] };

const described = (description: string | null): { description?: string } =>
  description === null ? {} : { description };

/** Between the dialects a grammar is flat, as Responses has it; chat lays its words in an object of their own. */
const writeFormat = (format: JsonObject): CustomFormat | null => {
  if (format["type"] === "text") return { type: "text" };
  const grammar = toObject(format["grammar"]) ?? format;
  const definition = toText(grammar["definition"]);
  if (format["type"] !== "grammar" || definition === null) return null;
  return { type: "grammar", grammar: { definition, syntax: grammar["syntax"] === "regex" ? "regex" : "lark" } };
};

const writeTool = (tool: Tool, traits: Traits, drops: Drops): RequestTool => {
  if (tool.kind === "native") {
    throw new ProxyError("unsupported_feature", `The upstream has no tool of type '${tool.name}'`, { param: "tools" });
  }
  const { name, description } = tool;
  if (tool.kind === "function") {
    if (tool.cache !== null) drops.name("tools.cache_control");
    const parameters = tool.parameters === null ? {} : { parameters: tool.parameters };
    const strict = tool.strict === null ? {} : { strict: tool.strict };
    return { type: "function", function: { name, ...described(description), ...parameters, ...strict } };
  }
  if (!traits.hasOpenAiExtras) {
    if (tool.format !== null && tool.format["type"] !== "text") drops.name("tools.format");
    return { type: "function", function: { name, ...described(description), parameters: inputSchema } };
  }
  const format = tool.format === null ? null : writeFormat(tool.format);
  if (format === null && tool.format !== null) drops.name("tools.format");
  return { type: "custom", custom: { name, ...described(description), ...(format === null ? {} : { format }) } };
};

/** What the choice leaves of the tools, where a server knows no `allowed_tools`. */
const toolsFor = (tools: readonly Tool[], choice: ToolChoice | null, traits: Traits): readonly Tool[] =>
  choice?.kind !== "allowed" || traits.hasOpenAiExtras
    ? tools
    : tools.filter((tool) => tool.kind !== "native" && choice.names.includes(tool.name));

/** Writes all tools that may be called. @throws {ProxyError} `unsupported_feature` - one that another provider brings itself */
export const writeTools = ({ tools, toolChoice }: Conversation, traits: Traits, drops: Drops): RequestTool[] => {
  // A tool that is refused is refused also where the choice would leave it out.
  const written = tools.map((tool) => ({ tool, written: writeTool(tool, traits, drops) }));
  const kept = new Set(toolsFor(tools, toolChoice, traits));
  return written.filter(({ tool }) => kept.has(tool)).map((entry) => entry.written);
};

/** Writes `tool_choice`; null where it must not be sent, which is without tools. */
export const writeToolChoice = (
  { tools, toolChoice }: Conversation,
  traits: Traits,
  drops: Drops,
): RequestToolChoice | null => {
  if (toolChoice === null || tools.length === 0) return null;
  const { kind } = toolChoice;
  const isForced = kind === "required" || kind === "tool" || (kind === "allowed" && toolChoice.isRequired);
  const isRefused = isForced && !traits.canForceTool;
  if (isRefused) drops.field("toolChoice");
  const isCustom = (name: string): boolean =>
    traits.hasOpenAiExtras && tools.some((tool) => tool.kind === "custom" && tool.name === name);
  const refer = (name: string) =>
    isCustom(name)
      ? ({ type: "custom", custom: { name } } as const)
      : ({ type: "function", function: { name } } as const);
  switch (toolChoice.kind) {
    case "auto":
    case "none":
      return toolChoice.kind;
    case "required":
      return isRefused ? "auto" : "required";
    case "tool":
      return isRefused ? "auto" : refer(toolChoice.name);
    case "allowed": {
      const mode = toolChoice.isRequired && !isRefused ? "required" : "auto";
      if (!traits.hasOpenAiExtras) return mode;
      return { type: "allowed_tools", allowed_tools: { mode, tools: toolChoice.names.map(refer) } };
    }
  }
};

/** Writes `response_format` as far as the server goes. */
export const writeOutput = (output: OutputFormat | null, traits: Traits, drops: Drops): ResponseFormat | null => {
  if (output === null || output.kind === "text") return output === null ? null : { type: "text" };
  if (traits.structuredOutput === "none") {
    drops.field("output");
    return null;
  }
  if (output.kind === "json") return { type: "json_object" };
  if (traits.structuredOutput === "json") {
    drops.field("output");
    return { type: "json_object" };
  }
  const { name, description, schema, strict } = output;
  return {
    type: "json_schema",
    json_schema: {
      name: name ?? "response",
      ...described(description),
      schema,
      ...(strict === null ? {} : { strict }),
    },
  };
};
