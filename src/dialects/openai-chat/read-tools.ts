import { ProxyError } from "../../errors.ts";
import type { JsonObject, OutputFormat, Tool, ToolChoice } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  compact,
  maybeFlag,
  maybeList,
  maybeObject,
  maybeText,
  needList,
  needObject,
  needText,
  toText,
  wrongType,
  wrongValue,
} from "../fields.ts";
import { readCache, readType } from "./read-parts.ts";

const known = {
  tool: new Set(["type", "function", "custom", "cache_control"]),
  function: new Set(["name", "description", "parameters", "strict", "cache_control"]),
  custom: new Set(["name", "description", "format"]),
  output: new Set(["type", "json_schema"]),
  schema: new Set(["name", "description", "schema", "strict"]),
  format: new Set(["type", "grammar", "definition", "syntax"]),
  grammar: new Set(["definition", "syntax"]),
  choice: new Set(["type", "function", "custom"]),
  chosen: new Set(["name"]),
  someOf: new Set(["type", "allowed_tools"]),
  allowed: new Set(["mode", "tools"]),
};

const refuse = (message: string, param: string): ProxyError => new ProxyError("invalid_request", message, { param });

const needName = (body: JsonObject, path: string): string => {
  const name = needText(body["name"], `${path}.name`);
  if (name === "") throw refuse(`Invalid '${path}.name': an empty string`, `${path}.name`);
  return name;
};

const readFunction = (body: JsonObject, tool: JsonObject, path: string, drops: Drops): Tool => {
  dropUnknown(body, known.function, "tools.function.", drops);
  const parameters = maybeObject(body["parameters"], `${path}.parameters`);
  const type = toText(parameters?.["type"]);
  if (type !== null && type !== "object") {
    throw refuse(
      `Invalid schema for function '${toText(body["name"]) ?? ""}': wanted type 'object', got type '${type}'`,
      `${path}.parameters`,
    );
  }
  return {
    kind: "function",
    name: needName(body, path),
    description: maybeText(body["description"], `${path}.description`),
    parameters,
    strict: maybeFlag(body["strict"], `${path}.strict`),
    cache: readCache(tool, path, "tools.", drops) ?? readCache(body, path, "tools.function.", drops),
  };
};

/** Chat lays a grammar's words in an object of their own; between the dialects it is flat, as Responses has it. */
const readFormat = (format: JsonObject | null, drops: Drops): JsonObject | null => {
  if (format === null) return null;
  const name = "tools.custom.format";
  dropUnknown(format, known.format, `${name}.`, drops);
  const grammar = maybeObject(format["grammar"], `${name}.grammar`);
  if (grammar !== null) dropUnknown(grammar, known.grammar, `${name}.grammar.`, drops);
  const { definition, syntax } = grammar ?? format;
  return compact({ type: grammar === null ? format["type"] : "grammar", definition, syntax });
};

const readTool = (value: unknown, path: string, drops: Drops): Tool => {
  const tool = needObject(value, path);
  const type = readType(tool, ["function", "custom"], path);
  dropUnknown(tool, known.tool, "tools.", drops);
  const at = `${path}.${type}`;
  const body = needObject(tool[type], at);
  if (type === "function") return readFunction(body, tool, at, drops);
  dropUnknown(body, known.custom, "tools.custom.", drops);
  return {
    kind: "custom",
    name: needName(body, at),
    description: maybeText(body["description"], `${at}.description`),
    format: readFormat(maybeObject(body["format"], `${at}.format`), drops),
  };
};

const readGiven = (tools: readonly unknown[], functions: readonly unknown[], drops: Drops): readonly Tool[] => [
  ...tools.map((tool, index) => readTool(tool, `tools[${index}]`, drops)),
  ...functions.map((item, index) => {
    const path = `functions[${index}]`;
    return readFunction(needObject(item, path), {}, path, drops);
  }),
];

const none: readonly never[] = [];

