import { ProxyError } from "../../errors.ts";
import { withFewHints } from "../cache-limit.ts";
import type { Conversation, ConversationField, JsonObject } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import { nativeFields, type Drops } from "../drops.ts";
import { nothingLeft, withoutRefused } from "../left-out.ts";
import { toObject } from "../fields.ts";
import { familyOf, type Family } from "./families.ts";
import {
  serviceTiers,
  type ConverseBody,
  type InferenceConfig,
  type OutputConfig,
  type ServiceTier,
  type WireMessage,
} from "./wire.ts";
import { writeMessages } from "./write-messages.ts";
import { planThinking, type ThinkingPlan } from "./write-thinking.ts";
import { writeTools } from "./write-tools.ts";

/** Fields of the request a client of any dialect may give under their names here. */
const ownFields: ReadonlySet<string> = new Set([
  "guardrailConfig",
  "additionalModelRequestFields",
  "additionalModelResponseFieldPaths",
  "performanceConfig",
  "promptVariables",
]);

/** The service has no words for these; a value in the second place says nothing and is not missed. */
const unsayable: readonly (readonly [ConversationField, unknown])[] = [
  ["seed", null],
  ["candidates", 1],
  ["presencePenalty", 0],
  ["frequencyPenalty", 0],
  ["topLogprobs", null],
  ["logitBias", null],
  ["verbosity", "medium"],
  ["user", null],
  ["store", false],
];

/** Where Claude tells which stop sequence it met, whole and in a stream. */
const stopSequencePaths = ["/stop_sequence", "/delta/stop_sequence"] as const;

const isTier = (tier: string): tier is ServiceTier => serviceTiers.some((one) => one === tier);

const toTier = ({ serviceTier }: Conversation, drops: Drops): ServiceTier | null => {
  if (serviceTier === null || serviceTier === "auto") return null;
  if (isTier(serviceTier)) return serviceTier;
  drops.field("serviceTier");
  return null;
};

/** At most 16 pairs of a narrow alphabet; anything else would be refused. */
const isTag = (text: unknown): text is string =>
  typeof text === "string" && /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/.test(text);

const toMetadata = ({ metadata }: Conversation, drops: Drops): Readonly<Record<string, string>> | null => {
  if (metadata === null) return null;
  const tags: Record<string, string> = {};
  const pairs = Object.entries(metadata);
  for (const [key, value] of pairs) if (key !== "" && isTag(key) && isTag(value)) tags[key] = value;
  if (pairs.length <= 16 && Object.keys(tags).length === pairs.length) return pairs.length === 0 ? null : tags;
  drops.field("metadata");
  return null;
};

const writeOutput = (
  { output }: Conversation,
  { structuredOutput }: Traits,
  { effort }: ThinkingPlan,
  drops: Drops,
): OutputConfig => {
  const told = effort === null ? {} : { effort };
  if (output === null || output.kind === "text") return told;
  if (output.kind === "json" || structuredOutput !== "schema") {
    drops.field("output");
    return told;
  }
  const { schema, name, description } = output;
  const jsonSchema = {
    schema: JSON.stringify(schema),
    name: name ?? "response",
    ...(description === null ? {} : { description }),
  };
  return { ...told, textFormat: { type: "json_schema", structure: { jsonSchema } } };
};

const writeInference = (
  { temperature, topP, stop }: Conversation,
  maxTokens: number | null,
  { thinking }: Family,
  takesSampling: boolean,
  drops: Drops,
): InferenceConfig => {
  const sampling: { temperature?: number; topP?: number } = {};
  if (temperature !== null) {
    // The service takes 0 to 1; 1 is what it does without being told.
    if (temperature > 1 || (!takesSampling && temperature !== 1)) drops.field("temperature");
    if (takesSampling) sampling.temperature = Math.min(temperature, 1);
  }
  if (topP !== null) {
    // Claude takes one of the two, from 4.1 on.
    const takesTopP = takesSampling && (thinking !== "claude" || temperature === null);
    if (!takesTopP && topP !== 1) drops.field("topP");
    if (takesTopP) sampling.topP = topP;
  }
  const stopSequences = stop.filter((text) => text !== "");
  return {
    ...(maxTokens === null ? {} : { maxTokens }),
    ...sampling,
    ...(stopSequences.length === 0 ? {} : { stopSequences }),
  };
};

