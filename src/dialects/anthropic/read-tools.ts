import { ProxyError } from "../../errors.ts";
import type { Conversation, JsonObject, Tool, ToolChoice } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import { maybeFlag, maybeList, maybeObject, maybeText, needObject, needText, toText, wrongValue } from "../fields.ts";
import { readCacheControl } from "./cache-control.ts";

const toolKeys = new Set("type name description input_schema strict cache_control eager_input_streaming".split(" "));
const choiceKeys = new Set(["type", "name", "disable_parallel_tool_use"]);
const choices = ["auto", "any", "tool", "none"];

const refuse = (path: string, message: string): ProxyError =>
  new ProxyError("invalid_request", message, { param: path });

const readTool = (tool: JsonObject, path: string, drops: Drops): Tool => {
  const type = maybeText(tool["type"], `${path}.type`);
  // Every other type is a tool the provider brings along, or one whose schema its models were taught.
  if (type !== null && type !== "custom") return { kind: "native", dialect: "anthropic", name: type, value: tool };
  dropUnknown(tool, toolKeys, "tools.", drops);
  // `true` asks for arguments as they are written, as the other dialects stream anyway (Vercel's SDK sends it by itself);
  // that they shall not be streamed so none of them has a word for.
  if (tool["eager_input_streaming"] === false) drops.name("tools.eager_input_streaming");
  const parameters = needObject(tool["input_schema"], `${path}.input_schema`);
  const schemaType = needText(parameters["type"], `${path}.input_schema.type`);
  if (schemaType !== "object") throw wrongValue(`${path}.input_schema.type`, schemaType, ["object"]);
  const name = needText(tool["name"], `${path}.name`);
  if (name === "") throw refuse(`${path}.name`, `'${path}.name' is empty`);
  return {
    kind: "function",
    name,
    description: maybeText(tool["description"], `${path}.description`),
    parameters,
    strict: maybeFlag(tool["strict"], `${path}.strict`),
    cache: readCacheControl(tool, path, drops),
  };
};

/** What the model calls a tool, null for a set of tools. */
const calledName = (tool: Tool): string | null => (tool.kind === "native" ? toText(tool.value["name"]) : tool.name);

/** Reads `tools`. @throws {ProxyError} `invalid_request` - also for two of one name */
export const readTools = (value: unknown, drops: Drops): readonly Tool[] => {
  const names = new Set<string>();
  return (maybeList(value, "tools") ?? []).map((item, index) => {
    const path = `tools[${index}]`;
    const tool = readTool(needObject(item, path), path, drops);
    const name = calledName(tool);
    if (name !== null && names.has(name)) {
      throw refuse(`${path}.name`, `Tool names must be unique: '${name.slice(0, 100)}' stands twice in 'tools'`);
    }
    if (name !== null) names.add(name);
    return tool;
  });
};

const readChoice = (choice: JsonObject, tools: readonly Tool[]): ToolChoice => {
  const type = needText(choice["type"], "tool_choice.type");
  switch (type) {
    case "auto":
    case "none":
      return { kind: type };
    case "any":
      return { kind: "required" };
    case "tool": {
      const name = needText(choice["name"], "tool_choice.name");
      // The members of a set of tools are named nowhere in the request.
      if (tools.some((tool) => calledName(tool) === name || calledName(tool) === null)) return { kind: "tool", name };
      throw refuse(
        "tool_choice.name",
        `Tool '${name.slice(0, 100)}' of 'tool_choice.name' not found in provided tools`,
      );
    }
    default:
      throw wrongValue("tool_choice.type", type, choices);
  }
};

/** Reads `tool_choice`, which also says whether several tools may be called at once. */
export const readToolChoice = (
  value: unknown,
  tools: readonly Tool[],
  drops: Drops,
): Pick<Conversation, "toolChoice" | "parallelToolCalls"> => {
  const choice = maybeObject(value, "tool_choice");
  if (choice === null) return { toolChoice: null, parallelToolCalls: null };
  dropUnknown(choice, choiceKeys, "tool_choice.", drops);
  const toolChoice = readChoice(choice, tools);
  if (tools.length === 0 && toolChoice.kind !== "none") {
    throw refuse("tool_choice", "'tool_choice' may only be specified while providing 'tools'");
  }
  const isSerial = maybeFlag(choice["disable_parallel_tool_use"], "tool_choice.disable_parallel_tool_use");
  return { toolChoice, parallelToolCalls: isSerial === null ? null : !isSerial };
};
