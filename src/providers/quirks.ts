import type { Effort } from "../dialects/conversation.ts";
import type { Traits } from "../dialects/dialect.ts";
import { claudeElsewhere, olderClaude } from "./claude-models.ts";
import { geminiQuirks } from "./gemini-models.ts";
import { forAll, type Quirk } from "./quirk.ts";

const thoughtless = { thinking: "none" } as const satisfies Partial<Traits>;
const upToHigh = ["low", "medium", "high"] as const satisfies readonly Effort[];
/** Those of the servers that take no more than OpenAI's first. */
export const noneToHigh = ["none", ...upToHigh] as const satisfies readonly Effort[];

/** GPT's open models, wherever they are served (https://huggingface.co/openai/gpt-oss-120b, read 2026-11-22). */
export const openWeightQuirks: readonly Quirk[] = forAll(["*gpt-oss*"], { efforts: upToHigh });

/** @see `groq-model-catalog.ts` of `@ai-sdk/groq` 4.0.84; Qwen has only `none` beside what it does by itself */
export const groqQuirks: readonly Quirk[] = [
  ...openWeightQuirks,
  ...forAll(["qwen/qwen3*"], { efforts: ["none"] }),
  ...forAll(["llama*", "meta-llama/*", "gemma*", "mixtral*", "moonshotai/kimi-k2*"], thoughtless),
];

/**
 * Mistral's models that take `reasoning_effort`, and how much of it; one that is not named is newer and takes what most do.
 *
 * @see `mistral-model-catalog.ts` of `@ai-sdk/mistral` 4.0.87, after https://api.mistral.ai/v1/models of October 2026
 */
export const mistralQuirks: readonly Quirk[] = [
  ...forAll(["zai-glm-5", "zai-glm-5-3*", "zai-glm-latest"], { efforts: ["low", "high", "max"] }),
  ...forAll(["mistral-large-4*"], { efforts: upToHigh }),
  ...forAll(
    ["codestral*", "ministral*", "mistral-code*", "mistral-large*", "voxtral*", "pixtral*", "open-*"],
    thoughtless,
  ),
];

/** Fields of the chat dialect that Mistral does not know, by https://docs.rs/crate/mistral-openapi-client, made of its specification. */
export const unknownToMistral = [
  "seed",
  "logprobs",
  "top_logprobs",
  "logit_bias",
  "user",
  "store",
  "service_tier",
  "verbosity",
  "modalities",
  "audio",
  "prompt_cache_retention",
  "safety_identifier",
  "web_search_options",
];

const penalties = ["presence_penalty", "frequency_penalty"] as const;
const penaltiesAndStop = [...penalties, "stop"] as const;

/**
 * Grok's models that reason refuse penalties and stop sequences, the others of 4 and later the penalties; 4 up to 4.20 think
 * and refuse to be told how much.
 *
 * @see https://docs.x.ai/docs/guides/reasoning; https://github.com/lobehub/lobehub/issues/13332 (read 2026-11-22);
 * `supports-reasoning-effort.ts` of `@ai-sdk/xai` 5.0.12 and its `reasoningEffort`
 */
export const grokQuirks: readonly Quirk[] = [
  { models: "*non-reasoning*", traits: { ...thoughtless, refusedFields: penalties } },
  { models: "grok-3-mini*", traits: { efforts: ["low", "high"], refusedFields: penaltiesAndStop } },
  { models: "grok-4.20-multi-agent*", traits: { efforts: noneToHigh, refusedFields: penaltiesAndStop } },
  { models: "grok-4.6*", traits: { efforts: [...noneToHigh, "xhigh"], refusedFields: penaltiesAndStop } },
  ...forAll(["grok-4", "grok-4-*", "grok-4.20*", "grok-code*"], { efforts: [], refusedFields: penaltiesAndStop }),
  ...forAll(["grok-2*", "grok-3*"], thoughtless),
  ...forAll(["grok-4*", "grok-latest*"], { efforts: noneToHigh, refusedFields: penaltiesAndStop }),
];

/** Vertex AI, whose Gemini knows no `store` (`GenerateContentConfig` of `@google/genai` 3.1.0, `...ToVertex`). */
export const vertexQuirks: readonly Quirk[] = [
  ...claudeElsewhere,
  ...geminiQuirks.map(({ models, traits }) => ({ models, traits: { ...traits, refusedFields: ["store"] } })),
  { models: "*", traits: { refusedFields: ["store"] } },
];

const unstructured = { structuredOutput: "none" } as const satisfies Partial<Traits>;

/**
 * Bedrock, where structured output began with Claude 4.5 and is not there for Nova, Llama and Command; Nova thinks from 2 on.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html; npm `@ai-sdk/amazon-bedrock` 4.0.186
 * (read 2026-11-22)
 */
export const bedrockQuirks: readonly Quirk[] = [
  { models: "*claude-opus-4-1*", traits: olderClaude(32_000) },
  ...claudeElsewhere,
  ...["lite", "micro", "pro", "premier"].map((size) => ({
    models: `*amazon.nova-${size}-v1*`,
    traits: { ...unstructured, ...thoughtless },
  })),
  ...forAll(["*amazon.*", "*meta.*", "*cohere.*"], unstructured),
];
