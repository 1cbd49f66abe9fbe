import type { JsonObject, Message, OutputPart, Signature, ToolCall, ToolResult } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { toObject } from "../fields.ts";
import { openSeal, writeOwn } from "./reasoning-details.ts";
import type { AssistantMessage, Call, RequestMessage, TextPart, ThinkingPart, UserPart } from "./wire-request.ts";
import { writeContent, writeParts, writeText, type Means } from "./write-parts.ts";

const named = (name: string | null): { name?: string } => (name === null ? {} : { name });

/** A custom tool is a function with one text where it is not known (`write-tools.ts`), and so is its call. */
const writeCall = (call: ToolCall, means: Means, drops: Drops): Call => {
  const { id, name, arguments: text, isCustom, signature, cache } = call;
  if (cache !== null) drops.name("messages.content.cache_control");
  if (isForeign(signature)) drops.name("messages.tool_calls.signature");
  if (isCustom && means.hasOpenAiExtras) return { id, type: "custom", custom: { name, input: text } };
  const extra = signature === null ? null : toObject(openSeal(signature)?.["extra_content"]);
  // A model that calls without arguments may write nothing, which servers that parse the history choke on.
  const json = isCustom ? JSON.stringify({ input: text }) : text === "" ? "{}" : text;
  return {
    id,
    type: "function",
    function: { name, arguments: json },
    ...(extra === null ? {} : { extra_content: extra }),
  };
};

/** Whether another provider sealed it; its seal has no place here. */
const isForeign = (signature: Signature | null): boolean => signature !== null && signature.by !== "openai-chat";

/** What an assistant's message is gathered from, before it is known which of it there is. */
interface Gathered {
  readonly texts: TextPart[];
  readonly refusals: string[];
  readonly calls: Call[];
  readonly thoughts: string[];
  readonly details: JsonObject[];
  speechId: string | null;
}

const gather = (content: readonly OutputPart[], means: Means, drops: Drops): Gathered => {
  const found: Gathered = { texts: [], refusals: [], calls: [], thoughts: [], details: [], speechId: null };
  for (const part of content) {
    switch (part.kind) {
      case "text":
        found.texts.push(writeText(part, means, drops));
        break;
      case "refusal":
        found.refusals.push(part.text);
        break;
      case "reasoning": {
        const isOurs = means.hasReasoningDetails && part.signature !== null && openSeal(part.signature) !== null;
        const isSaid = (means.reasoningField !== null || means.reasoningIn === "content") && part.text !== "";
        if (isSaid) found.thoughts.push(part.text);
        if (isOurs) found.details.push(...writeOwn(part));
        if (!isSaid && !isOurs) drops.name("messages.content.reasoning");
        else if (isForeign(part.signature)) drops.name("messages.content.signature");
        break;
      }
      case "tool_call": {
        found.calls.push(writeCall(part, means, drops));
        const seal = part.signature === null ? null : openSeal(part.signature);
        if (seal !== null && seal["extra_content"] === undefined && means.hasReasoningDetails) found.details.push(seal);
        break;
      }
      case "speech":
        if (part.id !== "" && found.speechId === null) found.speechId = part.id;
        else {
          drops.name("messages.audio");
          if (part.transcript !== "") found.texts.push({ type: "text", text: part.transcript });
        }
        break;
      case "image":
        drops.name("messages.content.image");
        break;
      case "native":
        drops.name(`messages.content.${part.name}`);
    }
  }
  return found;
};

/** A thought as Mistral has it: `ThinkChunk` of its specification (https://docs.mistral.ai/api, read 2026-11-22). */
const toThinkingPart = (text: string): ThinkingPart => ({ type: "thinking", thinking: [{ type: "text", text }] });

/** Whether somebody thought aloud before, so that the server knows the field. */
const hasThoughts = (messages: readonly Message[]): boolean =>
  messages.some(
    (message) =>
      message.role === "assistant" && message.content.some((part) => part.kind === "reasoning" && part.text !== ""),
  );

/**
 * Writes a turn of the assistant; null when nothing of it can be said.
 *
 * In a conversation that `thinks` a turn with calls says its thoughts even when it had none: DeepSeek refuses it else.
 */
const writeAssistant = (
  { content, name }: Extract<Message, { role: "assistant" }>,
  thinks: boolean,
  means: Means,
  drops: Drops,
): AssistantMessage | null => {
  const { texts, refusals, calls, thoughts, details, speechId } = gather(content, means, drops);
  const isSaid = [texts, refusals, calls, thoughts, details].some(({ length }) => length > 0) || speechId !== null;
  if (!isSaid) return null;
  const inContent = means.reasoningIn === "content" ? thoughts.map(toThinkingPart) : [];
  const isSilent = texts.length === 0 && refusals.length + calls.length > 0;
  const message: AssistantMessage = {
    role: "assistant",
    content: inContent.length > 0 ? [...inContent, ...texts] : isSilent ? null : writeContent(texts),
    ...named(name),
  };
  if (refusals.length > 0) message.refusal = refusals.join("");
  if (speechId !== null) message.audio = { id: speechId };
  const isOwed = thinks && calls.length > 0 && means.reasoningField === "reasoning_content";
  if (means.reasoningIn === "field" && means.reasoningField !== null && (thoughts.length > 0 || isOwed)) {
    message[means.reasoningField] = thoughts.join("");
  }
  if (details.length > 0) message.reasoning_details = details;
  if (calls.length > 0) message.tool_calls = calls;
  return message;
};

/** Results as messages of text alone; what is no text comes in one user's message behind them all. */
const writeResults = (results: readonly ToolResult[], means: Means, drops: Drops): RequestMessage[] => {
  const behind: UserPart[] = [];
  const messages = results.map(({ callId, content, isError, cache }): RequestMessage => {
    if (isError) drops.name("tool_result.is_error");
    const texts: TextPart[] = [];
    for (const part of writeParts(content, means, drops)) {
      if (part.type === "text") texts.push(part);
      else behind.push(part);
    }
    if (cache !== null && texts.length > 0) {
      const marked = writeText({ kind: "text", text: "", citations: [], cache }, means, drops);
      texts.push({ ...marked, ...texts.pop() });
    } else if (cache !== null) drops.name("messages.content.cache_control");
    return { role: "tool", tool_call_id: callId, content: writeContent(texts) };
  });
  return behind.length === 0 ? messages : [...messages, { role: "user", content: behind }];
};

/**
 * Writes the messages in their order; system and developer messages stay where they are. One of which nothing can be said
 * is left out.
 */
export const writeMessages = (messages: readonly Message[], means: Means, drops: Drops): RequestMessage[] => {
  const thinks = hasThoughts(messages);
  return messages.flatMap((message): RequestMessage[] => {
    switch (message.role) {
      case "system":
      case "developer": {
        const role = means.hasDeveloperRole ? message.role : "system";
        const content = writeContent(message.content.map((text) => writeText(text, means, drops)));
        return [{ role, content, ...named(message.name) }];
      }
      case "user": {
        const parts = writeParts(message.content, means, drops);
        return parts.length === 0 ? [] : [{ role: "user", content: writeContent(parts), ...named(message.name) }];
      }
      case "assistant": {
        const written = writeAssistant(message, thinks, means, drops);
        return written === null ? [] : [written];
      }
      case "tool":
        return writeResults(message.results, means, drops);
    }
  });
};
