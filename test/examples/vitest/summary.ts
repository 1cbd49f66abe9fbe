// The program under test.
import type Anthropic from "@anthropic-ai/sdk";
import { InternalServerError, type OpenAI } from "openai";

const system = "Give a summary in one sentence.";

export interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

const askOpenAi = async (openai: OpenAI, text: string): Promise<string> => {
  const reply = await openai.responses.create({ model: "gpt-5.4-mini", instructions: system, input: text });
  return reply.output_text;
};

const askClaude = async (anthropic: Anthropic, text: string): Promise<string> => {
  const messages = [{ role: "user" as const, content: text }];
  const { content } = await anthropic.messages.create({ model: "claude-sonnet-5", max_tokens: 200, system, messages });
  return content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");
};

/** Sums a text up; asks Claude when OpenAI is down. */
export const summarize = async ({ openai, anthropic }: Clients, text: string): Promise<string> => {
  try {
    return await askOpenAi(openai, text);
  } catch (thrown) {
    if (thrown instanceof InternalServerError) return askClaude(anthropic, text);
    throw thrown;
  }
};
