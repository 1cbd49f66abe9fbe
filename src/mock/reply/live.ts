import type { Understood } from "../request/decide.ts";
import { toSend } from "./play.ts";
import type { Said, Writes } from "../said.ts";

const dropped: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
  "x-qlite-source",
  "x-request-id",
  "request-id",
]);

const headersOf = (headers: Headers): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const [name, value] of headers) if (!dropped.has(name)) kept[name] = value;
  return kept;
};

/** The chunks of a body as they come. */
const toWrites = (body: ReadableStream<Uint8Array>): Writes => {
  const reader = body.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? null : { bytes: value, afterMs: 0 };
    },
    cancel: () => void reader.cancel().catch(() => {}),
  };
};

/** Asks the real provider; a stream comes as it is sent, anything else whole. */
export const askLive = async (
  live: (request: Request) => Promise<Response>,
  understood: Pick<Understood, "call" | "body">,
): Promise<Said> => {
  const response = await live(toSend(understood));
  const { status, body } = response;
  const headers = headersOf(response.headers);
  const type = response.headers.get("content-type") ?? "";
  if (body !== null && type.startsWith("text/event-stream")) {
    return { status, headers, body: { kind: "stream", framing: "sse", writes: toWrites(body) } };
  }
  return { status, headers, body: { kind: "whole", bytes: await response.bytes() } };
};
