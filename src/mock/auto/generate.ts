import type { Conversation, Text, Tool } from "../../dialects/conversation.ts";
import type { Candidate, Finish, Reply } from "../../dialects/reply.ts";
import { fromSchema } from "./from-schema.ts";
import { toLogprobs, toTokens } from "./logprobs.ts";
import { noThought, think, type Thought } from "./reasoning.ts";
import { createdAt, type NameIds } from "../seed.ts";
import { countWords, createLorem, estimateTokens } from "./text.ts";
import { toUsage } from "./usage.ts";

/**
 * Makes the answer that nobody wrote, in no dialect.
 *
 * Pure: the same conversation and the same ids give the same reply. An empty id of the reply leaves it to the dialect.
 */
export type Generate = (conversation: Conversation, ids: NameIds) => Reply;

export interface GenerateOptions {
  /** Words of a text, each a token. */
  readonly responseTokens: number;
  /** An answer is so long that it can be cut into as many pieces. */
  readonly chunks: number;
  /** Decides what a schema leaves open; 1, the first of all choices, without it. */
  readonly seed?: number;
}

/** What is said after the thinking. */
interface Said {
  readonly text: string;
  readonly tokens: number;
  readonly finish: Finish;
}

/** A tool the client itself runs; the provider's own are not called. */
export type Callable = Exclude<Tool, { readonly kind: "native" }>;

const isCallable = (tool: Tool): tool is Callable => tool.kind !== "native";

/** The tools of which one has to be called, the wanted one first; null when an answer in words will do. */
export const forcedTools = ({ toolChoice, tools }: Conversation): readonly Callable[] | null => {
  if (toolChoice === null) return null;
  const callable = tools.filter(isCallable);
  switch (toolChoice.kind) {
    case "required":
      return callable;
    case "tool":
      return callable.filter(({ name }) => name === toolChoice.name);
    case "allowed": {
      if (!toolChoice.isRequired) return null;
      return toolChoice.names.flatMap((wanted) => callable.filter(({ name }) => name === wanted));
    }
    case "auto":
    case "none":
      return null;
  }
};

/** The tool to call: none once its result is there, else a loop of tool calls would never end. */
const toCalled = (conversation: Conversation): Callable | null => {
  if (conversation.messages.at(-1)?.role === "tool") return null;
  return forcedTools(conversation)?.[0] ?? null;
};

const ended = (reason: Finish["reason"], stopSequence: string | null = null): Finish => ({
  reason,
  stopSequence,
  detail: null,
});

const byItself = ended("stop");
const atLimit = ended("length");
const forCalls = ended("tool_calls");

const limitJson = (json: string, most: number, finish: Finish): Said => {
  const tokens = estimateTokens(json);
  if (tokens <= most) return { text: json, tokens, finish };
  return { text: json.slice(0, most * 4), tokens: most, finish: atLimit };
};

/** The text up to the first of the stop sequences in it. */
const stopAt = (said: Said, stops: readonly string[], count: (text: string) => number): Said => {
  let at = said.text.length;
  let found: string | null = null;
  for (const stop of stops) {
    const index = stop === "" ? -1 : said.text.indexOf(stop);
    if (index === -1 || index >= at) continue;
    at = index;
    found = stop;
  }
  if (found === null) return said;
  const text = said.text.slice(0, at);
  return { text, tokens: count(text), finish: ended("stop_sequence", found) };
};

const toText = (text: string): Text => ({ kind: "text", text, citations: [], cache: null });

/** What the names of calls begin with. @see the official SDKs' examples of each dialect */
const callPrefixes: Readonly<Record<string, string>> = { anthropic: "toolu_01", gemini: "fc_" };

const toContent = (
  { native }: Conversation,
  called: Callable | null,
  { text }: Said,
  { before, after, sealOfCall }: Thought,
  callId: (prefix: string) => string,
): Candidate["content"] => {
  const said =
    called === null
      ? toText(text)
      : ({
          kind: "tool_call",
          id: callId(callPrefixes[native.dialect] ?? "call_"),
          name: called.name,
          arguments: text,
          isCustom: called.kind === "custom",
          signature: sealOfCall,
          cache: null,
        } as const);
  if (before === null && after === null) return [said];
  return [before, said, after].filter((part) => part !== null);
};

/**
 * Makes the generated answers: lorem ipsum, JSON that fits the schema asked for, or the call of a tool that must be called.
 *
 * A text has `responseTokens` words, or as many more as it takes to give every chunk a character. A word is a token; of
 * JSON four bytes are. The limit of the request cuts thinking and answer, as a real model's does, JSON in the middle; a
 * stop sequence cuts the answer before it. All candidates say the same.
 */
export const createGenerate = ({ responseTokens, chunks, seed = 1 }: GenerateOptions): Generate => {
  const lorem = createLorem(responseTokens, chunks);
  const sayText = (most: number): Said =>
    most >= lorem.tokens
      ? { text: lorem.whole, tokens: lorem.tokens, finish: byItself }
      : { text: lorem.first(most), tokens: most, finish: atLimit };

  const say = (conversation: Conversation, called: Callable | null, most: number): Said => {
    const { output, stop } = conversation;
    if (called?.kind === "custom") return { ...sayText(most), finish: most >= lorem.tokens ? forCalls : atLimit };
    if (called !== null) return limitJson(JSON.stringify(fromSchema(called.parameters ?? {}, seed)), most, forCalls);
    if (output === null || output.kind === "text") return stopAt(sayText(most), stop, countWords);
    const value = output.kind === "schema" ? fromSchema(output.schema, seed) : { text: lorem.whole };
    return stopAt(limitJson(JSON.stringify(value), most, byItself), stop, estimateTokens);
  };

  return (conversation, ids) => {
    const { topLogprobs, output } = conversation;
    // Where requests are not judged, it may be any number.
    const most = Math.max(0, Math.floor(conversation.maxOutputTokens ?? Infinity));
    const called = toCalled(conversation);
    const thoughtAt = think(conversation, called !== null, most);
    const { tokens } = thoughtAt?.(ids("rs_")) ?? noThought;
    const said = say(conversation, called, most - tokens);
    const isJson = output !== null && output.kind !== "text";
    const count = conversation.candidates ?? 1;
    const logprobs =
      topLogprobs === null || called !== null ? null : toLogprobs(toTokens(said.text, isJson), topLogprobs);
    const candidates = Array.from({ length: count }, (_, index): Candidate => {
      const thought = thoughtAt?.(ids("rs_", index)) ?? noThought;
      const content = toContent(conversation, called, said, thought, (prefix) => ids(prefix, index));
      return { index, content, finish: said.finish, logprobs };
    });
    return {
      id: "",
      model: conversation.model,
      createdAt,
      serviceTier: "default",
      fingerprint: "fp_qlite",
      candidates,
      usage: toUsage(conversation, said.tokens * count, tokens * count),
    };
  };
};
