import type { Conversation, InputPart, OutputPart } from "../../dialects/conversation.ts";
import type { Usage } from "../../dialects/reply.ts";

const bytesOf = (parts: readonly (InputPart | OutputPart)[]): number => {
  let bytes = 0;
  for (const part of parts) if (part.kind === "text") bytes += Buffer.byteLength(part.text);
  return bytes;
};

/**
 * A plain estimate of the tokens of a conversation: the UTF-8 bytes of its texts divided by 4, rounded up.
 *
 * Images, calls, tool definitions and roles count nothing. It is no tokenizer: its use is that it never changes.
 */
export const countInput = ({ messages }: Conversation): number => {
  let bytes = 0;
  for (const message of messages) {
    if (message.role === "tool") for (const { content } of message.results) bytes += bytesOf(content);
    else bytes += bytesOf(message.content);
  }
  return Math.ceil(bytes / 4);
};

/** Usage with the details each service shows; what the mock never spends at 0, or left out where Gemini leaves it out. */
export const toUsage = (conversation: Conversation, answerTokens: number, reasoningTokens: number): Usage => {
  const isGemini = conversation.native.dialect === "gemini";
  const nothing = isGemini ? null : 0;
  return {
    inputTokens: countInput(conversation),
    outputTokens: answerTokens + reasoningTokens,
    cachedInputTokens: nothing,
    cacheWriteTokens: nothing,
    cacheWriteLongTokens: null,
    audioInputTokens: 0,
    imageInputTokens: nothing,
    toolInputTokens: null,
    reasoningTokens: reasoningTokens === 0 ? nothing : reasoningTokens,
    audioOutputTokens: 0,
    imageOutputTokens: null,
    acceptedPredictionTokens: 0,
    rejectedPredictionTokens: 0,
    webSearches: null,
  };
};
