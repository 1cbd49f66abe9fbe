import { createAwsEventStreamParser } from "./aws-event-stream.ts";
import { createSseParser, type SseEvent, type SseParser } from "./sse.ts";

/** Starts a parser of a stream that gives each whole event to `emit`. */
export type CreateEventParser = (emit: (event: SseEvent) => void) => SseParser;

/** Gives the parser for a stream by its content type, null when the reply is no stream of events. */
export const eventParserOf = (contentType: string | null): CreateEventParser | null => {
  if (contentType === null) return null;
  if (contentType.startsWith("text/event-stream")) return createSseParser;
  return contentType.startsWith("application/vnd.amazon.eventstream") ? createAwsEventStreamParser : null;
};
