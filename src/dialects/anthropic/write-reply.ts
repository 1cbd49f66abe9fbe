import type { Citation, JsonObject, OutputPart, Reasoning, Text } from "../conversation.ts";
import type { ReplyContext } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import type { Candidate, Reply, ReplyHead } from "../reply.ts";
import { toCallSeal } from "./call-seal.ts";
import { isOwnBlock, writeCitation } from "./citations.ts";
import { writeStop } from "./finish.ts";
import { writeSeal } from "./seal.ts";
import { toInput } from "./tool-input.ts";
import { dropUsageDetails, writeUsage } from "./usage.ts";
import type {
  Block,
  MessageHead,
  RedactedThinkingBlock,
  TextBlock,
  ThinkingBlock,
  ToolUseBlock,
  WholeMessage,
} from "./wire.ts";

/** Says a head; the one word for a time or a build of the service that is missing here says nothing of the answer. */
export const writeHead = ({ id, model }: ReplyHead, { conversation, newId }: ReplyContext): MessageHead => ({
  id: id === "" ? newId("msg_") : id,
  type: "message",
  role: "assistant",
  model: model === "" ? conversation.model : model,
  container: null,
  diagnostics: null,
});

/** The block of a call. */
export const toToolUse = (call: { readonly id: string; readonly name: string }, input: JsonObject): ToolUseBlock => ({
  type: "tool_use",
  id: call.id,
  name: call.name,
  input,
  caller: { type: "direct" },
});

const toCitations = (citations: readonly Citation[], drops: Drops): Pick<TextBlock, "citations"> => {
  const said = citations.map((citation) => {
    const written = writeCitation(citation);
    if (written === null) drops.name("content.annotations");
    else if (citation.start !== null) drops.name("content.annotations.start_index");
    return written;
  });
  const kept = said.filter((citation) => citation !== null);
  return kept.length === 0 ? {} : { citations: kept };
};

/** An empty block would be refused when the client sends it back. */
const toText = ({ text, citations }: Pick<Text, "text" | "citations">, drops: Drops): readonly TextBlock[] =>
  text === "" && citations.length === 0 ? [] : [{ type: "text", text, ...toCitations(citations, drops) }];

const toThinking = ({ text, isRedacted, signature }: Reasoning): readonly (ThinkingBlock | RedactedThinkingBlock)[] => {
  if (isRedacted) return signature === null ? [] : [{ type: "redacted_thinking", data: writeSeal(signature) }];
  return text === "" && signature === null
    ? []
    : [{ type: "thinking", thinking: text, signature: writeSeal(signature) }];
};

const toBlocks = (part: OutputPart, drops: Drops): readonly Block[] => {
  switch (part.kind) {
    case "text":
      return toText(part, drops);
    case "refusal":
      return toText({ text: part.text, citations: [] }, drops);
    case "speech":
      drops.name("content.audio");
      return toText({ text: part.transcript, citations: [] }, drops);
    case "reasoning":
      return toThinking(part);
    case "tool_call": {
      const call = toToolUse(part, toInput(part, drops));
      const seal = toCallSeal(part.signature);
      return seal === null ? [call] : [seal, call];
    }
    case "image":
      drops.name("content.image");
      return [];
    case "native":
      if (part.dialect === "anthropic" && isOwnBlock(part.value)) return [part.value];
      drops.name(`content.${part.name}`);
      return [];
  }
};

const broken: Candidate = {
  index: 0,
  content: [],
  finish: { reason: "error", stopSequence: null, detail: null },
  logprobs: null,
};

/** Gives a message of the first answer; further ones have no place in it. */
export const toMessage = (reply: Reply, context: ReplyContext, drops: Drops): WholeMessage => {
  const [candidate = broken] = reply.candidates;
  const { content, finish, logprobs } = candidate;
  if (reply.candidates.length > 1) drops.field("candidates");
  if (logprobs !== null) drops.name("logprobs");
  dropUsageDetails(reply.usage, drops);
  const isRefused = content.some(({ kind }) => kind === "refusal");
  return {
    ...writeHead(reply, context),
    content: content.flatMap((part) => toBlocks(part, drops)),
    ...writeStop(isRefused ? { ...finish, reason: "refusal" } : finish),
    usage: writeUsage(reply.usage, reply.serviceTier),
  };
};

/**
 * Writes the reply of `POST /v1/messages`.
 *
 * A refusal is a text, and `refusal` the reason it stopped for. The time and the fingerprint of the service are not said.
 *
 * @see npm `@anthropic-ai/sdk` 1.12.0, resources/messages/messages.d.ts, `Message` (read 2026-11-22)
 */
export const writeReply = (reply: Reply, context: ReplyContext, drops: Drops): JsonObject => ({
  ...toMessage(reply, context, drops),
});
