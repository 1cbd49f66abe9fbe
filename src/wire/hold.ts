import { joinChunks } from "./body.ts";

/** A body that was read ahead: whole, or as a stream that begins with what was read. */
export type Held =
  | { readonly kind: "whole"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "long"; readonly stream: ReadableStream<Uint8Array> };

/**
 * Reads a body to its end if it has at most `limit` bytes; a longer one becomes a stream of the same chunks, of which those read
 * so far are held. `wait` is called before each read. Throws what the body breaks with.
 */
export const holdBody = async (body: ReadableStream<Uint8Array>, limit: number, wait: () => void): Promise<Held> => {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    wait();
    const { done, value } = await reader.read();
    if (done) return { kind: "whole", bytes: joinChunks(chunks, length) };
    chunks.push(value);
    length += value.length;
    if (length > limit) break;
  }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const held = chunks.shift();
        if (held !== undefined) {
          controller.enqueue(held);
          return;
        }
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { kind: "long", stream };
};
