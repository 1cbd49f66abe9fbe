import type { JsonObject } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { toNumber, toObject, toText } from "../fields.ts";
import type { Usage } from "../reply.ts";
import { writeTier } from "./service-tier.ts";
import type { ModalityCount, UsageMetadata } from "./wire.ts";

/** Tokens of one modality, null when the list is not told. */
const countOf = (details: unknown, modality: string): number | null => {
  if (!Array.isArray(details)) return null;
  let count = 0;
  for (const item of details) {
    const detail = toObject(item);
    if (toText(detail?.["modality"]) === modality) count += toNumber(detail?.["tokenCount"]) ?? 0;
  }
  return count;
};

/**
 * Reads `usageMetadata`.
 *
 * The service counts what its tools brought in and the model's thoughts beside the prompt and the candidates; here they
 * are parts of the totals. Its modalities include cached tokens, which are taken out, so that no token counts twice.
 *
 * @see npm `@google/genai` 3.1.0, dist/genai.d.ts (GenerateContentResponseUsageMetadata)
 */
export const readUsage = (metadata: JsonObject, webSearches: number | null): Usage => {
  const prompt = toNumber(metadata["promptTokenCount"]) ?? 0;
  const toolInputTokens = toNumber(metadata["toolUsePromptTokenCount"]);
  const cached = toNumber(metadata["cachedContentTokenCount"]);
  const reasoningTokens = toNumber(metadata["thoughtsTokenCount"]);
  const candidates = toNumber(metadata["candidatesTokenCount"]) ?? 0;
  const cachedInputTokens = cached === null ? null : Math.min(cached, prompt);
  let free = prompt - (cachedInputTokens ?? 0);
  const freshOf = (modality: string): number | null => {
    const all = countOf(metadata["promptTokensDetails"], modality);
    if (all === null) return null;
    const fresh = Math.min(free, Math.max(0, all - (countOf(metadata["cacheTokensDetails"], modality) ?? 0)));
    free -= fresh;
    return fresh;
  };
  return {
    inputTokens: prompt + (toolInputTokens ?? 0),
    outputTokens: candidates + (reasoningTokens ?? 0),
    cachedInputTokens,
    cacheWriteTokens: null,
    cacheWriteLongTokens: null,
    audioInputTokens: freshOf("AUDIO"),
    imageInputTokens: freshOf("IMAGE"),
    toolInputTokens,
    reasoningTokens,
    audioOutputTokens: countOf(metadata["candidatesTokensDetails"], "AUDIO"),
    imageOutputTokens: countOf(metadata["candidatesTokensDetails"], "IMAGE"),
    acceptedPredictionTokens: null,
    rejectedPredictionTokens: null,
    webSearches,
  };
};

const toDetails = (total: number, audio: number | null, image: number | null): readonly ModalityCount[] | null => {
  if (audio === null && image === null) return null;
  const text = total - (audio ?? 0) - (image ?? 0);
  const counts = [
    { modality: "TEXT", tokenCount: text },
    { modality: "AUDIO", tokenCount: audio ?? 0 },
    { modality: "IMAGE", tokenCount: image ?? 0 },
  ] as const;
  return counts.filter(({ tokenCount }) => tokenCount > 0);
};

/** Writes `usageMetadata`, whose four counts add up to its total. */
export const writeUsage = (usage: Usage, serviceTier: string | null): UsageMetadata => {
  const prompt = usage.inputTokens - (usage.toolInputTokens ?? 0);
  const candidates = usage.outputTokens - (usage.reasoningTokens ?? 0);
  const promptDetails = toDetails(prompt, usage.audioInputTokens, usage.imageInputTokens);
  const candidatesDetails = toDetails(candidates, usage.audioOutputTokens, usage.imageOutputTokens);
  const tier = writeTier(serviceTier);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    ...(usage.cachedInputTokens === null ? {} : { cachedContentTokenCount: usage.cachedInputTokens }),
    ...(usage.toolInputTokens === null ? {} : { toolUsePromptTokenCount: usage.toolInputTokens }),
    ...(usage.reasoningTokens === null ? {} : { thoughtsTokenCount: usage.reasoningTokens }),
    ...(promptDetails === null ? {} : { promptTokensDetails: promptDetails }),
    ...(candidatesDetails === null ? {} : { candidatesTokensDetails: candidatesDetails }),
    ...(tier === null ? {} : { serviceTier: tier }),
  };
};

/** Names the counts that `usageMetadata` has no field for. */
export const dropUsage = (usage: Usage, drops: Drops): void => {
  if ((usage.cacheWriteTokens ?? 0) > 0) drops.name("usage.cache_creation_input_tokens");
  if ((usage.cacheWriteLongTokens ?? 0) > 0) drops.name("usage.cache_write_long_tokens");
  if ((usage.webSearches ?? 0) > 0) drops.name("usage.web_search_requests");
  if ((usage.acceptedPredictionTokens ?? 0) > 0) drops.name("usage.accepted_prediction_tokens");
  if ((usage.rejectedPredictionTokens ?? 0) > 0) drops.name("usage.rejected_prediction_tokens");
};
