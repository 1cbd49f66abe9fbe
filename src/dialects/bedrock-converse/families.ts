import type { JsonObject } from "../conversation.ts";

/**
 * What Converse has no word of its own for and passes to a maker's models in `additionalModelRequestFields`.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html (read 2026-11-22); npm
 * `@ai-sdk/amazon-bedrock` 4.0.186
 */
export interface Family {
  readonly pattern: RegExp;
  /** Whether its models take cache points; the others answer 400. */
  readonly hasCache: boolean;
  readonly topK: ((topK: number) => JsonObject) | null;
  /** In which words its models are told to think. */
  readonly thinking: "claude" | "nova" | "gpt" | "gpt-oss" | null;
}

/** A profile or a prompt of the account's own: nobody knows which model is behind it. */
const opaque: Family = {
  pattern: /^(?!.*\.).*(?:profile|provisioned-model|prompt)\//,
  hasCache: true,
  topK: null,
  thinking: null,
};

const families: readonly Family[] = [
  {
    pattern: /(?:^|[./])anthropic\./,
    hasCache: true,
    topK: (topK) => ({ top_k: topK }),
    thinking: "claude",
  },
  {
    pattern: /(?:^|[./])amazon\.nova/,
    hasCache: true,
    topK: (topK) => ({ inferenceConfig: { topK } }),
    thinking: "nova",
  },
  { pattern: /(?:^|[./])openai\.gpt-oss/, hasCache: false, topK: null, thinking: "gpt-oss" },
  { pattern: /(?:^|[./])openai\./, hasCache: false, topK: null, thinking: "gpt" },
  opaque,
  { pattern: /(?:^|[./])(?:mistral|qwen)\./, hasCache: false, topK: (topK) => ({ top_k: topK }), thinking: null },
];

const other: Family = { pattern: /^/, hasCache: false, topK: null, thinking: null };

/** Gives the family of a model id, an inference profile (`us.anthropic.claude-...`) or an ARN. */
export const familyOf = (model: string): Family => families.find(({ pattern }) => pattern.test(model)) ?? other;
