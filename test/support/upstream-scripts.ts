import { toBytes, toChunk, toHead, type SentHeaders } from "./http-bytes.ts";
import type { UpstreamScript } from "./raw-upstream.ts";

export const json = { "content-type": "application/json" };
export const eventStream = { "content-type": "text/event-stream", "transfer-encoding": "chunked" };

/** The head of a reply that is a chunked event stream. */
export const streamHead = toHead(200, eventStream);

/** What ends a chunked body. */
export const lastChunk = "0\r\n\r\n";

/** Reads the whole request, then does as `script` says. */
export const afterRequest =
  (script: UpstreamScript): UpstreamScript =>
  async (call, ordinal) => {
    await call.whole;
    await script(call, ordinal);
  };

/** Reads the whole request, then replies. */
export const replying = (body: string | Uint8Array = "{}", headers: SentHeaders = json, status = 200): UpstreamScript =>
  afterRequest((call) => call.reply(status, headers, body));

interface Pace {
  /** Milliseconds before each piece. */
  readonly pauseMs?: number;
  readonly head?: string;
}

/** Reads the whole request, then streams these pieces as HTTP chunks, each in a packet of its own, to a clean end. */
export const streaming = (
  pieces: readonly (string | Uint8Array)[],
  { pauseMs = 0, head = streamHead }: Pace = {},
): UpstreamScript =>
  afterRequest(async (call) => {
    await call.write(head);
    for (const piece of pieces) {
      await Bun.sleep(pauseMs);
      await call.write(toChunk(piece));
    }
    await call.write(lastChunk);
  });

/** Streams the head and one piece in one packet, and then nothing more. */
export const onePiece =
  (piece: string): UpstreamScript =>
  (call) =>
    call.write(Buffer.concat([toBytes(streamHead), toChunk(piece)]));

/** Streams the same piece until the gateway hangs up; without a pause as fast as the gateway reads. */
export const endless = (piece: string | Uint8Array, { pauseMs = 5, head = streamHead }: Pace = {}): UpstreamScript => {
  const chunk = toChunk(piece);
  return async (call) => {
    await call.write(head);
    while (call.connection.closedAt() === null) {
      await call.write(chunk);
      if (pauseMs > 0) await Bun.sleep(pauseMs);
    }
  };
};

/** A reply body that changes in bytes when it is parsed and written again. */
export const odd =
  '{ "choices":[] ,"n":9007199254740993,"f":1.0,"d":{"a":1,"a":2},"s":"\\ud83d é😀\\u0000","new":[1e400]}\r\n ';
