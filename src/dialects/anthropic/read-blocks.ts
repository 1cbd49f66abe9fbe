import { ProxyError } from "../../errors.ts";
import type {
  InputPart,
  JsonObject,
  Native,
  OutputPart,
  Reasoning,
  Text,
  ToolCall,
  ToolResult,
} from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import { isObject, maybeFlag, maybeList, needObject, needText, toList, wrongType, wrongValue } from "../fields.ts";
import { unpackSignature } from "../signature.ts";
import { readCacheControl } from "./cache-control.ts";
import { readCitation } from "./citations.ts";
import { readDocument, readImage } from "./read-sources.ts";
import { readSeal } from "./seal.ts";

const textKeys = new Set(["type", "text", "cache_control", "citations"]);
/** Of all kinds of citations, as `TextCitationParam` of the SDK has them. */
const citationKeys = new Set(
  (
    "type cited_text document_index document_title file_id source title url search_result_index encrypted_index " +
    "start_char_index end_char_index start_page_number end_page_number start_block_index end_block_index"
  ).split(" "),
);
const thinkingKeys = new Set(["type", "thinking", "signature"]);
const redactedKeys = new Set(["type", "data"]);
const callKeys = new Set(["type", "id", "name", "input", "cache_control", "caller"]);
const resultKeys = new Set(["type", "tool_use_id", "content", "is_error", "cache_control"]);

// Blocks that no other dialect has; the beta's are `BetaContentBlockParam` of npm `@anthropic-ai/sdk` 1.12.0 (read 2026-11-22).
const ownUserBlocks = new Set(["search_result", "container_upload"]);
const ownResultBlocks = new Set(["search_result", "tool_reference", "browser_state"]);
const ownAssistantBlocks = new Set([
  "container_upload",
  "compaction",
  "fallback",
  "mcp_tool_listing",
  "tool_addition",
  "tool_removal",
]);
const isServerSide = (type: string): boolean => type.endsWith("_tool_use") || type.endsWith("_tool_result");

export const userTypes = ["text", "image", "document", "search_result", "tool_result"];
const assistantTypes = [
  "text",
  "thinking",
  "redacted_thinking",
  "tool_use",
  "server_tool_use",
  "web_search_tool_result",
];
const resultTypes = ["text", "image", "document", "search_result", "tool_reference"];

const toNative = (type: string, value: JsonObject): Native => ({
  kind: "native",
  dialect: "anthropic",
  name: type,
  value,
});

/** The type of a block. @throws {ProxyError} `invalid_request`, `missing_required_parameter` */
export const typeOf = (block: JsonObject, path: string): string => needText(block["type"], `${path}.type`);

/** Reads the text block of any role. @throws {ProxyError} `invalid_request` - it is empty */
export const readText = (block: JsonObject, path: string, drops: Drops): Text => {
  const text = needText(block["text"], `${path}.text`);
  if (text === "") {
    throw new ProxyError("invalid_request", `'${path}.text' is empty: text content blocks must be non-empty`, {
      param: `${path}.text`,
    });
  }
  dropUnknown(block, textKeys, "messages.content.", drops);
  const citations = toList(maybeList(block["citations"], `${path}.citations`)).map((citation, index) => {
    const read = readCitation(citation);
    if (read === null) throw wrongType(`${path}.citations[${index}]`, "a citation", citation);
    dropUnknown(needObject(citation, path), citationKeys, "messages.content.citations.", drops);
    return read;
  });
  return { kind: "text", text, citations, cache: readCacheControl(block, path, drops) };
};

/** Reads what stands in a user's turn beside tool results. */
export const readUserBlock = (block: JsonObject, path: string, drops: Drops): InputPart => {
  const type = typeOf(block, path);
  if (type === "text") return readText(block, path, drops);
  if (type === "image") return readImage(block, path, drops);
  if (type === "document") return readDocument(block, path, drops);
  if (ownUserBlocks.has(type)) return toNative(type, block);
  throw wrongValue(`${path}.type`, type, userTypes);
};

