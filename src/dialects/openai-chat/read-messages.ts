import { ProxyError } from "../../errors.ts";
import type { JsonObject, Message, OutputPart, ToolCall, ToolResult } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import { maybeText, needList, needObject, needText, wrongValue } from "../fields.ts";
import { isLegacyCall, readAssistant } from "./read-assistant.ts";
import { readCache, readTexts, readUserContent } from "./read-parts.ts";

const roles = ["system", "developer", "user", "assistant", "tool", "function"];
const knownPlain = new Set(["role", "content", "name"]);
const knownTool = new Set([...knownPlain, "tool_call_id", "cache_control", "prompt_cache_breakpoint"]);

const refuse = (message: string, param: string): ProxyError => new ProxyError("invalid_request", message, { param });

/** The calls of an assistant's message that have no result yet, by their ids. */
type OpenCalls = Map<string, ToolCall>;

const callsIn = (content: readonly OutputPart[]): OpenCalls =>
  new Map(content.filter((part) => part.kind === "tool_call").map((call) => [call.id, call]));

/** Every call must have its result before anything else is said. */
const checkAnswered = (open: OpenCalls, path: string): void => {
  if (open.size === 0) return;
  const missing = [...open.values()].filter((call) => !isLegacyCall(call)).map((call) => call.id);
  if (missing.length === 0) return;
  throw refuse(
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
      `The following tool_call_ids did not have response messages: ${missing.join(", ")}`,
    path,
  );
};

/** Reads a result and takes the call that it answers from the open ones. */
const readResult = (message: JsonObject, path: string, role: string, open: OpenCalls, drops: Drops): ToolResult => {
  dropUnknown(message, knownTool, "messages.", drops);
  const isLegacy = role === "function";
  const name = isLegacy ? needText(message["name"], `${path}.name`) : null;
  const id = isLegacy
    ? [...open.values()].find((call) => call.name === name)?.id
    : needText(message["tool_call_id"], `${path}.tool_call_id`);
  const call = open.get(id ?? "");
  if (call === undefined) {
    const wanted = isLegacy ? "'function_call'" : "'tool_calls'";
    throw refuse(
      `Messages with role '${role}' must be a response to a preceding message with ${wanted}`,
      isLegacy ? `${path}.name` : `${path}.tool_call_id`,
    );
  }
  open.delete(call.id);
  const content = isLegacy && message["content"] === null ? "" : message["content"];
  const texts = readTexts(content, `${path}.content`, drops);
  const cache = readCache(message, path, "messages.", drops);
  return { callId: call.id, name: call.name, content: texts, isError: false, isCustom: call.isCustom, cache };
};

/**
 * Reads `messages`.
 *
 * Refused as OpenAI refuses it: an unknown role, a result whose call is not in the assistant's message before it, a call
 * without a result, an empty list.
 */
export const readMessages = (value: unknown, drops: Drops): readonly Message[] => {
  const list = needList(value, "messages");
  if (list.length === 0) throw refuse("Invalid 'messages': an empty array, wanted at least 1 item", "messages");
  const messages: Message[] = [];
  let open: OpenCalls = new Map();
  for (let index = 0; index < list.length; index += 1) {
    const path = `messages[${index}]`;
    const message = needObject(list[index], path);
    const role = needText(message["role"], `${path}.role`);
    if (role === "tool" || role === "function") {
      const result = readResult(message, path, role, open, drops);
      const last = messages.at(-1);
      if (last?.role === "tool") messages[messages.length - 1] = { ...last, results: [...last.results, result] };
      else messages.push({ role: "tool", results: [result] });
      continue;
    }
    checkAnswered(open, path);
    const name = maybeText(message["name"], `${path}.name`);
    if (role === "assistant") {
      const content = readAssistant(message, path, index, drops);
      open = callsIn(content);
      messages.push({ role, content, name });
    } else if (role === "system" || role === "developer" || role === "user") {
      dropUnknown(message, knownPlain, "messages.", drops);
      const at = `${path}.content`;
      if (role === "user") messages.push({ role, content: readUserContent(message["content"], at, drops), name });
      else messages.push({ role, content: readTexts(message["content"], at, drops), name });
    } else throw wrongValue(`${path}.role`, role, roles);
  }
  checkAnswered(open, "messages");
  return messages;
};
