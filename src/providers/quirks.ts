import type { Traits } from "../dialects/dialect.ts";

/** What some models of a provider want said differently; `models` is a glob. */
export interface Quirk {
  readonly models: string;
  readonly traits: Partial<Traits>;
}

/** OpenAI's own models that know no `json_schema`; the rest of the family is as the preset says. */
export const openAiQuirks: readonly Quirk[] = [
  { models: "gpt-3.5-*", traits: { structuredOutput: "json" } },
  { models: "gpt-4", traits: { structuredOutput: "json" } },
  { models: "gpt-4-*", traits: { structuredOutput: "json" } },
];

/** What OpenAI's own service wants. */
export const openAiTraits = {
  maxTokensField: "max_completion_tokens",
  hasDeveloperRole: true,
  reasoningField: null,
} as const satisfies Partial<Traits>;

const openAiReasoning = ["gpt-5*", "*/gpt-5*", "gpt-6*", "*/gpt-6*", "o1*", "*/o1*", "o3*", "*/o3*", "o4-*", "*/o4-*"];

/** OpenAI's reasoning models behind a gateway: they refuse `max_tokens` wherever they are served. */
export const gatewayQuirks: readonly Quirk[] = openAiReasoning.map((models) => ({ models, traits: openAiTraits }));

const budget = (defaultMaxOutputTokens: number): Partial<Traits> => ({ thinking: "budget", defaultMaxOutputTokens });
/** Structured output came with the models after these. */
const plain = (limit: number): Partial<Traits> => ({ ...budget(limit), structuredOutput: "none" });

/**
 * Claude before adaptive thinking is told a budget of tokens; from 4.6 on it is told an effort, and from 4.7 on a budget
 * is refused. The limits are the largest `max_tokens` of each model. A model not named here is newer than all of them.
 *
 * @see `anthropic-model-catalog.ts` of `@ai-sdk/anthropic` 4.0.105 (limits, structured output, adaptive thinking);
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking; models of `@anthropic-ai/sdk` 1.12.0
 */
export const claudeQuirks: readonly Quirk[] = [
  { models: "*claude-sonnet-4-5*", traits: budget(64_000) },
  { models: "*claude-opus-4-5*", traits: budget(64_000) },
  { models: "*claude-haiku-4-5*", traits: budget(64_000) },
  { models: "*claude-opus-4-1*", traits: budget(32_000) },
  { models: "*claude-opus-4-0*", traits: plain(32_000) },
  { models: "*claude-opus-4-2025*", traits: plain(32_000) },
  { models: "*claude-sonnet-4-0*", traits: plain(64_000) },
  { models: "*claude-sonnet-4-2025*", traits: plain(64_000) },
  { models: "*claude-3-*", traits: plain(4096) },
  { models: "*claude-*", traits: { defaultMaxOutputTokens: 128_000 } },
];

/**
 * Gemini up to 2.5 is told a budget of tokens, from 3 on a level; from 3.5 on a budget is refused.
 *
 * @see `thinkingBudget` and `thinkingLevel` in `genai.d.ts` of `@google/genai` 3.1.0; `google-model-catalog.ts` of
 * `@ai-sdk/google` 4.0.121, also for the one model of 3 that is told a budget
 */
export const geminiQuirks: readonly Quirk[] = [
  { models: "*gemini-3-pro-image*", traits: { thinking: "budget" } },
  { models: "*gemini-1*", traits: { thinking: "budget" } },
  { models: "*gemini-2*", traits: { thinking: "budget" } },
  { models: "*gemini-robotics-er-1*", traits: { thinking: "budget" } },
];
