import { ProxyError } from "../../errors.ts";
import { withFewHints } from "../cache-limit.ts";
import type { Conversation, ConversationField, JsonObject } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import { nativeFields, type Drops } from "../drops.ts";
import { nothingLeft, withoutRefused } from "../left-out.ts";
import { compact } from "../fields.ts";
import { writeCacheControl } from "./cache-control.ts";
import type { OutputConfig } from "./wire.ts";
import { arrange, toContent, withoutThinking, writeTurns } from "./write-messages.ts";
import { planThinking, type ThinkingPlan } from "./write-thinking.ts";
import { writeTools } from "./write-tools.ts";

/** Fields that clients of other dialects send under the service's own names. */
const shared: readonly string[] = ["container", "context_management", "inference_geo", "mcp_servers", "speed"];

/** The Responses API has a `context_management` of its own, which is a list. */
const sharedOf = ({ native: { fields } }: Conversation): ReadonlySet<string> =>
  new Set(shared.filter((key) => key !== "context_management" || !Array.isArray(fields[key])));

/**
 * Says temperature, top_p and top_k as far as they are taken: none of them by models that know no sampling, with thinking
 * none but a `top_p` of at least 0.95, and never `top_p` beside a temperature. One at its default says nothing and is not
 * missed.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/extended-thinking (read 2026-11-22), feature compatibility
 */
const writeSampling = (
  { temperature, topP, topK }: Conversation,
  hasSampling: boolean,
  isThinking: boolean,
  drops: Drops,
): JsonObject => {
  const take = (
    field: ConversationField,
    value: number | null,
    isTaken: boolean,
    isDefault: boolean,
  ): number | null => {
    if (value === null || isTaken) return value;
    if (!isDefault) drops.field(field);
    return null;
  };
  const isFree = hasSampling && !isThinking;
  if (isFree && temperature !== null && temperature > 1) drops.field("temperature");
  const capped = temperature === null ? null : Math.min(temperature, 1);
  const goesAlone = isThinking ? topP !== null && topP >= 0.95 : temperature === null;
  return {
    temperature: take("temperature", capped, isFree, temperature === 1),
    top_p: take("topP", topP, hasSampling && goesAlone, topP === 1),
    top_k: take("topK", topK, isFree, false),
  };
};

/** A sequence of white space alone is refused. */
const writeStops = (stop: readonly string[], drops: Drops): readonly string[] | null => {
  const taken = stop.filter((sequence) => sequence.trim() !== "");
  if (taken.length < stop.length) drops.field("stop");
  return taken.length === 0 ? null : taken;
};

const writeTier = (tier: string | null, drops: Drops): "auto" | "standard_only" | null => {
  if (tier === null) return null;
  if (tier === "default") return "standard_only";
  if (tier !== "auto") drops.field("serviceTier");
  return tier === "auto" ? "auto" : null;
};

const writeOutputConfig = (
  { output }: Conversation,
  { structuredOutput }: Traits,
  { effort }: ThinkingPlan,
  drops: Drops,
): OutputConfig | null => {
  const schema = output?.kind === "schema" && structuredOutput === "schema" ? output : null;
  if (schema === null && output !== null && output.kind !== "text") drops.field("output");
  if (schema !== null && schema.description !== null) drops.name("response_format.description");
  if (effort === null && schema === null) return null;
  return {
    ...(effort === null ? {} : { effort }),
    ...(schema === null ? {} : { format: { type: "json_schema", schema: schema.schema } }),
  };
};

/** Names the fields that the dialect has no words for; one that asks for nothing is not missed. */
const dropFields = (conversation: Conversation, drops: Drops): void => {
  const { candidates, seed, presencePenalty, frequencyPenalty, topLogprobs } = conversation;
  const { logitBias, verbosity, metadata, store } = conversation;
  if (candidates !== null && candidates !== 1) drops.field("candidates");
  if (seed !== null) drops.field("seed");
  if (presencePenalty !== null && presencePenalty !== 0) drops.field("presencePenalty");
  if (frequencyPenalty !== null && frequencyPenalty !== 0) drops.field("frequencyPenalty");
  if (topLogprobs !== null) drops.field("topLogprobs");
  if (logitBias !== null && Object.keys(logitBias).length > 0) drops.field("logitBias");
  if (verbosity !== null) drops.field("verbosity");
  if (metadata !== null && Object.keys(metadata).length > 0) drops.field("metadata");
  if (store === true) drops.field("store");
};

/**
 * Writes the body of `POST /v1/messages`.
 *
 * @throws {ProxyError} `unsupported_feature` - a built-in tool of another provider, an earlier answer the provider would
 *   have to hold, or nothing that could be said to it
 * @see npm `@anthropic-ai/sdk` 1.12.0, resources/messages/messages.d.ts, `MessageCreateParamsBase` (read 2026-11-22)
 */
export const writeRequest = (whole: Conversation, traits: Traits, drops: Drops): JsonObject => {
  const conversation = withFewHints(whole, drops);
  const { model, stream, stop, user, cache, previousResponseId } = conversation;
  if (previousResponseId !== null) {
    const message = "This model's provider keeps no earlier answers: send the whole conversation";
    throw new ProxyError("unsupported_feature", message, { param: "previous_response_id" });
  }
  const said = writeTurns(conversation.messages, drops);
  const plan = planThinking(conversation, traits, said, drops);
  const kept = plan.takesThinking ? said : withoutThinking(said, drops);
  const { system, turns } = arrange(kept, traits.hasLateSystem, drops);
  dropFields(conversation, drops);
  const body = compact({
    model,
    max_tokens: plan.maxTokens,
    system: system.length === 0 ? null : toContent(system),
    messages: turns.map(({ role, blocks }) => ({ role, content: toContent(blocks) })),
    ...writeTools(conversation, traits, turns, drops),
    thinking: plan.thinking,
    output_config: writeOutputConfig(conversation, traits, plan, drops),
    ...writeSampling(conversation, traits.hasSampling, plan.isThinking, drops),
    stop_sequences: writeStops(stop, drops),
    stream: stream ? true : null,
    metadata: user === null ? null : { user_id: user },
    service_tier: writeTier(conversation.serviceTier, drops),
    ...writeCacheControl(cache),
    ...nativeFields(conversation, "anthropic", drops, sharedOf(conversation)),
  });
  if (turns.length === 0) throw nothingLeft(drops);
  return withoutRefused(body, traits, drops);
};
