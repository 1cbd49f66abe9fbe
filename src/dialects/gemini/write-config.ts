import type { Conversation } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { writeThinking } from "./thinking.ts";
import type { GenerationConfig } from "./wire.ts";

const maxTemperature = 2;
const maxStops = 5;
const maxLogprobs = 20;

const writeOutput = (output: Conversation["output"], drops: Drops): GenerationConfig => {
  if (output === null) return {};
  if (output.kind === "text") return { responseMimeType: "text/plain" };
  if (output.kind === "json") return { responseMimeType: "application/json" };
  if (output.description !== null) drops.name("response_format.description");
  return { responseMimeType: "application/json", responseJsonSchema: output.schema };
};

const writeSampling = (
  { temperature, topP, topK }: Conversation,
  { hasSampling }: Traits,
  drops: Drops,
): GenerationConfig => {
  if (!hasSampling) {
    // 1 is what a model does without being told.
    if (temperature !== null && temperature !== 1) drops.field("temperature");
    if (topP !== null && topP !== 1) drops.field("topP");
    if (topK !== null) drops.field("topK");
    return {};
  }
  if (temperature !== null && temperature > maxTemperature) drops.field("temperature");
  return {
    ...(temperature === null ? {} : { temperature: Math.min(temperature, maxTemperature) }),
    ...(topP === null ? {} : { topP }),
    ...(topK === null ? {} : { topK }),
  };
};

/** Writes `generationConfig` with the fields that were given. */
export const writeConfig = (conversation: Conversation, traits: Traits, drops: Drops): GenerationConfig => {
  const { seed, candidates, stop, topLogprobs } = conversation;
  const { maxOutputTokens, presencePenalty, frequencyPenalty } = conversation;
  if (stop.length > maxStops) drops.field("stop");
  if (topLogprobs !== null && topLogprobs > maxLogprobs) drops.field("topLogprobs");
  const thinkingConfig = writeThinking(conversation, traits, drops);
  return {
    ...writeSampling(conversation, traits, drops),
    ...(candidates === null ? {} : { candidateCount: candidates }),
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(stop.length === 0 ? {} : { stopSequences: stop.slice(0, maxStops) }),
    ...(seed === null ? {} : { seed }),
    ...(presencePenalty === null ? {} : { presencePenalty }),
    ...(frequencyPenalty === null ? {} : { frequencyPenalty }),
    ...(topLogprobs === null ? {} : { responseLogprobs: true }),
    ...(topLogprobs === null || topLogprobs === 0 ? {} : { logprobs: Math.min(topLogprobs, maxLogprobs) }),
    ...writeOutput(conversation.output, drops),
    ...(thinkingConfig === null ? {} : { thinkingConfig }),
  };
};
