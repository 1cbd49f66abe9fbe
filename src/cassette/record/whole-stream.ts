import type { EndpointName } from "../../mock/asked.ts";
import { dialectOf } from "../dialect-of.ts";
import type { RecordedBody } from "../file/interaction.ts";
import { eventsOf } from "../transcode.ts";

/** How a stream ended: as its dialect says it should, in an error of the provider, or somewhere in between. */
export type StreamEnd = "whole" | "failed" | "cut";

const responsesEnds = new Set(["response.completed", "response.failed", "response.incomplete"]);

const typeOf = (data: string): unknown => {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null && "type" in value ? value.type : null;
  } catch {
    return null;
  }
};

/**
 * Tells how a recorded stream ended: `[DONE]`, or a reason to finish for every choice and a clean end (chat, Gemini),
 * `message_stop`, `response.completed`, `response.failed`, `response.incomplete`; where a stream has no dialect, its clean end.
 */
export const endOf = (endpoint: EndpointName, body: RecordedBody): StreamEnd => {
  const dialect = dialectOf(endpoint);
  try {
    const events = eventsOf(body);
    if (events.length === 0) return "cut";
    if (endpoint === "completions") return events.some(({ data }) => data.trim() === "[DONE]") ? "whole" : "cut";
    if (endpoint === "responses" && events.some(({ data }) => responsesEnds.has(String(typeOf(data))))) return "whole";
    if (dialect === null) return "whole";
    let hasFailed = false;
    const reader = dialect.readEvents((event) => {
      hasFailed ||= event.kind === "error";
    });
    for (const event of events) reader.event(event);
    if (hasFailed) return "failed";
    return reader.isWhole() ? "whole" : "cut";
  } catch {
    return "cut";
  }
};
