import type { CacheHint, Conversation, InputPart, Message, OutputPart, Tool, ToolResult } from "./conversation.ts";
import type { Drops } from "./drops.ts";

/** Claude's services refuse more in a request; OpenAI's takes any number and writes the latest four. */
const mostHints = 4;
const partName = "messages.content.cache_control";

const isHinted = (one: object): one is { readonly cache: CacheHint } => "cache" in one && one.cache !== null;

const countIn = (parts: readonly object[]): number => parts.filter(isHinted).length;

const countHints = ({ messages, tools, cache }: Conversation): number => {
  let count = countIn(tools) + (cache === null ? 0 : 1);
  for (const message of messages) {
    if (message.role !== "tool") count += countIn(message.content);
    else for (const result of message.results) count += countIn(result.content) + (result.cache === null ? 0 : 1);
  }
  return count;
};

/**
 * The conversation with no more cache hints than Claude's services take: the latest stay, since each stands for all that
 * is before it, and those that go are named.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching; npm `openai` 7.57.0,
 * `PromptCacheOptions` (read 2026-11-23)
 */
export const withFewHints = (conversation: Conversation, drops: Drops): Conversation => {
  let excess = countHints(conversation) - mostHints;
  if (excess <= 0) return conversation;
  const strip = <T extends object>(one: T, name: string): T => {
    if (excess <= 0 || !isHinted(one)) return one;
    excess -= 1;
    drops.name(name);
    return { ...one, cache: null };
  };
  const stripParts = <T extends InputPart | OutputPart>(parts: readonly T[]): readonly T[] =>
    parts.map((part) => strip(part, partName));
  const stripResult = (result: ToolResult): ToolResult =>
    strip({ ...result, content: stripParts(result.content) }, partName);
  const stripMessage = (message: Message): Message => {
    switch (message.role) {
      case "system":
      case "developer":
        return { ...message, content: stripParts(message.content) };
      case "user":
        return { ...message, content: stripParts(message.content) };
      case "assistant":
        return { ...message, content: stripParts(message.content) };
      case "tool":
        return { ...message, results: message.results.map(stripResult) };
    }
  };
  // In the order in which the service caches: tools stand before all messages.
  const tools = conversation.tools.map((tool): Tool => strip(tool, "tools.cache_control"));
  return { ...conversation, tools, messages: conversation.messages.map(stripMessage) };
};
