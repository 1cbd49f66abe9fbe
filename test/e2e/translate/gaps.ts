// The cells that do not hold, each with its reason: what a dialect or an SDK cannot do, or the name of a bug of ours.

import type { ClientDialectName } from "../../../src/dialects/conversation.ts";

interface Gap {
  readonly client: string;
  /** All without it. */
  readonly upstream?: ClientDialectName;
  /** A part of the behaviour. */
  readonly behaviour: string;
  /** The form of the answer; both without it. */
  readonly form?: "whole" | "streamed";
  readonly reason: string;
}

const chatOfAi = "ai with @ai-sdk/openai chat";

const noReasoning = "this package reads no reasoning out of chat completions";

const gaps: readonly Gap[] = [
  { client: chatOfAi, behaviour: "shown", reason: noReasoning },
  { client: chatOfAi, behaviour: "comes back", reason: noReasoning },
];

/** Why a cell does not hold; null when it has to. */
export const gapFor = (client: string, upstream: ClientDialectName, behaviour: string): string | null =>
  gaps.find(
    (gap) =>
      behaviour.includes(gap.behaviour) &&
      (gap.form === undefined || behaviour.endsWith(gap.form)) &&
      client === gap.client &&
      (gap.upstream === undefined || upstream === gap.upstream),
  )?.reason ?? null;
