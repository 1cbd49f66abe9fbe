// How hard a model thinks, between the words of effort and the numbers of tokens that the dialects know.
import type { Conversation, Effort, ReasoningOptions } from "./conversation.ts";
import type { Drops } from "./drops.ts";

/** All efforts there are, the least first. */
export const allEfforts = [
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
] as const satisfies readonly Effort[];

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

/** Whether a request says anything of thinking; wanting seals alone is no wish to think. */
export const saysThinking = ({ effort, budgetTokens, summary }: ReasoningOptions): boolean =>
  effort !== null || budgetTokens !== null || summary !== null;

/** Whether a request wants no thinking. */
export const wantsNoThinking = ({ effort, budgetTokens }: ReasoningOptions): boolean =>
  effort === null ? budgetTokens === 0 : effort === "none";

/** Whether a model that is told how to think can be told not to. */
export const canStopThinking = ({ efforts }: { readonly efforts: readonly Effort[] }): boolean =>
  efforts.includes("none");

const rankOf = (effort: Effort): number => allEfforts.indexOf(effort);

/**
 * Gives the effort of `taken` that is nearest to the one asked for, of two as near the greater; null when there is none.
 *
 * Who asks to think is not answered with `none`; who asks not to is answered with the least there is.
 */
export const nearestEffort = <E extends Effort>(asked: Effort, taken: readonly E[]): E | null => {
  let nearest: E | null = null;
  let least = Infinity;
  for (const effort of taken) {
    if (effort === "none" && asked !== "none") continue;
    // A quarter breaks a tie toward the greater.
    const far = Math.abs(rankOf(effort) - rankOf(asked)) - (rankOf(effort) > rankOf(asked) ? 0.25 : 0);
    if (far < least) [nearest, least] = [effort, far];
  }
  return nearest;
};

/**
 * Gives the effort to tell, the nearest of `taken`, and names the change; null when none was asked for or there is none to
 * tell. `low` for `minimal` is the least thinking either way, so that nobody misses anything.
 */
export const sayEffort = <E extends Effort>(asked: Effort | null, taken: readonly E[], drops: Drops): E | null => {
  if (asked === null) return null;
  const said = nearestEffort(asked, taken);
  if (said !== asked && !(asked === "minimal" && said === "low")) drops.field("reasoning");
  return said;
};

/**
 * What is asked of the reasoning of a model: nothing where it cannot think, and that is named.
 *
 * Not to think is what such a model does, and so is not to show it.
 */
export const askedOf = (
  { reasoning }: Pick<Conversation, "reasoning">,
  { thinking }: { readonly thinking: "effort" | "budget" | "none" },
  drops: Drops,
): ReasoningOptions | null => {
  if (reasoning === null || thinking !== "none") return reasoning;
  const { effort, budgetTokens, summary } = reasoning;
  const wantsThoughts = effort !== null || budgetTokens !== null || (summary !== null && summary !== "none");
  if (wantsThoughts && !wantsNoThinking(reasoning)) drops.field("reasoning");
  return null;
};

/**
 * How the thoughts are to be shown. The chat dialect of OpenAI has no word for it, so a client of it that asks to think is
 * shown what there is.
 */
export const shownOf = (
  reasoning: ReasoningOptions,
  { native }: Pick<Conversation, "native">,
): ReasoningOptions["summary"] => {
  const { effort, budgetTokens, summary } = reasoning;
  const asksToThink = (effort ?? budgetTokens) !== null && !wantsNoThinking(reasoning);
  return summary === null && asksToThink && native.dialect === "openai-chat" ? "auto" : summary;
};

/** Names how long a summary was to be, where there is but one kind. */
export const dropLength = (summary: ReasoningOptions["summary"], drops: Drops): void => {
  if (summary === "concise" || summary === "detailed") drops.name("reasoning.summary");
};
