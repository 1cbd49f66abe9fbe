import type { Share } from "./allowance.ts";
import { joinChunks } from "./body.ts";

/** A body that was read ahead: whole, or as a stream that begins with what was read. */
export type Held =
  | { readonly kind: "whole"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "long"; readonly stream: ReadableStream<Uint8Array> };

/** What a chunk takes beside its bytes, about. */
const chunkBytes = 128;

/** So much of a body that is handed on is written at once, in bytes. */
const pieceBytes = 262_144;

const sizeOf = (chunk: Uint8Array): number => chunk.length + chunkBytes;

/**
 * Reads a body to its end if it has at most `limit` bytes and the share takes them; any other becomes a stream of the same
 * chunks, of which those read so far are held.
 *
 * The share has what is held, in bytes: of a stream less with each chunk that is taken, else until the caller closes it. `wait`
 * is called before each read. Throws what the body breaks with.
 */
export const holdBody = async (
  body: ReadableStream<Uint8Array>,
  limit: number,
  share: Share,
  wait: () => void,
): Promise<Held> => {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    wait();
    const { done, value } = await reader.read();
    if (done) return { kind: "whole", bytes: joinChunks(chunks, length) };
    chunks.push(value);
    length += value.length;
    if (length > limit || !share.take(sizeOf(value))) break;
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const held = chunks.shift();
        if (held !== undefined) {
          share.give(sizeOf(held));
          controller.enqueue(held);
          return;
        }
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => {
        chunks.length = 0;
        share.close();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { kind: "long", stream };
};

/**
 * Hands bytes on as a stream, at the pace they are taken at, and tells when nobody holds them any more: the last of them is
 * taken, or the reader has left.
 *
 * Of bytes that are given away whole nothing tells when the client has read them.
 */
export const handOn = (bytes: Uint8Array, done: () => void): ReadableStream<Uint8Array> => {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (at < bytes.length) {
          controller.enqueue(bytes.subarray(at, at + pieceBytes));
          at += pieceBytes;
          return;
        }
        done();
        controller.close();
      },
      cancel: done,
    },
    { highWaterMark: 0 },
  );
};
