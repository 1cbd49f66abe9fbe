import type { DialectName, Effort } from "../dialects/conversation.ts";
import type { Traits } from "../dialects/dialect.ts";
import { forAll, type Quirk } from "./quirk.ts";
import { openWeightQuirks } from "./quirks.ts";

const inResponses = ["openai-responses"] as const satisfies readonly DialectName[];
const inChat = ["openai-chat"] as const satisfies readonly DialectName[];

/** Models that reason: how much they can be told to, and what they answer in. */
interface Thinker {
  readonly models: string;
  readonly efforts: readonly Effort[];
  readonly dialects?: readonly DialectName[];
}

const thinker = (models: string, ...efforts: readonly Effort[]): Thinker => ({ models, efforts });
/** One that the service answers in Responses alone. */
const responder = (models: string, ...efforts: readonly Effort[]): Thinker => ({
  models,
  efforts,
  dialects: inResponses,
});

/**
 * OpenAI's models that reason, the first that matches counts; one of a known family that is not named takes what its newest
 * does. What Responses alone has stands in `ResponsesModel` and not in `ChatModel` of the SDK, or is told of by the service ("only
 * supported in v1/responses").
 *
 * @see `openai-model-catalog.ts` of `@ai-sdk/openai` 4.0.118 (`efforts`, `endpoints`); `ResponsesModel` in
 * resources/shared.d.ts of `openai` 7.57.0; https://developers.openai.com/api/docs/guides/reasoning and the pages of the
 * models beside it; for Pro and Codex https://github.com/anomalyco/models.dev/pull/2351 and 2472 (read 2026-11-22)
 */
const thinkers: readonly Thinker[] = [
  responder("*-deep-research*", "medium"),
  responder("gpt-5-pro*", "high"),
  responder("gpt-5*-pro*", "medium", "high", "xhigh"),
  responder("o1-pro*", "low", "medium", "high"),
  responder("o3-pro*", "low", "medium", "high"),
  responder("gpt-5.1-codex-max*", "low", "medium", "high", "xhigh"),
  responder("gpt-5-codex*", "low", "medium", "high"),
  responder("gpt-5.1-codex*", "low", "medium", "high"),
  responder("gpt-5*-codex*", "low", "medium", "high", "xhigh"),
  responder("codex-mini*", "low", "medium", "high"),
  responder("gpt-6*-cyber*", "low", "medium", "high", "xhigh", "max"),
  responder("gpt-*-cyber*", "none", "low", "medium", "high", "xhigh", "max"),
  responder("gpt-6*-rosalind*", "low", "medium", "high", "xhigh", "max"),
  thinker("gpt-6-sol*", "none", "low", "medium", "high", "xhigh", "max"),
  thinker("gpt-6-luna*", "none", "low", "medium", "high", "xhigh", "max"),
  thinker("gpt-6.1-terra*", "none", "low", "medium", "high", "xhigh", "max"),
  thinker("gpt-6*", "low", "medium", "high", "xhigh", "max"),
  thinker("gpt-5.*-chat*", "medium"),
  thinker("gpt-5.1*", "none", "low", "medium", "high"),
  ...["gpt-5.2*", "gpt-5.3*", "gpt-5.4*", "gpt-5.5*"].map((models) =>
    thinker(models, "none", "low", "medium", "high", "xhigh"),
  ),
  thinker("gpt-5.*", "none", "low", "medium", "high", "xhigh", "max"),
  thinker("gpt-5*", "minimal", "low", "medium", "high"),
  // These think, and refuse to be told how much.
  thinker("o1-mini*"),
  thinker("o1-preview*"),
  ...["o1*", "o3*", "o4-*"].map((models) => thinker(models, "low", "medium", "high")),
];

const thoughtless = { thinking: "none" } as const satisfies Partial<Traits>;
const json = { ...thoughtless, structuredOutput: "json" } as const satisfies Partial<Traits>;
const talkers = ["gpt-5-chat*", "gpt-4.*", "gpt-4o*", "chatgpt-*"];

/**
 * OpenAI's own models: its oldest know no `json_schema`, and those that reason refuse temperature, top_p and penalties; 5.1
 * to 5.9 take them while their effort is none, which is not told apart here. Those that listen and speak, and those that
 * search by themselves, are in chat alone.
 *
 * @see `openai-language-model-capabilities.ts` of `@ai-sdk/openai` 3.0.141, `endpoints` in `openai-model-catalog.ts` of 4.0.118
 */
export const openAiQuirks: readonly Quirk[] = [
  ...["gpt-audio*", "gpt-4o*-audio-*", "gpt-4o*-search-*"].map((models) => ({
    models,
    traits: thoughtless,
    dialects: inChat,
  })),
  { models: "gpt-5-search-*", traits: { hasSampling: false }, dialects: inChat },
  ...forAll(["gpt-3.5-*", "gpt-4", "gpt-4-*"], json),
  ...forAll(talkers, thoughtless),
  ...["computer-use-*", "gpt-daybreak-*", "gpt-rosalind*"].map((models) => ({
    models,
    traits: { hasSampling: false },
    dialects: inResponses,
  })),
  ...thinkers.map(({ models, efforts, dialects }) => ({
    models,
    traits: { hasSampling: false, efforts },
    ...(dialects === undefined ? {} : { dialects }),
  })),
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

/**
 * OpenAI's reasoning models behind a gateway: they refuse `max_tokens` wherever they are served. Which dialects a gateway has
 * them in, only its operator knows.
 */
export const gatewayQuirks: readonly Quirk[] = [
  ...openWeightQuirks,
  ...anywhere("gpt-5-chat*").map((models) => ({ models, traits: { ...openAiChatTraits, ...thoughtless } })),
  ...thinkers.flatMap(({ models, efforts }) =>
    anywhere(models).map((one) => ({ models: one, traits: { ...openAiChatTraits, hasSampling: false, efforts } })),
  ),
];
