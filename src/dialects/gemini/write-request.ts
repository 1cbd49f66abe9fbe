import { ProxyError } from "../../errors.ts";
import type { Conversation, ConversationField, JsonObject, Tool, ToolChoice } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import { type Drops, nativeFields } from "../drops.ts";
import { nothingLeft, withoutRefused, withoutThoughts } from "../left-out.ts";
import { unflatten } from "./proto.ts";
import { writeTier } from "./service-tier.ts";
import type { FunctionDeclaration, GenerateContentRequest, ToolConfig } from "./wire.ts";
import { writeConfig } from "./write-config.ts";
import { writeContents } from "./write-contents.ts";

const textInput = { type: "object", properties: { input: { type: "string" } }, required: ["input"] } as const;

const writeTools = (tools: readonly Tool[], drops: Drops): readonly JsonObject[] => {
  const functionDeclarations: FunctionDeclaration[] = [];
  const own: JsonObject[] = [];
  for (const tool of tools) {
    if (tool.kind === "native") {
      if (tool.dialect !== "gemini") {
        const message = `The tool ${tool.name} is a built-in one of another provider, which a Gemini model does not have`;
        throw new ProxyError("unsupported_feature", message, { param: "tools" });
      }
      own.push(tool.value);
      continue;
    }
    const { name, description } = tool;
    const told = description === null ? {} : { description };
    if (tool.kind === "custom") {
      if (tool.format !== null && tool.format["type"] !== "text") drops.name("tools.format");
      functionDeclarations.push({ name, ...told, parametersJsonSchema: textInput });
      continue;
    }
    if (tool.cache !== null) drops.name("tools.cache_control");
    const parameters = tool.parameters === null ? {} : { parametersJsonSchema: tool.parameters };
    functionDeclarations.push({ name, ...told, ...parameters });
  }
  return functionDeclarations.length === 0 ? own : [{ functionDeclarations }, ...own];
};

const modes = { auto: "AUTO", none: "NONE", required: "ANY" } as const;

const writeToolChoice = (choice: ToolChoice): ToolConfig => {
  if (choice.kind === "tool") {
    return { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [choice.name] } };
  }
  if (choice.kind === "allowed") {
    // Of the two modes that take names, `VALIDATED` is the one that leaves the model a text.
    const mode = choice.isRequired ? "ANY" : "VALIDATED";
    return { functionCallingConfig: { mode, allowedFunctionNames: choice.names } };
  }
  return { functionCallingConfig: { mode: modes[choice.kind] } };
};

/** Whether each function wants its arguments to hold to its schema; what is free text has none. */
const areStrict = (tools: readonly Tool[]): boolean =>
  tools.every((tool) => tool.kind !== "function" || tool.strict === true) &&
  tools.some((tool) => tool.kind === "function");

/**
 * `VALIDATED` has the model hold to the schemas of all functions, as `ANY` does; it is the word for strict tools, of which there
 * is none for a single one.
 *
 * @see https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes (read 2026-11-22)
 */
const chooseTools = ({ toolChoice, tools }: Conversation, drops: Drops): ToolConfig | null => {
  const mayChoose = toolChoice === null || toolChoice.kind === "auto";
  if (mayChoose && areStrict(tools)) return { functionCallingConfig: { mode: "VALIDATED" } };
  if (mayChoose && tools.some((tool) => tool.kind === "function" && tool.strict === true)) drops.name("tools.strict");
  return toolChoice === null ? null : writeToolChoice(toolChoice);
};

const unsaid = ["logitBias", "verbosity", "user", "metadata", "cache"] as const satisfies readonly ConversationField[];

/**
 * Writes the body of `:generateContent`; the model and the stream go into the path.
 *
 * A custom tool becomes a function with one string parameter `input`. Numbers above the service's limits become the
 * limit, and the field is named.
 *
 * @throws {ProxyError} `unsupported_feature` - a built-in tool of another provider, an earlier response of it, or nothing
 * that could be said
 * @see https://ai.google.dev/api/generate-content (read 2026-11-22); npm `@google/genai` 3.1.0,
 * `generateContentParametersToMldev`
 */
export const writeRequest = (conversation: Conversation, traits: Traits, drops: Drops): JsonObject => {
  const { serviceTier, store } = conversation;
  if (conversation.previousResponseId !== null) {
    throw new ProxyError("unsupported_feature", "A Gemini model keeps no earlier response to go on from", {
      param: "previous_response_id",
    });
  }
  for (const field of unsaid) if (conversation[field] !== null) drops.field(field);
  if (conversation.parallelToolCalls === false) drops.field("parallelToolCalls");
  const { system, contents } = writeContents(withoutThoughts(conversation, traits, drops), drops);
  const tools = writeTools(conversation.tools, drops);
  const generationConfig = writeConfig(conversation, traits, drops);
  const toolConfig = chooseTools(conversation, drops);
  const tier = writeTier(serviceTier);
  if (tier === null && serviceTier !== null && serviceTier !== "auto") drops.field("serviceTier");
  const body: GenerateContentRequest = {
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    contents,
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolConfig === null ? {} : { toolConfig }),
    ...(Object.keys(generationConfig).length === 0 ? {} : { generationConfig }),
    ...(tier === null ? {} : { serviceTier: tier }),
    ...(store === null ? {} : { store }),
  };
  const native = nativeFields(conversation, "gemini", drops);
  if (contents.length === 0) throw nothingLeft(drops);
  const whole: JsonObject = Object.keys(native).length === 0 ? { ...body } : unflatten({ ...body }, native);
  return withoutRefused(whole, traits, drops);
};
