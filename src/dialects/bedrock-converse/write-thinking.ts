import type { Conversation, Effort, JsonObject, ReasoningOptions } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { askedOf, canStopThinking, dropLength, sayEffort, saysThinking, shownOf, wantsNoThinking } from "../effort.ts";
import type { Family } from "./families.ts";
import type { WireEffort, WireMessage } from "./wire.ts";
import { isForced } from "./write-tools.ts";

/** What a request says of thinking, and what follows from it. */
export interface ThinkingPlan {
  readonly fields: JsonObject;
  readonly effort: WireEffort | null;
  /** Above the client's own limit where the budget counts towards it, null for none. */
  readonly maxTokens: number | null;
  /** Whether the service takes no sampling beside it. */
  readonly isExclusive: boolean;
  /** Whether the reasoning of earlier turns may stay in the history. */
  readonly takesReasoning: boolean;
}

/** As in the dialect of the models' maker: 1,024 is the least the service takes, 32,768 about the most it advises. */
const budgets = { none: 0, minimal: 1024, low: 2048, medium: 8192, high: 16_384, xhigh: 24_576, max: 32_768 } as const;
const leastBudget = budgets.minimal;
const efforts = ["low", "medium", "high", "xhigh", "max"] as const;

/** The effort that a client asks for by name or by a number of tokens. */
const askedEffort = ({ effort, budgetTokens }: ReasoningOptions): Effort | null => {
  if (effort !== null) return effort;
  if (budgetTokens === null || budgetTokens <= 0) return null;
  return efforts.find((one) => budgets[one] >= budgetTokens) ?? "max";
};

/** Fits a budget under the client's limit, a quarter of which stays for the answer; null when there is no room. */
const fitBudget = ({ effort, budgetTokens }: ReasoningOptions, limit: number | null): number | null => {
  const isGiven = budgetTokens !== null && budgetTokens > 0;
  const wanted = Math.max(leastBudget, isGiven ? budgetTokens : budgets[effort ?? "medium"]);
  if (limit === null || (isGiven && wanted < limit)) return wanted;
  const room = limit - Math.ceil(limit / 4);
  return room < leastBudget ? null : Math.min(wanted, room);
};

/** With a budget the service wants a turn that goes on with results to have begun with its reasoning, and no prefill. */
const letsThink = (messages: readonly WireMessage[]): boolean => {
  const last = messages.at(-1);
  if (last?.role !== "user") return false;
  if (!last.content.some((block) => "toolResult" in block)) return true;
  const first = messages.at(-2)?.content[0];
  return first !== undefined && "reasoningContent" in first;
};

const displayOf = (summary: ReasoningOptions["summary"], drops: Drops): JsonObject => {
  dropLength(summary, drops);
  return summary === null ? {} : { display: summary === "none" ? "omitted" : "summarized" };
};

/**
 * Names how the thoughts were to be shown, where there is no word for it: the service shows them as it does, which is what
 * `auto` asks for.
 */
const dropDisplay = ({ reasoning, native }: Conversation, drops: Drops): void => {
  const summary = reasoning?.summary ?? null;
  if (summary === null || summary === "auto") return;
  if (native.dialect === "anthropic") drops.name("thinking.display");
  else if (native.dialect === "gemini") drops.name("generationConfig.thinkingConfig.includeThoughts");
  else drops.name("reasoning.summary");
};

/** What Nova and the open models of GPT know, whatever else is said of them. */
const upToHigh = ["low", "medium", "high"] as const;

/**
 * Decides how a request thinks, in the words of the model's family.
 *
 * Claude: by effort (`adaptive` and `outputConfig.effort`) or by a budget, as the traits say. Nova: `reasoningConfig`.
 * GPT: `reasoning.effort`, the open ones `reasoning_effort`. Where the service would refuse to think (a forced tool; with a
 * budget also too low a limit or a turn that did not begin with reasoning), and for a model nobody knows how to tell, the
 * request goes without and `reasoning` is named. A Claude that cannot stop thinking thinks as little as it can, named too.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html and npm
 * `@ai-sdk/amazon-bedrock` 4.0.186 (read 2026-11-22)
 */
export const planThinking = (
  conversation: Conversation,
  traits: Traits,
  { thinking: words }: Family,
  messages: readonly WireMessage[],
  drops: Drops,
): ThinkingPlan => {
  const { thinking: told, defaultMaxOutputTokens } = traits;
  const { maxOutputTokens } = conversation;
  const reasoning = askedOf(conversation, traits, drops);
  const silent: ThinkingPlan = {
    fields: {},
    effort: null,
    maxTokens: maxOutputTokens,
    isExclusive: false,
    takesReasoning: told !== "none" && (words !== "claude" || told === "effort"),
  };
  if (reasoning === null || !saysThinking(reasoning)) return silent;
  const asked = askedEffort(reasoning);
  const among = <E extends Effort>(known: readonly E[]): readonly E[] =>
    known.filter((effort) => traits.efforts.includes(effort));
  if (wantsNoThinking(reasoning)) {
    if (words === "gpt")
      return { ...silent, fields: { reasoning: { effort: sayEffort("none", traits.efforts, drops) } } };
    if (words === "gpt-oss") drops.field("reasoning");
    if (words === "claude" && !canStopThinking(traits)) {
      return { ...silent, effort: sayEffort("none", told === "effort" ? among(efforts) : [], drops) };
    }
    return { ...silent, takesReasoning: words !== "claude" };
  }
  if (words !== null && (words !== "claude" || told !== "effort")) dropDisplay(conversation, drops);
  switch (words) {
    case null:
      drops.field("reasoning");
      return silent;
    case "gpt":
      return { ...silent, fields: { reasoning: { effort: sayEffort(asked ?? "medium", traits.efforts, drops) } } };
    case "gpt-oss":
      return { ...silent, fields: { reasoning_effort: sayEffort(asked ?? "medium", upToHigh, drops) } };
    case "nova": {
      const maxReasoningEffort = sayEffort(asked ?? "medium", upToHigh, drops);
      return { ...silent, fields: { reasoningConfig: { type: "enabled", maxReasoningEffort } } };
    }
    case "claude":
      break;
  }
  if (told === "effort") {
    const effort = sayEffort(asked, among(efforts), drops);
    if (!isForced(conversation, traits)) {
      return {
        ...silent,
        fields: { thinking: { type: "adaptive", ...displayOf(shownOf(reasoning, conversation), drops) } },
        effort,
        isExclusive: true,
      };
    }
    drops.field("reasoning");
    return { ...silent, effort };
  }
  const budget = isForced(conversation, traits) || !letsThink(messages) ? null : fitBudget(reasoning, maxOutputTokens);
  if (budget === null) {
    drops.field("reasoning");
    return silent;
  }
  return {
    ...silent,
    fields: { thinking: { type: "enabled", budget_tokens: budget } },
    maxTokens: maxOutputTokens ?? defaultMaxOutputTokens + budget,
    isExclusive: true,
    takesReasoning: true,
  };
};
