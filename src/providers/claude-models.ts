import type { Effort } from "../dialects/conversation.ts";
import type { Traits } from "../dialects/dialect.ts";
import type { Quirk } from "./quirk.ts";

const budget = (defaultMaxOutputTokens: number): Partial<Traits> => ({ thinking: "budget", defaultMaxOutputTokens });

/** Structured output came with the models after these; `limit` is the largest `max_tokens`. */
export const olderClaude = (limit: number): Partial<Traits> => ({ ...budget(limit), structuredOutput: "none" });

/** `xhigh` came with 4.7. */
const untilMax = ["none", "low", "medium", "high", "max"] as const satisfies readonly Effort[];
const efforts = ["none", "low", "medium", "high", "xhigh", "max"] as const satisfies readonly Effort[];
const always = ["low", "medium", "high", "xhigh", "max"] as const satisfies readonly Effort[];

const adaptive: Partial<Traits> = { defaultMaxOutputTokens: 128_000, efforts: untilMax };
const unsampled: Partial<Traits> = { ...adaptive, hasSampling: false, efforts };
const late: Partial<Traits> = { ...unsampled, hasLateSystem: true };
const restless: Partial<Traits> = { ...late, efforts: always };
const unforced: Partial<Traits> = { ...restless, canForceTool: false };

/**
 * Claude before adaptive thinking is told a budget of tokens; from 4.6 on it is told an effort, and from 4.7 on a budget
 * and sampling are refused; from Opus 4.8 on a system message may come late. The newest cannot be told not to think, and
 * some not to call a tool. Those before 3.7 do not think. The limits are the largest `max_tokens` of each model. A model not named here is newer than all
 * of them.
 *
 * @see `anthropic-model-catalog.ts` of `@ai-sdk/anthropic` 4.0.105 (limits, structured output, thinking, sampling, tool
 * choice); https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking and `effort` beside it; models of `@anthropic-ai/sdk` 1.12.0;
 * `midConversationSystemMessages` in `@langchain/anthropic` 1.5.13 (read 2026-11-22)
 */
export const claudeQuirks: readonly Quirk[] = [
  { models: "*claude-sonnet-4-5*", traits: budget(64_000) },
  { models: "*claude-opus-4-5*", traits: budget(64_000) },
  { models: "*claude-haiku-4-5*", traits: budget(64_000) },
  { models: "*claude-opus-4-1*", traits: budget(32_000) },
  { models: "*claude-opus-4-0*", traits: olderClaude(32_000) },
  { models: "*claude-opus-4-2025*", traits: olderClaude(32_000) },
  { models: "*claude-opus-4@*", traits: olderClaude(32_000) },
  { models: "*claude-sonnet-4-0*", traits: olderClaude(64_000) },
  { models: "*claude-sonnet-4-2025*", traits: olderClaude(64_000) },
  { models: "*claude-sonnet-4@*", traits: olderClaude(64_000) },
  { models: "*claude-3-7-*", traits: olderClaude(64_000) },
  { models: "*claude-3-5-*", traits: { ...olderClaude(8192), thinking: "none" } },
  { models: "*claude-3-*", traits: { ...olderClaude(4096), thinking: "none" } },
  { models: "*claude-opus-4-6*", traits: adaptive },
  { models: "*claude-sonnet-4-6*", traits: adaptive },
  { models: "*claude-opus-4-7*", traits: unsampled },
  { models: "*claude-opus-5-5*", traits: unforced },
  { models: "*claude-sonnet-5-5*", traits: unforced },
  { models: "*claude-fable-5-1*", traits: unforced },
  { models: "*claude-fable-5-2*", traits: unforced },
  { models: "*claude-fable-*", traits: restless },
  { models: "*claude-mythos-preview*", traits: { ...restless, efforts: ["low", "medium", "high", "max"] } },
  { models: "*claude-mythos-*", traits: restless },
  { models: "*claude-*", traits: late },
];

/** The same in a cloud of somebody else's, where no late system message is known to be taken. */
export const claudeElsewhere: readonly Quirk[] = claudeQuirks.map(({ models, traits }) => ({
  models,
  traits: { ...traits, hasLateSystem: false },
}));