/** Reads `tools`, and the old `functions` that came before them. */
export const readTools = (body: JsonObject, drops: Drops): readonly Tool[] => {
  const tools = maybeList(body["tools"], "tools") ?? none;
  const functions = maybeList(body["functions"], "functions") ?? none;
  return tools.length + functions.length === 0 ? none : readGiven(tools, functions, drops);
};

const words = ["none", "auto", "required"] as const;

const needTool = (name: string, tools: readonly Tool[], path: string): string => {
  if (tools.some((tool) => tool.kind !== "native" && tool.name === name)) return name;
  throw refuse(`Invalid value for '${path}': no tool '${name}' in 'tools'`, path);
};

/** `name` is what drops are named under. */
const readNamed = (choice: JsonObject, tools: readonly Tool[], path: string, name: string, drops: Drops): string => {
  const type = readType(choice, ["function", "custom"], path);
  dropUnknown(choice, known.choice, `${name}.`, drops);
  const at = `${path}.${type}`;
  const chosen = needObject(choice[type], at);
  dropUnknown(chosen, known.chosen, `${name}.${type}.`, drops);
  return needTool(needName(chosen, at), tools, `${at}.name`);
};

/** Reads `tool_choice`, or the old `function_call`. */
export const readToolChoice = (body: JsonObject, tools: readonly Tool[], drops: Drops): ToolChoice | null => {
  const param = body["tool_choice"] === undefined || body["tool_choice"] === null ? "function_call" : "tool_choice";
  const choice = body[param] ?? null;
  if (choice === null) return null;
  if (tools.length === 0) {
    const needed = param === "tool_choice" ? "tools" : "functions";
    throw refuse(`Invalid value for '${param}': it is only allowed when '${needed}' are given`, param);
  }
  if (typeof choice === "string") {
    const kind = words.find((word) => word === choice);
    if (kind === undefined) throw wrongValue(param, choice, words);
    return { kind };
  }
  const object = needObject(choice, param);
  if (param === "function_call") {
    dropUnknown(object, known.chosen, "function_call.", drops);
    return { kind: "tool", name: needTool(needName(object, param), tools, `${param}.name`) };
  }
  if (object["type"] !== "allowed_tools") {
    return { kind: "tool", name: readNamed(object, tools, param, param, drops) };
  }
  dropUnknown(object, known.someOf, `${param}.`, drops);
  const path = `${param}.allowed_tools`;
  const allowed = needObject(object["allowed_tools"], path);
  dropUnknown(allowed, known.allowed, `${path}.`, drops);
  const mode = needText(allowed["mode"], `${path}.mode`);
  if (mode !== "auto" && mode !== "required") throw wrongValue(`${path}.mode`, mode, ["auto", "required"]);
  const names = needList(allowed["tools"], `${path}.tools`).map((tool, index) => {
    const at = `${path}.tools[${index}]`;
    return readNamed(needObject(tool, at), tools, at, `${path}.tools`, drops);
  });
  return { kind: "allowed", names, isRequired: mode === "required" };
};

/** Reads `response_format`. */
export const readOutput = (value: unknown, drops: Drops): OutputFormat | null => {
  const format = maybeObject(value, "response_format");
  if (format === null) return null;
  dropUnknown(format, known.output, "response_format.", drops);
  const type = readType(format, ["text", "json_object", "json_schema"], "response_format");
  if (type === "text") return { kind: "text" };
  if (type === "json_object") return { kind: "json" };
  const path = "response_format.json_schema";
  const said = needObject(format["json_schema"], path);
  dropUnknown(said, known.schema, `${path}.`, drops);
  const schema = maybeObject(said["schema"], `${path}.schema`);
  if (schema === null) throw wrongType(`${path}.schema`, "an object", undefined);
  return {
    kind: "schema",
    name: needName(said, path),
    description: maybeText(said["description"], `${path}.description`),
    schema,
    strict: maybeFlag(said["strict"], `${path}.strict`),
  };
};
