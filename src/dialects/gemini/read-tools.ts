import { ProxyError } from "../../errors.ts";
import type { JsonObject, Tool, ToolChoice } from "../conversation.ts";
import { type Drops, dropUnknown } from "../drops.ts";
import { maybeList, maybeObject, maybeOneOf, maybeText, needObject, needText } from "../fields.ts";
import { camel, maybeItems } from "./proto.ts";
import { toNative } from "./read-parts.ts";
import { toJsonSchema } from "./schema.ts";

const known: ReadonlySet<string> = new Set(["name", "description", "parameters", "parametersJsonSchema"]);

const invalid = (path: string, message: string): ProxyError =>
  new ProxyError("invalid_request", `Invalid value for '${path}': ${message}`, { param: path });

const readFunction = (value: unknown, at: string, drops: Drops): Tool => {
  const declaration = camel(needObject(value, at));
  dropUnknown(declaration, known, "tools.functionDeclarations.", drops);
  const schema = maybeObject(declaration["parameters"], `${at}.parameters`);
  const jsonSchema = maybeObject(declaration["parametersJsonSchema"], `${at}.parametersJsonSchema`);
  if (schema !== null && jsonSchema !== null) {
    throw invalid(`${at}.parametersJsonSchema`, "set it or parameters, not both");
  }
  return {
    kind: "function",
    name: needText(declaration["name"], `${at}.name`),
    description: maybeText(declaration["description"], `${at}.description`),
    parameters: schema === null ? jsonSchema : toJsonSchema(schema),
    strict: null,
    cache: null,
  };
};

/**
 * Reads `tools`: each function declared, and each tool of Google's own as a native one of its name.
 *
 * @throws {ProxyError} `invalid_request` - a declaration without a name, twice the same name, a schema that is none
 */
export const readTools = (value: unknown, drops: Drops): readonly Tool[] => {
  const tools: Tool[] = [];
  const names = new Set<string>();
  for (const [index, item] of maybeItems(value, "tools").entries()) {
    const at = `tools[${index}]`;
    const tool = camel(needObject(item, at));
    for (const [at2, declared] of maybeItems(tool["functionDeclarations"], `${at}.functionDeclarations`).entries()) {
      const path = `${at}.functionDeclarations[${at2}]`;
      const made = readFunction(declared, path, drops);
      const { name } = made;
      if (names.has(name)) throw invalid(`${path}.name`, `Duplicate function declaration found: ${name}`);
      names.add(name);
      tools.push(made);
    }
    for (const key in tool) {
      if (key !== "functionDeclarations" && tool[key] !== null) tools.push(toNative(key, { [key]: tool[key] }));
    }
  }
  return tools;
};

const modes = ["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"] as const;
const at = "toolConfig.functionCallingConfig";

const readNames = (value: unknown, tools: readonly Tool[]): readonly string[] => {
  const path = `${at}.allowedFunctionNames`;
  return (maybeList(value, path) ?? []).map((one, index) => {
    const name = needText(one, `${path}[${index}]`);
    if (!tools.some((tool) => tool.kind === "function" && tool.name === name)) {
      throw invalid(`${path}[${index}]`, `no function ${name} is declared in tools`);
    }
    return name;
  });
};

/**
 * Reads `toolConfig`; what only this dialect knows goes into `native`, by its path.
 *
 * `ANY` with one name is a call of that function. `VALIDATED` is read as `AUTO`, its check of the arguments named.
 *
 * @throws {ProxyError} `invalid_request` - an unknown mode, a name that no declaration has
 */
export const readToolChoice = (
  value: unknown,
  tools: readonly Tool[],
  native: Record<string, unknown>,
  drops: Drops,
): ToolChoice | null => {
  const config = camel(maybeObject(value, "toolConfig") ?? {});
  for (const key in config) if (key !== "functionCallingConfig") native[`toolConfig.${key}`] = config[key];
  const told = maybeObject(config["functionCallingConfig"], at);
  if (told === null) return null;
  const { mode: spelled, allowedFunctionNames, ...rest }: JsonObject = camel(told);
  for (const key in rest) native[`${at}.${key}`] = rest[key];
  const mode = maybeOneOf(maybeText(spelled, `${at}.mode`)?.toUpperCase(), modes, `${at}.mode`);
  const names = readNames(allowedFunctionNames, tools);
  const [name, ...others] = names;
  if (mode === "ANY") {
    if (name === undefined) return { kind: "required" };
    return others.length === 0 ? { kind: "tool", name } : { kind: "allowed", names, isRequired: true };
  }
  if (mode === "VALIDATED") {
    drops.name(`${at}.mode`);
    return name === undefined ? { kind: "auto" } : { kind: "allowed", names, isRequired: false };
  }
  if (name !== undefined) {
    throw invalid(`${at}.allowedFunctionNames`, "Allowed function names should be set only when the mode is ANY");
  }
  if (mode === "NONE") return { kind: "none" };
  return mode === "AUTO" ? { kind: "auto" } : null;
};
