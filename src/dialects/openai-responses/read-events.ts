import type { SseEvent } from "../../wire/sse.ts";
import { ProxyError } from "../../errors.ts";
import { parseJson, parsePlainJson } from "../../wire/lossless-json.ts";
import type { JsonObject } from "../conversation.ts";
import type { EventReader } from "../dialect.ts";
import { toList, toObject, toText } from "../fields.ts";
import type { ReplyEvent } from "../reply.ts";
import { readInnerFailure } from "./failure.ts";
import { readFinish } from "./finish.ts";
import { createPartQueue } from "./part-queue.ts";
import { readHead } from "./read-reply.ts";
import { createStreamItems } from "./stream-items.ts";
import { readUsage } from "./usage.ts";

// A delta holds no number that is passed on.
const parse = ({ type, data }: SseEvent): JsonObject => {
  try {
    const parsed = toObject(type.endsWith(".delta") ? parsePlainJson(data) : parseJson(data));
    if (parsed !== null) return parsed;
  } catch (error) {
    throw new ProxyError("upstream_invalid_response", "The upstream sent an event that is not JSON", { cause: error });
  }
  throw new ProxyError("upstream_invalid_response", "The upstream sent an event that is not an object");
};

/**
 * Reads the typed events of a streamed response. Events this proxy has no use for (searches under way, partial images,
 * keepalive) are passed over; their items come whole when they are done. `sequence_number` is not needed.
 *
 * The stream's own end is `response.completed`, `.incomplete` or `.failed`, or an `error`; there is no `[DONE]`.
 *
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts, `ResponseStreamEvent` (read 2026-11-22)
 */
export const readEvents = (emit: (event: ReplyEvent) => void): EventReader => {
  const items = createStreamItems(createPartQueue(emit));
  let hasStarted = false;
  let hasEnded = false;

  const start = (response: JsonObject | null): void => {
    if (hasStarted) return;
    hasStarted = true;
    emit({ kind: "start", ...readHead(response ?? {}) });
  };
  const fail = (error: JsonObject | null): void => {
    hasEnded = true;
    emit({ kind: "error", failure: readInnerFailure(error) });
  };
  const finish = (response: JsonObject): void => {
    start(response);
    items.end(toList(response["output"]));
    const usage = readUsage(response);
    if (usage !== null) emit({ kind: "usage", usage });
    const reason = readFinish(response, items.kinds());
    if (reason.reason === "error") {
      fail(toObject(response["error"]) ?? { message: reason.detail });
      return;
    }
    hasEnded = true;
    emit({ kind: "finish", candidate: 0, finish: reason });
    emit({ kind: "end" });
  };

  const read = (type: string, event: JsonObject): void => {
    switch (type) {
      case "response.created":
      case "response.queued":
      case "response.in_progress":
        start(toObject(event["response"]));
        break;
      case "response.output_item.added":
        start(null);
        items.added(event);
        break;
      case "response.output_item.done":
        start(null);
        items.whole(event);
        break;
      case "response.content_part.added":
        items.part(event);
        break;
      case "response.content_part.done":
        items.partDone(event);
        break;
      case "response.output_text.delta":
        start(null);
        items.textDelta(event, "text");
        break;
      case "response.refusal.delta":
        start(null);
        items.textDelta(event, "refusal");
        break;
      case "response.output_text.done":
      case "response.refusal.done":
        items.textDone(event);
        break;
      case "response.output_text.annotation.added":
        items.annotation(event);
        break;
      case "response.function_call_arguments.delta":
        items.callDelta(event, false);
        break;
      case "response.custom_tool_call_input.delta":
        items.callDelta(event, true);
        break;
      case "response.reasoning_summary_text.delta":
        start(null);
        items.reasoningDelta(event, "summary");
        break;
      case "response.reasoning_text.delta":
        start(null);
        items.reasoningDelta(event, "raw");
        break;
      case "response.completed":
        finish({ status: "completed", ...toObject(event["response"]) });
        break;
      case "response.incomplete":
        finish({ status: "incomplete", ...toObject(event["response"]) });
        break;
      case "response.failed":
        finish({ ...toObject(event["response"]), status: "failed" });
        break;
      case "response.cancelled":
        finish({ ...toObject(event["response"]), status: "cancelled" });
        break;
      case "error":
        start(null);
        items.end([]);
        fail(toObject(event["error"]) ?? event);
    }
  };

  return {
    event: ({ type, data }) => {
      if (hasEnded || data === "[DONE]" || data === "") return;
      const event = parse({ type, data });
      read(toText(event["type"]) ?? type, event);
    },
    isWhole: () => hasEnded,
  };
};
