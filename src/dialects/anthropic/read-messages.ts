import { ProxyError } from "../../errors.ts";
import type { InputPart, JsonObject, Message, OutputPart, Text, ToolResult } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import { needList, needObject, needText, wrongType, wrongValue } from "../fields.ts";
import { pushPart } from "./call-seal.ts";
import { readAssistantBlock, readText, readToolResult, readUserBlock, typeOf } from "./read-blocks.ts";

const messageKeys = new Set(["role", "content"]);
const roles = ["user", "assistant", "system"];

const refuse = (path: string, message: string): ProxyError =>
  new ProxyError("invalid_request", message, { param: path });

const plain = (text: string): Text => ({ kind: "text", text, citations: [], cache: null });

const needBlocks = (content: unknown, path: string): readonly unknown[] => {
  if (!Array.isArray(content)) throw wrongType(path, "a string or an array", content);
  return content;
};

/** Reads texts alone: the `system` field, and a system message among the others. An empty text says nothing. */
export const readTexts = (content: unknown, path: string, drops: Drops): readonly Text[] => {
  if (typeof content === "string") return content === "" ? [] : [plain(content)];
  return needBlocks(content, path).flatMap((item, index) => {
    const at = `${path}[${index}]`;
    const block = needObject(item, at);
    const type = typeOf(block, at);
    if (type === "text") return block["text"] === "" ? [] : [readText(block, at, drops)];
    // The beta's tool changes; a system message holds texts alone here.
    if (type !== "tool_addition" && type !== "tool_removal") throw wrongValue(`${at}.type`, type, ["text"]);
    drops.name(`messages.content.${type}`);
    return [];
  });
};

/** The calls a user's turn may answer: those of the assistant's turn before it. */
interface OpenCalls {
  readonly open: (id: string, name: string) => void;
  readonly nameOf: (id: string, path: string) => string;
  /** @throws {ProxyError} `invalid_request` - a call was left without its result */
  readonly close: (path: string) => void;
}

const createOpenCalls = (): OpenCalls => {
  let names = new Map<string, string>();
  const unanswered = new Set<string>();
  return {
    open: (id, name) => {
      names.set(id, name);
      unanswered.add(id);
    },
    nameOf: (id, path) => {
      const name = names.get(id);
      unanswered.delete(id);
      if (name !== undefined) return name;
      throw refuse(
        path,
        `'${path}' is '${id.slice(0, 100)}', but no 'tool_use' block of the assistant message before has this id: each 'tool_result' block must have a corresponding 'tool_use' block in the previous message`,
      );
    },
    close: (path) => {
      const [first] = unanswered;
      names = new Map();
      if (first === undefined) return;
      throw refuse(
        path,
        `'tool_use' ids were found without 'tool_result' blocks immediately after, before '${path}': ${[...unanswered].slice(0, 10).join(", ")}`,
      );
    },
  };
};

const readUser = (content: unknown, path: string, calls: OpenCalls, drops: Drops): readonly Message[] => {
  const isEmpty = content === "" || (Array.isArray(content) && content.length === 0);
  if (isEmpty) throw refuse(path, `'${path}' is empty: user messages must have non-empty content`);
  if (typeof content === "string") return [{ role: "user", content: [plain(content)], name: null }];
  const results: ToolResult[] = [];
  const parts: InputPart[] = [];
  for (const [index, item] of needBlocks(content, path).entries()) {
    const at = `${path}[${index}]`;
    const block = needObject(item, at);
    if (block["type"] === "tool_result") results.push(readToolResult(block, at, calls.nameOf, drops));
    else parts.push(readUserBlock(block, at, drops));
  }
  const messages: Message[] = [];
  if (results.length > 0) messages.push({ role: "tool", results });
  if (parts.length > 0) messages.push({ role: "user", content: parts, name: null });
  return messages;
};

const readAssistant = (content: unknown, path: string, drops: Drops): readonly OutputPart[] => {
  if (typeof content === "string") return content === "" ? [] : [plain(content)];
  const parts: OutputPart[] = [];
  for (const [index, item] of needBlocks(content, path).entries()) {
    const at = `${path}[${index}]`;
    const part = readAssistantBlock(needObject(item, at), at, drops);
    if (part !== null) pushPart(parts, part);
  }
  return parts;
};

/**
 * Reads `messages`. The results of tools in a user's turn become a message of their own, before the rest of the turn.
 *
 * An assistant's turn without anything in it is left out, as the service takes it when it is the last.
 *
 * @throws {ProxyError} `invalid_request` - also for a result without its call, or a call that the turn behind it leaves open
 */
export const readMessages = (value: unknown, drops: Drops): readonly Message[] => {
  const list = needList(value, "messages");
  if (list.length === 0) throw refuse("messages", "'messages' is empty: at least one message is required");
  const calls = createOpenCalls();
  let isAnswering = false;
  const messages = list.flatMap((item, index): readonly Message[] => {
    const path = `messages[${index}]`;
    const message: JsonObject = needObject(item, path);
    dropUnknown(message, messageKeys, "messages.", drops);
    const role = needText(message["role"], `${path}.role`);
    const content = message["content"];
    const at = `${path}.content`;
    switch (role) {
      case "user":
        isAnswering = true;
        return readUser(content, at, calls, drops);
      case "assistant": {
        if (isAnswering) calls.close(path);
        isAnswering = false;
        const parts = readAssistant(content, at, drops);
        for (const part of parts) if (part.kind === "tool_call") calls.open(part.id, part.name);
        return parts.length === 0 ? [] : [{ role: "assistant", content: parts, name: null }];
      }
      case "system": {
        // The beta's directives (`output_config` and no content) say nothing that has a place here.
        const texts = content === undefined ? [] : readTexts(content, at, drops);
        return texts.length === 0 ? [] : [{ role: "system", content: texts, name: null }];
      }
      default:
        throw wrongValue(`${path}.role`, role, roles);
    }
  });
  if (isAnswering) calls.close("messages");
  return messages;
};
