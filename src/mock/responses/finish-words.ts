import type { FinishReason } from "../../dialects/reply.ts";

/** Why an answer ended, in the words of every dialect. */
const reasons = {
  stop: "stop",
  length: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  content_filter: "content_filter",
  stop_sequence: "stop_sequence",
  refusal: "refusal",
  pause: "pause",
  error: "error",
  end_turn: "stop",
  max_tokens: "length",
  max_output_tokens: "length",
  tool_use: "tool_calls",
  pause_turn: "pause",
  STOP: "stop",
  MAX_TOKENS: "length",
  SAFETY: "content_filter",
} as const satisfies Readonly<Record<string, FinishReason>>;

export type FinishWord = keyof typeof reasons;

export const finishWords: readonly FinishWord[] = [
  "stop",
  "length",
  "tool_calls",
  "function_call",
  "content_filter",
  "stop_sequence",
  "refusal",
  "pause",
  "error",
  "end_turn",
  "max_tokens",
  "max_output_tokens",
  "tool_use",
  "pause_turn",
  "STOP",
  "MAX_TOKENS",
  "SAFETY",
];

/** The reason a word stands for. */
export const toReason = (word: FinishWord): FinishReason => reasons[word];
