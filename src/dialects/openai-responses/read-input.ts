import { ProxyError } from "../../errors.ts";
import type {
  InputPart,
  JsonObject,
  Message,
  Native,
  OutputPart,
  Signature,
  Text,
  ToolResult,
} from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  maybeText,
  needList,
  needObject,
  needText,
  toList,
  toObject,
  toText,
  wrongType,
  wrongValue,
} from "../fields.ts";
import { readInputContent, readOutputContent } from "./read-content.ts";
import { readReasoning, toImage } from "./read-item.ts";
import { joinName } from "./read-tools.ts";

/** What goes without saying: an item's own id, its state, and who made it. */
const bookkeeping = ["type", "id", "status", "created_by"];
const messageKeys = new Set([...bookkeeping, "role", "content"]);
const callKeys = new Set([...bookkeeping, "call_id", "name", "namespace", "arguments", "input"]);
const outputKeys = new Set([...bookkeeping, "call_id", "name", "namespace", "output"]);
const thoughtKeys = new Set(["type", "text"]);
const reasoningKeys = new Set([...bookkeeping, "summary", "content", "encrypted_content"]);

/** Items a client makes; any other is the model's or its provider's. */
const isOfClient = (type: string): boolean =>
  type === "additional_tools" ||
  type === "configuration_update" ||
  type === "compaction_trigger" ||
  type === "mcp_approval_response" ||
  (type.endsWith("_output") && type !== "program_output");

const roles = ["assistant", "system", "developer", "user"];

/** The items as messages: neighbours of the assistant's side make one message, as do the results of its calls. */
interface Turns {
  readonly messages: readonly Message[];
  readonly add: (message: Message) => void;
  readonly ofAssistant: (part: OutputPart) => void;
  readonly result: (result: ToolResult) => void;
  /** Gives the seal of a call, which stands behind it, to the call; false when there is none before. */
  readonly sealCall: (signature: Signature) => boolean;
}

const createTurns = (): Turns => {
  const messages: Message[] = [];
  let parts: OutputPart[] | null = null;
  let results: ToolResult[] | null = null;
  return {
    messages,
    add: (message) => {
      parts = null;
      results = null;
      messages.push(message);
    },
    ofAssistant: (part) => {
      results = null;
      if (parts === null) messages.push({ role: "assistant", content: (parts = []), name: null });
      parts.push(part);
    },
    result: (result) => {
      parts = null;
      if (results === null) messages.push({ role: "tool", results: (results = []) });
      results.push(result);
    },
    sealCall: (signature) => {
      const last = parts?.at(-1);
      if (parts === null || last?.kind !== "tool_call") return false;
      parts[parts.length - 1] = { ...last, signature };
      return true;
    },
  };
};

const onlyTexts = (content: readonly InputPart[], drops: Drops): readonly Text[] =>
  content.flatMap((part) => {
    if (part.kind === "text") return [part];
    drops.name(`input.content.input_${part.kind}`);
    return [];
  });

const readMessage = (item: JsonObject, path: string, turns: Turns, drops: Drops): void => {
  dropUnknown(item, messageKeys, "input.", drops);
  const role = needText(item["role"], `${path}.role`);
  if (item["content"] === null || item["content"] === undefined) {
    throw wrongType(`${path}.content`, "a string or an array", item["content"]);
  }
  switch (role) {
    case "assistant":
      for (const part of readOutputContent(item["content"], `${path}.content`, drops)) turns.ofAssistant(part);
      return;
    case "user":
      turns.add({ role, content: readInputContent(item["content"], `${path}.content`, drops), name: null });
      return;
    case "system":
    case "developer": {
      const content = onlyTexts(readInputContent(item["content"], `${path}.content`, drops), drops);
      turns.add({ role, content, name: null });
      return;
    }
    default:
      throw wrongValue(`${path}.role`, role, roles);
  }
};

