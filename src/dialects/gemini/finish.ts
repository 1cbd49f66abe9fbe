import type { Finish, FinishReason } from "../reply.ts";
import type { FinishReason as GeminiReason } from "./wire.ts";

/**
 * Why the service ended an answer, all it knows (npm `@google/genai` 3.1.0, dist/genai.d.ts, FinishReason).
 *
 * `CONTINUATION` is a limit too: going on from it takes a token that no other dialect carries.
 */
const reasons: Readonly<Record<GeminiReason, FinishReason>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  CONTINUATION: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  LANGUAGE: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
  OTHER: "error",
  MALFORMED_FUNCTION_CALL: "error",
  UNEXPECTED_TOOL_CALL: "error",
  TOO_MANY_TOOL_CALLS: "error",
  MALFORMED_RESPONSE: "error",
  NO_IMAGE: "error",
  IMAGE_OTHER: "error",
};

const written: Readonly<Record<FinishReason, GeminiReason>> = {
  stop: "STOP",
  stop_sequence: "STOP",
  tool_calls: "STOP",
  length: "MAX_TOKENS",
  refusal: "SAFETY",
  content_filter: "SAFETY",
  pause: "OTHER",
  error: "OTHER",
};

const isReason = (text: string): text is GeminiReason => Object.hasOwn(reasons, text);

/**
 * Reads a `finishReason`; `detail` is it and its message, null where nothing more than the plain reason was said.
 *
 * The service says `STOP` for calls too. A reason it has learned since is an `error`.
 */
export const readFinish = (reason: string, message: string | null, hasCalls: boolean): Finish => {
  const read = isReason(reason) ? reasons[reason] : "error";
  const isPlain = message === null && written[read] === reason && read !== "content_filter" && read !== "error";
  const detail = message === null ? reason : `${reason}: ${message}`;
  return {
    reason: read === "stop" && hasCalls ? "tool_calls" : read,
    stopSequence: null,
    detail: isPlain ? null : detail,
  };
};

/** A prompt that was blocked: there is no candidate, so the block is how the only one ended. */
export const readBlock = (reason: string, message: string | null): Finish => ({
  reason: "content_filter",
  stopSequence: null,
  detail: message === null ? reason : `${reason}: ${message}`,
});

/** Writes a finish: in the service's own words where they are known, else the nearest, with what was said beside it. */
export const writeFinish = ({
  reason,
  detail,
}: Finish): { readonly finishReason: GeminiReason; readonly finishMessage?: string } => {
  const [own = "", ...rest] = detail?.split(": ") ?? [];
  const isTool = reason === "tool_calls";
  if (isReason(own) && reasons[own] === (isTool ? "stop" : reason)) {
    return rest.length === 0 ? { finishReason: own } : { finishReason: own, finishMessage: rest.join(": ") };
  }
  return detail === null ? { finishReason: written[reason] } : { finishReason: written[reason], finishMessage: detail };
};
