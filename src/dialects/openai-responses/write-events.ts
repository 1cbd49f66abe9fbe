import type { EventWriter, ReplyContext } from "../dialect.ts";
import type { Finish, ReplyHead, Usage } from "../reply.ts";
import { codeOf } from "./failure.ts";
import type { EventType, Say, WireResponse } from "./wire-reply.ts";
import { createOutput } from "./write-output.ts";
import { createToResponse, lastStatus, unfinished, type ToResponse } from "./write-reply.ts";

const noHead: ReplyHead = { id: "", model: "", createdAt: null, serviceTier: null, fingerprint: null };
const ends = {
  queued: "response.queued",
  in_progress: "response.in_progress",
  completed: "response.completed",
  incomplete: "response.incomplete",
  failed: "response.failed",
} as const;

/** The text of one event; `fields` is JSON from behind the opening brace on. */
export const toEventText = (type: EventType, sequence: number, fields: string): string =>
  // No event is without fields of its own; what all events have is put before them.
  `event: ${type}\ndata: {"type":"${type}","sequence_number":${sequence},${fields}\n\n`;

/**
 * Writes the typed events of a stream: `sequence_number` counts from 0, the last event holds the whole response, and as
 * with the official service no `[DONE]` follows it. An error is an `error` event, and nothing after.
 *
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts, `ResponseStreamEvent`, and the order its
 *   lib/responses/ResponseStream.js holds events to (read 2026-11-22)
 */
export const writeEvents = (context: ReplyContext): EventWriter => {
  let written = "";
  let sequence = 0;
  const sayJson: Say["json"] = (type, fields) => {
    written += toEventText(type, sequence, fields);
    sequence += 1;
  };
  const say: Say["event"] = (type, fields) => sayJson(type, JSON.stringify(fields).slice(1));
  const output = createOutput(context, { event: say, json: sayJson }, () => {});
  let toResponse: ToResponse | null = null;
  let finish: Finish = unfinished;
  let usage: Usage | null = null;
  let hasEnded = false;

  const start = (head: ReplyHead): ToResponse => {
    if (toResponse !== null) return toResponse;
    toResponse = createToResponse(head, context);
    const response = toResponse(null, [], null);
    if (context.isQueued === true) {
      const queued: WireResponse = { ...response, status: "queued" };
      say("response.created", { response: queued });
      say("response.queued", { response: queued });
    } else say("response.created", { response });
    say("response.in_progress", { response });
    return toResponse;
  };

  return (event) => {
    if (hasEnded) return "";
    written = "";
    switch (event.kind) {
      case "start": {
        const { kind: _, ...head } = event;
        start(head);
        break;
      }
      case "part":
      case "delta":
      case "citation":
      case "signature":
      case "part_end":
        start(noHead);
        output.event(event);
        break;
      case "finish":
        if (event.candidate !== 0) break;
        finish = event.finish;
        start(noHead);
        output.event(event);
        output.close(lastStatus(finish));
        break;
      case "usage":
        usage = event.usage;
        break;
      case "error": {
        hasEnded = true;
        const { message, param } = event.failure;
        say("error", { code: codeOf(event.failure), message, param });
        break;
      }
      case "end": {
        hasEnded = true;
        const toLast = start(noHead);
        output.close(lastStatus(finish));
        const response = toLast(finish, output.items, usage);
        say(ends[response.status], { response });
      }
    }
    return written;
  };
};
