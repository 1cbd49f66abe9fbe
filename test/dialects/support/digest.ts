// What conversations and replies say, without how they are cut into parts: two are compared by it, after a dialect that
// cuts otherwise. What a dialect keeps of it stands here as data, on purpose apart from the code that is tested by it.
import type {
  ClientDialectName,
  Conversation,
  ConversationField,
  InputPart,
  Message,
  OutputPart,
} from "../../../src/dialects/conversation.ts";
import type { Reply, Usage } from "../../../src/dialects/reply.ts";
import { finishNeighbours, notInStreams, usageDetails } from "./exceptions.ts";

type PerClient<T> = Readonly<Record<ClientDialectName, T>>;

const everywhere: readonly ConversationField[] = ["maxOutputTokens", "temperature"];

/** The settings a dialect has a field for; any other is named as dropped. */
export const settingsOf: PerClient<readonly ConversationField[]> = {
  "openai-chat": [
    ...everywhere,
    "topP",
    "seed",
    "candidates",
    "stop",
    "presencePenalty",
    "frequencyPenalty",
    "topLogprobs",
    "logitBias",
    "verbosity",
    "user",
    "metadata",
  ],
  "openai-responses": [...everywhere, "topP", "topLogprobs", "verbosity", "user", "metadata"],
  anthropic: [...everywhere, "topP", "topK", "stop", "user"],
  gemini: [
    ...everywhere,
    "topP",
    "topK",
    "seed",
    "candidates",
    "stop",
    "presencePenalty",
    "frequencyPenalty",
    "topLogprobs",
  ],
};

export const allSettings: readonly ConversationField[] = [...new Set(Object.values(settingsOf).flat())];

/** Whether a result can say that it is a failure. */
const saysToolError: PerClient<boolean> = {
  "openai-chat": false,
  "openai-responses": false,
  anthropic: true,
  gemini: true,
};

/** Whether a refusal has a place of its own, or is a text. */
const saysRefusal: PerClient<boolean> = {
  "openai-chat": true,
  "openai-responses": true,
  anthropic: false,
  gemini: false,
};

/** Arguments as the value they are: some dialects hold an object, not its text. */
const canonical = (json: string): string => JSON.stringify(JSON.parse(json === "" ? "{}" : json));

interface Turn {
  readonly side: "system" | "user" | "assistant";
  text: string;
  readonly calls: string[];
  readonly results: string[];
  /** Data of images and documents. */
  readonly media: string[];
}

const take = (turn: Turn, part: InputPart | OutputPart): void => {
  if (part.kind === "text" || part.kind === "refusal") turn.text += part.text;
  if (part.kind === "tool_call") turn.calls.push(`${part.id} ${part.name} ${canonical(part.arguments)}`);
  if ((part.kind === "image" || part.kind === "file") && part.source.kind === "base64") {
    turn.media.push(`${part.source.mediaType} ${part.source.data}`);
  }
};

const takeMessage = (turn: Turn, message: Message, dialect: ClientDialectName): void => {
  if (message.role !== "tool") {
    for (const part of message.content) take(turn, part);
    return;
  }
  for (const { callId, content, isError } of message.results) {
    const said = content.map((part) => (part.kind === "text" ? part.text : "")).join("");
    turn.results.push(`${callId} ${saysToolError[dialect] && isError ? "failed: " : ""}${said}`);
    for (const part of content) if (part.kind !== "text") take(turn, part);
  }
};

const sideOf = ({ role }: Message): Turn["side"] => {
  if (role === "assistant") return "assistant";
  return role === "system" || role === "developer" ? "system" : "user";
};

const isSystem = (message: Message): boolean => sideOf(message) === "system";

/** Whether a system message may stand between others; else it joins those at the begin. */
const keepsLateSystem: PerClient<boolean> = {
  "openai-chat": true,
  "openai-responses": true,
  anthropic: false, // a model of it that does not take one
  gemini: false,
};

/** The turns of a conversation as far as `dialect` can say them: neighbours of one side are one turn. */
export const turnsOf = ({ messages }: Conversation, dialect: ClientDialectName): readonly Turn[] => {
  const turns: Turn[] = [];
  const first = keepsLateSystem[dialect] ? [] : messages.filter(isSystem);
  const others = keepsLateSystem[dialect] ? messages : messages.filter((message) => !isSystem(message));
  for (const message of [...first, ...others]) {
    const side = sideOf(message);
    if (turns.at(-1)?.side !== side) turns.push({ side, text: "", calls: [], results: [], media: [] });
    const last = turns.at(-1);
    if (last !== undefined) takeMessage(last, message, dialect);
  }
  return turns;
};

/** Every single thing that is said, to look for what nobody said. */
export const sayings = (conversation: Conversation): readonly string[] =>
  conversation.messages.flatMap((message): readonly string[] => {
    const turn: Turn = { side: "user", text: "", calls: [], results: [], media: [] };
    if (message.role === "tool") takeMessage(turn, message, "openai-chat");
    else for (const part of message.content) if (part.kind !== "text" && part.kind !== "refusal") take(turn, part);
    const texts = message.role === "tool" ? [] : message.content.filter((part) => part.kind === "text");
    return [...texts.map((part) => part.text), ...turn.calls, ...turn.results, ...turn.media];
  });

/** Tools and what is wanted of them and of the answer's form. */
export const formOf = ({ tools, toolChoice, output }: Conversation) => ({
  tools: tools.map((tool) => (tool.kind === "function" ? [tool.name, tool.description, tool.parameters] : [tool.name])),
  toolChoice,
  schema: output?.kind === "schema" ? output.schema : null,
});

const usageOf = (usage: Usage | null, dialect: ClientDialectName, isStream: boolean) => {
  if (usage === null) return null;
  const said = usageDetails[dialect].filter((key) => !isStream || !notInStreams[dialect].includes(key));
  // What was not told is 0 where a dialect must say a number.
  return { input: usage.inputTokens, output: usage.outputTokens, said: said.map((key) => [key, usage[key] ?? 0]) };
};

const join = (some: readonly OutputPart[]): string => some.map((part) => ("text" in part ? part.text : "")).join("");

/** A reply as far as `dialect` can say it; `isRead` tells that the dialect has said it already. */
export const replyDigest = (reply: Reply, dialect: ClientDialectName, isStream: boolean, isRead: boolean) => {
  const [{ content, finish } = { content: [], finish: null }] = reply.candidates;
  const isText = ({ kind }: OutputPart): boolean => kind === "text" || (kind === "refusal" && !saysRefusal[dialect]);
  const reason = finish?.reason ?? "error";
  return {
    id: reply.id,
    model: reply.model,
    candidates: reply.candidates.length,
    text: join(content.filter(isText)),
    refusal: saysRefusal[dialect] ? join(content.filter(({ kind }) => kind === "refusal")) : "",
    reasoning: join(content.filter(({ kind }) => kind === "reasoning")),
    calls: content.flatMap((part) =>
      part.kind === "tool_call" ? [`${part.id} ${part.name} ${canonical(part.arguments)}`] : [],
    ),
    reason: isRead ? reason : (finishNeighbours[dialect][reason] ?? reason),
    usage: usageOf(reply.usage, dialect, isStream),
  };
};
