import type { Conversation, JsonObject } from "../conversation.ts";
import type { ReplyContext } from "../dialect.ts";
import { createDrops, type Drops } from "../drops.ts";
import { toEvents } from "../assemble.ts";
import { toList, toObject } from "../fields.ts";
import type { Candidate, Finish, Reply, ReplyEvent, ReplyHead, Usage } from "../reply.ts";
import { writeFinish } from "./finish.ts";
import { dealLogprobs } from "./marks.ts";
import { dropUsage, writeToolUsage, writeUsage } from "./usage.ts";
import type { Say, WireResponse } from "./wire-reply.ts";
import type { OutputItem } from "./wire.ts";
import { createOutput } from "./write-output.ts";
import { writeText, writeToolChoice, writeTools } from "./write-tools.ts";

export const unfinished: Finish = { reason: "error", stopSequence: null, detail: null };

/** What a response looks like at one moment; `finish` null while it is under way. */
export type ToResponse = (finish: Finish | null, output: readonly OutputItem[], usage: Usage | null) => WireResponse;

const echoInstructions = ({ messages: [first] }: Conversation): string | null => {
  const only = first?.role === "system" && first.content.length === 1 ? first.content[0] : undefined;
  return only?.text ?? null;
};

/** What the request set, as the official service repeats it, and its defaults for the rest. */
const echo = (conversation: Conversation) => {
  const { native, reasoning, tools, toolChoice, temperature, topP, metadata } = conversation;
  const fields = native.dialect === "openai-responses" ? native.fields : {};
  const choice = fields["tool_choice"];
  return {
    instructions: echoInstructions(conversation),
    max_output_tokens: conversation.maxOutputTokens,
    max_tool_calls: fields["max_tool_calls"] ?? null,
    parallel_tool_calls: conversation.parallelToolCalls ?? true,
    previous_response_id: conversation.previousResponseId,
    prompt_cache_key: fields["prompt_cache_key"] ?? null,
    reasoning: {
      effort: reasoning?.effort ?? null,
      summary: reasoning === null || reasoning.summary === "none" ? null : reasoning.summary,
    },
    safety_identifier: fields["safety_identifier"] ?? null,
    // An upstream of another dialect keeps nothing.
    store: conversation.store ?? false,
    temperature: temperature ?? 1,
    text: { format: { type: "text" }, verbosity: "medium", ...writeText(conversation) },
    tool_choice:
      typeof choice === "object" && choice !== null
        ? { ...choice }
        : toolChoice === null
          ? "auto"
          : writeToolChoice(toolChoice, tools, true),
    tools: writeTools(conversation, true, createDrops({})),
    top_logprobs: conversation.topLogprobs ?? 0,
    top_p: topP ?? 1,
    truncation: fields["truncation"] ?? "disabled",
    user: conversation.user,
    metadata: metadata ?? {},
  } as const;
};

/** A refusal of which nothing is said would look like an empty answer. */
const sayRefusal = (finish: Finish, output: readonly OutputItem[]): Finish => {
  if (finish.reason !== "refusal") return finish;
  const isSaid = output.some(
    (item) => item.type === "message" && toList(item["content"]).some((part) => toObject(part)?.["type"] === "refusal"),
  );
  return isSaid ? finish : { ...finish, reason: "content_filter" };
};

/** Prepares the responses of one reply: all have its head and repeat its request. */
export const createToResponse = (head: ReplyHead, { conversation, newId, nowSeconds }: ReplyContext): ToResponse => {
  const id = head.id === "" ? newId("resp_") : head.id;
  const created = head.createdAt ?? nowSeconds;
  const repeated = echo(conversation);
  const isBackground =
    conversation.native.dialect === "openai-responses" && conversation.native.fields["background"] === true;
  return (finish, output, usage) => {
    const { status, error, incomplete_details } =
      finish === null
        ? ({ status: "in_progress", error: null, incomplete_details: null } as const)
        : writeFinish(sayRefusal(finish, output));
    return {
      id,
      object: "response",
      created_at: created,
      status,
      access_programs: null,
      background: isBackground,
      // A clock that is behind the provider's must not end an answer before it began.
      completed_at: status === "completed" ? Math.max(created, nowSeconds) : null,
      error,
      incomplete_details,
      model: head.model === "" ? conversation.model : head.model,
      output,
      ...repeated,
      service_tier: head.serviceTier ?? "default",
      usage: usage === null ? null : writeUsage(usage),
      ...(usage !== null && usage.webSearches !== null && { tool_usage: writeToolUsage(usage.webSearches) }),
    };
  };
};

/** How the item an answer ended with stands. */
export const lastStatus = ({ reason }: Finish): "completed" | "incomplete" =>
  reason === "length" || reason === "content_filter" || reason === "error" ? "incomplete" : "completed";

const silent: Say = { event: () => {}, json: () => {} };

/** The events of an answer, each text with the probabilities of its own tokens. */
const eventsOf = (reply: Reply, { content, finish, logprobs }: Candidate): readonly ReplyEvent[] => {
  const candidate = { index: 0, content, finish, logprobs: null };
  const events = toEvents({ ...reply, candidates: [candidate] });
  if (logprobs === null) return events;
  const deal = dealLogprobs(logprobs);
  const isText = (index: number): boolean => content[index]?.kind === "text" || content[index]?.kind === "refusal";
  const last = content.findLastIndex(({ kind }) => kind === "text" || kind === "refusal");
  const dealt: ReplyEvent[] = [];
  for (const event of events) {
    const isOfText = event.kind === "delta" && isText(event.index);
    dealt.push(isOfText ? { ...event, logprobs: deal(event.text, event.index === last) } : event);
  }
  return dealt;
};

/**
 * Writes the whole response. Of several candidates it holds the first; the rest is named as `choices`.
 *
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts, `Response` (read 2026-11-22)
 */
export const writeReply = (reply: Reply, context: ReplyContext, drops: Drops): JsonObject => {
  const [first, ...others] = reply.candidates;
  if (others.length > 0) drops.name("choices");
  const finish = first?.finish ?? unfinished;
  const toResponse = createToResponse(reply, context);
  const output = createOutput(context, silent, drops.name);
  if (first !== undefined) for (const event of eventsOf(reply, first)) output.event(event);
  if (reply.usage !== null) dropUsage(reply.usage, drops);
  output.close(lastStatus(finish));
  return { ...toResponse(finish, output.items, reply.usage) };
};
