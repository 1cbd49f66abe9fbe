import type { Conversation, JsonObject, ReasoningOptions, ToolChoice } from "../conversation.ts";
import type { Traits } from "../dialect.ts";
import { nativeFields, type Drops } from "../drops.ts";
import { nothingLeft, withoutRefused, withoutThoughts } from "../left-out.ts";
import { askedOf, effortOf, sayEffort } from "../effort.ts";
import { compact, toList } from "../fields.ts";
import type { WireReasoning } from "./wire.ts";
import type { Means } from "./write-content.ts";
import { writeInput, type WrittenInput } from "./write-input.ts";
import { writeText, writeToolChoice, writeTools } from "./write-tools.ts";

/** Fields the chat dialect has under the same name and with the same words. */
const sharedWithChat = new Set([
  "moderation",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
]);
const nothing: ReadonlySet<string> = new Set();

/** The least the service takes; clients that probe with one token (Claude Code) are given it. */
const leastOutputTokens = 16;
const mostTemperature = 2;

/** A budget of tokens is said as the effort it stands for; what is not to be shown is not asked for. */
const writeReasoning = (options: ReasoningOptions, { efforts }: Traits, drops: Drops): WireReasoning | null => {
  const { effort, budgetTokens, summary } = options;
  const wanted = sayEffort(effort ?? effortOf(budgetTokens), efforts, drops);
  const shown = summary === "none" ? null : summary;
  if (wanted === null && shown === null) return null;
  return { ...(wanted !== null && { effort: wanted }), ...(shown !== null && { summary: shown }) };
};

const hasOwnSeal = ({ messages }: Conversation): boolean =>
  messages.some(
    ({ role, ...message }) =>
      role === "assistant" &&
      "content" in message &&
      message.content.some((part) => part.kind === "reasoning" && part.signature?.by === "openai-responses"),
  );

/**
 * Whether to ask for sealed reasoning. A model that does not reason answers such a request with a 400, so a client of
 * another dialect asks by asking for reasoning or by bringing some back.
 */
const wantsSeals = (conversation: Conversation, isOwn: boolean): boolean => {
  const { reasoning } = conversation;
  if (isOwn) return reasoning?.wantsSignatures === true;
  const effort = reasoning?.effort ?? effortOf(reasoning?.budgetTokens ?? null);
  if (effort === "none") return false;
  return effort !== null || (reasoning?.summary ?? null) !== null || hasOwnSeal(conversation);
};

const writeInclude = (conversation: Conversation, isOwn: boolean, native: JsonObject): readonly unknown[] | null => {
  const include = [
    ...(isOwn ? toList(native["include"]) : []),
    ...(wantsSeals(conversation, isOwn) ? ["reasoning.encrypted_content"] : []),
    ...(conversation.topLogprobs === null ? [] : ["message.output_text.logprobs"]),
  ];
  return include.length === 0 ? null : include;
};

const dropUnsaid = (conversation: Conversation, drops: Drops): void => {
  for (const field of ["topK", "seed", "presencePenalty", "frequencyPenalty", "logitBias"] as const) {
    if (conversation[field] !== null) drops.field(field);
  }
  if ((conversation.candidates ?? 1) > 1) drops.field("candidates");
  if (conversation.stop.length > 0) drops.field("stop");
  // Up to half an hour is what the service does by itself.
  if ((conversation.cache?.ttlSeconds ?? 0) > 1800) drops.field("cache");
};

const writeSampling = ({ temperature, topP }: Conversation, { hasSampling }: Traits, drops: Drops) => {
  const isTooHot = temperature !== null && temperature > mostTemperature;
  if (isTooHot || (!hasSampling && temperature !== null)) drops.field("temperature");
  if (!hasSampling && topP !== null) drops.field("topP");
  if (!hasSampling) return {};
  return { temperature: isTooHot ? mostTemperature : temperature, top_p: topP };
};

/** The choice without what a model that cannot be forced to a call refuses. */
const unforced = (choice: ToolChoice): ToolChoice => {
  switch (choice.kind) {
    case "auto":
    case "none":
      return choice;
    case "required":
    case "tool":
      return { kind: "auto" };
    case "allowed":
      return choice.isRequired ? { ...choice, isRequired: false } : choice;
  }
};

