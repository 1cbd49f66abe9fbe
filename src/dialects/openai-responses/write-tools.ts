import { ProxyError } from "../../errors.ts";
import type { Conversation, OutputFormat, Tool, ToolChoice } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import type { WireFormat, WireText, WireTool, WireToolChoice } from "./wire.ts";

/** What a free text is as the arguments of a function, where the server has no custom tools. */
export const wrapInput = (text: string): string => JSON.stringify({ input: text });

const inputSchema = {
  type: "object",
  properties: { input: { type: "string" } },
  required: ["input"],
  additionalProperties: false,
} as const;

/**
 * Writes a tool.
 *
 * `strict` is required here and true where it is left out, which it is not in the other dialects: a tool of theirs that
 * says nothing is not strict.
 *
 * @throws {ProxyError} `unsupported_feature` - a tool that another provider brings itself
 */
const writeTool = (tool: Tool, isOwn: boolean, hasCustom: boolean, drops: Drops): WireTool => {
  switch (tool.kind) {
    case "function":
      if (tool.cache !== null) drops.name("tools.cache_control");
      return {
        type: "function",
        name: tool.name,
        ...(tool.description !== null && { description: tool.description }),
        parameters: tool.parameters,
        strict: tool.strict ?? (isOwn ? null : false),
      };
    case "custom": {
      const named = { name: tool.name, ...(tool.description !== null && { description: tool.description }) };
      if (hasCustom) return { type: "custom", ...named, ...(tool.format !== null && { format: tool.format }) };
      if (tool.format !== null && tool.format["type"] !== "text") drops.name("tools.format");
      return { type: "function", ...named, parameters: inputSchema, strict: false };
    }
    case "native":
      if (tool.dialect === "openai-responses") return tool.value;
      throw new ProxyError(
        "unsupported_feature",
        `The tool '${tool.name}' is built into another provider's service; the provider of this model does not have it`,
        { param: "tools" },
      );
  }
};

/** Writes all tools. @throws {ProxyError} `unsupported_feature` - one that another provider brings itself */
export const writeTools = ({ tools, native }: Conversation, hasCustom: boolean, drops: Drops): readonly WireTool[] =>
  tools.map((tool) => writeTool(tool, native.dialect === "openai-responses", hasCustom, drops));

/** Writes a choice of tools; which of them are custom, the tools tell. */
export const writeToolChoice = (choice: ToolChoice, tools: readonly Tool[], hasCustom: boolean): WireToolChoice => {
  const named = (name: string) => {
    const isCustom = hasCustom && tools.some((tool) => tool.kind === "custom" && tool.name === name);
    return { type: isCustom ? "custom" : "function", name } as const;
  };
  switch (choice.kind) {
    case "auto":
    case "none":
    case "required":
      return choice.kind;
    case "tool":
      return named(choice.name);
    case "allowed":
      return {
        type: "allowed_tools",
        mode: choice.isRequired ? "required" : "auto",
        tools: choice.names.map(named),
      };
  }
};

const writeFormat = (output: OutputFormat): WireFormat => {
  switch (output.kind) {
    case "text":
      return { type: "text" };
    case "json":
      return { type: "json_object" };
    case "schema":
      return {
        type: "json_schema",
        name: output.name ?? "response",
        ...(output.description !== null && { description: output.description }),
        schema: output.schema,
        ...(output.strict !== null && { strict: output.strict }),
      };
  }
};

/** Writes `text`, null when there is nothing to say. */
export const writeText = ({ output, verbosity }: Pick<Conversation, "output" | "verbosity">): WireText | null => {
  if (output === null && verbosity === null) return null;
  return { ...(output !== null && { format: writeFormat(output) }), ...(verbosity !== null && { verbosity }) };
};
