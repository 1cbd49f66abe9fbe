// Writes the framing `application/vnd.amazon.eventstream` with the official codec.
import { EventStreamCodec } from "@smithy/eventstream-codec";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : decoder.decode(bytes)),
  (text) => encoder.encode(text),
);

type Headers = Parameters<EventStreamCodec["encode"]>[0]["headers"];

/** Frames any message. */
export const frame = (headers: Headers, payload: string): Uint8Array =>
  codec.encode({ headers, body: encoder.encode(payload) });

const text = (value: string) => ({ type: "string", value }) as const;

/** Frames an event, or an exception when its type ends so, as the service does. */
export const frameEvent = (type: string, payload: unknown): Uint8Array => {
  const kind = type.endsWith("Exception") ? "exception" : "event";
  return frame(
    { [`:${kind}-type`]: text(type), ":content-type": text("application/json"), ":message-type": text(kind) },
    JSON.stringify(payload),
  );
};

export const joinBytes = (chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
};
