import type { Conversation, InputPart, Message, OutputPart, Reasoning, ToolCall, ToolResult } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { restOfCitation } from "../rest.ts";
import { writeCitations } from "./marks.ts";
import { openSeal } from "./seal.ts";
import type { InputAudio, InputContent, InputItem, OutputText, PastCall } from "./wire.ts";
import { writeCache, writePart, type Means } from "./write-content.ts";
import { wrapInput } from "./write-tools.ts";

/** Parts as content: one plain text as a string, which every server takes. */
const toContent = <P extends InputContent | InputAudio>(parts: readonly P[]): string | readonly P[] => {
  const [only] = parts;
  const isPlain = parts.length === 1 && only?.type === "input_text" && only.prompt_cache_breakpoint === undefined;
  return isPlain ? only.text : parts;
};

const writeParts = (parts: readonly InputPart[], means: Means, drops: Drops) =>
  parts.flatMap((part) => writePart(part, means, drops) ?? []);

/** Writes a message of the user, around the items in it that stand for themselves. */
const writeUser = (content: readonly InputPart[], means: Means, drops: Drops): readonly InputItem[] => {
  const items: InputItem[] = [];
  let run: InputPart[] = [];
  const flush = (): void => {
    const parts = writeParts(run, means, drops);
    if (parts.length > 0) items.push({ type: "message", role: "user", content: toContent(parts) });
    run = [];
  };
  for (const part of content) {
    if (part.kind === "native" && part.dialect === "openai-responses") {
      flush();
      items.push(part.value);
    } else run.push(part);
  }
  flush();
  return items;
};

/** Only the service's own reasoning with its seal is taken: without, it looks for the id among what it keeps and refuses. */
const writeReasoning = ({ id, text, isSummary, signature }: Reasoning, drops: Drops): readonly InputItem[] => {
  if (signature?.by !== "openai-responses") {
    drops.name("messages.content.reasoning");
    return [];
  }
  const seal = openSeal(signature.value);
  const itemId = seal.id ?? id;
  return [
    {
      ...(itemId !== null && { id: itemId }),
      type: "reasoning",
      summary: isSummary && text !== "" ? [{ type: "summary_text", text }] : [],
      ...(!isSummary && text !== "" && { content: [{ type: "reasoning_text", text }] }),
      encrypted_content: seal.encrypted,
    },
  ];
};

const writeCall = (call: ToolCall, means: Means, drops: Drops): PastCall => {
  writeCache(call.cache, { ...means, hasBreakpoints: false }, drops);
  if (call.signature !== null) drops.name("messages.tool_calls.signature");
  const named = { call_id: call.id, name: call.name };
  if (!call.isCustom) return { type: "function_call", ...named, arguments: call.arguments || "{}" };
  return means.hasCustomTools
    ? { type: "custom_tool_call", ...named, input: call.arguments }
    : { type: "function_call", ...named, arguments: wrapInput(call.arguments) };
};

const writeText = (text: string, annotations: OutputText["annotations"]): InputItem =>
  annotations.length === 0
    ? { type: "message", role: "assistant", content: text }
    : {
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text, annotations, logprobs: [] }],
      };

const writeOutputPart = (part: OutputPart, means: Means, drops: Drops): readonly InputItem[] => {
  switch (part.kind) {
    case "text": {
      writeCache(part.cache, { ...means, hasBreakpoints: false }, drops);
      const annotations = writeCitations(part.citations, part.text.length);
      if (annotations.length < part.citations.length) drops.name("messages.content.citations");
      for (const citation of part.citations) {
        if (citation.url === null) continue;
        for (const name of restOfCitation(citation, "openai-responses", false))
          drops.name(`messages.content.citations.${name}`);
      }
      return part.text === "" ? [] : [writeText(part.text, annotations)];
    }
    case "refusal":
      return [{ type: "message", role: "assistant", content: [{ type: "refusal", refusal: part.text }] }];
    case "reasoning":
      return writeReasoning(part, drops);
    case "tool_call":
      return [writeCall(part, means, drops)];
    case "speech":
      drops.name("messages.audio");
      return part.transcript === "" ? [] : [writeText(part.transcript, [])];
    case "image":
      // Images of the service's own are known to it by their id alone.
      drops.name("messages.content.image");
      return [];
    case "native":
      if (part.dialect === "openai-responses") return [part.value];
      drops.name(`messages.content.${part.name}`);
      return [];
  }
};

/** A hint on a result stands behind its last part. */
const withCache = (result: ToolResult): readonly InputPart[] => {
  const last = result.content.at(-1);
  const canHold = last !== undefined && last.kind !== "native" && last.cache === null;
  return result.cache === null || !canHold
    ? result.content
    : [...result.content.slice(0, -1), { ...last, cache: result.cache }];
};

const writeResult = (result: ToolResult, means: Means, drops: Drops): InputItem => {
  if (result.isError) drops.name("tool_result.is_error");
  const isHintLost = result.cache !== null && (result.content.at(-1)?.kind ?? "native") === "native";
  if (isHintLost) drops.name("messages.content.cache_control");
  const parts = writeParts(withCache(result), means, drops).filter((part) => {
    if (part.type === "input_audio") drops.name("messages.content.audio");
    return part.type !== "input_audio";
  });
  return {
    type: result.isCustom && means.hasCustomTools ? "custom_tool_call_output" : "function_call_output",
    call_id: result.callId,
    output: parts.length === 0 ? "" : toContent(parts),
  };
};

const writeMessage = (message: Message, means: Means, drops: Drops): readonly InputItem[] => {
  if (message.role !== "tool" && message.name !== null) drops.name("messages.name");
  switch (message.role) {
    case "system":
    case "developer": {
      const parts = writeParts(message.content, means, drops);
      const role = means.hasDeveloperRole ? message.role : "system";
      return parts.length === 0 ? [] : [{ type: "message", role, content: toContent(parts) }];
    }
    case "user":
      return writeUser(message.content, means, drops);
    case "assistant":
      return message.content.flatMap((part) => writeOutputPart(part, means, drops));
    case "tool":
      return message.results.map((result) => writeResult(result, means, drops));
  }
};

export interface WrittenInput {
  readonly instructions: string | null;
  readonly input: readonly InputItem[];
}

/**
 * Writes the messages as `input`, and a leading system message of one text as `instructions`; a longer one keeps its
 * parts in the input, as every other message keeps its place.
 */
export const writeInput = ({ messages }: Pick<Conversation, "messages">, means: Means, drops: Drops): WrittenInput => {
  const [first] = messages;
  const content = first?.role === "system" ? writeParts(first.content, means, drops) : [];
  const instructions = toContent(content);
  const isLeading = typeof instructions === "string";
  if (isLeading && first?.role === "system" && first.name !== null) drops.name("messages.name");
  const rest = isLeading ? messages.slice(1) : messages;
  return {
    instructions: isLeading ? instructions : null,
    input: rest.flatMap((message) => writeMessage(message, means, drops)),
  };
};
