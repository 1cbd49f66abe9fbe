// What conversations of tests are made of.
import type { Conversation } from "../../../src/dialects/conversation.ts";
import { ProxyError } from "../../../src/errors.ts";

export const text = (said: string) => ({ kind: "text" as const, text: said, citations: [], cache: null });

export const user = (...said: readonly string[]) => ({ role: "user" as const, content: said.map(text), name: null });

export const result = (callId: string, said: string, name: string | null = null) => ({
  callId,
  name,
  content: [text(said)],
  isError: false,
  isCustom: false,
  cache: null,
});

/** A user of the chat dialect says `Hi` and asks for nothing else. */
export const emptyConversation: Conversation = {
  model: "m",
  stream: false,
  messages: [user("Hi")],
  tools: [],
  toolChoice: null,
  parallelToolCalls: null,
  output: null,
  reasoning: null,
  maxOutputTokens: null,
  temperature: null,
  topP: null,
  topK: null,
  seed: null,
  candidates: null,
  stop: [],
  presencePenalty: null,
  frequencyPenalty: null,
  topLogprobs: null,
  logitBias: null,
  verbosity: null,
  serviceTier: null,
  user: null,
  metadata: null,
  store: null,
  previousResponseId: null,
  cache: null,
  wantsUsage: false,
  native: { dialect: "openai-chat", fields: {} },
};

/** The error that something throws. */
export const thrownBy = (run: () => unknown): ProxyError => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof ProxyError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
};
