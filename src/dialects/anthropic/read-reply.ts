import { ProxyError } from "../../errors.ts";
import type { JsonObject, Native, OutputPart, Reasoning, ToolCall } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import { toList, toObject, toText } from "../fields.ts";
import type { Reply, ReplyHead } from "../reply.ts";
import { readCitation } from "./citations.ts";
import { readFinish } from "./finish.ts";
import { hasOtherCaller } from "./read-blocks.ts";
import { readSeal } from "./seal.ts";
import { readTier, readUsage } from "./usage.ts";

const known = new Set("id type role model content stop_reason stop_sequence stop_details usage".split(" "));

/** Gives what a message says of itself, whole or at the start of a stream. */
export const readHead = (message: JsonObject): ReplyHead => ({
  id: toText(message["id"]) ?? "",
  model: toText(message["model"]) ?? "",
  createdAt: null,
  serviceTier: readTier(toText(toObject(message["usage"])?.["service_tier"])),
  fingerprint: null,
});

/** A piece of thinking with its seal; an empty seal is none. */
export const toReasoning = (text: string, seal: string, isRedacted: boolean): Reasoning => ({
  kind: "reasoning",
  id: null,
  text,
  isSummary: true,
  isRedacted,
  signature: readSeal(seal),
});

/** Gives the call of a block, with the text of its input. */
export const toToolCall = (block: JsonObject, input: string): ToolCall => ({
  kind: "tool_call",
  id: toText(block["id"]) ?? "",
  name: toText(block["name"]) ?? "",
  arguments: input,
  isCustom: false,
  signature: null,
  cache: null,
});

/** A block only this dialect has words for. */
export const toNativePart = (name: string, value: JsonObject): Native => ({
  kind: "native",
  dialect: "anthropic",
  name,
  value,
});

/** What a call says beside its name and input has no place here. */
const dropCallDetails = (block: JsonObject, drops: Drops): void => {
  if (hasOtherCaller(block)) drops.name("content.caller");
  if (toText(block["toolset_name"]) !== null) drops.name("content.toolset_name");
};

const readBlock = (block: JsonObject, drops: Drops): OutputPart => {
  const type = toText(block["type"]) ?? "";
  switch (type) {
    case "text": {
      const citations = toList(block["citations"]).map(readCitation);
      const text = toText(block["text"]) ?? "";
      return { kind: "text", text, citations: citations.filter((citation) => citation !== null), cache: null };
    }
    case "thinking":
      return toReasoning(toText(block["thinking"]) ?? "", toText(block["signature"]) ?? "", false);
    case "redacted_thinking":
      return toReasoning("", toText(block["data"]) ?? "", true);
    case "tool_use":
      dropCallDetails(block, drops);
      return toToolCall(block, JSON.stringify(block["input"] ?? {}));
    default:
      return toNativePart(type, block);
  }
};

/**
 * Reads the reply of `POST /v1/messages`.
 *
 * The text of a refused answer stays text, as it does in a stream, where the refusal is known at its end alone.
 *
 * @throws {ProxyError} `upstream_invalid_response` - it has no list of content
 * @see npm `@anthropic-ai/sdk` 1.12.0, resources/messages/messages.d.ts, `Message` (read 2026-11-22)
 */
export const readReply = (body: JsonObject, drops: Drops): Reply => {
  if (!Array.isArray(body["content"])) {
    throw new ProxyError("upstream_invalid_response", "The upstream's message holds no list of content");
  }
  dropUnknown(body, known, "", drops);
  const content = toList(body["content"]).map((item) => readBlock(toObject(item) ?? {}, drops));
  return {
    ...readHead(body),
    candidates: [{ index: 0, content, finish: readFinish(body), logprobs: null }],
    usage: readUsage(body["usage"]),
  };
};
