import type { Effort } from "../dialects/conversation.ts";
import type { Traits } from "../dialects/dialect.ts";
import type { Quirk } from "./quirk.ts";

const levels = (...efforts: readonly Effort[]): Partial<Traits> => ({ efforts });
const fromMinimal = levels("minimal", "low", "medium", "high");
const fromLow = levels("low", "medium", "high");
const thoughtless: Partial<Traits> = { thinking: "none" };
const budget: Partial<Traits> = { thinking: "budget" };
/** All but `none`: a budget stands for any of them. */
const alwaysBudget: Partial<Traits> = { ...budget, ...levels("minimal", "low", "medium", "high", "xhigh", "max") };

/**
 * Gemini up to 2.5 is told a budget of tokens, from 3 on a level; from 3.5 on a budget is refused. Those that are told a
 * level, and 2.5 Pro, cannot be told not to think; those before 2.5, the ones that draw or speak, and the older Gemma do not.
 *
 * @see `thinkingBudget` and `thinkingLevel` in `genai.d.ts` of `@google/genai` 3.1.0; `google-model-catalog.ts` of
 * `@ai-sdk/google` 4.0.121 (levels, and the one model of 3 that is told a budget);
 * https://ai.google.dev/gemini-api/docs/generate-content/thinking and, for the two levels of 3 Pro,
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/3-pro (read 2026-11-22); that 2.0 answers a 400:
 * https://github.com/lobehub/lobehub/issues/7985, https://github.com/googleapis/js-genai/issues/681
 */
export const geminiQuirks: readonly Quirk[] = [
  { models: "*gemini-3-pro-image*", traits: alwaysBudget },
  { models: "*gemini-*-tts*", traits: thoughtless },
  { models: "*gemini-2.5-flash-image*", traits: thoughtless },
  { models: "*gemini-2.5-pro*", traits: alwaysBudget },
  { models: "*gemini-2.5-*", traits: budget },
  { models: "*gemini-robotics-er-1*", traits: budget },
  ...["*gemini-1*", "*gemini-2*", "*gemma-1*", "*gemma-2*", "*gemma-3*"].map((models) => ({
    models,
    traits: thoughtless,
  })),
  { models: "*gemini-4-hydrogen*", traits: levels("low", "medium", "high", "xhigh") },
  // The first Pro of 3 has two levels; `medium` came with 3.1.
  { models: "*gemini-3-pro*", traits: levels("low", "high") },
  { models: "*gemini-*-pro*", traits: fromLow },
  { models: "*gemini-pro-latest*", traits: fromLow },
  { models: "*gemini-*-flash-lite*", traits: fromMinimal },
  { models: "*gemini-3-flash*", traits: fromMinimal },
  { models: "*gemini-flash-latest*", traits: fromLow },
  ...["3.1", "3.5", "3.6"].map((version) => ({ models: `*gemini-${version}-flash*`, traits: fromMinimal })),
  { models: "*gemini-*.*-flash*", traits: fromLow },
  { models: "*gemini-*", traits: fromMinimal },
];