const withoutReasoning = (messages: readonly WireMessage[], drops: Drops): readonly WireMessage[] =>
  messages.flatMap(({ role, content }) => {
    const kept = content.filter((block) => !("reasoningContent" in block));
    if (kept.length < content.length) drops.name("messages.content.reasoning");
    return kept.length === 0 ? [] : [{ role, content: kept }];
  });

const isEmpty = (object: object): boolean => Object.keys(object).length === 0;

/**
 * Says a conversation as the body of Converse, whole or streaming alike.
 *
 * What only some models take stands in `additionalModelRequestFields`, by the model's family. A client's own fields under
 * the names of this dialect (`guardrailConfig`, ...) come through and win.
 *
 * @throws {ProxyError} `unsupported_feature` - a built-in tool of another provider, an answer to go on from that only
 * another provider holds, or nothing that could be said
 * @see npm `@aws-sdk/client-bedrock-runtime` 3.1164.0, `ConverseRequest` (read 2026-11-22)
 */
export const writeRequest = (whole: Conversation, traits: Traits, drops: Drops): JsonObject => {
  const family = familyOf(whole.model);
  const conversation = family.hasCache ? withFewHints(whole, drops) : whole;
  const { topK, stop, previousResponseId } = conversation;
  if (previousResponseId !== null) {
    throw new ProxyError("unsupported_feature", "The provider of this model keeps no answers to go on from", {
      param: "previous_response_id",
    });
  }
  for (const [field, nothing] of unsayable) {
    if (conversation[field] !== null && conversation[field] !== nothing) drops.field(field);
  }
  const said = writeMessages(conversation, family, drops);
  const plan = planThinking(conversation, traits, family, said.messages, drops);
  const messages = plan.takesReasoning ? said.messages : withoutReasoning(said.messages, drops);
  // Beside Claude's thinking there is none either.
  const takesSampling = traits.hasSampling && !plan.isExclusive;
  const hasTopK = topK !== null && family.topK !== null && takesSampling;
  if (topK !== null && !hasTopK) drops.field("topK");

  const { additionalModelRequestFields: given, ...native } = nativeFields(
    conversation,
    "bedrock-converse",
    drops,
    ownFields,
  );
  const additional = {
    ...(hasTopK ? family.topK(topK) : {}),
    ...plan.fields,
    ...toObject(given),
  };
  const inferenceConfig = writeInference(conversation, plan.maxTokens, family, takesSampling, drops);
  const toolConfig = writeTools(conversation, traits, messages, family, drops);
  const outputConfig = writeOutput(conversation, traits, plan, drops);
  const tier = toTier(conversation, drops);
  const requestMetadata = toMetadata(conversation, drops);
  const body: ConverseBody = {
    messages,
    ...(said.system.length === 0 ? {} : { system: said.system }),
    ...(isEmpty(inferenceConfig) ? {} : { inferenceConfig }),
    ...(toolConfig === null ? {} : { toolConfig }),
    ...(isEmpty(outputConfig) ? {} : { outputConfig }),
    ...(tier === null ? {} : { serviceTier: { type: tier } }),
    ...(requestMetadata === null ? {} : { requestMetadata }),
    ...(stop.length > 0 && family.thinking === "claude"
      ? { additionalModelResponseFieldPaths: stopSequencePaths }
      : {}),
    ...(isEmpty(additional) ? {} : { additionalModelRequestFields: additional }),
  };
  if (said.messages.length === 0) throw nothingLeft(drops);
  return withoutRefused({ ...body, ...native }, traits, drops);
};
