import type { Traits } from "../dialects/dialect.ts";

/** What some models of a provider want said differently; `models` is a glob. */
export interface Quirk {
  readonly models: string;
  readonly traits: Partial<Traits>;
}

const openAiReasoning = ["gpt-5*", "gpt-6*", "o1*", "o3*", "o4-*"];
const openAiTalking = ["gpt-5-chat*"];

/**
 * OpenAI's own models: its oldest know no `json_schema`, and those that reason refuse temperature, top_p and penalties; 5.1
 * to 5.9 take them while their effort is none, which is not told apart here.
 *
 * @see `openai-language-model-capabilities.ts` of `@ai-sdk/openai` 3.0.141
 */
export const openAiQuirks: readonly Quirk[] = [
  { models: "gpt-3.5-*", traits: { structuredOutput: "json" } },
  { models: "gpt-4", traits: { structuredOutput: "json" } },
  { models: "gpt-4-*", traits: { structuredOutput: "json" } },
  ...openAiTalking.map((models) => ({ models, traits: {} })),
  ...openAiReasoning.map((models) => ({ models, traits: { hasSampling: false } })),
];

/** How OpenAI's own models are spoken to in the chat dialect, wherever they are served. */
const openAiChatTraits = {
  maxTokensField: "max_completion_tokens",
  hasDeveloperRole: true,
  reasoningField: null,
} as const satisfies Partial<Traits>;

/** What OpenAI's own service wants. */
export const openAiTraits = { ...openAiChatTraits, hasOpenAiExtras: true } as const satisfies Partial<Traits>;

const anywhere = (models: string): readonly string[] => [models, `*/${models}`];

/** OpenAI's reasoning models behind a gateway: they refuse `max_tokens` wherever they are served. */
export const gatewayQuirks: readonly Quirk[] = [
  ...openAiTalking.flatMap(anywhere).map((models) => ({ models, traits: openAiChatTraits })),
  ...openAiReasoning
    .flatMap(anywhere)
    .map((models) => ({ models, traits: { ...openAiChatTraits, hasSampling: false } })),
];

/**
 * Grok's models that reason refuse penalties and stop sequences, the others of 4 and later the penalties.
 *
 * @see https://docs.x.ai/docs/guides/reasoning; https://github.com/lobehub/lobehub/issues/13332 (read 2026-11-22)
 */
export const grokQuirks: readonly Quirk[] = [
  { models: "*non-reasoning*", traits: { refusedFields: ["presence_penalty", "frequency_penalty"] } },
  ...["grok-3-mini*", "grok-4*", "grok-code*", "grok-latest*"].map((models) => ({
    models,
    traits: { refusedFields: ["presence_penalty", "frequency_penalty", "stop"] },
  })),
];

const budget = (defaultMaxOutputTokens: number): Partial<Traits> => ({ thinking: "budget", defaultMaxOutputTokens });
/** Structured output came with the models after these. */
const plain = (limit: number): Partial<Traits> => ({ ...budget(limit), structuredOutput: "none" });

const adaptive: Partial<Traits> = { defaultMaxOutputTokens: 128_000 };
const unsampled: Partial<Traits> = { ...adaptive, hasSampling: false };
const late: Partial<Traits> = { ...unsampled, hasLateSystem: true };
const restless: Partial<Traits> = { ...late, canStopThinking: false };
const unforced: Partial<Traits> = { ...restless, canForceTool: false };

/**
 * Claude before adaptive thinking is told a budget of tokens; from 4.6 on it is told an effort, and from 4.7 on a budget
 * and sampling are refused; from Opus 4.8 on a system message may come late. The newest cannot be told not to think, and
 * some not to call a tool. The limits are the largest `max_tokens` of each model. A model not named here is newer than all
 * of them.
 *
 * @see `anthropic-model-catalog.ts` of `@ai-sdk/anthropic` 4.0.105 (limits, structured output, thinking, sampling, tool
 * choice); https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking; models of `@anthropic-ai/sdk` 1.12.0;
 * `midConversationSystemMessages` in `@langchain/anthropic` 1.5.13 (read 2026-11-22)
 */
