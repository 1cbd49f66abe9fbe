import type { Conversation, InputPart, Message, OutputPart, Text, ToolCall } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { restOfImage } from "../rest.ts";
import { toArguments } from "./arguments.ts";
import { writeFunctionResponse } from "./function-response.ts";
import { isBeforeGemini3 } from "./generation.ts";
import { writeMedia } from "./media.ts";
import { toNativePart } from "./native-part.ts";
import { placeholder } from "./seal.ts";
import type { Content, Part } from "./wire.ts";

interface OpenContent {
  readonly role: "user" | "model";
  /** Whether it answers calls: such a turn goes on what the user asked before. */
  readonly isAnswer: boolean;
  readonly parts: Part[];
}

const writeText = (part: Text, drops: Drops): Part => {
  if (part.cache !== null) drops.name("messages.content.cache_control");
  if (part.citations.length > 0) drops.name("messages.content.citations");
  return { text: part.text };
};

const writeInputPart = (part: InputPart, isOld: boolean, drops: Drops): readonly Part[] => {
  if (part.kind === "text") return [writeText(part, drops)];
  const own = part.kind === "native" ? toNativePart(part) : writeMedia(part, !isOld, drops);
  if (own === null && part.kind === "native") drops.name(`messages.content.${part.name}`);
  return own === null ? [] : [own];
};

const writeCall = (call: ToolCall, drops: Drops): Part => {
  if (call.cache !== null) drops.name("messages.content.cache_control");
  const { args, isWhole } = toArguments(call);
  if (!isWhole) drops.name("messages.tool_calls.arguments");
  const { signature } = call;
  if (signature !== null && signature.by !== "gemini") drops.name("messages.tool_calls.signature");
  const functionCall = { id: call.id, name: call.name, args };
  return signature?.by === "gemini" ? { functionCall, thoughtSignature: signature.value } : { functionCall };
};

/** Only a seal of Gemini is sent; thoughts of others are said as thoughts without one, where there is a text. */
const writeReasoning = (
  { text, signature }: Extract<OutputPart, { kind: "reasoning" }>,
  parts: Part[],
  drops: Drops,
): void => {
  const isOwn = signature?.by === "gemini";
  if (!isOwn && (signature !== null || text === "")) drops.name("messages.content.signature");
  const seal = isOwn ? { thoughtSignature: signature.value } : {};
  if (text !== "") parts.push({ text, thought: true, ...seal });
  else if (isOwn) {
    const last = parts.at(-1);
    const isOpen = last !== undefined && last.thoughtSignature === undefined && last.thought === undefined;
    if (isOpen && (last.text !== undefined || last.inlineData !== undefined))
      parts[parts.length - 1] = { ...last, ...seal };
    else parts.push({ text: "", ...seal });
  }
};

const writeOutputParts = (content: readonly OutputPart[], isOld: boolean, drops: Drops): Part[] => {
  const parts: Part[] = [];
  for (const part of content) {
    switch (part.kind) {
      case "text":
        parts.push(writeText(part, drops));
        break;
      case "refusal":
        parts.push({ text: part.text });
        break;
      case "reasoning":
        writeReasoning(part, parts, drops);
        break;
      case "tool_call":
        parts.push(writeCall(part, drops));
        break;
      case "speech":
        drops.name("messages.audio");
        if (part.transcript !== "") parts.push({ text: part.transcript });
        break;
      case "image":
        for (const name of restOfImage(part)) drops.name(`messages.content.${name}`);
        parts.push(...writeInputPart(part, isOld, drops));
        break;
      case "native":
        parts.push(...writeInputPart(part, isOld, drops));
    }
  }
  return parts;
};

/** A step's first call must carry a seal as long as the turn it belongs to goes on. */
const sealCalls = (contents: readonly OpenContent[]): void => {
  const start = contents.findLastIndex(
    ({ role, isAnswer }, index) => role === "user" && !isAnswer && contents[index - 1]?.isAnswer !== true,
  );
  for (const { role, parts } of contents.slice(start + 1)) {
    const first = role === "model" ? parts.findIndex(({ functionCall }) => functionCall !== undefined) : -1;
    const part = parts[first];
    if (part !== undefined && part.thoughtSignature === undefined)
      parts[first] = { ...part, thoughtSignature: placeholder };
  }
};

const namesOf = (messages: readonly Message[]): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const part of message.content) if (part.kind === "tool_call") names.set(part.id, part.name);
  }
  return names;
};

/**
 * Writes the messages: system and developer messages as the system instruction, wherever they stood, the rest as
 * contents.
 *
 * Assistant messages that follow each other are one turn, tool messages too, so that as many responses stand together
 * as calls. The first call of each step of the current turn that has no seal of Gemini gets the placeholder, as
 * Gemini 3 refuses it otherwise.
 * Media in tool results stand in the response, or for a model before Gemini 3 in a turn of the user right behind. Parts of
 * another dialect and files in the store of another provider are left out and named, and so is a turn with nothing left in it.
 */
export const writeContents = (
  { messages, model }: Pick<Conversation, "messages" | "model">,
  drops: Drops,
): { readonly system: readonly Part[]; readonly contents: readonly Content[] } => {
  const isOld = isBeforeGemini3(model);
  const names = namesOf(messages);
  const system: Part[] = [];
  const contents: OpenContent[] = [];
  let besides: InputPart[] = [];
  const add = (role: "user" | "model", isAnswer: boolean, parts: readonly Part[]): void => {
    const last = contents.at(-1);
    const goesOn = last?.role === role && last.isAnswer === isAnswer && (isAnswer || role === "model");
    if (goesOn) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, isAnswer, parts: [...parts] });
  };
  const addUser = (content: readonly InputPart[]): void => {
    add(
      "user",
      false,
      content.flatMap((part) => writeInputPart(part, isOld, drops)),
    );
  };
  const addBesides = (): void => {
    if (besides.length > 0) addUser(besides);
    besides = [];
  };
  for (const message of messages) {
    if (message.role === "tool") {
      for (const result of message.results) {
        const name = result.name ?? names.get(result.callId) ?? result.callId;
        const written = writeFunctionResponse(result, name, !isOld, drops);
        add("user", true, [{ functionResponse: written.response }]);
        besides.push(...written.besides);
      }
      continue;
    }
    addBesides();
    if (message.name !== null) drops.name("messages.name");
    if (message.role === "user") addUser(message.content);
    else if (message.role === "assistant") add("model", false, writeOutputParts(message.content, isOld, drops));
    else {
      if (contents.length > 0) drops.name("messages.system.position");
      system.push(...message.content.map((part) => writeText(part, drops)));
    }
  }
  addBesides();
  if (!isOld) sealCalls(contents);
  return { system, contents: contents.map(({ role, parts }) => ({ role, parts })) };
};
