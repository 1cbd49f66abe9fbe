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

/** What goes without saying, as every client sends it and it means nothing to another provider: an id, a state, a maker. */
const bookkeeping = ["type", "id", "status", "created_by"];
const messageKeys = new Set([...bookkeeping, "role", "content"]);
const callKeys = new Set([...bookkeeping, "call_id", "name", "namespace", "arguments", "input"]);
const outputKeys = new Set([...bookkeeping, "call_id", "name", "namespace", "output"]);
const thoughtKeys = new Set(["type", "text"]);
const reasoningKeys = new Set([...bookkeeping, "summary", "content", "encrypted_content"]);

/** Items a client makes; any other is the model's or its provider's. */
const isOfClient = (type: string): boolean =>
  type === "configuration_update" ||
  type === "compaction_trigger" ||
  type === "mcp_approval_response" ||
  (type.endsWith("_output") && type !== "program_output");

const roles = ["assistant", "system", "developer", "user"];

/** The items as messages: neighbours of the assistant's side make one message, as do the results of its calls. */
interface Turns {
  readonly messages: () => readonly Message[];
  readonly add: (message: Message) => void;
  readonly ofAssistant: (part: OutputPart) => void;
  /**
   * Adds the result of a call. It stands behind the turn with its call, wherever its item was: the service takes a result
   * anywhere behind the call, other dialects right behind it.
   */
  readonly result: (result: ToolResult) => void;
  /** The tool that is called; null for a call that is not here. */
  readonly nameOf: (callId: string) => string | null;
  /** Gives the seal of a call, which stands behind it, to the call; false when there is none before. */
  readonly sealCall: (signature: Signature) => boolean;
}

/** A message and the results of the calls in it. */
interface Turn {
  readonly message: Message;
  readonly results: ToolResult[];
}

const createTurns = (): Turns => {
  const turns: Turn[] = [];
  const calls = new Map<string, { readonly turn: Turn; readonly name: string }>();
  let parts: OutputPart[] | null = null;
  let results: ToolResult[] | null = null;
  const begin = (message: Message, own: ToolResult[] = []): Turn => {
    const turn = { message, results: own };
    turns.push(turn);
    return turn;
  };
  let speaking: Turn | null = null;
  return {
    messages: () =>
      turns.flatMap(({ message, results: own }): readonly Message[] =>
        message.role === "tool" || own.length === 0 ? [message] : [message, { role: "tool", results: own }],
      ),
    add: (message) => {
      parts = null;
      results = null;
      begin(message);
    },
    ofAssistant: (part) => {
      results = null;
      if (parts === null || speaking === null) {
        speaking = begin({ role: "assistant", content: (parts = []), name: null });
      }
      parts.push(part);
      if (part.kind === "tool_call") calls.set(part.id, { turn: speaking, name: part.name });
    },
    result: (result) => {
      const turn = calls.get(result.callId)?.turn;
      // What the assistant says meanwhile goes on.
      if (turn === undefined || turn === speaking) parts = null;
      if (turn !== undefined) results = turn.results;
      else if (results === null) begin({ role: "tool", results: (results = []) });
      results?.push(result);
    },
    nameOf: (callId) => calls.get(callId)?.name ?? null,
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

/** Where the call stands its name counts, not what the result says of it. */
const readResult = (item: JsonObject, { nameOf }: Turns, isCustom: boolean, path: string, drops: Drops): ToolResult => {
  dropUnknown(item, outputKeys, "input.", drops);
  const output = item["output"];
  if (output === undefined) throw wrongType(`${path}.output`, "a string or an array", output);
  const callId = needText(item["call_id"], `${path}.call_id`);
  const name = maybeText(item["name"], `${path}.name`);
  const namespace = maybeText(item["namespace"], `${path}.namespace`);
  return {
    callId,
    name: nameOf(callId) ?? (name === null || namespace === null ? name : joinName(namespace, name)),
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
  const items = needList(input, "input");
  let isElsewhere = isContinued;
  for (const [index, value] of items.entries()) {
    const path = `input[${index}]`;
    const item = needObject(value, path);
    const type = maybeText(item["type"], `${path}.type`) ?? typeless(item);
    if (type === "additional_tools") continue; // They are read with the other tools.
    switch (type) {
      case "message":
        readMessage(item, path, turns, drops);
        break;
      case "function_call":
      case "custom_tool_call":
        turns.ofAssistant(readCall(item, type === "custom_tool_call", path, drops));
        break;
      case "function_call_output":
      case "custom_tool_call_output": {
        const result = readResult(item, turns, type === "custom_tool_call_output", path, drops);
        if (!isElsewhere && turns.nameOf(result.callId) === null) throw noCall(result.callId);
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
  return turns.messages();
};

const noCall = (callId: string): ProxyError =>
  new ProxyError("invalid_request", `No tool call found for function call output with call_id ${callId}.`, {
    param: "input",
  });
