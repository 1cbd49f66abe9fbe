import { ProxyError } from "../../errors.ts";
import type { Effort, JsonObject, OutputFormat, ReasoningOptions, Tool, ToolChoice } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  compact,
  maybeFlag,
  maybeObject,
  maybeOneOf,
  maybeText,
  needList,
  needObject,
  needText,
  toList,
  toObject,
  toText,
  wrongValue,
} from "../fields.ts";

const functionKeys = new Set(["type", "name", "description", "parameters", "strict"]);
const namespaceKeys = new Set(["type", "name", "tools"]);
const customKeys = new Set(["type", "name", "description", "format"]);
const customFormatKeys = new Set(["type", "definition", "syntax"]);
const choiceKeys = new Set(["type", "name"]);
const allowedKeys = new Set(["type", "mode", "tools"]);

const needName = (value: unknown, path: string): string => {
  const name = needText(value, path);
  if (name !== "") return name;
  throw new ProxyError("invalid_request", `Invalid '${path}': empty string`, { param: path });
};

/** The name of a tool of a namespace for a provider that knows no namespaces. */
export const joinName = (namespace: string, member: string): string => `${namespace}__${member}`;

const readFormat = (format: JsonObject | null, drops: Drops): JsonObject | null => {
  if (format === null) return null;
  dropUnknown(format, customFormatKeys, "tools.format.", drops);
  const { type, definition, syntax } = format;
  return compact({ type, definition, syntax });
};

const readTool = (value: unknown, path: string, namespace: string | null, drops: Drops): readonly Tool[] => {
  const tool = needObject(value, path);
  const type = needText(tool["type"], `${path}.type`);
  if (type === "namespace") {
    const group = needName(tool["name"], `${path}.name`);
    const members = needList(tool["tools"], `${path}.tools`);
    dropUnknown(tool, namespaceKeys, "tools.", drops);
    return members.flatMap((member, index) => readTool(member, `${path}.tools[${index}]`, group, drops));
  }
  if (type !== "function" && type !== "custom") {
    return [{ kind: "native", dialect: "openai-responses", name: type, value: tool }];
  }
  const member = needName(tool["name"], `${path}.name`);
  const named = {
    name: namespace === null ? member : joinName(namespace, member),
    description: maybeText(tool["description"], `${path}.description`),
    ...(namespace !== null && { grouped: { namespace, member } }),
  };
  dropUnknown(tool, type === "function" ? functionKeys : customKeys, "tools.", drops);
  if (type === "custom") {
    return [{ kind: "custom", ...named, format: readFormat(maybeObject(tool["format"], `${path}.format`), drops) }];
  }
  const parameters = maybeObject(tool["parameters"], `${path}.parameters`);
  return [{ kind: "function", ...named, parameters, strict: maybeFlag(tool["strict"], `${path}.strict`), cache: null }];
};

/**
 * Reads `tools`; those the provider brings itself are `Native`, by their type. A namespace is a group of the client's own
 * tools: each of them stands by itself, under the names of both.
 */
export const readTools = (value: unknown, drops: Drops): readonly Tool[] =>
  value === undefined || value === null
    ? []
    : needList(value, "tools").flatMap((tool, index) => readTool(tool, `tools[${index}]`, null, drops));

/**
 * Reads the tools that items of `input` bring, behind `tools`; of two with one name the later one stands. From which
 * item on they are there makes no difference to the answer.
 *
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts, `ResponseInputItem.AdditionalTools`
 */
export const withAdditionalTools = (tools: readonly Tool[], input: unknown, drops: Drops): readonly Tool[] => {
  const added = toList(input).flatMap((value, index) => {
    const item = toObject(value);
    if (item?.["type"] !== "additional_tools") return [];
    const path = `input[${index}].tools`;
    return needList(item["tools"], path).flatMap((tool, place) => readTool(tool, `${path}[${place}]`, null, drops));
  });
  const isOver = (tool: Tool): boolean =>
    tool.kind !== "native" && added.some(({ kind, name }) => kind !== "native" && name === tool.name);
  return added.length === 0 ? tools : [...tools.filter((tool) => !isOver(tool)), ...added];
};

const nameOf = (value: unknown): string | null => {
  const tool = toObject(value);
  const type = tool?.["type"];
  return type === "function" || type === "custom" ? toText(tool?.["name"]) : null;
};

