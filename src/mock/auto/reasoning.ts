import type { Conversation, Reasoning, ReasoningOptions, Signature } from "../../dialects/conversation.ts";
import { sealReasoning } from "./seal.ts";
import { countWords } from "./text.ts";

const words = "I am a mock: I look at the request, weigh nothing, and answer in lorem ipsum.";

/** The thinking in front of one answer. */
export interface Thought {
  /** Spent, shown or not. */
  readonly tokens: number;
  readonly before: Reasoning | null;
  /** Gemini seals what it thought on the answer: on its call, or behind its text. */
  readonly after: Reasoning | null;
  readonly sealOfCall: Signature | null;
}

export const noThought: Thought = { tokens: 0, before: null, after: null, sealOfCall: null };

/** Whether a request asks for thinking. Seals alone are no wish for it: a client that can carry them always wants them. */
const isAsked = ({ effort, budgetTokens, summary }: ReasoningOptions): boolean => {
  if (effort !== null) return effort !== "none";
  if (budgetTokens !== null) return budgetTokens !== 0;
  return summary !== null && summary !== "none";
};

/** OpenAI and Gemini show what was thought when they are asked, the others unless they are asked not to. */
const isShown = ({ native }: Conversation, { summary }: ReasoningOptions): boolean => {
  if (native.dialect === "openai-responses" || native.dialect === "gemini") {
    return summary !== null && summary !== "none";
  }
  return summary !== "none";
};

/** The first words of a text. */
const cut = (text: string, most: number): string =>
  most === Infinity ? text : text.split(" ").slice(0, most).join(" ");

/**
 * Gives what the mock thinks before it answers, null when the request does not ask for thinking.
 *
 * A function of a unique id: each candidate's thought has its own seal. At most `most` tokens, a token a word.
 */
export const think = (conversation: Conversation, isCall: boolean, most: number): ((id: string) => Thought) | null => {
  const { reasoning, native } = conversation;
  if (reasoning === null || !isAsked(reasoning)) return null;
  const thought = cut(words, most);
  const tokens = countWords(thought);
  const shows = isShown(conversation, reasoning);
  const text = shows ? thought : "";
  const isSummary = native.dialect !== "openai-chat" || reasoning.summary !== null;
  const plain = { kind: "reasoning", text, isSummary, isRedacted: false } as const;
  return (id) => {
    const made = { ...noThought, tokens };
    if (native.dialect === "gemini") {
      const signature = sealReasoning("gemini", id, { text: "", isSummary });
      const before = shows ? { ...plain, id: null, signature: null } : null;
      const after = isCall ? null : { ...plain, id: null, text: "", signature };
      return { ...made, before, after, sealOfCall: isCall ? signature : null };
    }
    // Chat has no word for thinking that is kept back.
    if (native.dialect === "openai-chat" && !shows) return made;
    const signature = sealReasoning(native.dialect, id, plain);
    return { ...made, before: { ...plain, id: native.dialect === "openai-responses" ? id : null, signature } };
  };
};
