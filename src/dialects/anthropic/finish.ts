import type { JsonObject } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import type { Finish } from "../reply.ts";
import { refusalCategories, type Stop, type StopDetails, type StopReason } from "./wire.ts";

const outOfWindow = "model_context_window_exceeded";

/** The explanation, which other clients get as the words of the refusal; without one, the category. */
const readStopDetails = (value: unknown): string | null => {
  const details = toObject(value);
  return toText(details?.["explanation"]) ?? toText(details?.["category"]);
};

const writeStopDetails = (detail: string | null): StopDetails => {
  const category = refusalCategories.find((one) => detail === one) ?? null;
  return { type: "refusal", category, explanation: category === null ? detail : null };
};

/**
 * Reads why a message ended, out of the message itself or the `delta` of `message_delta`.
 *
 * A reason not known here ends the answer like any other, its word kept as the detail.
 */
export const readFinish = (holder: JsonObject): Finish => {
  const stopSequence = toText(holder["stop_sequence"]);
  const reason = toText(holder["stop_reason"]);
  const said = { stopSequence, detail: readStopDetails(holder["stop_details"]) };
  switch (reason) {
    case null:
    case "end_turn":
      return { reason: "stop", ...said };
    case "max_tokens":
      return { reason: "length", ...said };
    case outOfWindow:
      return { reason: "length", stopSequence, detail: outOfWindow };
    case "stop_sequence":
      return { reason: "stop_sequence", ...said };
    case "tool_use":
      return { reason: "tool_calls", ...said };
    case "pause_turn":
      return { reason: "pause", ...said };
    case "refusal":
      return { reason: "refusal", ...said };
    default:
      return { reason: "stop", stopSequence, detail: said.detail ?? reason };
  }
};

const stopReasonOf = ({ reason, detail }: Finish): StopReason => {
  switch (reason) {
    case "stop":
      return "end_turn";
    case "length":
      return detail === outOfWindow ? outOfWindow : "max_tokens";
    case "stop_sequence":
      return "stop_sequence";
    case "tool_calls":
      return "tool_use";
    case "pause":
      return "pause_turn";
    // The dialect's one word for an answer that is not to be relied on.
    case "refusal":
    case "content_filter":
    case "error":
      return "refusal";
  }
};

/** Says why an answer ended; a filtered or broken one as a refusal that says so. */
export const writeStop = (finish: Finish): Stop => {
  const reason = stopReasonOf(finish);
  return {
    stop_reason: reason,
    stop_sequence: finish.stopSequence,
    stop_details: reason === "refusal" ? writeStopDetails(finish.detail ?? explanations[finish.reason] ?? null) : null,
  };
};

const explanations: Readonly<Partial<Record<Finish["reason"], string>>> = {
  content_filter: "A content filter cut the answer",
  error: "The answer broke off",
};