export const claudeQuirks: readonly Quirk[] = [
  { models: "*claude-sonnet-4-5*", traits: budget(64_000) },
  { models: "*claude-opus-4-5*", traits: budget(64_000) },
  { models: "*claude-haiku-4-5*", traits: budget(64_000) },
  { models: "*claude-opus-4-1*", traits: budget(32_000) },
  { models: "*claude-opus-4-0*", traits: plain(32_000) },
  { models: "*claude-opus-4-2025*", traits: plain(32_000) },
  { models: "*claude-opus-4@*", traits: plain(32_000) },
  { models: "*claude-sonnet-4-0*", traits: plain(64_000) },
  { models: "*claude-sonnet-4-2025*", traits: plain(64_000) },
  { models: "*claude-sonnet-4@*", traits: plain(64_000) },
  { models: "*claude-3-*", traits: plain(4096) },
  { models: "*claude-opus-4-6*", traits: adaptive },
  { models: "*claude-sonnet-4-6*", traits: adaptive },
  { models: "*claude-opus-4-7*", traits: unsampled },
  { models: "*claude-opus-5-5*", traits: unforced },
  { models: "*claude-sonnet-5-5*", traits: unforced },
  { models: "*claude-fable-5-1*", traits: unforced },
  { models: "*claude-fable-5-2*", traits: unforced },
  { models: "*claude-fable-*", traits: restless },
  { models: "*claude-mythos-*", traits: restless },
  { models: "*claude-*", traits: late },
];

/** The same in a cloud of somebody else's, where no late system message is known to be taken. */
const claudeElsewhere: readonly Quirk[] = claudeQuirks.map(({ models, traits }) => ({
  models,
  traits: { ...traits, hasLateSystem: false },
}));

/**
 * Gemini up to 2.5 is told a budget of tokens, from 3 on a level; from 3.5 on a budget is refused. Those that are told a
 * level, and 2.5 Pro, cannot be told not to think.
 *
 * @see `thinkingBudget` and `thinkingLevel` in `genai.d.ts` of `@google/genai` 3.1.0; `google-model-catalog.ts` of
 * `@ai-sdk/google` 4.0.121, also for the one model of 3 that is told a budget; https://ai.google.dev/gemini-api/docs/thinking
 */
export const geminiQuirks: readonly Quirk[] = [
  { models: "*gemini-3-pro-image*", traits: { thinking: "budget", canStopThinking: false } },
  { models: "*gemini-2.5-pro*", traits: { thinking: "budget", canStopThinking: false } },
  { models: "*gemini-1*", traits: { thinking: "budget" } },
  { models: "*gemini-2*", traits: { thinking: "budget" } },
  { models: "*gemini-robotics-er-1*", traits: { thinking: "budget" } },
  { models: "*gemini-*", traits: { canStopThinking: false } },
];

/** Vertex AI, whose Gemini knows no `store` (`GenerateContentConfig` of `@google/genai` 3.1.0, `...ToVertex`). */
export const vertexQuirks: readonly Quirk[] = [
  ...claudeElsewhere,
  ...geminiQuirks.map(({ models, traits }) => ({ models, traits: { ...traits, refusedFields: ["store"] } })),
  { models: "*", traits: { refusedFields: ["store"] } },
];

/**
 * Bedrock, where structured output began with Claude 4.5 and is not there for Nova, Llama and Command.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html (read 2026-11-22)
 */
export const bedrockQuirks: readonly Quirk[] = [
  { models: "*claude-opus-4-1*", traits: plain(32_000) },
  ...claudeElsewhere,
  ...["*amazon.*", "*meta.*", "*cohere.*"].map((models) => ({ models, traits: { structuredOutput: "none" } as const })),
];
