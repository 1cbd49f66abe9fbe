// How hard a model thinks. Gemini 3 and later are told a level, Gemini 2.5 a budget in tokens; both at once are refused.
//
// | effort     | level, read and written | budget written |        budget read | level written |
// | none       | MINIMAL *               | 0 **           |                  0 | MINIMAL *     |
// | minimal    | MINIMAL                 | 1,024          |                    |               |
// | low        | LOW                     | 1,024          |        up to 1,024 | LOW           |
// | medium     | MEDIUM                  | 8,192          |        up to 8,192 | MEDIUM        |
// | high       | HIGH                    | 24,576         |               more | HIGH          |
// | xhigh, max | HIGH *                  | 24,576 *       | -1 (as it likes)   | none          |
//
// * as near as it gets, and named as not expressed; ** 128 so for a model that cannot stop thinking. The budgets are those of Google's own OpenAI endpoint:
// https://ai.google.dev/gemini-api/docs/openai#thinking (read 2026-11-22).
import { ProxyError } from "../../errors.ts";
import type { Effort, JsonObject, ReasoningOptions } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { effortOf } from "../effort.ts";
import { maybeFlag, maybeNumber, maybeOneOf, maybeText } from "../fields.ts";
import type { ThinkingConfig, ThinkingLevel } from "./wire.ts";

const budgets: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 1024,
  medium: 8192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};

const levels: Readonly<Record<Effort, ThinkingLevel>> = {
  none: "MINIMAL",
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "HIGH",
  max: "HIGH",
};

const efforts = ["minimal", "low", "medium", "high", "thinking_level_unspecified"] as const;
const at = "generationConfig.thinkingConfig";

/** @throws {ProxyError} `invalid_request` - an unknown level, a level and a budget at once */
export const readThinking = (config: JsonObject): ReasoningOptions => {
  const told = maybeText(config["thinkingLevel"], `${at}.thinkingLevel`)?.toLowerCase();
  const level = maybeOneOf(told, efforts, `${at}.thinkingLevel`);
  const budgetTokens = maybeNumber(config["thinkingBudget"], `${at}.thinkingBudget`);
  if (level !== null && budgetTokens !== null) {
    const message = "You can only set one of thinkingBudget and thinkingLevel";
    throw new ProxyError("invalid_request", message, { param: at });
  }
  const shows = maybeFlag(config["includeThoughts"], `${at}.includeThoughts`);
  return {
    effort: level === "thinking_level_unspecified" ? null : level,
    budgetTokens,
    summary: shows === null ? null : shows ? "auto" : "none",
    wantsSignatures: true,
  };
};

/** The least that 2.5 Pro takes, which cannot stop thinking (`thinkingBudget` in https://ai.google.dev/gemini-api/docs/thinking). */
const leastBudget = 128;

/** Writes what is asked of the reasoning in the words the model knows; null when nothing is left to say. */
export const writeThinking = (
  { effort, budgetTokens, summary }: ReasoningOptions,
  { thinking, canStopThinking }: Traits,
  drops: Drops,
): ThinkingConfig | null => {
  const config: { -readonly [Key in keyof ThinkingConfig]: ThinkingConfig[Key] } = {};
  if (summary !== null) config.includeThoughts = summary !== "none";
  if (summary === "concise" || summary === "detailed") drops.name("reasoning.summary");
  if (thinking === "budget") {
    const wanted = budgetTokens ?? (effort === null ? null : budgets[effort]);
    const isRefused = wanted === 0 && !canStopThinking;
    if (wanted !== null) config.thinkingBudget = isRefused ? leastBudget : wanted;
    if (isRefused || (budgetTokens === null && (effort === "xhigh" || effort === "max"))) drops.field("reasoning");
  } else {
    const wanted = effort ?? effortOf(budgetTokens);
    if (wanted !== null) config.thinkingLevel = levels[wanted];
    if (wanted === "none" || wanted === "xhigh" || wanted === "max") drops.field("reasoning");
  }
  return Object.keys(config).length === 0 ? null : config;
};
