import { ProxyError } from "../errors.ts";
import type { SseEvent, SseParser } from "./sse.ts";

/** Two lengths and their checksum. */
const preludeBytes = 12;
/** The prelude and the checksum of the whole. */
const leastBytes = 16;
const maxHeaderBytes = 131_072;
/** What the services allow a payload, with its headers and the frame. */
const maxFrameBytes = 25_165_824 + maxHeaderBytes + leastBytes;

/** Bytes of a header's value by its type: true, false, i8, i16, i32, i64, bytes, text, instant, UUID; -1 has a length in front. */
const valueBytes = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16] as const;
const textType = 7;

const decoder = new TextDecoder();

const broken = (what: string): ProxyError =>
  new ProxyError("upstream_invalid_response", `The upstream sent a broken event: ${what}`);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Gives the length of the frame that begins with this prelude. */
const frameLength = (prelude: Uint8Array): number => {
  const view = viewOf(prelude);
  if (Bun.hash.crc32(prelude.subarray(0, 8)) !== view.getUint32(8)) throw broken("the checksum of its lengths differs");
  const total = view.getUint32(0);
  const headers = view.getUint32(4);
  if (total > maxFrameBytes || headers > maxHeaderBytes) {
    throw broken(`it is ${total} bytes long, the limit is ${maxFrameBytes}`);
  }
  if (total < leastBytes + headers) throw broken("its lengths contradict each other");
  return total;
};

/** Reads the headers that are text; the others carry nothing an event is told apart by. */
const readHeaders = (bytes: Uint8Array): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw broken("a header is longer than its place");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const name = decoder.decode(take(take(1)[0] ?? 0));
    const type = take(1)[0] ?? 0;
    const fixed = valueBytes[type];
    if (fixed === undefined) throw broken("a header has an unknown type");
    const length = fixed === -1 ? viewOf(take(2)).getUint16(0) : fixed;
    const value = take(length);
    if (type === textType) headers.set(name, decoder.decode(value));
  }
  return headers;
};

const toEvent = (headers: ReadonlyMap<string, string>, payload: Uint8Array): SseEvent => {
  const kind = headers.get(":message-type");
  if (kind === "error") {
    const code = headers.get(":error-code") ?? "";
    return { type: "error", data: JSON.stringify({ code, message: headers.get(":error-message") ?? "" }) };
  }
  const type = headers.get(kind === "exception" ? ":exception-type" : ":event-type");
  return { type: type ?? "", data: decoder.decode(payload) };
};

const readFrame = (frame: Uint8Array): SseEvent => {
  const view = viewOf(frame);
  const end = frame.length - 4;
  if (Bun.hash.crc32(frame.subarray(0, end)) !== view.getUint32(end)) throw broken("its checksum differs");
  const payloadAt = preludeBytes + view.getUint32(4);
  return toEvent(readHeaders(frame.subarray(preludeBytes, payloadAt)), frame.subarray(payloadAt, end));
};

/**
 * Parses a stream in the framing `application/vnd.amazon.eventstream` and gives each message whose checksums are right
 * to `emit`, its payload as text.
 *
 * An event's type is its `:event-type`, an exception's its `:exception-type` (which end in `Exception`); a message of
 * type `error` is an event `error` with `{"code", "message"}`. A frame that is never whole is never given. What lies
 * whole in one chunk is read where it is; of anything else at most one frame is held, as far as it has come.
 *
 * @throws {ProxyError} `upstream_invalid_response` - a wrong checksum, lengths that contradict each other, or a frame over 24 MiB
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html; npm `@smithy/core` 3.41.0, `event-streams` (read 2026-11-22)
 */
export const createAwsEventStreamParser = (emit: (event: SseEvent) => void): SseParser => {
  let held = new Uint8Array(4096);
  let length = 0;
  /** Of the frame that is held, 0 while its prelude is not whole. */
  let total = 0;

  const hold = (bytes: Uint8Array): void => {
    const needed = length + bytes.length;
    if (needed > held.length) {
      const larger = new Uint8Array(Math.max(needed, held.length * 2));
      larger.set(held.subarray(0, length));
      held = larger;
    }
    held.set(bytes, length);
    length = needed;
  };

  return {
    push: (bytes) => {
      let at = 0;
      while (at < bytes.length) {
        const left = bytes.length - at;
        if (length === 0 && left >= preludeBytes) {
          total = frameLength(bytes.subarray(at, at + preludeBytes));
          if (left >= total) {
            const frame = bytes.subarray(at, at + total);
            at += total;
            total = 0;
            emit(readFrame(frame));
            continue;
          }
        }
        const taken = Math.min(left, (total === 0 ? preludeBytes : total) - length);
        hold(bytes.subarray(at, at + taken));
        at += taken;
        if (total === 0 && length === preludeBytes) total = frameLength(held.subarray(0, preludeBytes));
        if (total !== 0 && length === total) {
          const event = readFrame(held.subarray(0, total));
          length = 0;
          total = 0;
          emit(event);
        }
      }
    },
    isBetween: () => false,
  };
};
