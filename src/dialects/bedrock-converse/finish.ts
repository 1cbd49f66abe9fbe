import type { JsonObject } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import type { Finish, FinishReason } from "../reply.ts";

/** `refusal` and `pause_turn` are Claude's own words, should they come through. */
const reasons: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  stop_sequence: "stop_sequence",
  guardrail_intervened: "content_filter",
  content_filtered: "content_filter",
  malformed_model_output: "error",
  malformed_tool_use: "error",
  refusal: "refusal",
  pause_turn: "pause",
};
/** What the reason alone says as well. */
const plain: ReadonlySet<string> = new Set(["end_turn", "tool_use", "max_tokens", "stop_sequence"]);

/**
 * Reads why an answer ended, out of the whole reply or the event `messageStop`.
 *
 * A reason not known here ends the answer like any other, its word kept as the detail.
 */
export const readFinish = (holder: JsonObject): Finish => {
  const said = toText(holder["stopReason"]) ?? "end_turn";
  const fields = toObject(holder["additionalModelResponseFields"]);
  const stopSequence = toText(fields?.["stop_sequence"]) ?? toText(toObject(fields?.["delta"])?.["stop_sequence"]);
  const reason = Object.hasOwn(reasons, said) ? reasons[said] : undefined;
  return { reason: reason ?? "stop", stopSequence, detail: plain.has(said) ? null : said };
};