const readResultContent = (content: unknown, path: string, drops: Drops): readonly InputPart[] => {
  if (content === undefined || content === null || content === "") return [];
  if (typeof content === "string") return [{ kind: "text", text: content, citations: [], cache: null }];
  if (!Array.isArray(content)) throw wrongType(path, "a string or an array", content);
  const parts: InputPart[] = [];
  for (const [index, item] of content.entries()) {
    const at = `${path}[${index}]`;
    const block = needObject(item, at);
    const type = typeOf(block, at);
    if (type === "text") {
      // A tool that printed nothing is no fault of the client's.
      if (block["text"] !== "") parts.push(readText(block, at, drops));
    } else if (type === "image") parts.push(readImage(block, at, drops));
    else if (type === "document") parts.push(readDocument(block, at, drops));
    else if (ownResultBlocks.has(type)) parts.push(toNative(type, block));
    else throw wrongValue(`${at}.type`, type, resultTypes);
  }
  return parts;
};

/** Reads a tool's result; `nameOf` gives the name of the call it answers. */
export const readToolResult = (
  block: JsonObject,
  path: string,
  nameOf: (callId: string, path: string) => string,
  drops: Drops,
): ToolResult => {
  dropUnknown(block, resultKeys, "messages.content.", drops);
  const callId = needText(block["tool_use_id"], `${path}.tool_use_id`);
  return {
    callId,
    name: nameOf(callId, `${path}.tool_use_id`),
    content: readResultContent(block["content"], `${path}.content`, drops),
    isError: maybeFlag(block["is_error"], `${path}.is_error`) ?? false,
    isCustom: false,
    cache: readCacheControl(block, path, drops),
  };
};

/** A block without a signature (of a client that lost it, or of a provider that has none) is kept for its text. */
const readThinking = (block: JsonObject, path: string, drops: Drops): Reasoning => {
  dropUnknown(block, thinkingKeys, "messages.content.", drops);
  const text = needText(block["thinking"], `${path}.thinking`);
  const signature = needText(block["signature"] ?? "", `${path}.signature`);
  return {
    kind: "reasoning",
    id: null,
    text,
    isSummary: true,
    isRedacted: false,
    signature: readSeal(signature),
  };
};

const readRedacted = (block: JsonObject, path: string, drops: Drops): Reasoning => {
  dropUnknown(block, redactedKeys, "messages.content.", drops);
  const signature = unpackSignature(needText(block["data"], `${path}.data`), "anthropic");
  return { kind: "reasoning", id: null, text: "", isSummary: true, isRedacted: true, signature };
};

/** The caller says something only when it is not the model itself. */
export const hasOtherCaller = ({ caller }: JsonObject): boolean => isObject(caller) && caller["type"] !== "direct";

const readToolUse = (block: JsonObject, path: string, drops: Drops): ToolCall => {
  dropUnknown(block, callKeys, "messages.content.", drops);
  if (hasOtherCaller(block)) drops.name("messages.content.caller");
  return {
    kind: "tool_call",
    id: needText(block["id"], `${path}.id`),
    name: needText(block["name"], `${path}.name`),
    arguments: JSON.stringify(needObject(block["input"], `${path}.input`)),
    isCustom: false,
    signature: null,
    cache: readCacheControl(block, path, drops),
  };
};

/** Reads a block of an assistant's turn; null for an empty text, which an earlier answer may have held. */
export const readAssistantBlock = (block: JsonObject, path: string, drops: Drops): OutputPart | null => {
  const type = typeOf(block, path);
  if (type === "text") return block["text"] === "" ? null : readText(block, path, drops);
  if (type === "thinking") return readThinking(block, path, drops);
  if (type === "redacted_thinking") return readRedacted(block, path, drops);
  if (type === "tool_use") return readToolUse(block, path, drops);
  if (isServerSide(type) || ownAssistantBlocks.has(type)) return toNative(type, block);
  throw wrongValue(`${path}.type`, type, assistantTypes);
};
