// How hard a model thinks. Gemini 3 and later are told a level, Gemini 2.5 a budget in tokens; both at once are refused.
//
// | effort     | level, read and written | budget written |        budget read | level written |
// | none       | the least *             | 0 **           |                  0 | the least *   |
// | minimal    | MINIMAL                 | 1,024          |                    |               |
// | low        | LOW                     | 1,024          |        up to 1,024 | LOW           |
// | medium     | MEDIUM                  | 8,192          |        up to 8,192 | MEDIUM        |
// | high       | HIGH                    | 24,576         |               more | HIGH          |
// | xhigh      | XHIGH                   | 24,576 *       | -1 (as it likes)   | none          |
// | max        | the greatest *          | 24,576 *       |                    |               |
//
// * as near as it gets, and named as not expressed; ** 128 so for a model that cannot stop thinking. A level that the model
// does not take is said as the nearest it does, and named. The budgets are those of Google's own OpenAI endpoint:
// https://ai.google.dev/gemini-api/docs/openai#thinking (read 2026-11-22).
import { ProxyError } from "../../errors.ts";
import type { Conversation, Effort, JsonObject, ReasoningOptions } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { askedOf, canStopThinking, dropLength, effortOf, sayEffort, shownOf } from "../effort.ts";
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

const efforts = ["minimal", "low", "medium", "high", "xhigh"] as const;
const levels = {
  minimal: "MINIMAL",
  low: "LOW",
  medium: "MEDIUM",
  high: "HIGH",
  xhigh: "XHIGH",
} as const satisfies Record<(typeof efforts)[number], ThinkingLevel>;

const at = "generationConfig.thinkingConfig";

/** @throws {ProxyError} `invalid_request` - an unknown level, a level and a budget at once */
export const readThinking = (config: JsonObject): ReasoningOptions => {
  const told = maybeText(config["thinkingLevel"], `${at}.thinkingLevel`)?.toLowerCase();
  const level = maybeOneOf(told, [...efforts, "thinking_level_unspecified"] as const, `${at}.thinkingLevel`);
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
export const writeThinking = (conversation: Conversation, traits: Traits, drops: Drops): ThinkingConfig | null => {
  const reasoning = askedOf(conversation, traits, drops);
  if (reasoning === null) return null;
  const { effort, budgetTokens } = reasoning;
  const config: { -readonly [Key in keyof ThinkingConfig]: ThinkingConfig[Key] } = {};
  const summary = shownOf(reasoning, conversation);
  if (summary !== null) config.includeThoughts = summary !== "none";
  dropLength(summary, drops);
  if (traits.thinking === "budget") {
    const wanted = budgetTokens ?? (effort === null ? null : budgets[effort]);
    const isRefused = wanted === 0 && !canStopThinking(traits);
    if (wanted !== null) config.thinkingBudget = isRefused ? leastBudget : wanted;
    if (isRefused || (budgetTokens === null && (effort === "xhigh" || effort === "max"))) drops.field("reasoning");
  } else {
    const taken = efforts.filter((one) => traits.efforts.includes(one));
    const said = sayEffort(effort ?? effortOf(budgetTokens), taken, drops);
    if (said !== null) config.thinkingLevel = levels[said];
  }
  return Object.keys(config).length === 0 ? null : config;
};
