import type { Conversation, Effort, ReasoningOptions } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { askedOf, canStopThinking, dropLength, sayEffort, saysThinking, shownOf, wantsNoThinking } from "../effort.ts";
import type { ThinkingParam, WireEffort } from "./wire.ts";
import { letsThink, type Turn } from "./write-messages.ts";
import { isForced } from "./write-tools.ts";

/** What a request says of thinking, and what follows from it. */
export interface ThinkingPlan {
  readonly thinking: ThinkingParam | null;
  readonly effort: WireEffort | null;
  readonly maxTokens: number;
  /** Whether the request asks for thinking; the service then takes no sampling. */
  readonly isThinking: boolean;
  /** Whether the thinking of earlier turns is taken. */
  readonly takesThinking: boolean;
}

/**
 * Efforts as a number of tokens, for models that are told by `budget_tokens`.
 *
 * 1,024 is the least the service takes; above 32,768 it advises batches, and its models of that kind answer with at most
 * 64,000 tokens, thinking included. `none` is no thinking.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking (read 2026-11-22)
 */
export const budgets = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
} as const;
const leastBudget = budgets.minimal;
const efforts = ["low", "medium", "high", "xhigh", "max"] as const;

/** The least effort whose budget holds as many tokens. */
const effortOf = (budget: number): WireEffort => efforts.find((effort) => budgets[effort] >= budget) ?? "max";

/** The effort that a client asks for by name or by a number of tokens. */
const askedEffort = ({ effort, budgetTokens }: ReasoningOptions): Effort | null => {
  if (effort === null) return budgetTokens !== null && budgetTokens > 0 ? effortOf(budgetTokens) : null;
  return effort;
};

const displayOf = (
  summary: ReasoningOptions["summary"],
  drops: Drops,
): { readonly display?: "summarized" | "omitted" } => {
  dropLength(summary, drops);
  return summary === null ? {} : { display: summary === "none" ? "omitted" : "summarized" };
};

const budgetOfEffort = (effort: Effort | null): number =>
  effort === null || effort === "none" ? budgets.medium : budgets[effort];

/**
 * Fits a budget under the client's limit, which it counts towards: a given one stays when it is below the limit, any
 * other leaves a quarter for the answer. Null when there is no room for the least there is.
 */
const fitBudget = ({ effort, budgetTokens }: ReasoningOptions, limit: number | null): number | null => {
  const isGiven = budgetTokens !== null && budgetTokens > 0;
  const wanted = Math.max(leastBudget, isGiven ? budgetTokens : budgetOfEffort(effort));
  if (limit === null || (isGiven && wanted < limit)) return wanted;
  const room = limit - Math.ceil(limit / 4);
  return room < leastBudget ? null : Math.min(wanted, room);
};

/**
 * Decides how a request thinks, and `max_tokens` with it, which the service requires.
 *
 * Models told by effort: `adaptive` and `output_config.effort`, a budget as the least effort that holds it. Models told
 * by a budget: `enabled` with the client's budget or that of the table `budgets`; without a limit of the client's, the
 * default stands above the budget. An effort the model does not take becomes the nearest it does, and is named. Where the service would refuse to think (a forced tool; with a budget also a history
 * whose turn did not begin with thinking, or too low a limit) the request goes without, and `reasoning` is named. A model that
 * cannot stop thinking thinks as little as it can, named too.
 */
export const planThinking = (
  conversation: Conversation,
  traits: Traits,
  turns: readonly Turn[],
  drops: Drops,
): ThinkingPlan => {
  const { thinking: told, defaultMaxOutputTokens } = traits;
  const { maxOutputTokens } = conversation;
  const maxTokens = maxOutputTokens ?? defaultMaxOutputTokens;
  const silent = { thinking: null, effort: null, maxTokens, isThinking: false, takesThinking: told === "effort" };
  const reasoning = askedOf(conversation, traits, drops);
  if (reasoning === null || !saysThinking(reasoning)) return silent;
  const taken = told === "effort" ? efforts.filter((effort) => traits.efforts.includes(effort)) : [];
  if (wantsNoThinking(reasoning)) {
    if (canStopThinking(traits)) return { ...silent, thinking: { type: "disabled" }, takesThinking: false };
    return { ...silent, effort: sayEffort("none", taken, drops) };
  }
  if (told === "effort") {
    const effort = sayEffort(askedEffort(reasoning), taken, drops);
    if (!isForced(conversation, traits)) {
      const display = displayOf(shownOf(reasoning, conversation), drops);
      return { ...silent, thinking: { type: "adaptive", ...display }, effort, isThinking: true };
    }
    drops.field("reasoning");
    return { ...silent, effort };
  }
  const budget = isForced(conversation, traits) || !letsThink(turns) ? null : fitBudget(reasoning, maxOutputTokens);
  if (budget === null) {
    drops.field("reasoning");
    return silent;
  }
  return {
    thinking: { type: "enabled", budget_tokens: budget, ...displayOf(reasoning.summary, drops) },
    effort: null,
    maxTokens: maxOutputTokens ?? defaultMaxOutputTokens + budget,
    isThinking: true,
    takesThinking: true,
  };
};