const readCall = (
  item: JsonObject,
  isCustom: boolean,
  path: string,
  drops: Drops,
): OutputPart & { kind: "tool_call" } => {
  dropUnknown(item, callKeys, "input.", drops);
  const key = isCustom ? "input" : "arguments";
  const name = needText(item["name"], `${path}.name`);
  const namespace = maybeText(item["namespace"], `${path}.namespace`);
  return {
    kind: "tool_call",
    id: needText(item["call_id"], `${path}.call_id`),
    name: namespace === null ? name : joinName(namespace, name),
    arguments: needText(item[key], `${path}.${key}`),
    isCustom,
    signature: null,
    cache: null,
  };
};

const readResult = (item: JsonObject, isCustom: boolean, path: string, drops: Drops): ToolResult => {
  dropUnknown(item, outputKeys, "input.", drops);
  const output = item["output"];
  if (output === undefined) throw wrongType(`${path}.output`, "a string or an array", output);
  return {
    callId: needText(item["call_id"], `${path}.call_id`),
    name: maybeText(item["name"], `${path}.name`),
    content: output === "" ? [] : readInputContent(output, `${path}.output`, drops),
    isError: false,
    isCustom,
    cache: null,
  };
};

const readReasoningItem = (item: JsonObject, turns: Turns, drops: Drops): void => {
  dropUnknown(item, reasoningKeys, "input.", drops);
  for (const key of ["summary", "content"]) {
    for (const one of toList(item[key])) dropUnknown(toObject(one) ?? {}, thoughtKeys, `input.${key}.`, drops);
  }
  const { parts, sealOfCall } = readReasoning(item);
  for (const part of parts) turns.ofAssistant(part);
  // Without text and seal it is but the id of something the service keeps.
  if (sealOfCall === null ? parts.length === 0 : !turns.sealCall(sealOfCall)) drops.name("input.reasoning");
};

/** An item may leave out its type when it is a message, or a reference by id. */
const typeless = ({ id, role }: JsonObject): string =>
  role === undefined && toText(id) !== null ? "item_reference" : "message";

/**
 * Reads `input`, a text or items. An item that only this dialect knows is a `Native` part, in a message of the side that made it.
 *
 * `isContinued` tells that the service holds what came before, so that a result may stand without its call.
 *
 * @throws {ProxyError} `invalid_request` - among others a result whose call is not there
 */
export const readInput = (input: unknown, isContinued: boolean, drops: Drops): readonly Message[] => {
  const text = toText(input);
  if (text !== null) return [{ role: "user", content: readInputContent(text, "input", drops), name: null }];
  const turns = createTurns();
  const calls = new Set<string>();
  const items = needList(input, "input");
  let isElsewhere = isContinued;
  for (const [index, value] of items.entries()) {
    const path = `input[${index}]`;
    const item = needObject(value, path);
    const type = maybeText(item["type"], `${path}.type`) ?? typeless(item);
    switch (type) {
      case "message":
        readMessage(item, path, turns, drops);
        break;
      case "function_call":
      case "custom_tool_call": {
        const call = readCall(item, type === "custom_tool_call", path, drops);
        calls.add(call.id);
        turns.ofAssistant(call);
        break;
      }
      case "function_call_output":
      case "custom_tool_call_output": {
        const result = readResult(item, type === "custom_tool_call_output", path, drops);
        if (!isElsewhere && !calls.has(result.callId)) throw noCall(result.callId);
        turns.result(result);
        break;
      }
      case "reasoning":
        readReasoningItem(item, turns, drops);
        break;
      default: {
        const native: Native = { kind: "native", dialect: "openai-responses", name: type, value: item };
        if (isOfClient(type)) turns.add({ role: "user", content: [native], name: null });
        else turns.ofAssistant(toImage(item) ?? native);
        // What is referred to, or was left out of a compacted history, may hold the call.
        if (type === "item_reference" || type === "compaction") isElsewhere = true;
      }
    }
  }
  return turns.messages;
};

const noCall = (callId: string): ProxyError =>
  new ProxyError("invalid_request", `No tool call found for function call output with call_id ${callId}.`, {
    param: "input",
  });
