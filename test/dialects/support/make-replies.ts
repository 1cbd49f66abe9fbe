// Replies to write: one for each thing that can end, break or be counted.
import type { OutputPart } from "../../../src/dialects/conversation.ts";
import type { Candidate, Failure, FailureKind, FinishReason, Reply, Usage } from "../../../src/dialects/reply.ts";
import { plainUsage } from "../rich.ts";
import { keysOf } from "./walk.ts";

export const textPart = (text: string): OutputPart => ({ kind: "text", text, citations: [], cache: null });

export const callPart = (id: string, json = '{"a":1}'): OutputPart => ({
  kind: "tool_call",
  id,
  name: "f",
  arguments: json,
  isCustom: false,
  signature: null,
  cache: null,
});

export const candidate = (content: readonly OutputPart[], reason: FinishReason = "stop", index = 0): Candidate => ({
  index,
  content,
  finish: { reason, stopSequence: reason === "stop_sequence" ? "END" : null, detail: null },
  logprobs: null,
});

export const replyOf = (...candidates: readonly Candidate[]): Reply => ({
  id: "reply_1",
  model: "some-model",
  createdAt: 1_790_000_000,
  serviceTier: null,
  fingerprint: null,
  candidates,
  usage: { ...plainUsage, inputTokens: 7, outputTokens: 5 },
});

/** A reply that ends for `reason`, with what goes with it. */
export const endingIn = (reason: FinishReason): Reply => {
  if (reason === "tool_calls") return replyOf(candidate([callPart("call_1")], reason));
  if (reason === "refusal") return replyOf(candidate([{ kind: "refusal", text: "No." }], reason));
  return replyOf(candidate([textPart("Hi.")], reason));
};

export const finishReasons = keysOf({
  stop: 0,
  length: 0,
  stop_sequence: 0,
  tool_calls: 0,
  refusal: 0,
  content_filter: 0,
  pause: 0,
  error: 0,
} satisfies Record<FinishReason, 0>);

/** Every kind with the status it comes with. */
export const statuses: Readonly<Record<FailureKind, number>> = {
  invalid_request: 400,
  authentication: 401,
  permission: 403,
  quota: 402,
  not_found: 404,
  too_large: 413,
  rate_limit: 429,
  overloaded: 503,
  timeout: 504,
  server: 500,
};

export const failureKinds = keysOf(statuses);

export const failureOf = (kind: FailureKind): Failure => ({
  kind,
  status: statuses[kind],
  message: "It failed.",
  code: null,
  param: null,
});

/** Every detail told, all different, and none of a total left. */
export const fullUsage: Usage = {
  inputTokens: 1000,
  cachedInputTokens: 500,
  cacheWriteTokens: 200,
  cacheWriteLongTokens: 80,
  audioInputTokens: 90,
  imageInputTokens: 70,
  toolInputTokens: 60,
  outputTokens: 400,
  reasoningTokens: 150,
  audioOutputTokens: 50,
  imageOutputTokens: 40,
  acceptedPredictionTokens: 30,
  rejectedPredictionTokens: 20,
  webSearches: 3,
};

const sum = (...counts: readonly (number | null)[]): number => counts.reduce<number>((all, one) => all + (one ?? 0), 0);

/** Whether no token is counted twice: details are parts of their total. */
export const isSound = (usage: Usage): boolean =>
  sum(
    usage.cachedInputTokens,
    usage.cacheWriteTokens,
    usage.audioInputTokens,
    usage.imageInputTokens,
    usage.toolInputTokens,
  ) <= usage.inputTokens &&
  sum(usage.cacheWriteLongTokens) <= sum(usage.cacheWriteTokens) &&
  sum(
    usage.reasoningTokens,
    usage.audioOutputTokens,
    usage.imageOutputTokens,
    usage.acceptedPredictionTokens,
    usage.rejectedPredictionTokens,
  ) <= usage.outputTokens &&
  Object.values(usage).every((count) => count === null || count >= 0);
