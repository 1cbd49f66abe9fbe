// What of a request counts, part by part: the key of a recording is made of it, and the explanation of a miss.
import type {
  Conversation,
  ConversationField,
  InputPart,
  Message,
  OutputPart,
  ToolResult,
} from "../../dialects/conversation.ts";
import type { Dialect } from "../../dialects/dialect.ts";
import type { Section } from "./section.ts";

/** A date, a version or `latest` at the end of a model's name, and the provider in front of it. */
const release = /(?:[-@](?:\d{4}-\d\d-\d\d|\d{8}|\d{4}|\d{3}|latest))+$/;

/** The name of a model without its release: `gpt-4o-2024-08-06` is `gpt-4o`. */
export const familyOf = (model: string): string => model.replace(/^.*\//, "").replace(release, "");

/** Fields that only say how an answer is carried, kept or paid for. */
export const transportFields: ReadonlySet<string> = new Set([
  "stream",
  "stream_options",
  "user",
  "metadata",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "prompt_cache_options",
  "service_tier",
  "serviceTier",
  "store",
  "cache_control",
  "include_obfuscation",
]);

const fields = [
  "toolChoice",
  "parallelToolCalls",
  "output",
  "reasoning",
  "maxOutputTokens",
  "temperature",
  "topP",
  "topK",
  "seed",
  "candidates",
  "stop",
  "presencePenalty",
  "frequencyPenalty",
  "topLogprobs",
  "logitBias",
  "verbosity",
  "previousResponseId",
] as const satisfies readonly ConversationField[];

/** What a provider takes where nothing is said, so that saying it is no difference. */
const isDefault = (field: (typeof fields)[number], conversation: Conversation): boolean => {
  const value = conversation[field];
  if (value === null || (Array.isArray(value) && value.length === 0)) return true;
  if (field === "candidates" || field === "temperature" || field === "topP") return value === 1;
  if (field === "presencePenalty" || field === "frequencyPenalty") return value === 0;
  if (field === "parallelToolCalls") return value === true;
  if (field === "output") return conversation.output?.kind === "text";
  return field === "toolChoice" && conversation.toolChoice?.kind === "auto";
};

const valueOf = (field: (typeof fields)[number], conversation: Conversation): unknown => {
  if (field !== "reasoning" || conversation.reasoning === null) return conversation[field];
  const { effort, budgetTokens, summary } = conversation.reasoning;
  return { effort, budgetTokens, summary };
};

type CallNames = (id: string) => string;

const createCallNames = (): CallNames => {
  const names = new Map<string, string>();
  return (id) => {
    const known = names.get(id) ?? `call_${names.size + 1}`;
    names.set(id, known);
    return known;
  };
};

const toArguments = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const toPart = (part: InputPart | OutputPart, nameOf: CallNames): unknown => {
  switch (part.kind) {
    case "text":
    case "refusal":
      return { kind: part.kind, text: part.text };
    case "reasoning":
      return { kind: "reasoning", text: part.text };
    case "tool_call":
      return { kind: "tool_call", id: nameOf(part.id), name: part.name, arguments: toArguments(part.arguments) };
    case "image":
      return { kind: "image", source: part.source, detail: part.detail };
    case "audio":
    case "video":
      return { kind: part.kind, source: part.source };
    case "file":
      return { kind: "file", source: part.source, name: part.name, context: part.context, cite: part.cite };
    case "speech":
      return { kind: "speech", transcript: part.transcript };
    case "native":
      return { kind: part.name, value: part.value };
  }
};

const toResult = ({ callId, content, isError }: ToolResult, nameOf: CallNames): unknown => ({
  id: nameOf(callId),
  content: content.map((part) => toPart(part, nameOf)),
  isError,
});

const toMessage = (message: Message, nameOf: CallNames): unknown =>
  message.role === "tool"
    ? { results: message.results.map((result) => toResult(result, nameOf)) }
    : {
        name: message.name,
        // An answer may come back with its reasoning or without it, as the client likes.
        content: message.content.filter(({ kind }) => kind !== "reasoning").map((part) => toPart(part, nameOf)),
      };

const isSystem = ({ role }: Message): boolean => role === "system" || role === "developer";

/** A message is compared with that of its place among those of its kind: a system prompt more moves no other. */
const projectMessages = (messages: readonly Message[]): readonly Section[] => {
  const nameOf = createCallNames();
  const counts = { system: 0, body: 0 };
  return messages.map((message, index) => {
    const part = isSystem(message) ? "system" : "body";
    const id = `messages ${part} ${counts[part]}`;
    counts[part] += 1;
    const role = part === "system" ? "system" : message.role;
    return { part, id, name: `messages[${index}] (${role})`, value: toMessage(message, nameOf) };
  });
};

const toToolSection = (tool: Conversation["tools"][number]): Section => {
  if (tool.kind === "native") return { part: "tools", name: `tools.${tool.name}`, value: tool.value };
  const { name } = tool;
  const value =
    tool.kind === "function"
      ? { description: tool.description, parameters: tool.parameters, strict: tool.strict === true ? true : null }
      : { description: tool.description, format: tool.format };
  return { part: "tools", name: `tools.${name}`, value };
};

/**
 * The parts of a conversation that can change its answer.
 *
 * A text and a list with that one text are the same, and so are `system` and `developer`; calls are named by the order of
 * their appearance; what a provider takes for granted is left out, and so are seals, cache hints and whatever says only how
 * the answer is carried.
 */
export const projectConversation = (
  conversation: Conversation,
  { fieldNames }: Dialect,
  isIgnored: (name: string) => boolean,
): readonly Section[] => {
  const nameOfField = (field: ConversationField): string => fieldNames[field] ?? field;
  const isFieldIgnored = (field: ConversationField): boolean =>
    isIgnored(nameOfField(field)) || isIgnored(field) || (field === "maxOutputTokens" && isIgnored("max_tokens"));
  return [
    { part: "body", name: "model", value: familyOf(conversation.model) },
    ...projectMessages(conversation.messages),
    ...(isFieldIgnored("tools") ? [] : conversation.tools.map(toToolSection)),
    ...fields
      .filter((field) => !isDefault(field, conversation) && !isFieldIgnored(field))
      .map((field): Section => ({ part: "body", name: nameOfField(field), value: valueOf(field, conversation) })),
    ...Object.entries(conversation.native.fields)
      .filter(([name, value]) => value !== null && !transportFields.has(name) && !isIgnored(name))
      .map(([name, value]): Section => ({ part: "body", name, value })),
  ];
};
