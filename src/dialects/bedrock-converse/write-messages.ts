import { parseJson } from "../../wire/lossless-json.ts";
import type {
  CacheHint,
  Conversation,
  InputPart,
  JsonObject,
  Message,
  Native,
  OutputPart,
  Reasoning,
  Text,
  ToolCall,
  ToolResult,
} from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { isObject } from "../fields.ts";
import type { Family } from "./families.ts";
import { createDocumentNames, createToolIds } from "./ids.ts";
import type { Block, CachePoint, ReasoningBlock, ResultPart, TextBlock, ToolUseBlock, WireMessage } from "./wire.ts";
import { writeMedium } from "./write-media.ts";

const name = "bedrock-converse";
const cacheName = "messages.content.cache_control";
const hourSeconds = 3600;

/** Makes a hint a cache point; none where the model takes none, and `lost` is named. */
export const writeCache = (
  hint: CacheHint | null,
  { hasCache }: Family,
  lost: string,
  drops: Drops,
): readonly CachePoint[] => {
  if (hint === null) return [];
  if (!hasCache) {
    drops.name(lost);
    return [];
  }
  const { ttlSeconds } = hint;
  if (ttlSeconds === null) return [{ cachePoint: { type: "default" } }];
  return [{ cachePoint: { type: "default", ttl: ttlSeconds >= hourSeconds ? "1h" : "5m" } }];
};

/** Gives a text as a block; the service refuses a blank one. */
export const writeText = (text: string): readonly TextBlock[] => (text.trim() === "" ? [] : [{ text }]);

const parseArguments = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/** Gives the input of a call; what is no JSON object stands in one under `input`, as does the text of a custom tool. */
const toInput = ({ arguments: text, isCustom }: ToolCall, drops: Drops): JsonObject => {
  if (isCustom) return { input: text };
  if (text.trim() === "") return {};
  const parsed = parseArguments(text);
  if (isObject(parsed)) return parsed;
  drops.name("messages.tool_calls.arguments");
  return { input: text };
};

const writeReasoning = ({ text, isRedacted, signature }: Reasoning, drops: Drops): readonly ReasoningBlock[] => {
  if (signature?.by !== name) {
    drops.name("messages.content.reasoning");
    return [];
  }
  const { value } = signature;
  return [
    { reasoningContent: isRedacted ? { redactedContent: value } : { reasoningText: { text, signature: value } } },
  ];
};

/** Gives a text with the citations this dialect told of it, else without. */
const writeCited = ({ text, citations }: Text, drops: Drops): readonly Block[] => {
  const own = citations.flatMap(({ native }) => (native?.dialect === name ? [native.value] : []));
  if (own.length < citations.length) drops.name("messages.content.citations");
  if (own.length === 0 || text.trim() === "") return writeText(text);
  return [{ citationsContent: { content: [{ text }], citations: own } }];
};

const createBlocks = (family: Family, drops: Drops) => {
  const toId = createToolIds();
  const toDocumentName = createDocumentNames();
  const cache = (hint: CacheHint | null): readonly CachePoint[] => writeCache(hint, family, cacheName, drops);
  const native = (part: Native): readonly Block[] => {
    if (part.dialect === name) return [part.value];
    drops.name(`messages.content.${part.name}`);
    return [];
  };
  const medium = (part: Exclude<InputPart, Text | Native>): readonly Block[] => {
    const block = writeMedium(part, toDocumentName);
    if (block !== null) return [block, ...cache(part.cache)];
    drops.name(part.source.kind === "file_id" ? "messages.content.file_id" : `messages.content.${part.kind}`);
    return [];
  };

  const told = ({ text, citations, cache: hint }: Text): readonly (TextBlock | CachePoint)[] => {
    if (citations.length > 0) drops.name("messages.content.citations");
    return [...writeText(text), ...cache(hint)];
  };
  const input = (part: InputPart): readonly Block[] => {
    switch (part.kind) {
      case "text":
        return told(part);
      case "image":
        if (part.detail !== null && part.detail !== "auto") drops.name("messages.content.detail");
        return medium(part);
      case "audio":
      case "video":
      case "file":
        return medium(part);
      case "native":
        return native(part);
    }
  };

  const output = (part: OutputPart): readonly Block[] => {
    switch (part.kind) {
      case "text":
        return [...writeCited(part, drops), ...cache(part.cache)];
      case "refusal":
        return writeText(part.text);
      case "reasoning":
        return writeReasoning(part, drops);
      case "tool_call": {
        if (part.signature !== null) drops.name("messages.tool_calls.signature");
        const use: ToolUseBlock = {
          toolUse: { toolUseId: toId(part.id), name: part.name, input: toInput(part, drops) },
        };
        return [use, ...cache(part.cache)];
      }
      case "speech":
        drops.name("messages.audio");
        return writeText(part.transcript);
      case "image":
        // The service takes images of the user alone.
        drops.name("messages.content.image");
        return [];
      case "native":
        return native(part);
    }
  };

  /** A result holds no sound and no cache point: they stand right behind it. */
  const result = ({ callId, content, isError, cache: hint }: ToolResult): readonly Block[] => {
    const inside: (ResultPart | JsonObject)[] = [];
    const behind: Block[] = [];
    for (const part of content) {
      for (const block of input(part)) ("audio" in block || "cachePoint" in block ? behind : inside).push(block);
    }
    const status = isError ? ({ status: "error" } as const) : {};
    return [{ toolResult: { toolUseId: toId(callId), content: inside, ...status } }, ...behind, ...cache(hint)];
  };
  return { told, input, output, result };
};

/** Everything that is said to the model, in its two places. */
export interface Said {
  readonly system: readonly (TextBlock | CachePoint)[];
  readonly messages: readonly WireMessage[];
}

const roleOf = ({ role }: Message): WireMessage["role"] => (role === "assistant" ? "assistant" : "user");

/**
 * Says the messages, those of one role in a row as one, as the service wants them.
 *
 * System messages join the system field wherever they stood. Reasoning is said with a seal of this dialect only. Media that
 * the service cannot get or has no format for are left out and named, and so is a turn with nothing left in it.
 */
export const writeMessages = ({ messages, cache }: Conversation, family: Family, drops: Drops): Said => {
  const blocks = createBlocks(family, drops);
  const system: (TextBlock | CachePoint)[] = [];
  const said: { readonly role: WireMessage["role"]; readonly content: Block[] }[] = [];
  let hasBegun = false;
  const say = (message: Message): readonly Block[] => {
    switch (message.role) {
      case "system":
      case "developer":
        if (hasBegun) drops.name("messages.system.position");
        for (const part of message.content) system.push(...blocks.told(part));
        return [];
      case "user":
        return message.content.flatMap(blocks.input);
      case "assistant":
        return message.content.flatMap(blocks.output);
      case "tool":
        return message.results.flatMap(blocks.result);
    }
  };
  for (const message of messages) {
    const content = say(message);
    if (message.role === "system" || message.role === "developer") continue;
    hasBegun = true;
    if ("name" in message && message.name !== null) drops.name("messages.name");
    if (content.length === 0) continue;
    const role = roleOf(message);
    const last = said.at(-1);
    if (last?.role !== role) said.push({ role, content: [...content] });
    // No spread: a message may have more blocks than a call may have arguments.
    else for (const block of content) last.content.push(block);
  }
  said.at(-1)?.content.push(...writeCache(cache, family, "cache_control", drops));
  return { system, messages: said };
};
