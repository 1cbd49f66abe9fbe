import type { JsonObject, OutputPart } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import type { Finish, FinishReason } from "../reply.ts";

const completed = (content: readonly Pick<OutputPart, "kind">[]): FinishReason => {
  if (content.some(({ kind }) => kind === "tool_call")) return "tool_calls";
  return content.some(({ kind }) => kind === "refusal") ? "refusal" : "stop";
};

/** `steered` and `max_messages` stop at a place from which the answer can be gone on with. */
const cut = (reason: string | null): FinishReason => {
  if (reason === "content_filter") return "content_filter";
  return reason === "steered" || reason === "max_messages" ? "pause" : "length";
};

const toFinish = (reason: FinishReason, detail: string | null): Finish => ({ reason, stopSequence: null, detail });

/** Why a response ended: its status tells, and for one that is complete, what it holds. */
export const readFinish = (response: JsonObject, content: readonly Pick<OutputPart, "kind">[]): Finish => {
  const status = toText(response["status"]) ?? "completed";
  if (status === "completed") return toFinish(completed(content), null);
  if (status === "incomplete") {
    const reason = toText(toObject(response["incomplete_details"])?.["reason"]);
    const known = cut(reason);
    return toFinish(known, known === "pause" ? reason : null);
  }
  return toFinish("error", toText(toObject(response["error"])?.["message"]) ?? `The response is ${status}`);
};

export interface WireFinish {
  readonly status: "completed" | "incomplete" | "failed";
  readonly incomplete_details: { readonly reason: "max_output_tokens" | "max_messages" | "content_filter" } | null;
  readonly error: { readonly code: "server_error"; readonly message: string } | null;
}

const done: WireFinish = { status: "completed", incomplete_details: null, error: null };
const short = (reason: "max_output_tokens" | "max_messages" | "content_filter"): WireFinish => ({
  status: "incomplete",
  incomplete_details: { reason },
  error: null,
});

/** A pause is said as `max_messages`, which like it is no limit of tokens and can be gone on from. */
export const writeFinish = ({ reason, detail }: Finish): WireFinish => {
  switch (reason) {
    case "stop":
    case "stop_sequence":
    case "tool_calls":
    case "refusal":
      return done;
    case "length":
      return short("max_output_tokens");
    case "content_filter":
      return short("content_filter");
    case "pause":
      return short("max_messages");
    case "error":
      return {
        status: "failed",
        incomplete_details: null,
        error: { code: "server_error", message: detail ?? "The answer ended in an error" },
      };
  }
};

/** What is said of a refusal beside the answer. */
export const refusalOf = ({ reason, detail }: Finish): string | null =>
  reason === "refusal" && detail !== "" ? detail : null;