/**
 * Reads `tool_choice`. A choice among tools of the provider's own cannot be said between the dialects: it is given back as
 * `native`.
 */
export const readToolChoice = (
  value: unknown,
  tools: readonly Tool[],
  drops: Drops,
): { readonly choice: ToolChoice | null; readonly native: JsonObject | null } => {
  if (value === undefined || value === null) return { choice: null, native: null };
  if (toText(value) !== null) {
    const kind = maybeOneOf(value, ["none", "auto", "required"], "tool_choice");
    return { choice: kind === null ? null : { kind }, native: null };
  }
  const choice = needObject(value, "tool_choice");
  const type = needText(choice["type"], "tool_choice.type");
  // A tool of the provider's own may hold others, such as a namespace.
  const mayHide = tools.some(({ kind }) => kind === "native");
  const check = (name: string): string => {
    if (mayHide || tools.some((tool) => tool.name === name)) return name;
    throw new ProxyError("invalid_request", `Tool choice '${name}' not found in 'tools' parameter.`, {
      param: "tool_choice",
    });
  };
  if (type === "function" || type === "custom") {
    dropUnknown(choice, choiceKeys, "tool_choice.", drops);
    return { choice: { kind: "tool", name: check(needText(choice["name"], "tool_choice.name")) }, native: null };
  }
  if (type !== "allowed_tools") return { choice: null, native: choice };
  const allowed = needList(choice["tools"], "tool_choice.tools");
  const mode = maybeOneOf(choice["mode"], ["auto", "required"], "tool_choice.mode");
  const names = allowed.flatMap((tool) => nameOf(tool) ?? []);
  if (names.length < allowed.length) return { choice: null, native: choice };
  dropUnknown(choice, allowedKeys, "tool_choice.", drops);
  for (const tool of allowed) dropUnknown(toObject(tool) ?? {}, choiceKeys, "tool_choice.tools.", drops);
  return { choice: { kind: "allowed", names: names.map(check), isRequired: mode === "required" }, native: null };
};

const textKeys = new Set(["format", "verbosity"]);
const formatKeys = new Set(["type", "name", "description", "schema", "strict"]);

/** Reads `text`. */
export const readText = (
  value: unknown,
  drops: Drops,
): { readonly output: OutputFormat | null; readonly verbosity: string | null } => {
  const text = maybeObject(value, "text") ?? {};
  dropUnknown(text, textKeys, "text.", drops);
  const verbosity = maybeOneOf(text["verbosity"], ["low", "medium", "high"], "text.verbosity");
  const format = maybeObject(text["format"], "text.format");
  if (format === null) return { output: null, verbosity };
  const type = needText(format["type"], "text.format.type");
  dropUnknown(format, formatKeys, "text.format.", drops);
  switch (type) {
    case "text":
      return { output: { kind: "text" }, verbosity };
    case "json_object":
      return { output: { kind: "json" }, verbosity };
    case "json_schema":
      return {
        output: {
          kind: "schema",
          name: needName(format["name"], "text.format.name"),
          description: maybeText(format["description"], "text.format.description"),
          schema: needObject(format["schema"], "text.format.schema"),
          strict: maybeFlag(format["strict"], "text.format.strict"),
        },
        verbosity,
      };
    default:
      throw wrongValue("text.format.type", type, ["json_object", "json_schema", "text"]);
  }
};

const efforts: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const reasoningKeys = new Set(["effort", "summary", "generate_summary"]);

/** Reads `reasoning`; `wantsSignatures` is told by `include`. */
export const readReasoningOptions = (
  value: unknown,
  wantsSignatures: boolean,
  drops: Drops,
): ReasoningOptions | null => {
  const reasoning = maybeObject(value, "reasoning");
  if (reasoning === null && !wantsSignatures) return null;
  dropUnknown(reasoning ?? {}, reasoningKeys, "reasoning.", drops);
  // The older name of it.
  const key = reasoning?.["summary"] === undefined ? "generate_summary" : "summary";
  return {
    effort: maybeOneOf(reasoning?.["effort"], efforts, "reasoning.effort"),
    budgetTokens: null,
    summary: maybeOneOf(reasoning?.[key], ["auto", "concise", "detailed"], `reasoning.${key}`),
    wantsSignatures,
  };
};
