import type { Finish, FinishReason } from "../reply.ts";
import type { WireFinish } from "./wire-reply.ts";

/** What the reader has seen of the answer whose end it names. */
export interface Seen {
  readonly hasCalls: boolean;
  readonly hasRefusal: boolean;
}

const to = (reason: FinishReason, detail: string | null = null): Finish => ({ reason, stopSequence: null, detail });

/**
 * Reads a `finish_reason`, those of compatible servers too; an unknown one is a `stop` with its word in `detail`.
 *
 * `stop` although there were calls is `tool_calls`, and `stop` of a refusal is `refusal`. `matched` is vLLM's
 * `stop_reason`: the stop sequence that ended the answer.
 */
export const readFinish = (reason: string | null, matched: unknown, { hasCalls, hasRefusal }: Seen): Finish => {
  switch (reason) {
    case "length":
    case "max_tokens":
    case "model_length":
      return to("length");
    case "content_filter":
      return to("content_filter");
    case "tool_calls":
    case "function_call":
      return to("tool_calls");
    case "error":
      return to("error");
    // vLLM and SGLang: the request was taken back; DeepSeek: it ran out of machines.
    case "abort":
    case "insufficient_system_resource":
      return to("error", reason);
    case null:
    default: {
      if (hasCalls) return to("tool_calls");
      if (hasRefusal) return to("refusal");
      if (typeof matched === "string") return { reason: "stop_sequence", stopSequence: matched, detail: null };
      return to("stop", reason === "stop" ? null : reason);
    }
  }
};

/**
 * Says why an answer ended in the five words there are.
 *
 * A refusal with its own text ends with `stop`, as OpenAI has it, one without with `content_filter`. What is to be gone
 * on with, and what broke, is not whole: `length` is the only word that tells a client so.
 */
export const writeFinish = (reason: FinishReason, hasRefusal: boolean): WireFinish => {
  switch (reason) {
    case "stop":
    case "stop_sequence":
      return "stop";
    case "length":
    case "pause":
    case "error":
      return "length";
    case "tool_calls":
      return "tool_calls";
    case "refusal":
      return hasRefusal ? "stop" : "content_filter";
    case "content_filter":
      return "content_filter";
  }
};

/** What vLLM calls `stop_reason`; null where no stop sequence ended the answer. */
export const matchedStop = ({ reason, stopSequence }: Finish): string | null =>
  reason === "stop_sequence" ? stopSequence : null;

/** What a refusal says that no part of the answer says. */
export const refusalOf = ({ reason, detail }: Finish): string | null =>
  reason === "refusal" && detail !== "" ? detail : null;

/** Whether an answer may have been cut in the middle of its last part. */
export const isCut = ({ reason }: Finish): boolean =>
  reason === "length" || reason === "content_filter" || reason === "error";