/** Where a choice among some tools is unknown, only those are sent. */
const writeToolbox = (
  conversation: Conversation,
  { hasExtras, canForce }: { readonly hasExtras: boolean; readonly canForce: boolean },
  fields: JsonObject,
  drops: Drops,
): JsonObject => {
  const { tools, toolChoice } = conversation;
  const choice = toolChoice === null || canForce ? toolChoice : unforced(toolChoice);
  if (choice !== toolChoice) drops.field("toolChoice");
  if (!hasExtras && choice?.kind === "allowed") {
    const allowed = tools.filter(({ name }) => choice.names.includes(name));
    const sent = writeTools({ ...conversation, tools: allowed }, hasExtras, drops);
    return { tools: sent, tool_choice: choice.isRequired ? "required" : "auto" };
  }
  return {
    tools: tools.length === 0 ? null : writeTools(conversation, hasExtras, drops),
    tool_choice: choice === null ? fields["tool_choice"] : writeToolChoice(choice, tools, hasExtras),
  };
};

/** The service wants an input beside `instructions`, so that alone they are its one message. */
const withInput = ({ instructions, input }: WrittenInput): WrittenInput =>
  instructions === null || input.length > 0
    ? { instructions, input }
    : { instructions: null, input: [{ type: "message", role: "system", content: instructions }] };

/**
 * Writes a request for a response.
 *
 * For a client of another dialect the service keeps nothing unless that client asked for it: it sends its whole history
 * itself, and seals of reasoning come back in it.
 *
 * @throws {ProxyError} `unsupported_feature` - a tool that another provider brings itself, or nothing that could be said
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts, `ResponseCreateParamsBase` (read 2026-11-22)
 */
export const writeRequest = (whole: Conversation, traits: Traits, drops: Drops): JsonObject => {
  const reasoning = askedOf(whole, traits, drops);
  const conversation = { ...withoutThoughts(whole, traits, drops), reasoning };
  const { native, maxOutputTokens, topLogprobs } = conversation;
  const isOwn = native.dialect === "openai-responses";
  const isKin = isOwn || native.dialect === "openai-chat";
  const fields = nativeFields(conversation, "openai-responses", drops, isKin ? sharedWithChat : nothing);
  const hasExtras = isOwn || traits.hasOpenAiExtras;
  const means: Means = {
    hasBreakpoints: isOwn || (isKin && traits.hasOpenAiExtras),
    hasCustomTools: hasExtras,
    hasDeveloperRole: isOwn || traits.hasDeveloperRole,
  };
  const said = writeInput(conversation, means, drops);
  const isContinued =
    conversation.previousResponseId !== null || "conversation" in native.fields || "prompt" in native.fields;
  const { instructions, input } = isContinued ? said : withInput(said);
  dropUnsaid(conversation, drops);
  const isTooShort = maxOutputTokens !== null && maxOutputTokens < leastOutputTokens;
  if (isTooShort) drops.field("maxOutputTokens");
  const body = compact({
    model: conversation.model,
    instructions,
    input,
    ...fields,
    include: writeInclude(conversation, isOwn, fields),
    ...writeToolbox(conversation, { hasExtras, canForce: traits.canForceTool }, fields, drops),
    parallel_tool_calls: conversation.parallelToolCalls,
    text: writeText(conversation),
    reasoning: reasoning === null ? null : writeReasoning(reasoning, traits, drops),
    max_output_tokens: isTooShort ? leastOutputTokens : maxOutputTokens,
    ...writeSampling(conversation, traits, drops),
    top_logprobs: topLogprobs === 0 ? null : topLogprobs,
    service_tier: conversation.serviceTier,
    user: conversation.user,
    metadata: conversation.metadata,
    store: isOwn ? conversation.store : conversation.store === true,
    previous_response_id: conversation.previousResponseId,
    stream: conversation.stream ? true : null,
  });
  if (input.length === 0 && conversation.messages.length > 0 && !isContinued) throw nothingLeft(drops);
  return withoutRefused(body, traits, drops);
};
