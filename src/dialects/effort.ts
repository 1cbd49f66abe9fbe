import type { Effort } from "./conversation.ts";

/**
 * Says a limit of reasoning tokens as the effort it stands for: 0 is none; null, and -1, which leaves it to the model, are no effort.
 *
 * @see https://ai.google.dev/gemini-api/docs/openai#thinking - the table of Google's own OpenAI endpoint (read 2026-11-22)
 */
export const effortOf = (budgetTokens: number | null): Effort | null => {
  if (budgetTokens === null || budgetTokens < 0) return null;
  if (budgetTokens === 0) return "none";
  if (budgetTokens <= 1024) return "low";
  return budgetTokens <= 8192 ? "medium" : "high";
};
